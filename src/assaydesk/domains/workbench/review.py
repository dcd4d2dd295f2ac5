"""What to review next, and why; and what a list of tickets shows of quality (platform.md 13.2, 13.3)."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final

from assaydesk.domains.quality.assessments import service as assessments
from assaydesk.domains.quality.assessments.service import Viewer
from assaydesk.domains.quality.assessments.types import REVIEWED_STATES
from assaydesk.domains.quality.scorecards.scoring import percentage
from assaydesk.domains.workbench import queries
from assaydesk.domains.workbench.types import Entry, WaitingReason, Wanted
from assaydesk.domains.workbench.wording import reason_text
from assaydesk.kit.clock import iso, iso_or_none, localize, utc_now
from assaydesk.kit.numbers import plain
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.security.actor import Actor

RESERVED: Final = timedelta(minutes=15)
AHEAD: Final = 3
"""So many that follow are named, for fetching them ahead."""

_APPEALED: Final = frozenset({"open", "underReview"})


async def quality_flags(session: ReadSession, actor: Actor, ticket_ids: Sequence[int]) -> list[dict[str, Any]]:
    """A flag for each ticket with an assessment that the caller may see; what a blind reviewer must not know is left
    out of it."""
    viewer = await assessments.viewer_of(session, actor)
    found = await queries.of_tickets(session, viewer, ticket_ids)
    flags = {ticket: _flag(viewer, ticket, list(rows)) for ticket, rows in groupby(found, lambda row: row.ticket_id)}
    return [flags[one] for one in dict.fromkeys(ticket_ids) if one in flags]


def _flag(viewer: Viewer, ticket_id: int, rows: Sequence[Any]) -> dict[str, Any]:
    newest, open_ones = rows[0], [row for row in rows if not row.hidden]
    share = percentage(newest.scored_points, newest.used_max_points, newest.total_max_points, viewer.base)
    return {
        "ticketId": ticket_id,
        "assessments": len(rows),
        "open": sum(row.state not in REVIEWED_STATES for row in rows),
        "needsHuman": sum(row.needs_human for row in open_ones),
        "knockedOut": sum(row.knocked_out for row in open_ones),
        "appeal": any(row.appeal_state in _APPEALED for row in rows),
        "percentage": None if share is None or newest.hidden else plain(share),
        "latestAssessmentId": newest.id,
    }


async def review_queue(
    session: ReadSession, actor: Actor, wanted: Wanted, *, limit: int, offset: int
) -> dict[str, Any]:
    """A page of the queue, the counts of the whole, and how the week goes."""
    viewer = await assessments.viewer_of(session, actor)
    now = utc_now()
    found = await queries.page(session, viewer, wanted, now=now, limit=limit, offset=offset)
    shown = await assessments.summaries_of(session, viewer, [entry.assessment_id for entry in found.entries])
    monday = _monday(now, viewer)
    reviewed = await queries.reviewed_since(session, viewer, monday)
    counts: Counter[WaitingReason] = Counter()
    waiting: Counter[int] = Counter()
    for (reason, user_id), number in found.counts.items():
        counts[reason] += number
        waiting[user_id] += number
    return {
        "success": True,
        "items": [
            _item(entry, shown[entry.assessment_id], actor.lang)
            for entry in found.entries
            if entry.assessment_id in shown
        ],
        "counts": {reason: counts[reason] for reason in WaitingReason},
        "progress": {
            "weekStart": monday.astimezone(viewer.settings.zone).date().isoformat(),
            "reviewed": sum(mine for _, mine in reviewed.values()),
            "due": found.due,
            "overdue": found.overdue,
            "target": viewer.settings.quality_review_weekly_target,
            "byUser": [
                {"userId": one, "reviewed": reviewed.get(one, (0, 0))[0], "waiting": waiting[one]}
                for one in sorted(reviewed.keys() | waiting.keys())
            ],
        },
        "total": counts[wanted.reason] if wanted.reason else sum(counts.values()),
        "limit": limit,
        "offset": offset,
    }


def _item(entry: Entry, summary: Any, language: str) -> dict[str, Any]:
    return {
        "assessment": summary,
        "reasons": [
            {"code": reason, "text": reason_text(reason, language), "criterionIds": list(criteria)}
            for reason, criteria in entry.reasons
        ],
        "reservedBy": entry.reserved_by,
        "reservedUntil": iso_or_none(entry.reserved_until),
        "reviewDueAt": iso_or_none(entry.due_at),
        "overdue": entry.overdue,
    }


def _monday(now: datetime, viewer: Viewer) -> datetime:
    """When this week began, in the time zone of the instance."""
    zone = viewer.settings.zone
    today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    return localize(today - timedelta(days=today.weekday()), zone)


async def next_review(session: WriteSession, actor: Actor, wanted: Wanted, *, after: int | None) -> dict[str, Any]:
    """Hand out the first one that nobody else has, for 15 minutes. No two callers get the same."""
    viewer = await assessments.viewer_of(session, actor)
    await queries.one_at_a_time(session)
    now = utc_now()
    found = await queries.free(session, viewer, wanted, after=after, now=now, limit=1 + AHEAD)
    if not found:
        return {"success": True, "assessmentId": None, "reservedUntil": None, "next": []}
    await queries.reserve(session, found[0], actor.id, now + RESERVED)
    return {
        "success": True, "assessmentId": found[0], "reservedUntil": iso(now + RESERVED), "next": list(found[1:]),
    }  # fmt: skip


async def release_review(session: WriteSession, actor: Actor, assessment_id: int) -> None:
    """Give a review back; nothing happens when the caller does not have it."""
    await queries.release(session, assessment_id, actor.id)


async def note_edit(
    session: WriteSession, assessment_id: int, user_id: int | None, *, finished: bool, at: datetime
) -> None:
    """An edit keeps the reservation; a finished review needs none."""
    if finished:
        await queries.release(session, assessment_id)
    elif user_id is not None:
        await queries.prolong(session, assessment_id, user_id, at + RESERVED)
