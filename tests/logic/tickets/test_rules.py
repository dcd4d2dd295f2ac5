"""What a change of a ticket brings about, without a database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assaydesk.domains.tickets import rules
from assaydesk.domains.tickets.sla import Terms
from assaydesk.domains.tickets.types import Patch, Priority, TagFacts
from assaydesk.domains.tickets.work import STATE_COLUMNS, Facts, Outcome
from assaydesk.kit.business_hours import business_hours
from assaydesk.platform.security.actor import Actor, ActorKind
from assaydesk.platform.security.permissions import Permission

START = datetime(2024, 6, 10, 9, tzinfo=UTC)  # A Monday.
NOW = datetime(2024, 6, 12, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=2)
WEEK = [{"weekday": day, "from": "09:00", "to": "17:00"} for day in range(1, 6)]
ANN = Actor(7, ActorKind.PERSON, frozenset(Permission))
BOT = replace(ANN, id=8, kind=ActorKind.SERVICE_WORKER)
TAGS = {
    1: TagFacts(1),
    2: TagFacts(2, sla_hours=8, priority=Priority.HIGH),
    3: TagFacts(3, sla_hours=24, priority=Priority.URGENT),
    4: TagFacts(4, is_private=True),
    5: TagFacts(5, is_selectable=False),
}
FACTS = Facts(now=NOW, actor=ANN, terms=Terms(business_hours("UTC", WEEK)), tags=TAGS, profiles={7, 9}, subchannels={3})


def state(**values: Any) -> dict[str, Any]:
    return (
        dict.fromkeys(STATE_COLUMNS)
        | {"id": 1, "version": 1, "status": "open", "priority": "medium", "priority_was_set_manually": False}
        | {"is_escalated": False, "due_by_was_set_manually": False, "due_by_before_pending_was_manual": False}
        | {"first_response_was_set_manually": False, "sla_started_at": START, "sla_paused_seconds": 0}
        | {"customer_legitimation": 0, "assigned_agent_ids": [], "tag_ids": (), "additional_data": None}
        | {"subchannel_id": None, "summary": None}
        | values
    )


def patched(before: dict[str, Any], facts: Facts = FACTS, **values: Any) -> Outcome:
    return rules.apply_patch(before, Patch(1, values), facts)


def new_values(outcome: Outcome) -> dict[str, Any]:
    assert not outcome.faults
    assert not outcome.missing_rights
    return {name: new for name, (_, new) in outcome.fields.items()}


def test_given_the_same_values_nothing_changes() -> None:
    before = state(status="pending", due_by=LATER.replace(microsecond=5), due_by_was_set_manually=True, tag_ids=(1, 2))
    outcome = patched(
        before,
        status="pending",
        due_by=LATER,
        tag_ids=[2, 1],
        priority="medium",
        customer_id=None,
        assigned_agent_ids=[],
    )
    assert new_values(outcome) == {}


def test_given_closing_the_consequences_follow_and_are_not_by_hand() -> None:
    outcome = patched(state(is_escalated=True, auto_execute_at=LATER), status="closed")
    assert new_values(outcome) == {"status": "closed", "closed_at": NOW, "auto_execute_at": None, "is_escalated": False}
    assert outcome.by_hand == {"status"}


@pytest.mark.parametrize(
    ("before", "values", "due_by"),
    [
        ({}, {"due_by": LATER}, LATER),
        ({"due_by": LATER, "due_by_was_set_manually": True}, {}, LATER),
        ({}, {"status": "waitingOnCustomer"}, NOW + timedelta(days=7)),
        ({"due_by": LATER, "due_by_was_set_manually": True}, {"status": "waitingOnThirdParty"}, LATER),
        ({"status": "closed", "closed_at": START}, {"due_by": LATER}, LATER),
    ],
)
def test_given_a_date_in_the_future_the_ticket_waits(before: Any, values: Any, due_by: datetime) -> None:
    outcome = patched(state(**before), **({"status": "pending"} | values))
    assert not outcome.faults
    after = outcome.state
    assert (after["status"], after["due_by"], after["due_by_was_set_manually"]) == ("pending", due_by, True)
    assert (after["pending_since"], after["closed_at"]) == (NOW, None)
    assert outcome.by_hand == {"status"}


@pytest.mark.parametrize(
    ("before", "values", "code"),
    [
        ({}, {}, "required"),
        ({}, {"due_by": None}, "required"),
        ({}, {"due_by": START}, "out_of_range"),
        ({"due_by": LATER}, {}, "required"),
        ({"due_by": START, "due_by_was_set_manually": True}, {}, "required"),
        ({"status": "pending", "due_by": LATER}, {"due_by": START}, "out_of_range"),
        ({"status": "pending", "due_by": LATER}, {"due_by": None}, "required"),
    ],
)
def test_given_no_date_in_the_future_waiting_is_refused(before: Any, values: Any, code: str) -> None:
    outcome = patched(state(**before), **({"status": "pending"} | values))
    assert [(fault.path, fault.code) for fault in outcome.faults] == [("status", code)]


def test_given_leaving_early_the_date_from_before_returns_and_the_promise_moves() -> None:
    promised = patched(state(), tag_ids=[2]).state
    assert (promised["due_by"], promised["sla_due_at"]) == (datetime(2024, 6, 10, 17, tzinfo=UTC),) * 2
    waiting = patched(promised, status="pending", due_by=LATER).state
    assert waiting["sla_due_at"] == promised["sla_due_at"]
    back = patched(waiting, replace(FACTS, now=NOW + timedelta(hours=2)), status="open").state
    assert back["sla_due_at"] == back["due_by"] == datetime(2024, 6, 11, 11, tzinfo=UTC)
    assert (back["due_by_was_set_manually"], back["pending_since"], back["sla_paused_seconds"]) == (False, None, 7200)


def test_given_a_manual_date_before_it_returns_when_waiting_ends_early() -> None:
    mine = START + timedelta(days=30)
    waiting = patched(state(due_by=mine, due_by_was_set_manually=True), status="pending", due_by=LATER).state
    for status in ("open", "closed"):
        back = patched(waiting, status=status).state
        assert (back["due_by"], back["due_by_was_set_manually"]) == (mine, True)
    sent = patched(waiting, status="open", due_by=NOW + timedelta(hours=1)).state
    assert sent["due_by"] == NOW + timedelta(hours=1)


def test_given_the_due_date_has_come_the_ticket_opens_and_keeps_it() -> None:
    waiting = patched(state(tag_ids=(2,)), status="pending", due_by=LATER).state
    outcome = rules.fell_due(waiting, replace(FACTS, now=LATER))
    assert (outcome.state["status"], outcome.state["due_by"]) == ("open", LATER)
    assert outcome.state["due_by_was_set_manually"] is True
    assert outcome.by_hand == frozenset()
    assert rules.fell_due(outcome.state, FACTS).fields == {}


def test_given_tags_the_promise_and_the_highest_priority_follow() -> None:
    outcome = patched(state(), add_tag_ids=[2, 3])
    after = outcome.state
    assert (after["tag_ids"], after["priority"]) == ((2, 3), Priority.URGENT)
    assert after["due_by"] == datetime(2024, 6, 10, 17, tzinfo=UTC)
    assert after["first_response_due_by"] == datetime(2024, 6, 10, 13, tzinfo=UTC)
    assert outcome.by_hand == {"tag_ids"}
    without = patched(after, remove_tag_ids=[2]).state
    assert (without["due_by"], without["priority"]) == (datetime(2024, 6, 12, 17, tzinfo=UTC), Priority.URGENT)
    none = patched(without, tag_ids=[]).state
    assert (none["due_by"], none["first_response_due_by"], none["priority"]) == (None, None, Priority.MEDIUM)


def test_given_values_by_hand_tags_leave_them_alone() -> None:
    before = patched(state(), priority="low", due_by=LATER, first_response_due_by=NOW).state
    after = patched(before, add_tag_ids=[2]).state
    assert (after["priority"], after["due_by"], after["first_response_due_by"]) == ("low", LATER, NOW)
    assert after["sla_due_at"] == datetime(2024, 6, 10, 17, tzinfo=UTC)
    given_back = patched(after, due_by=None, first_response_due_by=None).state
    assert given_back["due_by"] == datetime(2024, 6, 10, 17, tzinfo=UTC)
    assert given_back["first_response_due_by"] == datetime(2024, 6, 10, 13, tzinfo=UTC)
    assert given_back["due_by_was_set_manually"] is False


def test_given_priority_and_tag_at_once_the_hand_wins() -> None:
    outcome = patched(state(), priority="low", add_tag_ids=[3])
    assert outcome.state["priority"] == "low"
    assert outcome.by_hand == {"priority", "tag_ids"}


@pytest.mark.parametrize(
    ("values", "path", "code"),
    [
        ({"tag_ids": [99]}, "tagIds", "unknown"),
        ({"add_tag_ids": [99]}, "addTagIds", "unknown"),
        ({"add_tag_ids": [5]}, "addTagIds", "not_allowed"),
        ({"tag_ids": [1], "add_tag_ids": [2]}, "addTagIds", "not_allowed"),
        ({"agent_id": 10}, "agentId", "unknown"),
        ({"assigned_agent_ids": [9, 10]}, "assignedAgentIds", "unknown"),
        ({"subchannel_id": 4}, "subchannelId", "unknown"),
        ({"spam_status": "auto_spam"}, "spamStatus", "not_allowed"),
        ({"customer_legitimation": 20}, "customerLegitimation", "not_allowed"),
    ],
)
def test_given_a_fault_it_is_named(values: Any, path: str, code: str) -> None:
    outcome = patched(state(), **values)
    assert [(fault.path, fault.code) for fault in outcome.faults] == [(path, code)]


def test_given_several_faults_all_are_named() -> None:
    outcome = rules.apply_patch(
        state(), Patch(1, {"tag_ids": [98, 99], "agent_id": 1, "status": "pending"}, path="3."), FACTS
    )
    assert [fault.path for fault in outcome.faults] == ["3.agentId", "3.tagIds", "3.tagIds", "3.status"]


def test_given_a_disabled_tag_that_is_there_it_may_stay() -> None:
    assert new_values(patched(state(tag_ids=(5,)), tag_ids=[5, 1]))["tag_ids"] == (1, 5)


@pytest.mark.parametrize(
    ("held", "values", "missing"),
    [
        ([], {"agent_id": 9}, Permission.ASSIGN_TICKETS),
        ([], {"assigned_agent_ids": [7, 9]}, Permission.ASSIGN_TICKETS),
        ([], {"agent_id": 7, "assigned_agent_ids": [7]}, None),
        ([Permission.ASSIGN_TICKETS], {"agent_id": 9}, None),
        ([], {"spam_status": "manual_spam"}, Permission.MARK_SPAM),
        ([], {"spam_status": None}, None),
        ([], {"add_tag_ids": [4]}, Permission.MANAGE_TAGS),
        ([Permission.MANAGE_TAGS], {"add_tag_ids": [4]}, None),
    ],
)
def test_given_rights_some_values_need_more(held: list[Permission], values: Any, missing: Permission | None) -> None:
    facts = replace(FACTS, actor=replace(ANN, permissions=frozenset(held)))
    assert patched(state(), facts, **values).missing_rights == ([] if missing is None else [missing])


@pytest.mark.parametrize(
    ("before", "sent", "actor", "level"),
    [
        ({}, {"customer_id": "C-1"}, ANN, 30),
        ({}, {"customer_id": "C-1"}, BOT, 20),
        ({"customer_id": "C-1", "customer_legitimation": 20}, {"customer_id": "C-1"}, ANN, 30),
        ({"customer_id": "C-1", "customer_legitimation": 30}, {"customer_id": "C-1"}, BOT, 30),
        (
            {"customer_id": "C-1", "customer_legitimation": 20},
            {"customer_id": "C-1", "customer_legitimation": 20},
            ANN,
            20,
        ),
        (
            {"customer_id": "C-1", "customer_legitimation": 20},
            {"customer_id": "C-2", "customer_legitimation": 20},
            ANN,
            30,
        ),
        ({"customer_id": "C-1", "customer_legitimation": 10}, {"customer_legitimation": 30}, ANN, 30),
        ({"customer_id": "C-1", "customer_legitimation": 30}, {"customer_id": None}, ANN, 0),
        ({"customer_id": "C-1", "customer_legitimation": 30}, {"contract_id": None}, ANN, 30),
        ({}, {"customer_legitimation": 15}, BOT, 15),
    ],
)
def test_given_a_customer_the_level_follows(before: Any, sent: Any, actor: Actor, level: int) -> None:
    outcome = patched(state(**before), replace(FACTS, actor=actor), **sent)
    assert not outcome.faults
    assert outcome.state["customer_legitimation"] == level
    assert ("customer_legitimation" in outcome.by_hand) == (level != before.get("customer_legitimation", 0))


@pytest.mark.parametrize(
    ("before", "after", "actor", "allowed"),
    [
        (None, "manual_spam", ANN, True),
        ("auto_spam", "manual_clean", ANN, True),
        ("manual_spam", None, ANN, True),
        ("auto_clean", "auto_spam", ANN, False),
        ("auto_clean", "auto_spam", BOT, True),
        ("manual_clean", "auto_spam", BOT, False),
        ("manual_clean", "manual_spam", BOT, True),
    ],
)
def test_given_a_spam_status_people_and_machines_set_their_own(
    before: Any, after: Any, actor: Actor, allowed: bool
) -> None:
    outcome = patched(state(spam_status=before), replace(FACTS, actor=actor), spam_status=after)
    assert (not outcome.faults) == allowed


def test_given_additional_data_the_first_level_is_merged() -> None:
    before = state(additional_data={"a": 1, "b": {"x": 1}})
    assert patched(before, additional_data={"a": None, "b": {"y": 2}, "c": 3}).state["additional_data"] == {
        "b": {"y": 2},
        "c": 3,
    }
    assert patched(before, additional_data=None).state["additional_data"] is None


def test_given_a_message_of_the_customer_a_closed_ticket_starts_anew() -> None:
    closed = state(status="closed", closed_at=START, tag_ids=(2,), first_response_at=START)
    outcome = rules.customer_wrote(closed, NOW, FACTS)
    after = outcome.state
    assert (after["status"], after["closed_at"], after["first_response_at"]) == ("open", None, None)
    assert (after["sla_started_at"], after["due_by"]) == (NOW, datetime(2024, 6, 13, 12, tzinfo=UTC))
    assert (after["last_customer_message_at"], outcome.by_hand) == (NOW, frozenset())


def test_given_a_message_of_the_customer_a_pending_ticket_keeps_its_start() -> None:
    waiting = patched(state(tag_ids=(2,)), status="pending", due_by=LATER).state
    after = rules.customer_wrote(waiting, NOW, FACTS).state
    assert (after["status"], after["sla_started_at"], after["due_by_was_set_manually"]) == ("open", START, False)


@pytest.mark.parametrize("spam", ["auto_spam", "manual_spam", "auto_programmatic"])
def test_given_spam_a_message_opens_nothing(spam: str) -> None:
    outcome = rules.customer_wrote(state(status="closed", spam_status=spam), NOW, FACTS)
    assert set(outcome.fields) == {"last_customer_message_at"}


def test_given_an_answer_the_first_one_counts_and_spam_is_none() -> None:
    outcome = rules.replied(state(spam_status="auto_spam"), NOW, FACTS, responder_id=7)
    assert new_values(outcome) == {"responder_id": 7, "first_response_at": NOW, "spam_status": "manual_clean"}
    again = rules.replied(outcome.state, LATER, FACTS, responder_id=9)
    assert new_values(again) == {"responder_id": 9}
