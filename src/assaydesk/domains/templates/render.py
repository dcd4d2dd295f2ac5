"""From templates and values to texts (templates.md 3)."""

from collections.abc import Mapping
from typing import Any, Final

from assaydesk.kit.handlebars.functions import ARITIES, Locale
from assaydesk.kit.handlebars.nodes import TemplateError
from assaydesk.kit.handlebars.parser import parse
from assaydesk.kit.handlebars.renderer import Rendered, render

PLACEHOLDER: Final = "%MESSAGE%"


def fill_in(source: str, variables: Mapping[str, Any], locale: Locale, *, html: bool = True) -> Rendered:
    """Render a text. Raises `TemplateError`."""
    return render(parse(source, ARITIES), variables, locale=locale, html=html)


def wrap_message(wrapper: str, message: str, variables: Mapping[str, Any], locale: Locale, *, mark: str) -> str:
    """Put a finished message into a wrapper, whose variables are filled in first.

    `mark`: a word that no value can contain. With it, a value that reads `%MESSAGE%` stays what it is. A wrapper that
    cannot be rendered, or leaves its place for the message out, never costs the message.
    """
    try:
        text = fill_in(wrapper.replace(PLACEHOLDER, mark, 1), variables, locale).text
    except TemplateError:
        return message
    before, found, after = text.partition(mark)
    return f"{before}{message}{after}" if found else f"{text}{message}"


def with_message(wrapper: str | None, message: str) -> str:
    """The wrapper with the raw text of a message in its place."""
    return wrapper.replace(PLACEHOLDER, message, 1) if wrapper else message


def with_line_breaks(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "<br>")
