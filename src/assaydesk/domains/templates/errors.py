"""Refusals of templates (templates.md 2)."""

from assaydesk.kit.handlebars import nodes
from assaydesk.platform.errors import Conflict, DomainError, NotFound, Unprocessable


class TemplateNotFound(NotFound):
    default_message = "There is no such template."


class EmailTemplateNotFound(NotFound):
    default_message = "There is no such e-mail wrapper."


class TicketNotFound(NotFound):
    default_message = "There is no such ticket."


class ContractNotFound(NotFound):
    default_message = "There is no such contract."


class TemplateSyntaxError(Unprocessable):
    """422: the text is no template. `details.field`, `details.line`, `details.column`."""


class UnknownHelper(Unprocessable):
    """422: the template calls a helper that does not exist. `details.helper`, `details.line`, `details.column`."""


class TemplateLimit(Unprocessable):
    """422: too long, nested too deeply, or too slow. `details.limit`."""


class PlaceholderMissing(Unprocessable):
    """422: a wrapper must contain `%MESSAGE%` once. `details.found`: how often it stands there."""

    default_message = "The wrapper must contain %MESSAGE% exactly once."


class TemplateInUse(Conflict):
    """409; `details.aiAgents` has the ids of the AI agents that refer to it."""

    default_message = "AI agents use the template. Repeat with force=true to delete it all the same."


class DefaultInUse(Conflict):
    """409: the default wrapper stays."""

    default_message = "Make another wrapper the default one first."


def refusal(fault: nodes.TemplateError, field: str) -> DomainError:
    """The answer for a fault of a text that somebody sent. `field`: the key it came in."""
    if isinstance(fault, nodes.TemplateSyntaxError):
        return TemplateSyntaxError(fault.message, field=field, line=fault.line, column=fault.column)
    if isinstance(fault, nodes.UnknownHelper):
        return UnknownHelper(fault.message, field=field, helper=fault.name, line=fault.line, column=fault.column)
    limit = fault.limit if isinstance(fault, nodes.TemplateLimit) else "length"
    return TemplateLimit(fault.message, field=field, limit=limit)
