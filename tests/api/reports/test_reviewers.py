"""`GET /quality/report/reviewers`: severity, time, changes, agreement, appeals."""

from datetime import timedelta
from typing import Any

import pytest

from assaydesk.domains.quality.appeals.models import Appeal
from assaydesk.domains.quality.assessments.models import AssessmentEdit
from assaydesk.domains.quality.assessments.types import State
from assaydesk.domains.quality.sampling.models import SecondReview
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.security.permissions import Permission
from tests.api.reports.test_agreement import SEES, VIEW, Desk, _answers, _calibrate, _reviews, desk
from tests.factories.agreement import REVIEWED_AT

__all__ = ["desk"]
PATH = "/quality/report/reviewers"


async def _get(client: Any, desk: Desk, **query: Any) -> dict[int, dict[str, Any]]:
    answer = await client.get(PATH, params={"scorecardBaseId": desk.card.base_id, **query})
    assert answer.status_code == 200, answer.text
    return {row["reviewer"]["id"]: row for row in answer.json()["reviewers"]}


def _edit(number: int, user: int, minutes: int, field: str, value: Any) -> AssessmentEdit:
    at = REVIEWED_AT - timedelta(minutes=minutes)
    return AssessmentEdit(assessment_id=number, user_id=user, at=at, field=field, new_value=value)


async def test_each_figure_of_a_reviewer(as_actor: Any, session: WriteSession, desk: Desk) -> None:
    # Jane takes one point of three on each second review and leaves the rest; Omar confirms everything.
    jane = await _reviews(session, desk, [{10: (5, 5), 11: (3, 2)}, {10: (5, None), 11: (3, None)}] * 2)
    omar = await _reviews(session, desk, [{10: (5, 5)}], reviewer=desk.omar, blind_review=True)
    for number, minutes in zip(jane, (10, 20, 4, 0), strict=True):
        session.add(_edit(number, desk.jane, minutes, "criteria.1.10.score", 5))
        session.add(_edit(number, desk.jane, 0, "state", State.REVIEWED))
    for state in ("accepted", "rejected", "rejected", "partiallyAccepted", "withdrawn", "open"):
        session.add(
            Appeal(
                assessment_id=jane[0], state=state, created_by=desk.agent, created_at=REVIEWED_AT,
                modified_at=REVIEWED_AT, reason="It was another case.", points_before=[1, 2, 3],
            )
        )  # fmt: skip
    await session.commit()
    client = await as_actor(permissions=SEES)
    found = await _get(client, desk)
    assert list(found) == [desk.jane, desk.omar]
    one, two = found[desk.jane], found[desk.omar]
    assert (one["reviews"], two["reviews"]) == (4, 1)
    to_ai = one["severity"]["toAi"]
    # Four touched answers, of which two are a third lower than the AI's.
    assert (to_ai["meanDifference"], to_ai["n"], to_ai["works"]) == (-0.167, 4, 2)
    assert (to_ai["blindN"], two["severity"]["toAi"]["blindN"]) == (0, 1)
    assert "onlySeenAnswers" in one["warnings"]
    assert "onlySeenAnswers" not in two["warnings"]
    assert one["changed"] == {"share": 0.25, "ci95": [0.0, 0.5], "n": 8}
    assert one["time"] == {"medianSeconds": 600, "n": 3, "notMeasurable": 1, "method": "firstEditToFinish"}
    assert two["time"]["n"] == 0
    assert (one["agreement"]["explicit"]["exactAgreement"], one["agreement"]["explicit"]["n"]) == (0.5, 4)
    assert (one["agreement"]["blind"]["n"], two["agreement"]["blind"]["n"]) == (0, 1)
    assert one["appeals"] == {"decided": 4, "lost": 1, "partlyLost": 1, "won": 2, "open": 1}
    assert two["appeals"]["decided"] == 0
    assert len(omar) == 1


async def test_severity_against_people_comes_from_shared_work(as_actor: Any, session: WriteSession, desk: Desk) -> None:
    await _calibrate(session, desk)
    number = (await _reviews(session, desk, [{10: (5, 5), 11: (3, 3)}]))[0]
    session.add(
        SecondReview(
            assessment_id=number, content_id=desk.card.content_id, first_reviewer_id=desk.jane,
            reviewer_id=desk.omar, state="submitted", first=_answers({11: 3}), answers=_answers({11: 0}),
            asked_at=REVIEWED_AT, modified_at=REVIEWED_AT, submitted_at=REVIEWED_AT,
        )
    )  # fmt: skip
    await session.commit()
    found = await _get(await as_actor(permissions=SEES), desk)
    jane, omar = (found[who]["severity"]["toReviewers"] for who in (desk.jane, desk.omar))
    # Session: 10 once 1 higher, 11 once a third lower; second review: 11 once 1 higher. Seven answers to four works.
    assert (jane["meanDifference"], jane["n"], jane["works"]) == (0.238, 7, 4)
    assert omar["meanDifference"] == -jane["meanDifference"]
    assert omar["ci95"][0] <= -0.238 <= omar["ci95"][1]


async def test_only_visible_and_finished_reviews_count(
    as_actor: Any, session: WriteSession, desk: Desk, runtime: Any
) -> None:
    await _reviews(session, desk, [{10: (5, 0)}] * 2)
    await _reviews(session, desk, [{10: (5, 0)}], state=State.REVIEW_ONGOING, blind_review=True)
    assert await _get(await as_actor(permissions=[VIEW]), desk) == {}
    assert await _get(await as_actor(permissions=[VIEW, Permission.QUALITY_VIEW_ASSESSMENT_OWN]), desk) == {}
    client = await as_actor(permissions=SEES)
    assert (await _get(client, desk))[desk.jane]["reviews"] == 2
    assert await _get(client, desk, **{"from": "2024-07-01"}) == {}
    before = runtime.database.statements
    await _get(client, desk)
    assert runtime.database.statements - before <= 20


async def test_refusals(as_actor: Any, anonymous: Any, session: WriteSession, desk: Desk) -> None:
    await session.commit()
    good = {"scorecardBaseId": desk.card.base_id}
    assert (await anonymous.get(PATH, params=good)).status_code == 401
    refused = await (await as_actor(permissions=[Permission.QUALITY_VIEW_ASSESSMENT_ALL])).get(PATH, params=good)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "permission_denied")
    client = await as_actor(permissions=SEES)
    for query in ({}, {**good, "to": "soon"}, {"scorecardBaseId": 2**40}, {**good, "minN": 0}):
        assert (await client.get(PATH, params=query)).status_code == 422


@pytest.mark.parametrize("path", ["agreement", "agreement/pair", "reviewers"])
async def test_given_a_report_its_shape_is_the_documented_one(
    as_actor: Any, session: WriteSession, desk: Desk, path: str
) -> None:
    from assaydesk.domains.quality.reports import agreement_schemas, reviewers_schemas

    shapes = {
        "agreement": agreement_schemas.AgreementReport, "agreement/pair": agreement_schemas.PairPage,
        "reviewers": reviewers_schemas.ReviewersReport,
    }  # fmt: skip
    await _calibrate(session, desk)
    await _reviews(session, desk, [{10: (5, 0), 11: (2, "n/a")}, {10: (0, 0), 11: (1, 1)}])
    client = await as_actor(permissions=SEES)
    answer = await client.get(f"/quality/report/{path}", params={"scorecardBaseId": desk.card.base_id})
    decoded = shapes[path].model_validate_json(answer.content)
    assert set(decoded.model_dump(by_alias=True)) == set(answer.json())
