import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assaydesk.domains.quality.scorecards.codec import content_from_json, content_to_json
from assaydesk.domains.quality.scorecards.criteria import Highest, highest_of
from assaydesk.domains.quality.scorecards.types import LiveCoach, ScorecardState, ScoringType
from assaydesk.domains.quality.scorecards.validation import EMPTY_CONTENT, ContentChange, ReadBody, read_body
from tests.factories.scorecards import category, content, criterion, criterion_body, scorecard_body


def check_texts(rule: Any) -> list[tuple[str, str, str]]:
    return [] if rule.get("texts") else [("texts", "required", "needs at least one text.")]


RULES = {"containsAny": check_texts, "slaMet": lambda rule: []}


def create(body: Any, highest: Highest = Highest()) -> ReadBody:
    return read_body(body, rules=RULES, highest=highest, creating=True)


def patch(body: Any) -> ReadBody:
    return read_body(body, rules=RULES)


def faults(read: ReadBody) -> set[tuple[str, str]]:
    return {(fault.path, fault.code) for fault in read.faults}


def with_criterion(**changes: Any) -> dict[str, Any]:
    return scorecard_body(criterion_body(**changes))


def only_criterion(read: ReadBody) -> Any:
    assert read.faults == ()
    [(_, found)] = read.change.apply_to(EMPTY_CONTENT).criteria
    return found


def test_defaults() -> None:
    read = create(scorecard_body())
    made = read.change.apply_to(EMPTY_CONTENT)
    assert read.faults == read.incomplete == read.ignored == ()
    assert (read.state, made.assignment.sample_percent, made.live_coach) == (None, 100, LiveCoach(False, 80))
    found = only_criterion(read)
    assert (found.order, found.allow_not_applicable, found.auto_generate_by_ai) == (1, True, False)
    assert (found.assessment_prompt, found.applicability_prompt, found.confidence_threshold, found.rule) == (
        "",
        None,
        None,
        None,
    )


def test_numbers_as_text_and_loose_booleans_are_read() -> None:
    read = create(
        scorecard_body(
            criterion_body(id="100", maxPoints="2.50", order="3", makeOrBreakForCategory=1, autoGenerateByAi="true"),
            assignment={
                "ticketTags": ["88", 88],
                "channels": ["voice", "phone"],
                "includeChildTags": "False",
                "samplePercent": "12.5",
            },
            liveCoach={"enabled": 0, "threshold": "70"},
        )
    )
    found = only_criterion(read)
    assert (found.id, found.max_points, found.order) == (100, Decimal("2.5"), 3)
    assert (found.make_or_break_for_category, found.auto_generate_by_ai) == (True, True)
    made = read.change.apply_to(EMPTY_CONTENT)
    assert (made.assignment.ticket_tags, made.assignment.channels) == ((88,), ("phone",))
    assert (made.assignment.include_child_tags, made.assignment.sample_percent) == (False, 12.5)
    assert made.live_coach == LiveCoach(enabled=False, threshold=70)


def test_all_faults_come_at_once_with_their_paths() -> None:
    read = create(
        {
            "state": "retired",
            "categories": [
                {"categoryId": 1, "label": "Opening", "criteria": [criterion_body(maxPoints=0), "text"]},
                {"categoryId": 1, "criteria": [criterion_body(scoringType="stars"), criterion_body(101, label=" ")]},
                17,
            ],
            "assignment": {"channels": ["fax"], "responseContext": [1], "teams": ["x"], "samplePercent": 101},
            "liveCoach": {"threshold": -1},
        }
    )
    assert faults(read) == {
        ("name", "required"),
        ("state", "not_allowed"),
        ("categories.0.criteria.0.maxPoints", "out_of_range"),
        ("categories.0.criteria.1", "wrong_type"),
        ("categories.1.categoryId", "duplicate"),
        ("categories.1.label", "required"),
        ("categories.1.criteria.0.scoringType", "not_allowed"),
        ("categories.1.criteria.0.id", "duplicate"),
        ("categories.1.criteria.1.label", "too_short"),
        ("categories.2", "wrong_type"),
        ("assignment.channels.0", "not_allowed"),
        ("assignment.responseContext.0", "wrong_type"),
        ("assignment.teams.0", "wrong_type"),
        ("assignment.samplePercent", "out_of_range"),
        ("liveCoach.threshold", "out_of_range"),
    }


def test_message_names_the_criterion_and_what_to_do() -> None:
    [fault] = create(with_criterion(maxPoints=0)).faults
    assert fault.message == "Criterion 'Greeting' (id 100) has 0 points; give it more than 0 and at most 1000."
    [fault] = create(scorecard_body(criterion_body(7), criterion_body(7, label="Pace"))).faults
    assert fault.message == "Criterion id 7 is used twice, by 'Greeting' and 'Pace'; give each its own."


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("maxPoints", 1000.01, "out_of_range"),
        ("maxPoints", -1, "out_of_range"),
        ("maxPoints", 1e308, "out_of_range"),
        ("maxPoints", 1.005, "bad_format"),
        ("maxPoints", True, "wrong_type"),
        ("maxPoints", "five", "wrong_type"),
        ("maxPoints", "1e3", "wrong_type"),
        ("maxPoints", None, "required"),
        ("maxPoints", float("nan"), "wrong_type"),
        ("id", 0, "out_of_range"),
        ("id", 1.5, "wrong_type"),
        ("id", 2**63, "out_of_range"),
        ("id", 10**400, "out_of_range"),
        ("id", False, "wrong_type"),
        ("label", 5, "wrong_type"),
        ("label", "x" * 201, "too_long"),
        ("label", "a\0b", "bad_format"),
        ("label", "a\ud800b", "bad_format"),
        ("description", "x" * 4001, "too_long"),
        ("description", None, "wrong_type"),
        ("assessmentPrompt", "x" * 8001, "too_long"),
        ("scoringType", None, "required"),
        ("scoringType", ["metNotMet"], "wrong_type"),
        ("autoGenerateByAi", "maybe", "wrong_type"),
        ("autoGenerateByAi", 2, "wrong_type"),
        ("makeOrBreakForAssessment", [], "wrong_type"),
        ("order", -1, "out_of_range"),
        ("confidenceThreshold", 1.1, "out_of_range"),
        ("confidenceThreshold", "high", "wrong_type"),
        ("applicabilityPrompt", 1, "wrong_type"),
        ("rule", "slaMet", "wrong_type"),
    ],
)
def test_bad_criterion(field: str, value: Any, code: str) -> None:
    assert faults(create(with_criterion(**{field: value}))) == {(f"categories.0.criteria.0.{field}", code)}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("maxPoints", 0.01),
        ("maxPoints", 1000),
        ("maxPoints", "5.000"),
        ("id", None),
        ("label", "x" * 200),
        ("applicabilityPrompt", None),
        ("confidenceThreshold", None),
        ("confidenceThreshold", 1),
        ("rule", None),
        ("rule", {"type": "containsAny", "texts": ["Hello"]}),
    ],
)
def test_allowed_criterion(field: str, value: Any) -> None:
    assert create(with_criterion(**{field: value})).faults == ()


def test_ai_needs_to_be_told_something() -> None:
    read = create(with_criterion(autoGenerateByAi=True, description=" "))
    assert faults(read) == {("categories.0.criteria.0.assessmentPrompt", "required")}
    assert create(with_criterion(autoGenerateByAi=True, description="", assessmentPrompt="Tone?")).faults == ()


def test_rule_faults_stand_below_the_rule() -> None:
    path = "categories.0.criteria.0.rule"
    assert faults(create(with_criterion(rule={"type": "containsAny"}))) == {(f"{path}.texts", "required")}
    assert faults(create(with_criterion(rule={}))) == {(f"{path}.type", "required")}
    assert faults(create(with_criterion(rule={"type": "slaMet", "a": "\0"}))) == {(path, "bad_format")}
    assert faults(create(with_criterion(rule={"type": "slaMet", "a": "x" * 20_000}))) == {(path, "too_long")}
    [fault] = create(with_criterion(rule={"type": "horoscope"})).faults
    assert (fault.path, fault.code) == (f"{path}.type", "not_allowed")
    assert "use one of: containsAny, slaMet" in fault.message


def test_missing_ids_count_on_from_the_highest_ever_used() -> None:
    criteria = [criterion_body(None), criterion_body(40), criterion_body(None)]
    read = create(scorecard_body(*criteria), Highest(category=9, criterion=12))
    [made] = read.change.categories or ()
    assert [row.id for row in made.criteria] == [41, 40, 42]
    body = {"name": "New", "categories": [{"label": "A", "criteria": [criterion_body(None)]}]}
    [made] = create(body, Highest(category=9, criterion=12)).change.categories or ()
    assert (made.category_id, made.criteria[0].id) == (10, 13)


def test_entries_are_sorted_by_order_then_id() -> None:
    twin = criterion_body(7, order=2)
    body = {
        "name": "Sorted",
        "categories": [
            {"categoryId": 5, "label": "Last", "order": 9, "criteria": []},
            {"categoryId": 4, "label": "B", "order": 1, "criteria": [criterion_body(8, order=2), twin]},
            {"categoryId": 3, "label": "A", "order": 1, "criteria": []},
        ],
    }
    categories = create(body).change.categories or ()
    assert [row.category_id for row in categories] == [3, 4, 5]
    assert [row.id for row in categories[1].criteria] == [7, 8]


@pytest.mark.parametrize(
    ("categories", "incomplete"),
    [
        ([], "categories"),
        ([{"label": "A", "criteria": [criterion_body()]}, {"label": "B", "criteria": []}], "categories.1.criteria"),
    ],
)
def test_a_draft_may_be_empty_an_active_one_not(categories: list[Any], incomplete: str) -> None:
    read = create({"name": "Empty", "categories": categories})
    assert read.faults == ()
    assert [(fault.path, fault.code) for fault in read.incomplete] == [(incomplete, "too_short")]


def test_limits_of_size() -> None:
    many = [{"label": "A", "criteria": []}] * 51
    assert faults(create({"name": "Wide", "categories": many})) == {("categories", "too_long")}
    assert faults(create(scorecard_body(*[criterion_body(n) for n in range(1, 202)]))) == {("categories", "too_long")}
    assert create(scorecard_body(*[criterion_body(n) for n in range(1, 201)])).faults == ()


@pytest.mark.parametrize("body", [None, [], "text", 5])
def test_a_body_that_is_no_object(body: Any) -> None:
    for read in (create(body), patch(body)):
        assert faults(read) == {("", "wrong_type")}


def test_categories_that_are_no_list() -> None:
    assert faults(patch({"categories": {}})) == {("categories", "wrong_type")}
    assert faults(patch({"categories": [{"label": "A", "criteria": 1}]})) == {("categories.0.criteria", "wrong_type")}
    assert faults(patch({"categories": [{"label": "A"}]})) == {("categories.0.criteria", "required")}


@pytest.mark.parametrize("key", ["name", "state", "categories", "assignment", "liveCoach", "createNewRevision"])
def test_null_is_no_value(key: str) -> None:
    assert [path for path, _ in faults(patch({key: None}))] == [key]


def test_unread_keys_are_named_without_positions() -> None:
    body = with_criterion(colour="red")
    body |= {"id": 42, "canEdit": True, "assignment": {"tags": [1]}, "liveCoach": {"level": 1}}
    body["categories"] *= 2
    body["categories"][1] = {"label": "B", "criteria": [criterion_body(5, colour="blue")], "icon": 1}
    assert sorted(create(body).ignored) == [
        "assignment.tags",
        "canEdit",
        "categories.criteria.colour",
        "categories.icon",
        "id",
        "liveCoach.level",
    ]


def test_patch_keeps_what_it_does_not_name() -> None:
    before = content([category(1, [criterion(1)])], teams=(5,))
    assert patch({}).change == ContentChange()
    assert patch({}).change.apply_to(before) == before
    after = patch({"liveCoach": {"enabled": True}}).change.apply_to(before)
    assert after.live_coach == LiveCoach(enabled=True, threshold=80)
    assert after.categories == before.categories


def test_patch_replaces_the_whole_assignment() -> None:
    read = patch({"assignment": {"channels": ["phone"]}})
    after = read.change.apply_to(content(teams=(5,), sample_percent=10))
    assert (after.assignment.teams, after.assignment.channels) == ((), ("phone",))
    assert after.assignment.sample_percent == 100
    assert read.content_keys == ("assignment",)


def test_patch_reads_state_and_flag() -> None:
    read = patch({"state": "deleted", "createNewRevision": "0"})
    assert (read.state, read.create_new_revision, read.content_keys) == (ScorecardState.DELETED, False, ())


def test_highest_ids_of_content() -> None:
    assert highest_of([category(3, [criterion(7), criterion(2)])]) == Highest(3, 7)
    assert highest_of([], Highest(9, 9)) == Highest(9, 9)


def test_scoring_type_is_read() -> None:
    assert only_criterion(create(with_criterion(scoringType="metNotMet"))).scoring_type is ScoringType.MET_NOT_MET


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["1e999", "0x1", "١"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
KEYS = [
    "name", "state", "categories", "assignment", "liveCoach", "createNewRevision", "categoryId", "label", "order",
    "criteria", "id", "description", "maxPoints", "scoringType", "autoGenerateByAi", "assessmentPrompt", "rule", "type",
    "makeOrBreakForCategory", "allowNotApplicable", "applicabilityPrompt", "confidenceThreshold", "ticketTags", "teams",
    "channels", "responseContext", "includeChildTags", "samplePercent", "enabled", "threshold", "texts",
]  # fmt: skip


def bodies(value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.dictionaries(st.sampled_from(KEYS), value, max_size=8)


inner = bodies(anything)
criteria = bodies(anything | st.fixed_dictionaries({"type": st.sampled_from(["slaMet", "containsAny", "x"])}))
categories = st.lists(bodies(anything | st.lists(criteria | anything, max_size=3)), max_size=3)


@given(bodies(anything | inner | categories), st.booleans())
def test_whatever_is_sent_is_read_or_refused(body: Any, creating: bool) -> None:
    read = read_body(body, rules=RULES, creating=creating)
    for fault in read.faults:
        assert fault.message.isprintable()
        assert len(fault.message) < 1000
    if not read.faults:
        made = read.change.apply_to(EMPTY_CONTENT)
        stored = content_to_json(made)
        assert content_from_json(json.loads(json.dumps(stored, allow_nan=False))) == made
        json.dumps(stored, ensure_ascii=False).encode()
