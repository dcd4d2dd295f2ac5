"""Reading the audit log. It is written by `platform.audit`, and never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select

from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.quality.assessments.filters import masked_rows
from assaydesk.domains.quality.assessments.models import Assessment
from assaydesk.domains.quality.assessments.service import editable, readable
from assaydesk.domains.settings.service import get_settings
from assaydesk.kit.clock import iso
from assaydesk.platform.audit import audit_entries
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.paging import Page
from assaydesk.platform.security.actor import Actor

_E = audit_entries.c


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for; None filters nothing."""

    object_type: str | None = None
    object_id: int | None = None
    user_id: int | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before_id: int | None = None


async def page(session: ReadSession, actor: Actor, wanted: Wanted, page: Page) -> tuple[list[dict[str, Any]], int]:
    """Entries, newest first, and how many there are without `before_id`."""
    filters = [await _visible(session, actor), *_conditions(wanted)]
    total = (await session.execute(select(func.count()).select_from(audit_entries).where(*filters))).scalar_one()
    if wanted.before_id is not None:
        filters.append(_E.id < wanted.before_id)
    newest = select(audit_entries).where(*filters).order_by(_E.id.desc()).limit(page.limit).offset(page.offset)
    rows = (await session.execute(newest)).mappings().all()
    names = await _names(session, [row["user_id"] for row in rows])
    return [
        {
            "id": row["id"], "at": iso(row["at"]), "userId": row["user_id"], "userName": names.get(row["user_id"]),
            "action": row["action"], "objectType": row["object_type"], "objectId": row["object_id"],
            "field": row["field"], "oldValue": row["old_value"], "newValue": row["new_value"], "txId": row["tx_id"],
            "ip": row["ip"],
        }
        for row in rows
    ], total  # fmt: skip


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    equal: list[tuple[Any, Any]] = [
        (_E.object_type, wanted.object_type),
        (_E.object_id, wanted.object_id),
        (_E.user_id, wanted.user_id),
    ]
    found: list[ColumnElement[bool]] = [column == value for column, value in equal if value is not None]
    if wanted.action is not None:
        found.append(_E.action.startswith(wanted.action, autoescape=True))
    if wanted.since is not None:
        found.append(_E.at >= wanted.since)
    if wanted.until is not None:
        found.append(_E.at <= wanted.until)
    return found


async def _visible(session: ReadSession, actor: Actor) -> ColumnElement[bool]:
    """What was done to assessments is told of those only that the reader sees, and not before a blind review ends."""
    settings = await get_settings(session)
    known = exists().where(
        Assessment.id == _E.object_id,
        and_(readable(actor, settings), not_(masked_rows(editable(actor, settings)))),
    )
    return or_(_E.object_type != "assessment", known)


async def _names(session: ReadSession, ids: Sequence[int | None]) -> dict[int | None, str]:
    known = sorted({one for one in ids if one is not None})
    if not known:
        return {}
    rows = await session.execute(select(Profile.id, Profile.first_name, Profile.last_name).where(Profile.id.in_(known)))
    return {row.id: f"{row.first_name} {row.last_name}".strip() for row in rows}
