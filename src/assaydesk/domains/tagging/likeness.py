"""How sure the built-in language model is that a text belongs to a tag.

A tag is known by its examples. A text counts as the tag's when it is nearer to one of them than to what people write
about anything else: the examples of the other tags, its own negative examples, and a fixed set of everyday sentences.
Without three examples it abstains, and so it does between two tags that are equally near.
"""

from collections.abc import Mapping, Sequence
from math import exp
from typing import TYPE_CHECKING, Final

from assaydesk.domains.tagging.types import TagRule

if TYPE_CHECKING:
    from assaydesk.integrations.local_ai.port import Embedder

LEAST_EXAMPLES: Final = 3
MOST_CHARACTERS: Final = 1500
STEEPNESS: Final = 40.0
"""Of the curve from the lead in cosine to the confidence: a lead of 0.05 is 0.88, a lag of 0.05 is 0.12."""

EVERYDAY: Final = (
    "Thank you very much for your help.",
    "Please call me back this afternoon.",
    "I have a general question about your service.",
    "Could you tell me your opening hours?",
    "I would like to complain about your hotline.",
    "Here is the document you asked for.",
    "When will I get an answer?",
    "Please send me more information.",
    "Vielen Dank für Ihre Hilfe.",
    "Bitte rufen Sie mich heute Nachmittag zurück.",
    "Ich habe eine allgemeine Frage zu Ihrem Angebot.",
    "Wann haben Sie geöffnet?",
    "Ich möchte mich über Ihre Hotline beschweren.",
    "Anbei das gewünschte Dokument.",
    "Wann bekomme ich eine Antwort?",
    "Bitte schicken Sie mir weitere Informationen.",
)


def confidences(
    rules: Sequence[TagRule], examples: Mapping[int, Sequence[str]], text: str, embedder: "Embedder"
) -> dict[int, float]:
    """Confidence 0..1 for each tag that asks the model and has enough examples. Slow: call it in a thread.

    `examples`: further texts by tag, those of its example tickets.
    """
    asked = {rule.id: _examples(rule, examples.get(rule.id, ())) for rule in rules if rule.wants_ai}
    asked = {tag_id: texts for tag_id, texts in asked.items() if len(texts) >= LEAST_EXAMPLES}
    if not asked or not text.strip():
        return {}
    query = embedder.queries([text[:MOST_CHARACTERS]])[0]
    everyday = float((embedder.passages(EVERYDAY) @ query).max())
    near = {tag_id: float((embedder.passages(texts) @ query).max()) for tag_id, texts in asked.items()}
    found = {}
    for rule in rules:
        if rule.id not in near:
            continue
        against = _texts(rule.details.get("negativeExamples"))
        others = [everyday, *(score for tag_id, score in near.items() if tag_id != rule.id)]
        if against:
            others.append(float((embedder.passages(against) @ query).max()))
        found[rule.id] = 1 / (1 + exp(-STEEPNESS * (near[rule.id] - max(others))))
    return found


def _examples(rule: TagRule, further: Sequence[str]) -> list[str]:
    own = _texts(rule.details.get("examples"))
    return list(dict.fromkeys([*own, *(one[:MOST_CHARACTERS] for one in further if one.strip())]))


def _texts(value: object) -> list[str]:
    if not isinstance(value, list):
        return []
    return [one[:MOST_CHARACTERS] for one in value if isinstance(one, str) and one.strip()][:50]
