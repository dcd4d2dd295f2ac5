"""Time tracking and worklogs: the public face of the domain.

Signals, actions and runs are taken in by `recording` and `track`, recorded conversations by `feed`; `search` shows what
came of them.
"""

from assaydesk.domains.worklogs.feed import add_tool_calls, feed
from assaydesk.domains.worklogs.recording import (
    end_presence,
    presence_of,
    record_action,
    record_ping,
    reserve,
    take_message,
    take_published_draft,
    take_ticket_changes,
    tell_csat,
)
from assaydesk.domains.worklogs.repository import readable as readable_worklogs
from assaydesk.domains.worklogs.search import (
    WorklogNotFound,
    find_worklog,
    list_present_users,
    list_worklogs_of_ticket,
    load_tool_calls,
    load_worklogs,
    search_worklogs,
)
from assaydesk.domains.worklogs.ticket_conditions import handled_by_ai_agent, worked_on
from assaydesk.domains.worklogs.track import rebuild, record, record_runs

__all__ = [
    "WorklogNotFound",
    "add_tool_calls",
    "end_presence",
    "feed",
    "find_worklog",
    "handled_by_ai_agent",
    "list_present_users",
    "list_worklogs_of_ticket",
    "load_tool_calls",
    "load_worklogs",
    "presence_of",
    "readable_worklogs",
    "rebuild",
    "record",
    "record_action",
    "record_ping",
    "record_runs",
    "reserve",
    "search_worklogs",
    "take_message",
    "take_published_draft",
    "take_ticket_changes",
    "tell_csat",
    "worked_on",
]
