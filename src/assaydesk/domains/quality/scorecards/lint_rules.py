"""Rules that fit a criterion's words: proposed to the author, never used by themselves (design.md 4.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from re import IGNORECASE, Pattern
from re import compile as regex
from typing import Any, Final

from assaydesk.domains.quality.scorecards.types import Criterion


@dataclass(frozen=True, slots=True)
class Proposal:
    rule: Mapping[str, Any]
    because: str
    """The words of the criterion that led to it."""


def _hint(pattern: str, kind: str, **parameters: Any) -> tuple[Pattern[str], Mapping[str, Any]]:
    return regex(pattern, IGNORECASE), {"type": kind, **parameters}


_HINTS: Final = (
    _hint(
        r"by (?:their |the customer's )?name\b|personal(?:ly|ised|ized)? (?:salutation|address|greet)\w*|"
        r"mit (?:dem )?namen|persönliche (?:anrede|ansprache)|namentlich",
        "personalSalutation",
    ),
    _hint(r"\bgreet(?:s|ing|ed)?\b|\bsalutation\b|begrüß\w*|\banrede\b", "greeting"),
    _hint(
        r"\bclos(?:es|ing)\b[^.]{0,30}\b(?:polite|formula|phrase|message|email|e-mail|chat|properly|appropriate)\w*|"
        r"\bclosing\b|\bsign-?off\b|\bgoodbye\b|verabschied\w*|grußformel|schlussformel",
        "closing",
    ),
    _hint(
        r"(?:anything else|(?:further|more|additional) (?:help|assistance|questions?))|"
        r"weitere[nr]? (?:hilfe|unterstützung|fragen)",
        "furtherHelpOffered",
    ),
    _hint(
        r"\bsla\b|(?:agreed|promised|target) (?:response |reply )?time|(?:vereinbarte|zugesagte)\w* (?:zeit|frist)",
        "slaMet",
    ),
    _hint(
        r"attach(?:ment|ed|es)\b|\banhang\b|\banhänge\b|\banlagen?\b",
        "promisedAttachmentSent",
    ),
    _hint(
        r"(?:same |customer's |right |correct )language|language of the customer|"
        r"sprache des kunden|(?:richtige|gleiche|kunden)[nr]?\s?sprache|sprache der anfrage",
        "languageMatchesCustomer",
    ),
    _hint(r"\bpasswor[dt]s?\b|\bpins?\b|security code|kennwort|geheimzahl", "noSecretsRequested"),
    _hint(
        r"(?:full |complete )?(?:card|account) numbers?|\biban\b|kreditkartennummer|kontonummer|bankdaten",
        "noPaymentData",
    ),
    _hint(r"placeholder|template fields?|platzhalter|textbaustein", "noPlaceholders"),
    _hint(r"one (?:tool )?call at a time|one tool at a time|nur einen? (?:werkzeug|tool|aufruf)", "oneToolCallAtATime"),
)


def propose_rules(criterion: Criterion) -> list[Proposal]:
    """Rules that could decide this criterion; empty when it has one. Each still needs the author's consent."""
    if criterion.rule is not None:
        return []
    text = "\n".join((criterion.label, criterion.description, criterion.assessment_prompt))
    proposals: list[Proposal] = []
    for pattern, rule in _HINTS:
        found = pattern.search(text)
        if found:
            proposals.append(Proposal(rule, found[0]))
    return proposals
