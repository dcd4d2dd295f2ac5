"""`If-Unmodified-Since-Version` with `modifiedAt`, for objects without a version (conventions.md 9)."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from assaydesk.domains.reminders.models import Reminder
from assaydesk.domains.tags.models import Tag
from assaydesk.domains.teams.models import Team
from assaydesk.domains.templates.models import Template
from assaydesk.platform.db.session import WriteSession
from tests.conftest import ClientMaker
from tests.factories.profiles import make_team
from tests.factories.tags import make_tag
from tests.factories.templates import make_template
from tests.factories.tickets import make_ticket
from tests.factories.worklogs import set_settings

HEADER = "If-Unmodified-Since-Version"
READ_AT = datetime(2024, 6, 12, 10, 0, tzinfo=UTC)


async def _tag(session: WriteSession, _: int) -> Any:
    return await make_tag(session)


async def _team(session: WriteSession, _: int) -> Any:
    return await make_team(session)


async def _template(session: WriteSession, _: int) -> Any:
    return await make_template(session)


async def _reminder(session: WriteSession, user_id: int) -> Any:
    ticket = await make_ticket(session)
    row = Reminder(
        ticket_id=ticket.id, user_id=user_id, created_by=user_id, remind_at=datetime.now(UTC) + timedelta(days=1)
    )
    session.add(row)
    await session.flush()
    return row


@pytest.mark.parametrize(
    ("path", "make", "body"),
    [
        ("/tag", _tag, {"color": "red"}),
        ("/team", _team, {"color": "red"}),
        ("/template", _template, {"description": "Other"}),
        ("/intentTemplate", _template, {"description": "Other"}),
        ("/reminder", _reminder, {"text": "Other"}),
    ],
)
async def test_the_later_of_two_who_read_the_same_is_told(
    as_actor: ClientMaker,
    session: WriteSession,
    path: str,
    make: Callable[[WriteSession, int], Awaitable[Tag | Team | Template | Reminder]],
    body: dict[str, str],
) -> None:
    await set_settings(session, timezone="Europe/Berlin")
    client: httpx.AsyncClient = await as_actor()
    row = await make(session, client.actor_id)  # type: ignore[attr-defined]
    row.modified_at = READ_AT
    await session.commit()
    address = f"{path}/{row.id}"
    read = (await client.get(address)).json()["modifiedAt"]
    shown = READ_AT.astimezone(ZoneInfo("Europe/Berlin")).strftime("%Y-%m-%d %H:%M:%S")
    assert read == (shown if path == "/tag" else "2024-06-12T10:00:00Z")
    first = await client.patch(address, json=body, headers={HEADER: read})
    assert first.status_code == 200, first.text
    second = await client.patch(address, json=dict.fromkeys(body, "blue"), headers={HEADER: read})
    assert (second.status_code, second.json()["error"]["code"]) == (409, "stale_object")
    assert second.json()["error"]["details"]["modifiedAt"] > "2024-06-12T10:00:00Z"
    kept = (await client.get(address)).json()
    assert {key: kept[key] for key in body} == body
    unreadable = await client.patch(address, json=body, headers={HEADER: "yesterday"})
    assert (unreadable.status_code, unreadable.json()["error"]["code"]) == (422, "validation_failed")
    assert (await client.patch(address, json=dict.fromkeys(body, "blue"))).status_code == 200
