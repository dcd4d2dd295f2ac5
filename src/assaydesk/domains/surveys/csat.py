"""Which worklog an answer speaks of (worklog.md 7: `csat`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """A message to the customer and the worklog in which it was written."""

    worklog_id: int
    conversation_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """`conversation_id`: the reply that the survey came with, if it came with one."""

    survey_id: int
    conversation_id: int | None
    at: datetime


def assign(replies: Sequence[Reply], answers: Sequence[Answer]) -> Mapping[int, int]:
    """Worklog id -> survey id, for one ticket.

    A worklog has the newest answer to a survey that was sent with one of its replies; without any, the newest answer
    of the ticket that was given after its last reply and before the next worklog with a reply.
    """
    worklog_of = {reply.conversation_id: reply.worklog_id for reply in replies}
    found: dict[int, int] = {}
    newest_first = sorted(answers, key=lambda answer: (answer.at, answer.survey_id), reverse=True)
    for answer in newest_first:
        worklog_id = worklog_of.get(answer.conversation_id) if answer.conversation_id is not None else None
        if worklog_id is not None:
            found.setdefault(worklog_id, answer.survey_id)
    for worklog_id in {reply.worklog_id for reply in replies} - found.keys():
        last = max(reply.at for reply in replies if reply.worklog_id == worklog_id)
        later = [reply.at for reply in replies if reply.worklog_id != worklog_id and reply.at > last]
        end = min(later, default=None)
        fitting = (answer for answer in newest_first if answer.at > last and (end is None or answer.at < end))
        answer_found = next(fitting, None)
        if answer_found is not None:
            found[worklog_id] = answer_found.survey_id
    return found
