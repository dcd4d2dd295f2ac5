"""Showing worklogs: lists, single ones, and what other domains show of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from assaydesk.domains.profiles.service import load_profiles
from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.worklogs import filters, repository
from assaydesk.domains.worklogs.events import WORKLOG_ASSESSMENTS
from assaydesk.domains.worklogs.recording import presence_of
from assaydesk.domains.worklogs.rows import ToolCallRow, WorklogDetail, WorklogPage, WorklogRow
from assaydesk.domains.worklogs.schemas import WorklogSearch
from assaydesk.domains.worklogs.view import call_view, detail_view, user_view, worklog_view
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.errors import NotFound
from assaydesk.platform.filters import conditions
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission


class WorklogNotFound(NotFound):
    default_message = "This worklog does not exist."


async def list_worklogs_of_ticket(session: ReadSession, actor: Actor, ticket_id: int) -> list[WorklogRow]:
    """The ticket's worklogs that the caller may see, ascending by date, latest interaction, id."""
    return await _views(session, actor, await repository.of_ticket(session, actor, ticket_id))


async def search_worklogs(session: ReadSession, actor: Actor, search: WorklogSearch) -> WorklogPage:
    """Worklogs across tickets. Raises `UnknownFilterKey` and `ValidationFailed`."""
    order = filters.ordering(search.order_by_field, search.order_by_direction)
    settings = await get_settings(session)
    wanted = conditions(search.filters, filters.fields(utc_now()), settings.zone)
    rows, total = await repository.page(session, actor, wanted, order, limit=search.limit, offset=search.offset)
    worklogs = await _views(session, actor, rows)
    return WorklogPage(worklogs=worklogs, total=total, limit=search.limit, offset=search.offset)


async def find_worklog(session: ReadSession, actor: Actor, worklog_id: int) -> WorklogDetail:
    """One worklog with its tool calls. Raises `WorklogNotFound`, also for one that the caller may not see."""
    row = await repository.find(session, actor, worklog_id)
    if row is None:
        raise WorklogNotFound(worklogId=worklog_id)
    [view] = await _views(session, actor, [row])
    calls = await repository.tool_calls_of(session, [worklog_id])
    return detail_view(view, calls.get(worklog_id, ()))


async def load_worklogs(
    session: ReadSession, ids: Collection[int], *, language: str | None = None, with_segments: bool = True
) -> dict[int, WorklogRow]:
    """Worklogs by id as the API shows them, without assessments; the right to see them is the caller's matter."""
    rows = await repository.get_many(session, ids) if ids else []
    segments = await repository.segments_of(session, ids) if with_segments else {}
    now = utc_now()
    return {row.id: worklog_view(row, segments.get(row.id, ()), (), language=language, now=now) for row in rows}


async def load_tool_calls(session: ReadSession, worklog_ids: Collection[int]) -> dict[int, list[ToolCallRow]]:
    """The tool calls of worklogs in the order in which they were made."""
    found = await repository.tool_calls_of(session, worklog_ids)
    return {worklog_id: [call_view(call) for call in calls] for worklog_id, calls in found.items()}


async def list_present_users(session: ReadSession, actor: Actor, ticket_id: int) -> list[dict[str, Any]]:
    """The users who work on the ticket at this moment. When others were last seen is shown to those who may know."""
    ids = (await presence_of(session, actor, [ticket_id])).get(ticket_id, [])
    profiles = await load_profiles(session, ids)
    zone = (await get_settings(session)).zone
    knows = actor.has(Permission.READ_USER_LAST_SEEN_DATE, Permission.READ_ANY_USER_PROFILE)
    return [user_view(profiles[id_], zone, last_seen=knows or id_ == actor.id) for id_ in ids if id_ in profiles]


async def _views(session: ReadSession, actor: Actor, rows: Sequence[Any]) -> list[WorklogRow]:
    ids = [row.id for row in rows]
    segments = await repository.segments_of(session, ids)
    assessments = await WORKLOG_ASSESSMENTS.load(session, actor, ids)
    now = utc_now()
    return [
        worklog_view(row, segments.get(row.id, ()), assessments.get(row.id, ()), language=actor.lang, now=now)
        for row in rows
    ]
