from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from assaydesk.domains.worklogs.actions import (
    COUNTING,
    action_texts,
    automation_level,
    context_of,
    in_order,
    level_label,
    status_action_detail,
    worklog_action,
)
from assaydesk.domains.worklogs.rollup import Key, roll_up
from assaydesk.domains.worklogs.segments import CustomerMessage, Rules, form_segments
from assaydesk.domains.worklogs.types import (
    Action,
    AiUse,
    AutomationLevel,
    Signal,
    SignalKind,
    WorklogAction,
    WorklogContext,
)

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2024, 6, 12, 9, tzinfo=UTC)


def act(seconds: float, action: Action, conversation_id: int | None = None, ai: AiUse | None = None) -> Signal:
    return Signal(START + timedelta(seconds=seconds), SignalKind.ACTION, action, conversation_id, ai)


def test_every_action_has_both_texts() -> None:
    english, german = action_texts(Action, "en"), action_texts(Action, "de")
    assert len(english) == len(german) == len(Action) == 14
    assert action_texts(["reply", "closed"], None) == ["Sent reply to customer", "Closed ticket"]
    assert action_texts(["reply", "closed"], "de-AT") == ["Antwort an Kunden gesendet", "Ticket geschlossen"]
    assert action_texts(["pending"], "fr") == ["Set ticket to pending"]


def test_lists_hold_each_action_once_in_the_order_of_the_table() -> None:
    assert in_order(["tagged", "closed", "internal-note", "reply", "closed"]) == (  # type: ignore[list-item]
        Action.REPLY,
        Action.CLOSED,
        Action.INTERNAL_NOTE,
        Action.TAGGED,
    )


@pytest.mark.parametrize(
    ("actions", "automated", "action", "context"),
    [
        ("reply closed", False, WorklogAction.CLOSE, WorklogContext.REPLY),
        ("closed", False, WorklogAction.CLOSE, WorklogContext.CLOSE_WITHOUT_REPLY),
        ("reply pending", False, WorklogAction.WRITE, WorklogContext.REPLY),
        ("pending tagged", False, WorklogAction.STATUS, WorklogContext.STATUS),
        ("reply closed", True, WorklogAction.AUTO_PROCESS, WorklogContext.AUTOMATED),
    ],
)
def test_what_a_worklog_was(actions: str, automated: bool, action: WorklogAction, context: WorklogContext) -> None:
    assert worklog_action(actions.split(), automated=automated) is action
    assert context_of(actions.split(), automated=automated) is context


def test_details_of_a_status_action() -> None:
    assert status_action_detail(WorklogAction.STATUS, ["forwarded", "draft"]) is Action.FORWARDED
    assert status_action_detail(WorklogAction.STATUS, ["pending", "draft"]) is Action.PENDING
    assert status_action_detail(WorklogAction.WRITE, ["reply", "pending"]) is None


def test_the_highest_automation_level_counts() -> None:
    told = [AiUse(AutomationLevel.MONITOR), AiUse(AutomationLevel.ASSISTED)]
    assert automation_level(["reply"], [], automated=False) is AutomationLevel.NONE
    assert automation_level(["reply"], told, automated=False) is AutomationLevel.ASSISTED
    assert automation_level(["intent-executed"], told, automated=False) is AutomationLevel.SPECIALIST
    assert automation_level(["reply"], told, automated=True) is AutomationLevel.AUTONOMOUS
    assert [level_label(level) for level in range(6)] == [
        "None", "Monitor", "Assisted", "Specialist", "Approved", "Autonomous",
    ]  # fmt: skip


@pytest.mark.parametrize("action", list(Action))
def test_only_counting_actions_make_a_worklog(action: Action) -> None:
    signals = [act(0, action)]
    [group] = roll_up(form_segments(signals, [], Rules()), signals, BERLIN)
    assert (group.work_point is not None) == (action in COUNTING)


def test_a_live_segment_is_not_cut_at_midnight_but_the_next_belongs_to_the_new_day() -> None:
    late = (datetime(2024, 6, 12, 21, 59, 30, tzinfo=UTC) - START).total_seconds()
    signals = [act(late, Action.REPLY), act(late + 60, Action.TAGGED), act(late + 600, Action.REPLY)]
    first, second = roll_up(form_segments(signals, [], Rules()), signals, BERLIN)
    assert first.key == Key(date(2024, 6, 12), 0)
    assert first.actions == (Action.REPLY, Action.TAGGED)
    assert second.key == Key(date(2024, 6, 13), 0)


def test_at_a_cut_an_action_belongs_to_the_later_segment() -> None:
    signals = [act(0, Action.TAGGED), act(30, Action.REPLY)]
    message = CustomerMessage(START + timedelta(seconds=30), START + timedelta(seconds=30))
    earlier, later = roll_up(form_segments(signals, [message], Rules()), signals, BERLIN)
    assert (earlier.actions, later.actions) == ((Action.TAGGED,), (Action.REPLY,))


def test_a_credited_reply_joins_the_worklog_of_the_draft_but_no_segment() -> None:
    credit = Signal(START, SignalKind.CREDIT, Action.REPLY, 77)
    signals = [act(0, Action.DRAFT), credit]
    [group] = roll_up(form_segments(signals, [], Rules()), signals, BERLIN)
    assert group.actions == (Action.REPLY, Action.DRAFT)
    assert group.work[0].actions == (Action.DRAFT,)
    assert (group.action, group.conversation_id) == (WorklogAction.WRITE, 77)


def test_what_ai_did_is_gathered() -> None:
    helper, other = {"id": 5, "name": "Email Assistant"}, {"id": 6, "name": "Move Assistant"}
    signals = [
        act(0, Action.REPLY, 1, AiUse(AutomationLevel.ASSISTED, (helper,), 0.9)),
        act(9, Action.REPLY, 2, AiUse(AutomationLevel.MONITOR, ({**helper, "name": "Mail Assistant"}, other), 0.8)),
    ]
    [group] = roll_up(form_segments(signals, [], Rules()), signals, BERLIN)
    assert group.automation_level is AutomationLevel.ASSISTED
    assert [agent["name"] for agent in group.ai_agents] == ["Mail Assistant", "Move Assistant"]
    assert group.accuracy == 0.85
    assert group.conversation_id == 2
