"""Routing: the public face of the domain."""

from assaydesk.domains.routing.cycle import close_silent, take_answers, take_continued
from assaydesk.domains.routing.explaining import Question, explain_order
from assaydesk.domains.routing.handing import hand_out, take_back
from assaydesk.domains.routing.live import agent_queue

__all__ = [
    "Question",
    "agent_queue",
    "close_silent",
    "explain_order",
    "hand_out",
    "take_answers",
    "take_back",
    "take_continued",
]
