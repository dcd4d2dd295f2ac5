"""Sub-channels: mailboxes, chat bots, phone lines (settings.md 4). Mail is fetched and sent in `domains/channels`."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import func, select, text, update

from assaydesk.domains.settings.mailbox_data import addresses_of, is_insecure, mailbox_faults
from assaydesk.domains.settings.models import Subchannel
from assaydesk.domains.settings.schemas import SubchannelCreate, SubchannelUpdate
from assaydesk.kit.clock import utc_now
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.config import Config
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import Conflict, NotFound, Unprocessable, ValidationFailed
from assaydesk.platform.paging import Page
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.secrets import is_sealed, secrets_of

SYNONYMS: Final = {"voice": "phone", "internal": "system"}
MASK: Final = "********"
_SECRET_KEYS: Final = frozenset({"password", "secret", "clientSecret"})
_SEEN_BY_ALL: Final = ("address", "phoneNumber", "signatureName")


class SubchannelNotFound(NotFound):
    default_message = "There is no such sub-channel."


class AddressTaken(Conflict):
    default_message = "Another sub-channel has this address."


class DefaultInUse(Conflict):
    default_message = "Make another sub-channel of this channel the default one first."


class InsecureTransport(Unprocessable):
    """422: passwords and mails would cross the network in the open."""

    default_message = "Choose the security tls or starttls: without, passwords and mails can be read on the way."


async def list_subchannels(
    session: ReadSession, actor: Actor, *, channels: Collection[str], subchannel_id: int | None, page: Page
) -> tuple[list[dict[str, Any]], int]:
    """One page by channel and id. Without `manageSubchannels`, `data` holds only what everybody may know."""
    query = select(Subchannel).where(Subchannel.deleted_at.is_(None))
    wanted = {SYNONYMS.get(word, word) for word in channels}
    if wanted and "all" not in wanted:
        query = query.where(Subchannel.channel.in_(wanted))
    if subchannel_id is not None:
        query = query.where(Subchannel.id == subchannel_id)
    total = await session.scalar(select(func.count()).select_from(query.subquery()))
    query = query.order_by(Subchannel.channel, Subchannel.id).limit(page.limit).offset(page.offset)
    whole = actor.has(Permission.MANAGE_SUBCHANNELS)
    return [view(row, whole=whole) for row in (await session.execute(query)).scalars()], total or 0


async def load_subchannels(session: ReadSession, ids: Collection[int]) -> dict[int, Subchannel]:
    """Sub-channels by id, deleted ones included: tickets keep them."""
    if not ids:
        return {}
    rows = (await session.execute(select(Subchannel).where(Subchannel.id.in_(set(ids))))).scalars()
    return {row.id: row for row in rows}


async def lock_subchannel(session: WriteSession, subchannel_id: int) -> Subchannel:
    query = (
        select(Subchannel)
        .where(Subchannel.id == subchannel_id, Subchannel.deleted_at.is_(None))
        .with_for_update(key_share=True)
    )
    row = (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()
    if row is None:
        raise SubchannelNotFound(subchannelId=subchannel_id)
    return row


async def find_subchannel(session: ReadSession, subchannel_id: int) -> Subchannel:
    """One that is not deleted. Raises `SubchannelNotFound`."""
    query = select(Subchannel).where(Subchannel.id == subchannel_id, Subchannel.deleted_at.is_(None))
    row = (await session.scalars(query.execution_options(populate_existing=True))).one_or_none()
    if row is None:
        raise SubchannelNotFound(subchannelId=subchannel_id)
    return row


async def save_subchannel(session: WriteSession, actor: Actor, body: SubchannelCreate, config: Config) -> Subchannel:
    """Update the sub-channel whose id the body names; without one, or with an unknown one, make another.

    Raises as `update_subchannel`.
    """
    if "id" in body.model_fields_set and body.id is not None:
        try:
            row = await lock_subchannel(session, body.id)
        except SubchannelNotFound:
            pass
        else:
            await update_subchannel(session, actor, row, body, config)
            return row
    row = Subchannel(
        channel=body.channel, name=body.name, is_default=False, enabled=True, interface="internal", data={}
    )
    await _put(session, row, body, config)
    session.add(row)
    await session.flush()  # The answer names the id.
    await write_audit(session, actor, "subchannel:create", "subchannel", [Change(row.id, None, None, view(row))])
    return row


async def update_subchannel(
    session: WriteSession, actor: Actor, row: Subchannel, body: SubchannelCreate | SubchannelUpdate, config: Config
) -> None:
    """Change what was sent of a row that the caller has locked; `data` is merged.

    Raises `AddressTaken`, `ValidationFailed`, `InsecureTransport`.
    """
    before = view(row)
    await _put(session, row, body, config)
    await session.flush()
    after = view(row)
    changes = [Change(row.id, key, before[key], after[key]) for key in after if before[key] != after[key]]
    await write_audit(session, actor, "subchannel:change", "subchannel", changes)


async def delete_subchannel(session: WriteSession, actor: Actor, row: Subchannel) -> None:
    """Delete softly; tickets keep it. Raises `DefaultInUse`."""
    await _hold(session)
    others = select(Subchannel.id).where(
        Subchannel.channel == row.channel, Subchannel.id != row.id, Subchannel.deleted_at.is_(None)
    )
    if row.is_default and (await session.execute(others.limit(1))).first() is not None:
        raise DefaultInUse(subchannelId=row.id)
    row.deleted_at = utc_now()
    await write_audit(session, actor, "subchannel:delete", "subchannel", [Change(row.id)])


async def _put(
    session: WriteSession, row: Subchannel, body: SubchannelCreate | SubchannelUpdate, config: Config
) -> None:
    sent = body.model_fields_set
    await _hold(session)
    data = dict(row.data or {})
    if "data" in sent:
        data = {} if body.data is None else _merged(data, body.data)
    if "interface" in sent and body.interface != "internal":
        data["legacyInterface"] = body.interface
    if "data" in sent and (body.channel if "channel" in sent else row.channel) == "email":
        faults = mailbox_faults(data)
        if faults:
            raise ValidationFailed(faults)
        if is_insecure(data) and not config.allow_insecure_mail:
            raise InsecureTransport
    await _refuse_taken(session, row, data)
    row.data = _sealed(data, config)
    row.channel = body.channel if "channel" in sent else row.channel
    row.name = body.name if "name" in sent else row.name
    row.enabled = body.enabled if "enabled" in sent else row.enabled
    row.is_default = body.is_default if "is_default" in sent else row.is_default
    if row.is_default:
        # The old default gives the mark away first: there is at most one in each channel.
        with session.no_autoflush:
            await session.execute(
                update(Subchannel)
                .where(Subchannel.channel == row.channel, Subchannel.id != (row.id or 0), Subchannel.is_default)
                .values(is_default=False)
            )


async def _hold(session: WriteSession) -> None:
    """Defaults and addresses are judged over all rows, so one change goes after the other."""
    await session.execute(text("select pg_advisory_xact_lock(hashtext('assaydesk.subchannels'))"))


async def _refuse_taken(session: ReadSession, row: Subchannel, data: Mapping[str, Any]) -> None:
    addresses = set(addresses_of(data))
    if not addresses:
        return
    query = select(Subchannel.data).where(Subchannel.deleted_at.is_(None), Subchannel.id != (row.id or 0))
    with session.no_autoflush:
        for other in await session.scalars(query):
            taken = addresses.intersection(addresses_of(other or {}))
            if taken:
                raise AddressTaken(address=min(taken))


def _sealed(data: Mapping[str, Any], config: Config) -> dict[str, Any]:
    """The same with its passwords closed under the instance's key, inner objects alike."""
    closed = dict(data)
    for key, value in data.items():
        if isinstance(value, dict):
            closed[key] = _sealed(value, config)
        elif key in _SECRET_KEYS and isinstance(value, str) and value and not is_sealed(value):
            closed[key] = secrets_of(config).seal(value)
    return closed


def _merged(stored: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
    """Sent keys over stored ones, objects inside merged alike; the mask keeps a secret."""
    merged = dict(stored)
    for key, value in sent.items():
        if key in _SECRET_KEYS and value == MASK:
            continue
        old = merged.get(key)
        merged[key] = _merged(old if isinstance(old, dict) else {}, value) if isinstance(value, dict) else value
    return merged


def view(row: Subchannel, *, whole: bool = True) -> dict[str, Any]:
    """One sub-channel as the API shows it; secrets are masked. `whole` False: only what everybody may know."""
    data = row.data or {}
    shown = _masked(data) if whole else {key: data[key] for key in _SEEN_BY_ALL if key in data}
    return {
        "id": row.id, "channel": row.channel, "name": row.name, "isDefault": row.is_default,
        "interface": row.interface, "enabled": row.enabled, "data": shown,
    }  # fmt: skip


def _masked(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: MASK if key in _SECRET_KEYS and value is not None else _masked(value) if isinstance(value, dict) else value
        for key, value in data.items()
    }
