"""Mailboxes as fetching sees them: where they lie, how far they are read, and by whom (settings.md 4.1, ADR 0015)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple, cast

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert

from assaydesk.domains.channels.models import MailboxState, MailReceipt
from assaydesk.domains.settings.mailbox_data import addresses_of
from assaydesk.domains.settings.models import Subchannel
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import ReadSession, WriteSession

IMAP_PORT: Final = 993
POLL_SECONDS: Final = 60
LONGEST_WAIT: Final = timedelta(minutes=60)
_EARLY: Final = timedelta(seconds=30)
"""A mailbox counts as due a little early, because the clock of the job only ticks once a minute."""

AfterFetch = Literal["seen", "move", "delete"]


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One that is fetched. `password` is sealed; `start_from`: what the server received earlier is left alone.

    `autoresponder` None: as the instance is set.
    """

    id: int
    address: str
    addresses: tuple[str, ...]
    host: str
    port: int
    security: Literal["tls", "starttls", "none"]
    username: str
    password: str
    folder: str
    after_fetch: AfterFetch
    move_to: str | None
    poll: timedelta
    start_from: datetime
    tag_ids: tuple[int, ...]
    priority: str | None
    language: str | None
    letter_detection: bool
    autoresponder: bool | None
    autoresponder_template_id: int | None

    @property
    def source(self) -> str:
        """Names account and folder; another one has UIDs of its own."""
        return f"{self.username}@{self.host}:{self.port}/{self.folder}"


def mailbox_of(row: Subchannel) -> Mailbox | None:
    """None when the sub-channel is no mailbox that is fetched."""
    data: Mapping[str, Any] = row.data or {}
    imap = data.get("imap")
    fetched = data.get("method") in (None, "imap") and isinstance(imap, dict) and _text(imap.get("host")) is not None
    if not fetched or row.channel != "email" or not isinstance(imap, dict):
        return None
    security = imap.get("security")
    after = imap.get("afterFetch")
    tags = data.get("defaultTagIds")
    receipt = data.get("autoresponder")
    receipt = receipt if isinstance(receipt, dict) else {}
    addresses = addresses_of(data)
    username = _text(imap.get("username")) or _text(data.get("address")) or ""
    return Mailbox(
        id=row.id,
        address=addresses[0] if addresses else username,
        addresses=tuple(addresses),
        host=_text(imap.get("host")) or "",
        port=_number(imap.get("port")) or IMAP_PORT,
        security=security if security in ("tls", "starttls", "none") else "tls",
        username=username,
        password=imap.get("password") or "",
        folder=_text(imap.get("folder")) or "INBOX",
        after_fetch=cast(AfterFetch, after) if after in ("seen", "move", "delete") else "seen",
        move_to=_text(imap.get("moveTo")),
        poll=timedelta(seconds=_number(imap.get("pollSeconds")) or POLL_SECONDS),
        start_from=_moment(imap.get("startFrom")) or row.created_at,
        tag_ids=tuple(tag for tag in tags if _number(tag)) if isinstance(tags, list) else (),
        priority=_text(data.get("defaultPriority")),
        language=_text(data.get("language")),
        letter_detection=data.get("letterDetection") is True,
        autoresponder=receipt.get("enabled") if isinstance(receipt.get("enabled"), bool) else None,
        autoresponder_template_id=_number(receipt.get("templateId")),
    )


def _text(value: object) -> str | None:
    return value.strip() if isinstance(value, str) and value.strip() else None


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _moment(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    if found is None:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=utc_now().tzinfo)


async def due_mailboxes(session: ReadSession) -> list[int]:
    """Those that are switched on, due, and read by nobody at this moment."""
    now = utc_now()
    state = MailboxState
    query = (
        select(Subchannel)
        .outerjoin(state, state.subchannel_id == Subchannel.id)
        .where(Subchannel.channel == "email", Subchannel.enabled, Subchannel.deleted_at.is_(None))
        .where(or_(state.due_at.is_(None), state.due_at <= now))
        .where(or_(state.reader_until.is_(None), state.reader_until <= now))
        .order_by(Subchannel.id)
    )
    return [row.id for row in await session.scalars(query) if mailbox_of(row) is not None]


async def failing(session: ReadSession) -> tuple[int, list[str]]:
    """How many mailboxes are fetched, and the names of those whose last try failed."""
    query = (
        select(Subchannel, MailboxState.failures)
        .outerjoin(MailboxState, MailboxState.subchannel_id == Subchannel.id)
        .where(Subchannel.channel == "email", Subchannel.enabled, Subchannel.deleted_at.is_(None))
        .order_by(Subchannel.id)
    )
    fetched = [(row.name, failures) for row, failures in await session.execute(query) if mailbox_of(row) is not None]
    return len(fetched), [name for name, failures in fetched if failures]


async def claim(session: WriteSession, subchannel_id: int, *, reader: str, hold: timedelta) -> MailboxState | None:
    """Become the one who reads this mailbox; None while another one does. The claim ends by itself after `hold`."""
    await session.execute(
        insert(MailboxState)
        .values(subchannel_id=subchannel_id)
        .on_conflict_do_nothing(index_elements=["subchannel_id"])
    )
    query = select(MailboxState).where(MailboxState.subchannel_id == subchannel_id).with_for_update()
    state = (await session.scalars(query.execution_options(populate_existing=True))).one()
    now = utc_now()
    is_held = state.reader is not None and state.reader_until is not None and state.reader_until > now
    if is_held and state.reader != reader:
        return None
    state.reader, state.reader_until = reader, now + hold
    await session.flush()
    return state


async def keep_claim(session: WriteSession, subchannel_id: int, *, reader: str, hold: timedelta) -> bool:
    """Say that the reader lives. False: it was taken for dead, and another one reads."""
    done = await session.execute(
        update(MailboxState)
        .where(MailboxState.subchannel_id == subchannel_id, MailboxState.reader == reader)
        .values(reader_until=utc_now() + hold)
        .returning(MailboxState.subchannel_id)
    )
    return done.first() is not None


async def begin_at(session: WriteSession, mailbox: Mailbox, uidvalidity: int) -> int:
    """Up to which UID the folder is read: none, when it is another one or was numbered anew."""
    state = await _state(session, mailbox.id)
    if (state.source, state.uidvalidity) != (mailbox.source, uidvalidity) or state.start_from != mailbox.start_from:
        state.source, state.uidvalidity, state.last_uid = mailbox.source, uidvalidity, 0
        state.start_from = mailbox.start_from
    return state.last_uid


async def read_up_to(session: WriteSession, mailbox: Mailbox, uid: int, *, reader: str, hold: timedelta) -> bool:
    """Everything up to `uid` is stored and settled. False: another reader has taken over."""
    state = await _state(session, mailbox.id)
    if state.reader != reader:
        return False
    state.last_uid = max(state.last_uid, uid)
    state.reader_until = utc_now() + hold
    return True


async def finish(session: WriteSession, mailbox: Mailbox, *, reader: str, more: bool) -> None:
    """The mailbox was read; `more` waits for the next minute."""
    state = await _state(session, mailbox.id)
    now = utc_now()
    state.failures, state.error, state.fetched_at = 0, None, now
    state.due_at = now if more else now + max(mailbox.poll - _EARLY, timedelta())
    _release(state, reader)


async def fail(session: WriteSession, mailbox: Mailbox, error: str, *, reader: str) -> int:
    """Reading failed; answers how often in a row. The waits double from one minute to an hour."""
    state = await _state(session, mailbox.id)
    state.failures += 1
    state.error = error[:2000]
    wait = min(timedelta(minutes=2 ** min(state.failures - 1, 10)), LONGEST_WAIT)
    state.due_at = utc_now() + wait - (_EARLY if wait < LONGEST_WAIT else timedelta())
    _release(state, reader)
    return state.failures


def _release(state: MailboxState, reader: str) -> None:
    if state.reader == reader:
        state.reader = state.reader_until = None


async def release(session: WriteSession, subchannel_id: int, *, reader: str) -> None:
    """The reader stops without having read."""
    _release(await _state(session, subchannel_id), reader)


async def _state(session: WriteSession, subchannel_id: int) -> MailboxState:
    query = select(MailboxState).where(MailboxState.subchannel_id == subchannel_id).with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).one()


class Unsettled(NamedTuple):
    """A receipt. `keep`: the mail stays on the server, because it is not whole here."""

    id: int
    uid: int
    keep: bool


async def unsettled(session: ReadSession, mailbox: Mailbox, uidvalidity: int) -> list[Unsettled]:
    """Mails that are stored, and of which the server has not been told yet."""
    query = select(MailReceipt.id, MailReceipt.uid, MailReceipt.keep).where(
        MailReceipt.subchannel_id == mailbox.id, MailReceipt.source == mailbox.source,
        MailReceipt.uidvalidity == uidvalidity, MailReceipt.settled_at.is_(None),
    )  # fmt: skip
    return [Unsettled(*row) for row in await session.execute(query.order_by(MailReceipt.uid))]


async def known_uids(session: ReadSession, mailbox: Mailbox, uidvalidity: int, uids: Sequence[int]) -> set[int]:
    """Those of the UIDs that were taken already."""
    query = select(MailReceipt.uid).where(
        MailReceipt.subchannel_id == mailbox.id, MailReceipt.source == mailbox.source,
        MailReceipt.uidvalidity == uidvalidity, MailReceipt.uid.in_(uids),
    )  # fmt: skip
    return set(await session.scalars(query))


async def settled(session: WriteSession, receipts: Sequence[int]) -> None:
    """The server was told of these."""
    await session.execute(update(MailReceipt).where(MailReceipt.id.in_(receipts)).values(settled_at=utc_now()))
