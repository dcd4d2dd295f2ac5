"""What each sub-channel did, for the people who look after it (settings.md 4)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import delete, select

from assaydesk.domains.channels.models import SubchannelLog
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import ReadSession, WriteSession

SHOWN: Final = 200
_KEPT: Final = 500


async def write_log(
    session: WriteSession,
    subchannel_id: int,
    kind: str,
    *,
    ok: bool,
    text: str,
    details: Mapping[str, Any] | None = None,
    ticket_id: int | None = None,
    conversation_id: int | None = None,
) -> None:
    """Add one line of the kind `fetch`, `send` or `test`; the oldest ones beyond 500 go."""
    session.add(
        SubchannelLog(
            subchannel_id=subchannel_id,
            at=utc_now(),
            kind=kind,
            ok=ok,
            message=text[:2000],
            details=dict(details) if details else None,
            ticket_id=ticket_id,
            conversation_id=conversation_id,
        )
    )
    await session.flush()  # The line counts when the oldest ones are looked for.
    oldest = (
        select(SubchannelLog.id)
        .where(SubchannelLog.subchannel_id == subchannel_id)
        .order_by(SubchannelLog.id.desc())
        .offset(_KEPT)
        .limit(1)
        .scalar_subquery()
    )
    await session.execute(
        delete(SubchannelLog).where(SubchannelLog.subchannel_id == subchannel_id, SubchannelLog.id <= oldest)
    )


async def read_log(session: ReadSession, subchannel_id: int) -> Sequence[SubchannelLog]:
    """The last 200 lines, newest first."""
    query = select(SubchannelLog).where(SubchannelLog.subchannel_id == subchannel_id)
    return (await session.scalars(query.order_by(SubchannelLog.id.desc()).limit(SHOWN))).all()
