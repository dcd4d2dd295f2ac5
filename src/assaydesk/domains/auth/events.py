"""What sign-in tells."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LinkToMail:
    """An invitation waits to be mailed."""

    link_id: int


@dataclass(frozen=True, slots=True)
class ResetLinkRequested:
    """Somebody forgot a password. Whoever can send mail sends the link; the token is stored only as a hash."""

    user_id: int
    token: str
    expires_at: datetime
