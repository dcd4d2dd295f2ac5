"""`GET /quality/report/agreement` and the answers behind it (quality.md 16)."""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from assaydesk.domains.quality.assessments.models import AssessmentEdit
from assaydesk.domains.quality.assessments.types import State
from assaydesk.domains.quality.calibration.models import Calibration, CalibrationItem, CalibrationSheet
from assaydesk.domains.quality.golden.models import GoldenItem, GoldenRun, GoldenRunItem, GoldenSet
from assaydesk.domains.quality.scorecards.models import Scorecard
from assaydesk.domains.quality.scorecards.types import ScoringType
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.security.permissions import Permission
from tests.factories.agreement import REVIEWED_AT, cells, make_review
from tests.factories.assessments import judged, make_agent, make_work
from tests.factories.profiles import make_team
from tests.factories.scorecards import category, content, criterion, make_scorecard

PATH = "/quality/report/agreement"
PAIRS = PATH + "/pair"
VIEW = Permission.QUALITY_VIEW_REPORTS
SEES = [VIEW, Permission.QUALITY_VIEW_ASSESSMENT_ALL]


class Desk(NamedTuple):
    card: Scorecard
    agent: int
    team: int
    jane: int
    omar: int


@pytest.fixture
async def desk(session: WriteSession) -> Desk:
    """For the AI criterion 10 (yes or no) and 11 (0 to 3); 12 is decided by a rule, 13 by people alone."""
    team = (await make_team(session)).id
    agent = await make_agent(session, teams=[team])
    jane = await make_agent(session, first_name="Jane", last_name="Doe")
    omar = await make_agent(session, first_name="Omar", last_name="Diaz")
    criteria = [
        judged(10, 5, scoring_type=ScoringType.MET_NOT_MET),
        judged(11, 3),
        judged(12, 5, rule={"type": "greeting"}),
        criterion(13, 5),
    ]
    return Desk(await make_scorecard(session, content([category(1, criteria)])), agent, team, jane, omar)


async def _reviews(session: WriteSession, desk: Desk, pairs: list[dict[int, Any]], **values: Any) -> list[int]:
    """One review for each item, of a worklog that was removed, so that there can be many."""
    found = []
    known = {"agent": desk.agent, "reviewer": desk.jane, "worklog_id": None} | values
    work = await make_work(session, known["agent"], at=REVIEWED_AT - timedelta(days=1))
    for answers in pairs:
        found.append((await make_review(session, desk.card, answers, work=work, **known)).id)
    await session.commit()
    return found


async def _get(client: Any, desk: Desk, path: str = PATH, **query: Any) -> dict[str, Any]:
    answer = await client.get(path, params={"scorecardBaseId": desk.card.base_id, **query})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _group(report: dict[str, Any], key: Any) -> dict[str, Any]:
    return next(group for group in report["groups"] if group["key"] == key)


async def test_figures_and_cells_are_those_of_the_specification(
    as_actor: Any, session: WriteSession, desk: Desk, runtime: Any
) -> None:
    yes_no = cells([[15, 5], [10, 20]], [0, 5])
    scale = cells([[2, 1, 0, 0], [1, 5, 2, 0], [0, 3, 12, 4], [0, 0, 5, 15]], [0, 1, 2, 3])
    await _reviews(session, desk, [{10: one, 11: two, 12: (5, 0)} for one, two in zip(yes_no, scale, strict=True)])
    client = await as_actor(permissions=SEES)
    await client.get("/quality/scorecard")  # Signing in is not the report's matter.
    before = runtime.database.statements
    report = await _get(client, desk)
    few = runtime.database.statements - before
    one, two = _group(report, 10), _group(report, 11)
    assert (one["n"], one["exactAgreement"], one["cohenKappa"], one["krippendorffAlpha"]) == (50, 0.7, 0.4, 0.4)
    assert one["confusionMatrix"] == {
        "labels": ["notMet", "met", "notApplicable"], "rows": "human", "columns": "ai",
        "matrix": [[15, 5, 0], [10, 20, 0], [0, 0, 0]],
    }  # fmt: skip
    assert (one["baseline"], one["withinOne"], one["applicabilityKappa"]) == (0.6, None, None)
    assert (two["exactAgreement"], two["cohenKappa"], two["krippendorffAlpha"]) == (0.68, 0.798, 0.799)
    assert (two["meanAbsoluteError"], two["bias"], two["withinOne"]) == (0.107, -0.013, 1.0)
    assert two["confusionMatrix"]["labels"] == [0, 1, 2, 3]
    for group in (one, two, report["overall"]):
        for name, interval in group["ci95"].items():
            if interval is not None:
                assert interval[0] <= group[name] <= interval[1], (name, group[name], interval)
    assert one["nOf"] | {"withinOne": 50} == two["nOf"] | {"applicabilityKappa": 0}
    overall = report["overall"]
    assert (overall["n"], overall["assessments"], overall["scoringType"]) == (100, 50, "mixed")
    # What a rule decides is no opinion of a judge, and criterion 13 is not its business.
    assert [group["key"] for group in report["groups"]] == [10, 11]
    # The same report of five times as much costs as many statements.
    await _reviews(session, desk, [{10: (5, 5), 11: (3, 3)}] * 30)
    before = runtime.database.statements
    again = await _get(client, desk)
    assert runtime.database.statements - before == few <= 14
    assert again["overall"]["n"] == 160
    # Each cell opens down to its assessments.
    page = await _get(client, desk, PAIRS, key="10", human="notMet", ai="met", limit=3)
    assert (page["total"], len(page["pairs"])) == (5, 3)
    pair = page["pairs"][0]
    assert (pair["ai"], pair["human"]) == ({"score": 5, "applicable": True}, {"score": 0, "applicable": True})
    assert pair["reviewer"] == {"id": desk.jane, "name": "Jane Doe"}
    assert (await client.get(f"/quality/assessment/{pair['assessmentId']}")).status_code == 200
    runs = (await client.get(f"/quality/assessment/{pair['assessmentId']}")).json()["judge"]
    assert runs["runId"] == pair["runId"]
    assert (await _get(client, desk, PAIRS, key="11", human="2", ai="3"))["total"] == 4
    assert (await _get(client, desk, PAIRS, criterionId=11))["total"] == 80


async def test_only_what_a_person_touched_counts_unless_asked_for(
    as_actor: Any, session: WriteSession, desk: Desk
) -> None:
    given = [{10: (5, 0), 11: (2, None)}, {10: (0, None), 11: (None, 3)}, {10: ("n/a", "n/a"), 11: ("n/a", 1)}]
    await _reviews(session, desk, given)
    client = await as_actor(permissions=SEES)
    report = await _get(client, desk)
    one, two = _group(report, 10), _group(report, 11)
    assert (one["n"], one["exactAgreement"], one["given"], one["coverage"]) == (2, 0.5, 3, 1.0)
    # Criterion 11: left as it was, abstained, and "not applicable" against a score.
    assert (two["n"], two["abstentions"], two["coverage"], two["nOf"]["withinOne"]) == (1, 1, 0.667, 0)
    assert two["confusionMatrix"]["labels"] == [0, 1, 2, 3, "notApplicable"]
    assert one["note"] == "fewPairs"
    assert "oneReviewer" in one["warnings"]
    with_all = await _get(client, desk, includeImplicit="true")
    assert (_group(with_all, 10)["n"], _group(with_all, 10)["nExplicit"]) == (3, 2)
    assert "untouchedScoresIncluded" in _group(with_all, 10)["warnings"]
    left = await _get(client, desk, PAIRS, kind="abstention")
    assert [(pair["criterionId"], pair["ai"]) for pair in left["pairs"]] == [(11, None)]


async def test_given_one_answer_only_there_is_a_reason_and_no_figure(
    as_actor: Any, session: WriteSession, desk: Desk
) -> None:
    await _reviews(session, desk, [{10: (5, 5)}] * 25)
    report = await _get(await as_actor(permissions=SEES), desk)
    one, two = _group(report, 10), _group(report, 11)
    assert (one["exactAgreement"], one["cohenKappa"], one["krippendorffAlpha"]) == (1.0, None, None)
    assert (one["note"], one["baseline"]) == ("oneCategory", 1.0)
    assert {"oneCategory", "humanLabelsAllEqual", "notBetterThanConstant"} <= set(one["warnings"])
    assert (two["n"], two["note"], two["exactAgreement"], two["confusionMatrix"]) == (0, "noPairs", None, None)


async def test_groups_by_reviewer_model_prompt_and_month(as_actor: Any, session: WriteSession, desk: Desk) -> None:
    await _reviews(session, desk, [{10: (5, 5), 11: (3, 3)}] * 4, model="model-1")
    july = datetime(2024, 7, 2, tzinfo=UTC)
    await _reviews(session, desk, [{10: (5, 0)}] * 2, reviewer=desk.omar, model=None, prompt_version="2", at=july)
    client = await as_actor(permissions=SEES)
    for by, keys in (
        ("reviewer", [desk.jane, desk.omar]), ("model", ["model-1", "script"]), ("promptVersion", ["1", "2"]),
        ("month", ["2024-06", "2024-07"]),
    ):  # fmt: skip
        report = await _get(client, desk, groupBy=by)
        assert [group["key"] for group in report["groups"]] == keys
        found = {group["key"]: (group["n"], group["exactAgreement"]) for group in report["groups"]}
        assert sorted(found.values()) == [(2, 0.0), (8, 1.0)]
        for key, (n, _) in found.items():
            assert (await _get(client, desk, PAIRS, groupBy=by, key=key))["total"] == n
    june = await _get(client, desk, **{"from": "2024-06-01", "to": "2024-06-30"})
    assert june["overall"]["n"] == 8
    assert (await _get(client, desk, scorecardId=desk.card.id))["overall"]["n"] == 10


async def test_baselines_tell_what_no_reading_reaches(as_actor: Any, session: WriteSession, desk: Desk) -> None:
    # Jane always says met, Omar never does, the AI says met to everybody: it knows less than the reviewer's name.
    await _reviews(session, desk, [{10: (5, 5)}] * 12)
    await _reviews(session, desk, [{10: (5, 0)}] * 10, reviewer=desk.omar)
    one = _group(await _get(await as_actor(permissions=SEES), desk), 10)
    constant, offset = one["baselines"]["constant"], one["baselines"]["reviewerOffset"]
    assert (one["exactAgreement"], constant["exactAgreement"], offset["exactAgreement"]) == (0.545, 0.545, 1.0)
    assert (constant["gain"], offset["gain"], offset["n"]) == (0.0, -0.455, 22)
    assert offset["ci95"]["gain"][1] < 0
    assert "notBetterThanConstant" in one["warnings"]


async def test_blind_only_leaves_out_what_was_changed_after_the_reveal(
    as_actor: Any, session: WriteSession, desk: Desk
) -> None:
    seen, _, late = [
        (await _reviews(session, desk, [{10: (5, 0)}], blind_review=blind))[0] for blind in (True, False, True)
    ]
    finished = REVIEWED_AT - timedelta(hours=1)
    session.add_all(
        AssessmentEdit(assessment_id=number, user_id=desk.jane, at=at, field="state", new_value=State.REVIEWED)
        for number, at in ((seen, REVIEWED_AT), (late, finished))
    )
    await session.commit()
    client = await as_actor(permissions=SEES)
    assert (await _get(client, desk, blindOnly="true"))["overall"]["n"] == 1
    pairs = await _get(client, desk, PAIRS, blindOnly="true")
    assert [pair["assessmentId"] for pair in pairs["pairs"]] == [seen]


async def test_nothing_that_is_reviewed_blind_or_not_released_is_read(
    as_actor: Any, session: WriteSession, desk: Desk
) -> None:
    for state in (State.AI_READY, State.REVIEW_ONGOING, State.DELETED):
        await _reviews(session, desk, [{10: (5, 0)}], state=state, blind_review=state is State.REVIEW_ONGOING)
    for rights in (SEES, [VIEW, Permission.QUALITY_DO_ASSESSMENTS_ALL, Permission.QUALITY_DELETE_ASSESSMENT]):
        client = await as_actor(permissions=rights)
        assert (await _get(client, desk, includeImplicit="true"))["overall"]["given"] == 0
        assert (await _get(client, desk, PAIRS, includeImplicit="true"))["pairs"] == []


async def test_only_visible_assessments_count(as_actor: Any, session: WriteSession, desk: Desk) -> None:
    stranger = await make_agent(session)
    await _reviews(session, desk, [{10: (5, 5)}] * 2)
    await _reviews(session, desk, [{10: (5, 0)}] * 3, agent=stranger)
    team = Permission.QUALITY_VIEW_ASSESSMENT_TEAM_MATE
    own = Permission.QUALITY_VIEW_ASSESSMENT_OWN
    for actor, n in (
        (await as_actor(permissions=[VIEW, team], teams=[desk.team]), 2),
        (await as_actor(permissions=SEES), 5),
        (await as_actor(permissions=[VIEW]), 0),
        (await as_actor(permissions=[VIEW, own]), 0),
    ):
        assert (await _get(actor, desk))["overall"]["n"] == n
        assert (await _get(actor, desk, PAIRS))["total"] == n


@pytest.mark.parametrize("path", [PATH, PAIRS])
async def test_refusals(as_actor: Any, anonymous: Any, desk: Desk, session: WriteSession, path: str) -> None:
    await session.commit()
    good = {"scorecardBaseId": desk.card.base_id}
    assert (await anonymous.get(path, params=good)).status_code == 401
    stranger = await as_actor(permissions=[Permission.QUALITY_VIEW_ASSESSMENT_ALL])
    refused = await stranger.get(path, params=good)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "permission_denied")
    client = await as_actor(permissions=SEES)
    for query, code in (
        ({}, "validation_failed"),
        ({**good, "from": "yesterday"}, "validation_failed"),
        ({**good, "groupBy": "colour"}, "validation_failed"),
        ({**good, "source": "memory"}, "validation_failed"),
        ({**good, "minN": 0}, "validation_failed"),
        ({"scorecardBaseId": 2**40}, "unknown_reference"),
        ({**good, "scorecardId": 2**40}, "unknown_reference"),
    ):
        answer = await client.get(path, params=query)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, code), query
    if path == PAIRS:
        for query in ({"key": "77"}, {"human": "met"}, {"limit": 0}):
            assert (await client.get(path, params={**good, **query})).status_code == 422


def _answers(values: dict[int, Any]) -> list[dict[str, Any]]:
    return [
        {"categoryId": 1, "criterionId": number, "score": None if value == "n/a" else value,
         "applicable": None if value is None else value != "n/a", "reason": None}
        for number, value in values.items()
    ]  # fmt: skip


async def _calibrate(session: WriteSession, desk: Desk, *, state: str = "closed") -> None:
    """Two people and the AI on three pieces of work; on the last the AI leaves criterion 11 to a person."""
    row = Calibration(
        name="June", scorecard_id=desk.card.id, scorecard_base_id=desk.card.base_id, content_id=desk.card.content_id,
        state=state, blind=True, include_ai=True, reviewers=[desk.jane, desk.omar], created_at=REVIEWED_AT,
        modified_at=REVIEWED_AT, closed_at=REVIEWED_AT if state == "closed" else None,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    sheets = [(5, 3), (5, 2), (0, 1)], [(5, 3), (0, 2), (0, 2)], [(5, 3), (5, 2), (0, None)]
    for position in range(3):
        work = await make_work(session, desk.agent)
        jane, omar, ai = (_answers(dict(zip((10, 11), one[position], strict=True))) for one in sheets)
        item = CalibrationItem(
            calibration_id=row.id, worklog_id=work.worklog.id, ticket_id=work.ticket.id, assessed_user=desk.agent,
            position=position, ai_state="done", ai_answers=ai,
            ai_run={"provider": "script", "model": "model-9", "promptVersion": "7"},
        )  # fmt: skip
        session.add(item)
        await session.flush()
        session.add_all(
            CalibrationSheet(
                calibration_id=row.id, worklog_id=work.worklog.id, user_id=user, state="submitted", answers=answers,
                created_at=REVIEWED_AT, modified_at=REVIEWED_AT, submitted_at=REVIEWED_AT,
            )
            for user, answers in ((desk.jane, jane), (desk.omar, omar))
        )  # fmt: skip
    await session.commit()


async def test_calibration_gives_pairs_and_the_human_ceiling(as_actor: Any, session: WriteSession, desk: Desk) -> None:
    await _calibrate(session, desk)
    await _calibrate(session, desk, state="open")
    await _reviews(session, desk, [{10: (5, 5), 11: (3, 3)}])
    client = await as_actor(permissions=SEES)
    one = _group(await _get(client, desk), 10)
    # Pooled answers 5 5 5 0 0 0, of which one pair of three disagrees: alpha is 1 - (1/3) / (18/30).
    assert one["humanCeiling"] | {"ci95": None} == {
        "krippendorffAlpha": 0.444, "ci95": None, "n": 3, "answers": 6, "note": None,
    }  # fmt: skip
    report = await _get(client, desk, source="calibration", groupBy="reviewer")
    found = {group["label"]: (group["n"], group["exactAgreement"], group["abstentions"]) for group in report["groups"]}
    assert found == {"Jane Doe": (5, 1.0, 1), "Omar Diaz": (5, 0.8, 1)}
    pair = (await _get(client, desk, PAIRS, source="calibration", human="notMet", ai="met", criterionId=10))["pairs"]
    assert [(one["assessmentId"], one["reviewer"]["id"], one["model"]) for one in pair] == [
        (None, desk.omar, "model-9")
    ]
    # What colleagues said of one's own work is nobody's to read by the right to one's own assessments.
    agent = await as_actor(permissions=[VIEW, Permission.QUALITY_VIEW_ASSESSMENT_OWN], teams=[desk.team])
    hidden = await _get(agent, desk, source="calibration")
    assert hidden["overall"]["given"] == 0


async def test_golden_sets_give_the_pairs_of_their_newest_run(as_actor: Any, session: WriteSession, desk: Desk) -> None:
    kept = GoldenSet(name="Core", scorecard_base_id=desk.card.base_id, created_at=REVIEWED_AT, modified_at=REVIEWED_AT)
    session.add(kept)
    await session.flush()
    work = await make_work(session, desk.agent)
    item = GoldenItem(
        golden_set_id=kept.id, worklog_id=work.worklog.id, ticket_id=work.ticket.id, case={}, text_hash="sha256:0",
        labels=_answers({10: 5, 11: 2}), created_at=REVIEWED_AT,
    )  # fmt: skip
    session.add(item)
    await session.flush()
    for state, score in (("done", 0), ("done", 3), ("failed", 1)):
        run = GoldenRun(
            golden_set_id=kept.id, state=state, trigger="manual", scorecard_id=desk.card.id,
            content_id=desk.card.content_id, content_hash="sha256:0", setup_hash="sha256:0", model="model-9",
            created_at=REVIEWED_AT, finished_at=REVIEWED_AT,
        )  # fmt: skip
        session.add(run)
        await session.flush()
        session.add(GoldenRunItem(run_id=run.id, item_id=item.id, answers=_answers({10: 5, 11: score}), at=REVIEWED_AT))
    await session.commit()
    client = await as_actor(permissions=SEES)
    two = _group(await _get(client, desk, source="golden"), 11)
    assert (two["n"], two["bias"], two["withinOne"]) == (1, 0.333, 1.0)
    assert (await _get(client, desk, PAIRS, source="golden"))["total"] == 2
