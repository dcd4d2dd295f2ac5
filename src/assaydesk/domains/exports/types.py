"""Vocabulary of exports (ticket.md 10)."""

from enum import StrEnum


class Format(StrEnum):
    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"


class State(StrEnum):
    """Of a queued export."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Privacy(StrEnum):
    """What an export tells about people: everything; pseudonyms, no addresses and raw data; not even ids."""

    FULL = "full"
    PSEUDONYM = "pseudonym"
    ANONYMOUS = "anonymous"
