"""Dates in requests."""

from datetime import datetime
from zoneinfo import ZoneInfo

from assaydesk.kit.clock import parse_instant
from assaydesk.platform.errors import FieldError, ValidationFailed


def instant(path: str, sent: object, zone: ZoneInfo, *, upper_end: bool = False) -> datetime | None:
    """Read a date as a client may send it; None stays None. Raises `ValidationFailed` for the field `path`."""
    if sent is None:
        return None
    try:
        return parse_instant(sent, zone, upper_end=upper_end)
    except ValueError as failure:
        raise ValidationFailed(
            [FieldError(path, "bad_format", "Send a date such as 2024-06-12T10:20:00Z.")]
        ) from failure
