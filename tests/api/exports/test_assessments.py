"""The export of assessments: sheets, columns, who gets which rows, what a blind reviewer is told (quality.md 10)."""

import csv
import io
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from assaydesk.domains.quality.assessments.types import CriterionState, Origin, State
from assaydesk.domains.quality.scorecards.models import Scorecard
from assaydesk.platform.db.session import WriteSession
from tests.conftest import ClientMaker
from tests.factories.assessments import Work, ai_answer, judged, make_assessment, make_work
from tests.factories.profiles import make_profile, make_team
from tests.factories.scorecards import category, content, make_scorecard
from tests.factories.worklogs import set_settings

PATH = "/export/qualityAssessments"
DAY = datetime(2024, 6, 12, 10, 20, tzinfo=UTC)
RIGHTS = ["exportData", "qualityViewAssessmentAll"]
RunJobs = Callable[..., Awaitable[list[str]]]


def card_content(name: str, *labels: str, first: int = 10) -> Any:
    criteria = [judged(first + place, 5, label=label) for place, label in enumerate(labels)]
    return replace(content([replace(category(1, criteria), label="Tone")]), name=name)


@dataclass
class Desk:
    team: int
    jane: int
    lead: int
    mail: int
    newer: int
    phone: int
    works: list[Work]
    ids: list[int]


@pytest.fixture
async def desk(session: WriteSession) -> Desk:
    """Two assessments of a family with two revisions, by hand and by the AI, and one of another family."""
    team = (await make_team(session)).id
    jane = (await make_profile(
        session, role=2, teams=[team], first_name="Jane", last_name="Doe", name_reports="Quiet Otter"
    )).id  # fmt: skip
    lead = (await make_profile(
        session, role=2, teams=[team], first_name="=Max", last_name="Lead", name_reports="Calm Owl"
    )).id  # fmt: skip
    old = await make_scorecard(session, card_content("E-mail: all/any", "Greeting", "Ending"), state="retired")
    newer = await make_scorecard(
        session, card_content("E-mail: all/any", "Salutation", "Salutation", first=10), revision=2, base_id=old.base_id
    )  # fmt: skip
    phone = await make_scorecard(session, card_content("Phone", "=1+1", first=30))
    works = [await make_work(session, jane, at=DAY + timedelta(days=place)) for place in range(3)]
    reviewed = replace(ai_answer(10, "4.5"), origin=Origin.HUMAN, state=CriterionState.HUMAN_VERIFIED)
    rows = [
        await make_assessment(
            session, works[0], old, state=State.REVIEWED, answers=[reviewed, ai_answer(11, 5)], created_at=DAY,
            assessment_date=DAY + timedelta(hours=1), assessed_by_user=lead,
        ),
        await make_assessment(
            session, works[1], newer, answers=[ai_answer(10, None)], created_at=DAY + timedelta(days=1)
        ),
        await make_assessment(
            session, works[2], phone, answers=[ai_answer(30, 2)], created_at=DAY + timedelta(days=2)
        ),
    ]  # fmt: skip
    await session.commit()
    return Desk(team, jane, lead, old.id, newer.id, phone.id, works, [row.id for row in rows])


async def as_json(client: Any, **query: Any) -> list[dict[str, Any]]:
    answer = await client.get(PATH, params={"format": "json"} | query)
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]


async def test_columns_are_the_criteria_of_all_revisions(as_actor: ClientMaker, desk: Desk) -> None:
    client = await as_actor(permissions=RIGHTS)
    rows = await as_json(client, scorecardId=desk.mail)
    assert rows == [
        {
            "Date": "2024-06-13T10:20:00Z", "Assessment Date": None, "Reviewed Agent": "Jane Doe", "Reviewer": "AI",
            "State": "Ready for Review", "Ticket ID": desk.works[1].ticket.id, "Total Score": None,
            "Total Score (%)": None, "Tone - Salutation (id 10)": None, "Tone - Salutation (id 11)": None,
        },
        {
            "Date": "2024-06-12T10:20:00Z", "Assessment Date": "2024-06-12T11:20:00Z", "Reviewed Agent": "Jane Doe",
            "Reviewer": "=Max Lead", "State": "Reviewed", "Ticket ID": desk.works[0].ticket.id, "Total Score": 10,
            "Total Score (%)": 95, "Tone - Salutation (id 10)": 4.5, "Tone - Salutation (id 11)": 5,
        },
    ]  # fmt: skip
    assert list(rows[0])[:8] == [
        "Date", "Assessment Date", "Reviewed Agent", "Reviewer", "State", "Ticket ID", "Total Score", "Total Score (%)",
    ]  # fmt: skip
    # Any revision stands for its family; without one it is that of the newest assessment.
    assert await as_json(client, scorecardId=desk.newer) == rows
    [newest] = await as_json(client)
    assert (newest["Ticket ID"], newest["Tone - =1+1"]) == (desk.works[2].ticket.id, 2)


async def test_dates_limit_and_offset(as_actor: ClientMaker, desk: Desk) -> None:
    client = await as_actor(permissions=RIGHTS)
    tickets = [work.ticket.id for work in desk.works]

    async def found(**query: Any) -> list[int]:
        return [row["Ticket ID"] for row in await as_json(client, **query)]

    assert await found(to="2024-06-13") == [tickets[1], tickets[0]]
    assert await found(**{"from": "2024-06-12", "to": "2024-06-12"}) == [tickets[0]]
    assert await found(**{"from": "2024-07-01"}) == []
    assert await found(scorecardId=desk.mail, limit=1, offset=1) == [tickets[0]]
    for query in ({"from": "soon"}, {"scorecardId": 0}, {"limit": 0}, {"format": "pdf"}):
        assert (await client.get(PATH, params=query)).status_code == 422, query
    unknown = await client.get(PATH, params={"scorecardId": 2**40})
    assert unknown.json()["error"]["code"] == "unknown_reference"


async def test_a_sheet_for_each_scorecard(as_actor: ClientMaker, desk: Desk) -> None:
    client = await as_actor(permissions=RIGHTS)
    answer = await client.get(PATH)
    assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["Phone", "E-mail_ all_any"]
    phone, mail = book.worksheets
    assert (phone["I1"].value, phone["I1"].data_type, phone["I2"].value) == ("Tone - =1+1", "s", 2)
    assert (mail["D3"].value, mail["D3"].data_type, mail["G3"].value, mail.max_row) == ("=Max Lead", "s", 10, 3)
    one = load_workbook(io.BytesIO((await client.get(PATH, params={"scorecardId": desk.mail})).content))
    assert one.sheetnames == ["E-mail_ all_any"]
    nobody = await as_actor(permissions=["exportData", "qualityViewAssessmentOwn"])
    empty = load_workbook(io.BytesIO((await nobody.get(PATH)).content))
    assert (empty.sheetnames, empty.worksheets[0].max_row) == (["Assessments"], 1)


async def test_csv_holds_no_formulas(as_actor: ClientMaker, desk: Desk, session: WriteSession) -> None:
    await set_settings(session, exportCsvDelimiter=";")
    await session.commit()
    client = await as_actor(permissions=RIGHTS)
    answer = await client.get(PATH, params={"format": "csv", "scorecardId": desk.mail})
    assert answer.content.startswith(b"Date;Assessment Date;")
    rows = list(csv.DictReader(io.StringIO(answer.text, newline=""), delimiter=";"))
    assert [row["Reviewer"] for row in rows] == ["AI", "'=Max Lead"]
    assert [row["Total Score (%)"] for row in rows] == ["", "95"]


async def test_names_follow_the_level_of_privacy(as_actor: ClientMaker, desk: Desk, session: WriteSession) -> None:
    client = await as_actor(permissions=RIGHTS)
    for level, expected in (("pseudonym", ("Quiet Otter", "Calm Owl")), ("anonymous", (None, None))):
        await set_settings(session, reportingPrivacyLevel=level)
        await session.commit()
        row = (await as_json(client, scorecardId=desk.mail))[1]
        assert (row["Reviewed Agent"], row["Reviewer"]) == expected
        assert (await as_json(client))[0]["Reviewer"] == "AI"


@pytest.mark.parametrize(
    ("permissions", "in_team", "found"),
    [
        (["qualityViewAssessmentAll"], False, 2),
        (["qualityViewAssessmentTeamMate"], True, 2),
        (["qualityViewAssessmentTeamMate"], False, 0),
        (["qualityViewAssessmentOwn"], True, 0),
    ],
)
async def test_only_visible_assessments(
    as_actor: ClientMaker, desk: Desk, permissions: list[str], in_team: bool, found: int
) -> None:
    client = await as_actor(permissions=["exportData", *permissions], teams=[desk.team] if in_team else [])
    assert len(await as_json(client, scorecardId=desk.mail)) == found


async def test_the_assessed_person_gets_released_ones_only(
    as_actor: ClientMaker, desk: Desk, session: WriteSession
) -> None:
    own = (await make_profile(session, permissions=["exportData", "qualityViewAssessmentOwn"])).id
    work = await make_work(session, own)
    card = await session.get(Scorecard, desk.newer)
    assert card is not None
    row = await make_assessment(session, work, card, answers=[ai_answer(10, 3)])
    await session.commit()
    client = await as_actor(profile=own)
    assert await as_json(client) == []
    assert await as_json(client, scorecardId=desk.newer) == []
    row.state = State.REVIEWED
    await session.commit()
    assert [row["Tone - Salutation (id 10)"] for row in await as_json(client)] == [3]


async def test_both_rights_are_needed(as_actor: ClientMaker, anonymous: Any) -> None:
    assert (await anonymous.get(PATH)).status_code == 401
    for permissions in (["exportData"], ["qualityViewAssessmentAll"]):
        client = await as_actor(permissions=permissions)
        assert (await client.get(PATH)).json()["error"]["code"] == "permission_denied"


async def test_a_blind_reviewer_is_not_told_what_the_ai_said(as_actor: ClientMaker, session: WriteSession) -> None:
    agent = (await make_profile(session, role=2)).id
    card = await make_scorecard(session, card_content("Blind", "A", "B"))
    mine = replace(ai_answer(10, 4), origin=Origin.HUMAN, state=CriterionState.HUMAN_VERIFIED)
    work = await make_work(session, agent)
    row = await make_assessment(
        session, work, card, state=State.REVIEW_ONGOING, answers=[mine, ai_answer(11, 3)], blind_review=True
    )
    await session.commit()
    reviewer = await as_actor(permissions=["exportData", "qualityDoAssessmentsAll"])
    reader = await as_actor(permissions=RIGHTS)

    async def shown(client: Any) -> list[Any]:
        [found] = await as_json(client)
        return [found[name] for name in ("Total Score", "Total Score (%)", "Tone - A", "Tone - B")]

    assert await shown(reviewer) == [None, None, 4, None]
    assert await shown(reader) == [7, 70, 4, 3]
    row.state = State.REVIEWED
    await session.commit()
    assert await shown(reviewer) == [7, 70, 4, 3]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
async def test_a_large_one_is_written_by_a_job(
    as_actor: ClientMaker, desk: Desk, session: WriteSession, run_jobs: RunJobs, form: str
) -> None:
    await set_settings(session, exportSyncRowsText=1, exportSyncRowsXlsx=1)
    await session.commit()
    client = await as_actor(permissions=RIGHTS)
    query = {"format": form, "scorecardId": desk.mail, "from": "2024-06-12"}
    queued = await client.get(PATH, params=query)
    assert queued.status_code == 202, queued.text
    assert await run_jobs() == ["exports.write"]
    job = (await client.get(f"/export/job/{queued.json()['id']}")).json()
    assert (job["state"], job["rowsDone"], job["rowsTotal"]) == ("done", 2, 2)
    file = await client.get(f"/export/file/{queued.json()['id']}")
    if form == "csv":
        assert file.text.count("\r\n") == 3
    else:
        assert load_workbook(io.BytesIO(file.content)).worksheets[0].max_row == 3
