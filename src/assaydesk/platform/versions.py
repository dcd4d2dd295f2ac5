"""`If-Unmodified-Since-Version`: protection against overwriting somebody else's change (conventions.md 9)."""

from datetime import datetime
from re import compile as regex
from typing import Final
from zoneinfo import ZoneInfo

from assaydesk.kit.clock import iso, parse_instant
from assaydesk.platform.errors import FieldError, StaleObject, ValidationFailed

HEADER = "If-Unmodified-Since-Version"
UTC: Final = ZoneInfo("UTC")
_VERSION = regex(r"^\d{1,9}$")


def refuse_stale(sent: str | None, *, modified_at: datetime, version: int | None = None, zone: ZoneInfo = UTC) -> None:
    """Raise `StaleObject` when the object is newer than what the client has read.

    `sent`: the header, a `version` where the object has one, else its `modifiedAt`; None asks for no protection. Times
    are compared in whole seconds, because that is how they are answered; those without a zone are read in `zone`.
    """
    if sent is None:
        return
    text = sent.strip().strip('"')
    if version is not None and _VERSION.match(text):
        stale = int(text) < version
    else:
        try:
            read_at = parse_instant(text, zone)
        except ValueError as failure:
            message = "Send the version or modifiedAt of the object that you have read."
            raise ValidationFailed([FieldError(HEADER, "bad_format", message)]) from failure
        stale = modified_at.replace(microsecond=0) > read_at
    if stale:
        details = (
            {"modifiedAt": iso(modified_at)}
            if version is None
            else {"version": version, "modifiedAt": iso(modified_at)}
        )
        raise StaleObject(**details)
