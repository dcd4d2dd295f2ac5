"""Refusals of surveys (ticket.md 9)."""

from assaydesk.platform.errors import Conflict, NotFound


class SurveyNotFound(NotFound):
    """404: unknown reference, or one of another ticket."""

    default_message = "There is no such survey."


class SurveyClosed(Conflict):
    """409: it was answered too long ago to change the answer."""

    default_message = "The survey is closed: it was answered before."
