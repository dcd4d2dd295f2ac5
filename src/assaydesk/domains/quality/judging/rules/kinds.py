"""The rule types, each with its parameters and the sentence that docs/guide/scorecards.md repeats (quality.md 2.6)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from assaydesk.domains.quality.judging.rules import manners, process, words
from assaydesk.domains.quality.judging.rules.findings import Finding, Params
from assaydesk.domains.quality.judging.rules.parameters import Parameter, choice, flag, number, text, texts
from assaydesk.domains.quality.judging.types import WorklogCase


@dataclass(frozen=True, slots=True)
class RuleType:
    name: str
    decide: Callable[[Params, WorklogCase], Finding]
    full_points: str
    """When the criterion gets full points."""
    not_applicable: str | None
    parameters: tuple[Parameter, ...] = ()
    draft: bool = False
    """Whether a draft, with what is known of its ticket, is enough: such criteria count in the live check."""


_WHERE_FIRST: Final = choice("where", "firstReply", "everyReply")
_WHERE_LAST: Final = choice("where", "lastReply", "everyReply")
_NO_REPLY: Final = "no reply in the worklog"
_SECONDS: Final = number("seconds", 1, 31_536_000, required=True)

RULE_TYPES: Final[Mapping[str, RuleType]] = {
    kind.name: kind
    for kind in (
        RuleType(
            "containsAny",
            words.contains_any,
            "the replies contain one of the texts, in any case",
            _NO_REPLY,
            (texts("texts"),),
            draft=True,
        ),
        RuleType(
            "containsAll",
            words.contains_all,
            "the replies together contain all of the texts, in any case",
            _NO_REPLY,
            (texts("texts"),),
            draft=True,
        ),
        RuleType(
            "containsNone",
            words.contains_none,
            "the replies contain none of the texts, in any case",
            _NO_REPLY,
            (texts("texts"),),
            draft=True,
        ),
        RuleType(
            "greeting",
            manners.greeting,
            "the first reply, or every reply, begins with a greeting (first 200 characters)",
            "no reply; with `newContactOnly`, the desk had answered before this worklog",
            (_WHERE_FIRST, flag("newContactOnly")),
            draft=True,
        ),
        RuleType(
            "closing",
            manners.closing,
            "the last reply, or every reply, ends with a closing (last 400 characters)",
            _NO_REPLY,
            (_WHERE_LAST,),
            draft=True,
        ),
        RuleType(
            "furtherHelpOffered",
            manners.further_help_offered,
            "one of the last two replies offers further help",
            _NO_REPLY,
            draft=True,
        ),
        RuleType(
            "personalSalutation",
            manners.personal_salutation,
            "the first reply addresses the customer by name (first 200 characters)",
            "no reply; the name is not known and no name is used",
            draft=True,
        ),
        RuleType(
            "languageMatchesCustomer",
            manners.language_matches_customer,
            "every reply is in the language of the customer's messages",
            "one of the two languages cannot be told",
            draft=True,
        ),
        RuleType(
            "noPlaceholders",
            words.no_placeholders,
            "no reply has an unfilled part of a template: {{name}} or [Name]",
            _NO_REPLY,
            draft=True,
        ),
        RuleType(
            "noPaymentData",
            words.no_payment_data,
            "no reply has a complete account or card number (check digits)",
            _NO_REPLY,
            draft=True,
        ),
        RuleType(
            "noSecretsRequested",
            manners.no_secrets_requested,
            "no reply asks for a password, PIN, TAN, one-time code or the check digits of a card",
            _NO_REPLY,
            draft=True,
        ),
        RuleType(
            "replyLength",
            words.reply_length,
            "every reply has at least `minWords` and at most `maxWords` words, quoted history left out",
            _NO_REPLY,
            (number("minWords", 0, 100_000), number("maxWords", 1, 100_000)),
            draft=True,
        ),
        RuleType(
            "sentenceLength",
            words.sentence_length,
            "a sentence of the replies has at most `words` words on average",
            _NO_REPLY,
            (number("words", 1, 1000, required=True),),
            draft=True,
        ),
        RuleType(
            "promisedAttachmentSent",
            manners.promised_attachment_sent,
            "every reply that announces an attachment has one",
            "no reply announces one",
        ),
        RuleType("slaMet", process.sla_met, "`customerExperience.slaMet` is true", "`slaMet` is null"),
        RuleType(
            "durationAtMost",
            process.duration_at_most,
            "`time.duration` is at most `seconds`",
            None,
            (number("seconds", 0, 31_536_000, required=True),),
        ),
        RuleType(
            "replyWithin",
            process.reply_within,
            "the first reply came at most `seconds` after the customer message before it (clock time)",
            "no reply, or no customer message before it",
            (_SECONDS,),
        ),
        RuleType("actionTaken", process.action_taken, "`actionList` contains the action", None, (text("action"),)),
        RuleType(
            "toolCalled",
            process.tool_called,
            "a call of `name` was made, with `before` ahead of the first call of that second name",
            "`before` was not called",
            (text("name"), text("before", required=False)),
        ),
        RuleType("toolNotCalled", process.tool_not_called, "no call of `names` was made", None, (texts("names"),)),
        RuleType(
            "toolsInOrder",
            process.tools_in_order,
            "all of `names` were called in this order, others between or not",
            "`when` was not called",
            (texts("names", least=2), text("when", required=False)),
        ),
        RuleType(
            "confirmationBeforeTool",
            process.confirmation_before_tool,
            "before each call of `names` the customer's latest message said yes to something the desk had written",
            "none of `names` was called",
            (texts("names"),),
        ),
        RuleType(
            "oneToolCallAtATime",
            process.one_tool_call_at_a_time,
            "no two calls were made at the same time, and none together with a reply",
            "no call was made",
        ),
    )
}
