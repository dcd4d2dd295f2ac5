"""Who gets which rows, in which form, at once or later (ticket.md 10)."""

import csv
import io
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from assaydesk.domains.exports.models import Export
from assaydesk.domains.exports.tasks import tidy
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.jobs.job import Runtime
from tests.conftest import ClientMaker
from tests.factories.exports import Desk, make_desk, make_many
from tests.factories.profiles import make_profile
from tests.factories.worklogs import set_settings

RIGHTS = ["exportData", "readTicket", "worklogViewAll"]
PATHS = ["reporting_tickets", "ticket", "reporting_messages", "reporting_worklog", "surveys", "users"]
RunJobs = Callable[..., Awaitable[list[str]]]


@pytest.fixture
async def desk(session: WriteSession) -> Desk:
    made = await make_desk(session)
    await session.commit()
    return made


@pytest.mark.parametrize("path", PATHS)
async def test_the_right_to_export(as_actor: ClientMaker, anonymous: Any, path: str) -> None:
    nobody = await as_actor(permissions=["readTicket", "exportCustomData"])
    assert (await anonymous.get(f"/export/{path}")).status_code == 401
    assert (await nobody.get(f"/export/{path}")).json()["error"]["code"] == "permission_denied"
    assert (await nobody.get(f"/export/{path}", params={"limit": "many"})).status_code == 422


async def test_rows_that_the_caller_may_not_see_are_left_out(
    as_actor: ClientMaker, session: WriteSession, desk: Desk
) -> None:
    client = await as_actor(permissions=["exportData"])
    for path in PATHS[:4]:
        assert (await client.get(f"/export/{path}", params={"format": "json"})).json() == []
    own = await as_actor(permissions=["exportData", "worklogViewOwn"], profile=None)
    assert (await own.get("/export/reporting_worklog", params={"format": "json"})).json() == []
    await session.execute(text("update tickets set deleted_at = now() where id = :id"), {"id": desk.closed})
    await session.commit()
    client = await as_actor(permissions=RIGHTS)
    assert [row["id"] for row in (await client.get("/export/ticket", params={"format": "json"})).json()] == [desk.open]
    assert (await client.get("/export/reporting_messages", params={"format": "json"})).json() == []
    assert (await client.get("/export/reporting_worklog", params={"format": "json"})).json() == []


async def test_survey_answers_of_others_need_a_right(as_actor: ClientMaker, session: WriteSession, desk: Desk) -> None:
    await session.execute(
        text(
            "insert into surveys (ticket_id, conversation_id, user_id, scale, answer_stars, answer_text, answered_at, "
            "worklog_id) values (:ticket, :message, :user, 5, 4, '@SUM(1)', '2024-06-14 10:00Z', :worklog), "
            "(:open, null, null, 5, null, null, null, null)"
        ),
        {"ticket": desk.closed, "message": desk.messages[2], "user": desk.anna, "worklog": desk.worklog,
         "open": desk.open},
    )  # fmt: skip
    await session.commit()
    query = {"format": "json"}
    assert (await (await as_actor(permissions=["exportData"])).get("/export/surveys", params=query)).json() == []
    reader = await as_actor(permissions=["exportData", "readSurveys"])
    [row] = (await reader.get("/export/surveys", params=query)).json()
    assert row == {
        "id": row["id"], "ticketId": desk.closed, "conversationId": desk.messages[2], "userWorklogId": desk.worklog,
        "name": "Anna Beck", "scale": 5, "answerStars": 4, "answerText": "@SUM(1)",
        "createdAt": "2024-06-14T10:00:00Z",
    }  # fmt: skip
    assert "'@SUM(1)" in (await reader.get("/export/surveys", params={"format": "csv"})).text


async def test_csv_is_rfc_4180_and_holds_no_formulas(as_actor: ClientMaker, session: WriteSession, desk: Desk) -> None:
    for place, value in enumerate(["+1", "-2", "@x", "\tx", "\rx", 'a "b", c', "line\nbreak", "ä;ö", "plain"]):
        await session.execute(
            text("insert into tickets (channel, contract_id, created_at, sla_started_at) values "
                 "('email', :value, timestamptz '2025-01-01' + :place * interval '1 day', now())"),
            {"value": value, "place": place},
        )  # fmt: skip
    await session.commit()
    client = await as_actor(permissions=RIGHTS)
    answer = await client.get("/export/ticket", params={"format": "csv", "orderByDirection": "asc"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="ticket-')
    assert answer.content.startswith(b"id,channel,direction,")
    assert b"\r\n" in answer.content
    rows = list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))
    assert [row["contractId"] for row in rows] == [
        "'=1+1", "C-2", "'+1", "'-2", "'@x", "'\tx", "'\rx", 'a "b", c', "line\nbreak", "ä;ö", "plain",
    ]  # fmt: skip
    assert rows[0]["secondsClosedAfterSLA"] == "-3600"
    assert rows[1]["closedAt"] == ""
    await set_settings(session, exportCsvDelimiter=";", defaultDateExportFormat="csv")
    await session.commit()
    assert (await client.get("/export/ticket")).text.startswith("id;channel;direction;")


async def test_xlsx_has_one_sheet_with_numbers_and_texts(as_actor: ClientMaker, desk: Desk) -> None:
    client = await as_actor(permissions=RIGHTS)
    answer = await client.get("/export/ticket", params={"orderByDirection": "asc"})
    assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
    book = load_workbook(io.BytesIO(answer.content))
    [sheet] = book.worksheets
    names = [cell.value for cell in sheet[1]]
    first = dict(zip(names, sheet[2], strict=True))
    assert (first["contractId"].value, first["contractId"].data_type) == ("=1+1", "s")
    assert (first["id"].value, first["id"].data_type) == (desk.closed, "n")
    assert sheet.max_row == 3


async def test_limits_and_offsets(as_actor: ClientMaker, desk: Desk) -> None:
    client = await as_actor(permissions=RIGHTS)

    async def status(**query: Any) -> int:
        return (await client.get("/export/ticket", params={"format": "json"} | query)).status_code

    assert [await status(limit=limit) for limit in (0, 1_000_001, 1_000_000)] == [422, 422, 200]
    assert [await status(offset=offset) for offset in (-1, 2**62)] == [422, 200]
    assert (await client.get("/export/ticket", params={"format": "json", "offset": 2**40})).json() == []
    assert await status(format="pdf") == 422
    assert await status(orderByDirection="up") == 422
    assert await status(filters="{}") == 422
    assert await status(**{"filters[0][odd]": "x"}) == 422
    assert await status(**{"filters[0][key]": "odd", "filters[0][comparator]": "eq"}) == 422
    bad = await client.get(
        "/export/ticket", params={"filters[0][key]": "id", "filters[0][comparator]": "eq", "filters[0][value]": "x"}
    )
    assert bad.json()["error"]["details"]["fields"][0]["path"] == "filters.0.value"


@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
async def test_a_large_export_is_queued_written_and_fetched(
    as_actor: ClientMaker, session: WriteSession, run_jobs: RunJobs, form: str
) -> None:
    await set_settings(session, exportSyncRowsText=20, exportSyncRowsXlsx=20)
    await make_many(session, 50)
    await session.commit()
    client, other = await as_actor(permissions=RIGHTS), await as_actor(permissions=RIGHTS)
    query = {"format": form, "limit": 45, "offset": 5, "orderByDirection": "asc"}
    queued = await client.get("/export/ticket", params=query)
    assert queued.status_code == 202
    body = queued.json()
    assert body["message"]
    assert (body["exportId"], body["state"]) == (body["id"], "queued")
    job = f"/export/job/{body['id']}"
    assert queued.headers["Location"] == f"/api/mind{job}"
    assert (await client.get(job)).json()["rowsTotal"] == 45
    file = f"/export/file/{body['id']}"
    assert (await client.get(file)).json()["error"]["code"] == "export_not_ready"
    assert await run_jobs() == ["exports.write"]
    shown = (await client.get(job)).json()
    assert (shown["state"], shown["rowsDone"], shown["fileUrl"]) == ("done", 45, f"/api/mind{file}")
    answer = await client.get(file)
    small = await client.get("/export/ticket", params=query | {"limit": 20})
    if form == "xlsx":
        assert load_workbook(io.BytesIO(answer.content)).worksheets[0].max_row == 46
    elif form == "csv":
        assert answer.text.count("\r\n") == 46
        assert answer.text.startswith(small.text[:1000])
    else:
        assert len(answer.json()) == 45
        assert [row["id"] for row in answer.json()][:20] == [row["id"] for row in small.json()]
    for refused in (other.get(job), other.get(file), other.delete(job)):
        assert (await refused).json()["error"]["code"] == "export_not_found"
    assert [one["id"] for one in (await client.get("/export/job")).json()["jobs"]] == [body["id"]]
    assert (await other.get("/export/job")).json()["total"] == 0
    told = await session.execute(text("select kind, url from notifications where user_id = :id"), {
        "id": client.actor_id  # type: ignore[attr-defined]
    })  # fmt: skip
    assert told.all() == [("exportReady", f"/api/mind{file}")]
    logged = await session.execute(text("select user_id, data from events where type = 'reportReady'"))
    assert [(one.user_id, one.data["exportId"]) for one in logged] == [
        (client.actor_id, body["id"])  # type: ignore[attr-defined]
    ]
    assert (await client.delete(job)).json() == {"success": True}
    assert (await client.get(job)).json()["state"] == "expired"
    assert (await client.get(file)).json()["error"]["code"] == "export_not_found"
    assert await session.scalar(text("select count(*) from files")) == 0


async def queue_one(client: Any, session: WriteSession) -> int:
    await set_settings(session, exportSyncRowsText=2)
    await make_many(session, 5)
    await session.commit()
    return int((await client.get("/export/ticket", params={"format": "csv"})).json()["id"])


async def test_a_cancelled_export_is_not_written(
    as_actor: ClientMaker, session: WriteSession, run_jobs: RunJobs
) -> None:
    client = await as_actor(permissions=RIGHTS)
    export_id = await queue_one(client, session)
    assert (await client.delete(f"/export/job/{export_id}")).status_code == 200
    await run_jobs()
    assert (await client.get(f"/export/job/{export_id}")).json()["state"] == "cancelled"
    assert (await client.get(f"/export/file/{export_id}")).status_code == 409
    assert (await client.delete(f"/export/job/{export_id}")).status_code == 200


async def test_rights_count_when_the_file_is_written(
    as_actor: ClientMaker, session: WriteSession, run_jobs: RunJobs
) -> None:
    client = await as_actor(permissions=RIGHTS)
    export_id = await queue_one(client, session)
    await session.execute(text("update roles set permissions = '{}' where 'exportData' = any(permissions)"))
    await session.commit()
    await run_jobs()
    shown = (await client.get(f"/export/job/{export_id}")).json()
    assert (shown["state"], shown["error"]) == ("failed", "permission_denied")


async def test_an_export_whose_workers_die_each_time_is_given_up(
    as_actor: ClientMaker, session: WriteSession, run_jobs: RunJobs
) -> None:
    client = await as_actor(permissions=RIGHTS)
    export_id = await queue_one(client, session)
    await session.execute(text("update exports set state = 'running', attempt = 5"))
    await session.commit()
    await run_jobs()
    shown = (await client.get(f"/export/job/{export_id}")).json()
    assert (shown["state"], shown["error"]) == ("failed", "internal_error")


async def test_files_expire_and_forgotten_exports_are_taken_up(
    as_actor: ClientMaker, session: WriteSession, runtime: Runtime, run_jobs: RunJobs
) -> None:
    client = await as_actor(permissions=RIGHTS)
    export_id = await queue_one(client, session)
    await session.execute(text("delete from procrastinate_jobs"))
    await session.commit()
    assert await tidy.function(runtime) == {"started": 1, "removed": 0}
    assert await run_jobs() == ["exports.write"]
    await session.execute(text("update exports set expires_at = now() - interval '1 second'"))
    await session.commit()
    assert await tidy.function(runtime) == {"started": 0, "removed": 1}
    assert (await client.get(f"/export/job/{export_id}")).json()["state"] == "expired"
    assert await session.scalar(text("select count(*) from file_chunks")) == 0


async def test_one_statement_reads_all_rows(as_actor: ClientMaker, session: WriteSession, database: Any) -> None:
    await make_many(session, 30)
    await session.commit()
    client = await as_actor(permissions=RIGHTS)

    async def sent(limit: int) -> int:
        before = database.statements
        assert len((await client.get("/export/ticket", params={"format": "json", "limit": limit})).json()) == limit
        return int(database.statements - before)

    await sent(1)
    assert await sent(1) == await sent(30)


async def test_the_zone_of_the_caller_is_that_of_the_times(
    as_actor: ClientMaker, session: WriteSession, desk: Desk
) -> None:
    person = await make_profile(session, permissions=RIGHTS, timezone="Asia/Tokyo")
    await session.commit()
    client = await as_actor(profile=person.id)
    [row, _] = (await client.get("/export/ticket", params={"format": "json", "orderByDirection": "asc"})).json()
    assert row["createdAt"] == "2024-06-12 18:00:00"


def test_the_table_of_moves_names_only_states_that_there_are() -> None:
    from assaydesk.domains.exports.lifecycle import MOVES, Step, move
    from assaydesk.domains.exports.types import State

    ends = {State.FAILED, State.CANCELLED, State.EXPIRED}
    assert {state for state, _ in MOVES} == set(State) - ends
    assert all(move(state, step) is None for state in ends for step in Step)
    assert Export.__tablename__ == "exports"
