"""Status and dates of a ticket: when it waits, when it falls due (ticket.md 5.1, 7.2, 7.4)."""

from datetime import datetime

from assaydesk.domains.tickets.lifecycle import COMMANDS, Command, Refusal, move
from assaydesk.domains.tickets.sla import due_dates, paused_seconds, promised_hours
from assaydesk.domains.tickets.types import OLDER_STATUS, Status
from assaydesk.domains.tickets.work import NoDeferral, Work


def same_second(one: datetime | None, other: datetime | None) -> bool:
    """Times are shown in whole seconds, so a client that sends a whole ticket back sends them cut off."""
    if one is None or other is None:
        return one is other
    return one.replace(microsecond=0) == other.replace(microsecond=0)


def set_status_and_dates(work: Work) -> None:
    values, new = work.values, work.new
    word = values.get("status")
    if word is not None:
        carry_out(work, COMMANDS[Status(OLDER_STATUS.get(word, word))])
    if "due_by" in values and not same_second(work.old["due_by"], values["due_by"]):
        new["due_by"] = values["due_by"]
        new["due_by_was_set_manually"] = values["due_by"] is not None
        new["due_by_defers"] = False
        work.recompute = work.recompute or values["due_by"] is None
    if new["status"] == Status.PENDING:
        _check_deferral(work, word)
    sent = values.get("first_response_due_by")
    if "first_response_due_by" in values and not same_second(work.old["first_response_due_by"], sent):
        new["first_response_due_by"] = sent
        new["first_response_was_set_manually"] = sent is not None
        work.recompute = work.recompute or sent is None
    recompute(work)


def _check_deferral(work: Work, word: str | None) -> None:
    """A ticket waits until a date that somebody named, in the future."""
    old, new, values = work.old, work.new, work.values
    begins = old["status"] != Status.PENDING
    if not begins and new["due_by"] == old["due_by"]:
        return
    if begins and "due_by" not in values and not _has_date_by_hand(work):
        new["due_by"] = work.facts.now + work.facts.pending_default if word in OLDER_STATUS else None
    if new["due_by"] is None or new["due_by"] <= work.facts.now:
        path = work.path + ("status" if "status" in values else "dueBy")
        code = "required" if new["due_by"] is None else "out_of_range"
        work.faults.append(NoDeferral(path, code, "A pending ticket needs a dueBy in the future."))
    new["due_by_was_set_manually"] = new["due_by_defers"] = True


def _has_date_by_hand(work: Work) -> bool:
    due_by = work.old["due_by"]
    return due_by is not None and due_by > work.facts.now and work.old["due_by_was_set_manually"]


def carry_out(work: Work, command: Command) -> None:
    old, new = work.old, work.new
    before = Status(old["status"])
    after = move(before, command)
    if isinstance(after, Refusal) or after is before:
        return
    new["status"] = after
    if before is Status.PENDING:
        _stop_waiting(work, early=command is not Command.FALL_DUE)
    if before is Status.CLOSED:
        new["closed_at"] = None
        work.recompute = True
    if after is Status.PENDING:
        new["pending_since"] = work.facts.now
        new["due_by_before_pending"] = old["due_by"]
        new["due_by_before_pending_was_manual"] = old["due_by_was_set_manually"]
        new["due_by_before_pending_defers"] = old["due_by_defers"]
    elif after is Status.CLOSED:
        new.update(closed_at=work.facts.now, auto_execute_at=None, is_escalated=False)


def _stop_waiting(work: Work, *, early: bool) -> None:
    """Leaving early puts back the date from before the deferral; the promise moves by the working time waited."""
    old, new, now = work.old, work.new, work.facts.now
    new["sla_paused_seconds"] = old["sla_paused_seconds"] + paused_seconds(old["pending_since"], now, work.facts.terms)
    if early and (old["due_by"] is None or now < old["due_by"]):
        new["due_by"] = old["due_by_before_pending"]
        new["due_by_was_set_manually"] = old["due_by_before_pending_was_manual"]
        new["due_by_defers"] = old["due_by_before_pending_defers"]
    new.update(
        pending_since=None,
        due_by_before_pending=None,
        due_by_before_pending_was_manual=False,
        due_by_before_pending_defers=False,
    )
    work.recompute = True


def recompute(work: Work) -> None:
    """Set the due dates that follow from the tags; those that were set by hand stay."""
    if not work.recompute:
        return
    new, tags = work.new, work.facts.tags
    hours = promised_hours(tags[tag].sla_hours for tag in new["tag_ids"] if tag in tags)
    dates = due_dates(new["sla_started_at"], hours, new["sla_paused_seconds"], work.facts.terms)
    new["sla_due_at"] = dates.due
    if not new["due_by_was_set_manually"]:
        new["due_by"] = dates.due
    if not new["first_response_was_set_manually"] and new["first_response_at"] is None:
        new["first_response_due_by"] = dates.first_response
