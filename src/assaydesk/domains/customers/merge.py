"""Several copies that are one customer become one (ticket.md 8.1)."""

from collections.abc import Sequence

from assaydesk.domains.customers import repository
from assaydesk.domains.customers.copies import merged_columns, merged_data, merged_list
from assaydesk.domains.customers.errors import CustomerNotFound
from assaydesk.domains.customers.events import CustomersMerged
from assaydesk.domains.customers.keeping import COLUMNS, columns_of
from assaydesk.kit.clock import utc_now
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.errors import FieldError, UnknownReference, ValidationFailed
from assaydesk.platform.events import publish
from assaydesk.platform.security.actor import Actor


async def merge_customers(session: WriteSession, actor: Actor, target_id: str, source_ids: Sequence[str]) -> None:
    """Contracts, tickets and additional data move to the target, whose own values win; the sources lead to it.

    Raises `CustomerNotFound`, `ValidationFailed` for the target itself, a source named twice or merged already, and
    `UnknownReference` for a source that does not exist.
    """
    rows = await repository.lock_customers(session, [target_id, *source_ids])
    target = rows.get(target_id)
    if target is None:
        raise CustomerNotFound(customerId=target_id)
    merged = await repository.merged_into(session, source_ids)
    faults = []
    for index, source_id in enumerate(source_ids):
        path = f"sourceCustomerIds.{index}"
        if source_id == target_id:
            faults.append(FieldError(path, "not_allowed", "A customer cannot be merged into itself."))
        elif source_id in source_ids[:index]:
            faults.append(FieldError(path, "duplicate", "This customer is named twice."))
        elif source_id in merged:
            faults.append(FieldError(path, "not_allowed", f"{source_id} was merged into {merged[source_id]} already."))
    if faults:
        raise ValidationFailed(faults)
    missing = [one for one in source_ids if one not in rows]
    if missing:
        raise UnknownReference(f"Customer {missing[0]} does not exist.", field="sourceCustomerIds", value=missing[0])
    now = utc_now()
    sources = [rows[one] for one in source_ids]
    moved = await repository.move_contracts(session, source_ids, target_id, now)
    filled = merged_columns(columns_of(target), [columns_of(one) for one in sources], COLUMNS)
    for name, value in filled.items():
        setattr(target, name, value)
    target.additional_data = merged_data(target.additional_data, [one.additional_data for one in sources])
    target.tag_ids = merged_list(target.tag_ids, [one.tag_ids for one in sources])
    target.modified_at = now
    target.version += 1
    for source in sources:
        source.deleted_at = source.modified_at = now
        source.merged_into_id = target.id
        source.version += 1
    await session.flush()  # Earlier merges are led on by a statement that must see these rows.
    await repository.redirect(session, [source.id for source in sources], target.id)
    changes = [Change(source.id, "mergedInto", None, target_id) for source in sources]
    changes.append(Change(target.id, "mergedFrom", None, {"customerIds": list(source_ids), "contractIds": moved}))
    await write_audit(session, actor, "customer:copy:merge", "customer", changes)
    await publish(session, CustomersMerged(target_id, tuple(source_ids), actor.user_id, now))
