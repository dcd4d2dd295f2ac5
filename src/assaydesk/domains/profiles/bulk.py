"""Changing many profiles in one call; each entry stands or falls alone (people.md 2.8)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from assaydesk.domains.profiles import repository
from assaydesk.domains.profiles.schemas import ProfileUpdate
from assaydesk.domains.profiles.update import update_profile
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.errors import DomainError, FieldError, ValidationFailed, field_error
from assaydesk.platform.schema import Id, ignored_fields
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.passwords import LONGEST, hash_password

MOST_PASSWORDS = 20
"""Hashing one takes a tenth of a second."""

_id = TypeAdapter(Id)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the call. `update` is None, and `error` says why, when it cannot be read."""

    sent_id: Any
    profile_id: int | None
    update: ProfileUpdate | None
    error: DomainError | None
    password_hash: str | None = None


def read_entries(sent: Sequence[dict[str, Any]]) -> list[Entry]:
    """Judge the form of every entry alone. Raises `ValidationFailed` when there are too many passwords."""
    entries = [_read(item) for item in sent]
    if sum(1 for entry in entries if entry.update and entry.update.password is not None) > MOST_PASSWORDS:
        raise ValidationFailed([FieldError("profiles", "too_long", f"At most {MOST_PASSWORDS} passwords in one call.")])
    return entries


def _read(item: dict[str, Any]) -> Entry:
    sent_id = item.get("id")
    try:
        profile_id = _id.validate_python(sent_id)
        update = ProfileUpdate.model_validate({name: value for name, value in item.items() if name != "id"})
    except ValidationError as failure:
        return Entry(sent_id, None, None, ValidationFailed([field_error(dict(fault)) for fault in failure.errors()]))
    return Entry(profile_id, profile_id, update, None)


async def with_password_hashes(entries: Sequence[Entry]) -> list[Entry]:
    """The same entries with hashes; call it while no session is open."""
    return [
        replace(entry, password_hash=await hash_password(entry.update.password))
        if entry.update is not None and entry.update.password is not None and len(entry.update.password) <= LONGEST
        else entry
        for entry in entries
    ]


async def update_profiles(session: WriteSession, actor: Actor, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Apply what can be applied. Answers one result for each entry, in their order."""
    await repository.lock(session, {entry.profile_id for entry in entries if entry.profile_id is not None})
    results: list[dict[str, Any]] = []
    for entry in entries:
        error = entry.error
        if error is None and entry.profile_id is not None and entry.update is not None:
            error = await _try(session, actor, entry.profile_id, entry.update, entry.password_hash)
        result: dict[str, Any] = {"id": entry.sent_id, "success": error is None}
        if error is not None:
            result["error"] = {"code": error.code, "message": error.message, "details": error.details}
        results.append(result)
    return results


async def _try(
    session: WriteSession, actor: Actor, profile_id: int, update: ProfileUpdate, password_hash: str | None
) -> DomainError | None:
    try:
        async with session.begin_nested():
            await update_profile(session, actor, profile_id, update, password_hash=password_hash)
    except DomainError as failure:
        return failure
    return None


def ignored_of(entries: Sequence[Entry]) -> list[str]:
    """Dotted names of the keys that no field took."""
    found = [
        name for entry in entries if entry.update is not None for name in ignored_fields(entry.update, "profiles.")
    ]
    return list(dict.fromkeys(found))
