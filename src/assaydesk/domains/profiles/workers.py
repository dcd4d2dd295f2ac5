"""Service workers: profiles for programs, with tokens and without a password (people.md 7)."""

from collections.abc import Sequence
from ipaddress import ip_network
from typing import Any

from assaydesk.domains.profiles import repository
from assaydesk.domains.profiles.create import create_profile, refuse_foreign_rights
from assaydesk.domains.profiles.errors import OwnAccount, ServiceWorkerNotFound
from assaydesk.domains.profiles.events import ProfileDisabled, ProfileUpdated
from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.profiles.references import check_references
from assaydesk.domains.profiles.remove import delete_profile, refuse_foreign_account
from assaydesk.domains.profiles.types import NewProfile, ProfileState, ProfileType
from assaydesk.domains.profiles.worker_schemas import WorkerCreate, WorkerUpdate
from assaydesk.domains.settings.service import get_settings
from assaydesk.kit.clock import utc_now, zoneless
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import FieldError, ValidationFailed
from assaydesk.platform.events import publish
from assaydesk.platform.paging import Page
from assaydesk.platform.security.actor import Actor


async def list_workers(session: ReadSession, page: Page) -> tuple[list[dict[str, Any]], int]:
    rows, total = await repository.workers(session, limit=page.limit, offset=page.offset)
    zone = (await get_settings(session)).zone
    return [
        {
            "id": worker.id, "name": worker.first_name, "roleId": worker.role_id, "allowedIps": worker.allowed_ips,
            "state": worker.state,
            "lastSeen": None if worker.last_seen is None else zoneless(worker.last_seen, zone),
        }
        for worker in rows
    ], total  # fmt: skip


async def create_worker(session: WriteSession, actor: Actor, body: WorkerCreate) -> Profile:
    new = NewProfile(
        first_name=body.name, type=ProfileType.SERVICE_WORKER, role_id=body.role_id,
        allowed_ips=_networks(body.allowed_ips),
    )  # fmt: skip
    return await create_profile(session, actor, new)


async def update_worker(session: WriteSession, actor: Actor, worker_id: int, body: WorkerUpdate) -> None:
    """Change name, role, addresses or state; inactive ends all its tokens for good."""
    worker = await lock_worker(session, worker_id)
    sent = body.model_fields_set
    new = {
        "first_name": body.name if "name" in sent else worker.first_name,
        "role_id": body.role_id if "role_id" in sent else worker.role_id,
        "allowed_ips": list(_networks(body.allowed_ips)) if "allowed_ips" in sent else worker.allowed_ips,
        "state": str(body.state) if "state" in sent else worker.state,
    }
    changed = {name: value for name, value in new.items() if getattr(worker, name) != value}
    if not changed:
        return
    if worker.id == actor.id:
        raise OwnAccount("A service worker does not change itself.")
    await refuse_foreign_account(session, actor, worker)
    if "role_id" in changed:
        await check_references(session, role_id=body.role_id)
        refuse_foreign_rights(actor, (await repository.roles(session))[body.role_id].permissions)
    changes = [Change(worker.id, name, getattr(worker, name), value) for name, value in changed.items()]
    for name, value in changed.items():
        setattr(worker, name, value)
    worker.modified_at, worker.version = utc_now(), worker.version + 1
    await write_audit(session, actor, "serviceWorker:change", "profile", changes)
    if changed.get("state") == ProfileState.INACTIVE:
        await publish(session, ProfileDisabled(worker.id))
    await publish(session, ProfileUpdated(worker.id, actor.user_id, tuple(sorted(changed))))


async def delete_worker(session: WriteSession, actor: Actor, worker_id: int) -> None:
    await lock_worker(session, worker_id)
    await delete_profile(session, actor, worker_id)


async def lock_worker(session: WriteSession, worker_id: int) -> Profile:
    worker = await repository.get_for_update(session, worker_id)
    if worker is None or worker.type != ProfileType.SERVICE_WORKER or worker.state == ProfileState.DELETED:
        raise ServiceWorkerNotFound(serviceWorkerId=worker_id)
    return worker


def _networks(sent: Sequence[str]) -> tuple[str, ...]:
    """Addresses and networks in one spelling: `10.1.0.0/16`, `192.0.2.7/32`. Empty: from everywhere."""
    faults, found = [], []
    for index, text in enumerate(sent):
        try:
            found.append(str(ip_network(text.strip(), strict=False)))
        except ValueError:
            message = "Send an IP address or a network such as 192.0.2.0/24."
            faults.append(FieldError(f"allowedIps.{index}", "bad_format", message))
    if faults:
        raise ValidationFailed(faults)
    return tuple(dict.fromkeys(found))
