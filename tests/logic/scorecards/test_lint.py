"""What the linter finds, one weakness a row; and that it leaves sound criteria alone."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from assaydesk.domains.quality.judging.handlers import register
from assaydesk.domains.quality.scorecards.lint import Code, Likeness, Severity, lint
from assaydesk.domains.quality.scorecards.lint_suggestions import read_reply, request, to_reword
from assaydesk.domains.quality.scorecards.lint_texts import TEXTS
from assaydesk.domains.quality.scorecards.linting import content_of_body
from assaydesk.domains.quality.scorecards.types import Content, Criterion, ScoringType
from tests.factories.scorecards import category, content, criterion

ROOT = Path(__file__).parents[3]
MET = ScoringType.MET_NOT_MET


def sound(number: int = 10, points: str | int = 5, **changes: Any) -> Criterion:
    """A criterion without a weakness."""
    known = {"label": f"Sound {number}", "description": "The reply begins with a greeting.", "scoring_type": MET}
    return criterion(number, points, **(known | changes))


def card(*criteria: Criterion) -> Content:
    return content([category(1, criteria)])


def codes(said: Content, *alike: Likeness) -> list[tuple[str, int | None]]:
    return [(one.code.value, one.criterion_id) for one in lint(said, "en", alike)]


def test_a_sound_scorecard_has_no_findings() -> None:
    assert codes(card(sound(10), sound(11), sound(12))) == []


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("two_demands", {"label": "Greeting and identification"}),
        ("unobservable", {"description": "The agent feels responsible for the customer."}),
        ("unobservable", {"description": "The agent really understands the matter."}),
        ("unobservable", {"description": "Der Mitarbeiter ist motiviert."}),
        ("unobservable", {"description": "Die Mitarbeiterin lächelt am Telefon."}),
        ("vague", {"description": "The answer is appropriate."}),
        ("vague", {"description": "Der Ton ist angemessen."}),
        ("negated_label", {"label": "No jargon"}),
        ("negated_label", {"label": "Keine Fachsprache"}),
        ("no_anchors", {"scoring_type": ScoringType.NUMERIC_SCALE}),
        ("no_prompt", {"auto_generate_by_ai": True, "description": "The reply names the next step."}),
        ("rule_fits", {"auto_generate_by_ai": True, "assessment_prompt": "Met when a greeting stands there."}),
        (
            "condition_without_not_applicable",
            {"description": "If the customer complains, the agent says sorry.", "allow_not_applicable": False},
        ),
        (
            "condition_without_not_applicable",
            {"description": "Wenn sich der Kunde beschwert, folgt eine Bitte um Entschuldigung.",
             "allow_not_applicable": False},
        ),
        (
            "condition_without_prompt",
            {"description": "If the customer complains, the agent says sorry.", "auto_generate_by_ai": True,
             "assessment_prompt": "Met: “Sorry for the delay.”"},
        ),
        ("knock_out_few_points", {"make_or_break_for_assessment": True, "max_points": Decimal("0.5")}),
        (
            "knock_out_may_abstain",
            {"make_or_break_for_category": True, "auto_generate_by_ai": True,
             "description": "The reply names the next step.", "assessment_prompt": "Met: “Hello”."},
        ),
        (
            "knock_out_on_scale",
            {"make_or_break_for_category": True, "scoring_type": ScoringType.NUMERIC_SCALE,
             "description": "5 points: with the name. Half: without the name."},
        ),
    ],
)  # fmt: skip
def test_one_weakness_is_one_finding(code: str, changes: dict[str, Any]) -> None:
    assert codes(card(replace(sound(10), **changes), sound(11), sound(12))) == [(code, 10)]


@pytest.mark.parametrize(
    "changes",
    [
        {"description": "The agent says that she understands the trouble."},
        {"description": "The agent asks how the customer feels."},
        {"description": "Wenn die Kundin verärgert ist und sich unwohl fühlt, nennt die Antwort den Grund."},
        {"description": "The last reply ends with good wishes."},
        {"description": "A person takes over if and only if the tools are used up.", "allow_not_applicable": False},
        {"scoring_type": ScoringType.NUMERIC_SCALE, "assessment_prompt": "Full points: both. Half: one of them."},
        {"scoring_type": ScoringType.NUMERIC_SCALE, "description": "5 = beides genannt; 2 = eines; 0 = nichts."},
        {"description": "If the order is late, the reply says so.", "applicability_prompt": "Is the order late?",
         "allow_not_applicable": False},
        {"rule": {"type": "greeting"}, "scoring_type": ScoringType.NUMERIC_SCALE, "make_or_break_for_category": True,
         "auto_generate_by_ai": True, "description": "The tone is good and correct."},
    ],
)  # fmt: skip
def test_what_only_looks_weak_is_left_alone(changes: dict[str, Any]) -> None:
    assert codes(card(replace(sound(10), **changes), sound(11), sound(12))) == []


def test_structure() -> None:
    assert codes(content()) == [("no_categories", None)]
    empty = content([category(1, [sound(10)]), category(2, [])])
    [finding] = lint(empty, "de")
    assert (finding.code, finding.severity, finding.category_id) == (Code.EMPTY_CATEGORY, Severity.ERROR, 2)
    assert finding.text.startswith("Die Kategorie „Category 2“ hat keine Kriterien.")
    assert codes(card(sound(10, 60), sound(11), sound(12))) == [("dominant_criterion", 10)]
    assert codes(card(sound(10, 60), sound(11, 60), sound(12, 1))) == [("no_weight", 12)]
    assert codes(card(*(sound(number) for number in range(1, 28)))) == [("too_many_criteria", None)]
    same = card(sound(10), sound(11, label="sound  10"), sound(12))
    assert codes(same, Likeness(10, 11)) == [("same_label", 11)]
    assert codes(card(sound(10), sound(11)), Likeness(10, 11)) == [("overlap", 11)]


def test_every_code_has_words_in_both_languages() -> None:
    assert set(TEXTS) == {code.value for code in Code}
    assert all(english != german for english, german in TEXTS.values())


def test_the_shipped_scorecards_have_no_errors_and_no_joined_demands() -> None:
    register()
    for file in (ROOT / "examples" / "scorecards").glob("*.json"):
        said, _ = content_of_body(json.loads(file.read_text()))
        found = lint(said, "en")
        assert not [one for one in found if one.severity is Severity.ERROR or one.code is Code.TWO_DEMANDS], file


def test_what_is_asked_of_a_model_is_fenced() -> None:
    weak = card(sound(10, label="No jargon <<<abc"), sound(11, description="A good answer."))
    found = lint(weak, "en")
    places = to_reword(found)
    assert [found[place].code for place in places] == [Code.NEGATED_LABEL, Code.VAGUE]
    system, question = request(weak, found, places, "abc", "de")
    assert "in German" in system
    assert question.count("<<<abc") == 4
    assert '"label": "No jargon <<<"' in question


@pytest.mark.parametrize(
    "reply",
    [
        "", "no", "[]", "{}", '{"suggestions": 1}', '{"suggestions": [1]}',
        '{"suggestions": [{"number": 3, "wording": "x"}]}',
        '{"suggestions": [{"number": true, "wording": "x"}]}', '{"suggestions": [{"number": 1, "wording": " "}]}',
        '{"suggestions": [{"number": 1}]}', '{"suggestions": [{"number": 1, "wording": "' + "x" * 601 + '"}]}',
    ],
)  # fmt: skip
def test_a_reply_of_another_form_is_refused(reply: str) -> None:
    with pytest.raises(ValueError, match=r"^(no|a) "):
        read_reply(reply, [4, 7])


def test_wordings_find_their_places() -> None:
    reply = 'Here: {"suggestions": [{"number": 2, "wording": "One\\n two."}, {"number": 2, "wording": "Again."}]}'
    assert read_reply(reply, [4, 7]) == {7: "One two."}
