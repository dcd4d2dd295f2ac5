"""What a change of a ticket brings about: one row in, one row out (ticket.md 1.1, 8.3, 11; tags.md 2)."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from assaydesk.domains.tickets import policy
from assaydesk.domains.tickets.lifecycle import Command
from assaydesk.domains.tickets.scheduling import carry_out, recompute, same_second, set_status_and_dates
from assaydesk.domains.tickets.types import PRIORITY_RANK, SPAM, Patch, Priority, SpamStatus, Status
from assaydesk.domains.tickets.work import Facts, Outcome, State, Work
from assaydesk.platform.security.permissions import Permission

DATES: Final = frozenset({"due_by", "first_response_due_by", "auto_execute_at"})
TAG_KEYS: Final = frozenset({"tag_ids", "add_tag_ids", "remove_tag_ids"})
_PLAIN: Final = frozenset({
    "subchannel_id", "external_ticket_id", "sentiment", "language", "language_code", "ai_support_level",
    "is_customer_active", "summary", "subject", "is_escalated", "partner_id", "responder_id", "agent_id",
    "assigned_agent_ids", "template", "raw_data",
})  # fmt: skip
_REFERENCES: Final = frozenset({"subchannel_id", "agent_id", "responder_id", "assigned_agent_ids"})
_CUSTOMER: Final = frozenset({"customer_id", "contract_id", "customer_legitimation"})


def apply_patch(state: State, patch: Patch, facts: Facts) -> Outcome:
    """Carry out a patch whose dates have been read. Every fault and missing right is found, not only the first."""
    values = patch.values
    work = Work(state, facts, values, patch.path)
    for name, value in values.items():
        if name in _PLAIN:
            work.new[name] = value
    if "auto_execute_at" in values and not same_second(state["auto_execute_at"], values["auto_execute_at"]):
        work.new["auto_execute_at"] = values["auto_execute_at"]
    if "additional_data" in values:
        _merge_additional_data(work)
    if not _REFERENCES.isdisjoint(values):
        _check_references(work)
    if "spam_status" in values:
        _set_spam(work)
    if not _CUSTOMER.isdisjoint(values):
        _set_customer(work)
    if not TAG_KEYS.isdisjoint(values):
        _set_tags(work)
    if "priority" in values and values["priority"] != state["priority"]:
        work.new["priority"] = values["priority"]
        work.new["priority_was_set_manually"] = True
    set_status_and_dates(work)
    return work.done(_asked(work))


def customer_wrote(state: State, at: datetime, facts: Facts, *, reopens: bool = True) -> Outcome:
    """A message of the customer came in. `reopens` False: the status was given otherwise, or nothing may change it."""
    work = Work(state, facts, {})
    before = state["last_customer_message_at"]
    work.new["last_customer_message_at"] = at if before is None else max(before, at)
    if reopens and state["spam_status"] not in SPAM:
        if state["status"] == Status.CLOSED:
            # The promise begins anew with the customer's message (ticket.md 7.2).
            work.new.update(
                sla_started_at=at, sla_paused_seconds=0, first_response_at=None, first_response_was_set_manually=False
            )
        carry_out(work, Command.CUSTOMER_WRITES)
        recompute(work)
    return work.done()


def replied(state: State, at: datetime, facts: Facts, *, responder_id: int | None) -> Outcome:
    """The customer got an answer, which says that the ticket is no spam (ticket.md 3.2)."""
    work = Work(state, facts, {})
    if responder_id is not None:
        work.new["responder_id"] = responder_id
    if state["first_response_at"] is None:
        work.new["first_response_at"] = at
    if state["spam_status"] in SPAM:
        work.new["spam_status"] = SpamStatus.MANUAL_CLEAN
    return work.done()


def fell_due(state: State, facts: Facts) -> Outcome:
    """A pending ticket comes back at its due date, which it keeps, so that it stands first in the order."""
    work = Work(state, facts, {})
    carry_out(work, Command.FALL_DUE)
    recompute(work)
    return work.done()


def merged_into(state: State, target_id: int, facts: Facts) -> Outcome:
    """The ticket's messages now stand in another one, where work goes on (ticket.md 12)."""
    work = Work(state, facts, {})
    work.new["merged_into_ticket_id"] = target_id
    carry_out(work, Command.CLOSE)
    recompute(work)
    return work.done()


def taken_out(state: State, facts: Facts, *, reopens: bool) -> Outcome:
    """A merged ticket stands for itself again. `reopens`: it was not closed before."""
    work = Work(state, facts, {})
    work.new["merged_into_ticket_id"] = None
    if reopens:
        carry_out(work, Command.OPEN)
    recompute(work)
    return work.done()


def messages_moved(state: State, last_customer_message_at: datetime | None, facts: Facts, *, reopens: bool) -> Outcome:
    """Messages came from or went to another ticket. `reopens`: unfinished work came with them."""
    work = Work(state, facts, {})
    work.new["last_customer_message_at"] = last_customer_message_at
    if reopens and state["status"] == Status.CLOSED:
        carry_out(work, Command.OPEN)
    recompute(work)
    return work.done()


def escalated(state: State, facts: Facts) -> Outcome:
    """The date that counts has passed. It is remembered, so that a person who clears the flag is not overruled."""
    work = Work(state, facts, {})
    work.new["is_escalated"] = True
    work.new["escalated_for"] = state["sla_due_at"] if state["due_by_defers"] else state["due_by"]
    return work.done()


def customer_merged(state: State, target_id: str, facts: Facts) -> Outcome:
    """The customer became one with another; who confirmed the one has confirmed the other."""
    work = Work(state, facts, {})
    work.new["customer_id"] = target_id
    return work.done()


def _asked(work: Work) -> frozenset[str]:
    asked = set(work.values)
    if not TAG_KEYS.isdisjoint(asked):
        asked.add("tag_ids")
    if not _CUSTOMER.isdisjoint(asked):
        asked |= _CUSTOMER
    if work.new["status"] == Status.PENDING != work.old["status"]:
        asked.discard("due_by")
    return frozenset(asked)


def _merge_additional_data(work: Work) -> None:
    sent = work.values["additional_data"]
    if sent is not None:
        merged = {**(work.old["additional_data"] or {}), **sent}
        sent = {key: value for key, value in merged.items() if value is not None}
    work.new["additional_data"] = sent


def _check_references(work: Work) -> None:
    old, values, facts = work.old, work.values, work.facts
    subchannel_id = values.get("subchannel_id")
    if subchannel_id not in (None, old.get("subchannel_id")) and subchannel_id not in facts.subchannels:
        work.unknown("subchannel_id", f"Subchannel {subchannel_id}")
    for name in ("agent_id", "responder_id"):
        user_id = values.get(name)
        if user_id not in (None, old[name]) and user_id not in facts.profiles:
            work.unknown(name, f"User {user_id}")
    added = set(values.get("assigned_agent_ids", ())) - set(old["assigned_agent_ids"])
    for user_id in sorted(added - set(facts.profiles)):
        work.unknown("assigned_agent_ids", f"User {user_id}")
    if values.get("agent_id") not in (None, old["agent_id"]):
        added.add(values["agent_id"])
    if added:
        work.needs(policy.right_to_assign(facts.actor, added))


def _set_spam(work: Work) -> None:
    before, after = work.old["spam_status"], work.values["spam_status"]
    if before == after:
        return
    if not work.facts.actor.has(Permission.MARK_SPAM):
        work.missing.append(Permission.MARK_SPAM)
    elif not policy.may_set_spam(work.facts.actor, before, after):
        people = "People set only manual_spam, manual_clean or null."
        machines = "A person has decided this; a program does not overwrite it."
        work.fault("spam_status", "not_allowed", machines if policy.is_machine(work.facts.actor) else people)
    work.new["spam_status"] = after


def _set_customer(work: Work) -> None:
    """Linking confirms, sending the same accepts, null detaches (ticket.md 8.3). A level of its own wins."""
    old, new, values = work.old, work.new, work.values
    actor = work.facts.actor
    ids = {name: values[name] for name in ("customer_id", "contract_id") if name in values}
    ids |= _linked(work, ids)
    new.update(ids)
    level = values.get("customer_legitimation", old["customer_legitimation"])
    if level != old["customer_legitimation"]:
        if not policy.may_set_level(actor, level):
            work.fault("customer_legitimation", "not_allowed", "By hand only 0 and 30.")
        new["customer_legitimation"] = level
        return
    changed = any(value != old[name] for name, value in ids.items())
    if "customer_legitimation" in values and (not changed or policy.is_machine(actor)):
        return
    if any(value is not None for value in ids.values()):
        found = policy.MATCHED if policy.is_machine(actor) else policy.CONFIRMED
        new["customer_legitimation"] = found if changed else max(found, old["customer_legitimation"])
    elif changed:
        new["customer_legitimation"] = policy.NOBODY


def _linked(work: Work, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Customer and contract go together: a contract brings its customer, another customer leaves the contract."""
    owners = work.facts.contract_customers
    if "customer_id" not in sent:
        owner = owners.get(sent.get("contract_id") or "")
        return {} if owner is None or owner == work.old["customer_id"] else {"customer_id": owner}
    contract_id = work.old["contract_id"]
    if "contract_id" in sent or contract_id is None or sent["customer_id"] == work.old["customer_id"]:
        return {}
    left = sent["customer_id"] is None or owners.get(contract_id, sent["customer_id"]) != sent["customer_id"]
    return {"contract_id": None} if left else {}


def _set_tags(work: Work) -> None:
    values, known = work.values, work.facts.tags
    before = set(work.old["tag_ids"])
    if "tag_ids" in values:
        after = set(values["tag_ids"])
        for name in values.keys() & {"add_tag_ids", "remove_tag_ids"}:
            work.fault(name, "not_allowed", "Send either tagIds, or addTagIds and removeTagIds.")
    else:
        after = (before | set(values.get("add_tag_ids", ()))) - set(values.get("remove_tag_ids", ()))
    added = after - before
    path = "tag_ids" if "tag_ids" in values else "add_tag_ids"
    for tag_id in sorted(added):
        if tag_id not in known:
            work.unknown(path, f"Tag {tag_id}")
        elif not known[tag_id].is_selectable:
            work.fault(path, "not_allowed", f"Tag {tag_id} cannot be put on a ticket.")
    work.needs(policy.right_to_tag(work.facts.actor, any(known[tag].is_private for tag in added if tag in known)))
    if after == before:
        return
    work.new["tag_ids"] = tuple(sorted(after))
    work.recompute = True
    if not work.old["priority_was_set_manually"]:
        _set_priority_by_tags(work, after, before - after)


def _set_priority_by_tags(work: Work, after: Collection[int], removed: Collection[int]) -> None:
    known = work.facts.tags
    wanted = [known[tag].priority for tag in after if tag in known]
    found = max((one for one in wanted if one is not None), key=PRIORITY_RANK.__getitem__, default=None)
    if found is not None:
        work.new["priority"] = found
    elif any(known[tag].priority is not None for tag in removed if tag in known):
        work.new["priority"] = Priority.MEDIUM
