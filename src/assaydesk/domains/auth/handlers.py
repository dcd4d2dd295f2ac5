"""What sign-in does when people change."""

from assaydesk.domains.auth.service import end_access, end_access_by_password
from assaydesk.domains.profiles.events import PasswordReplaced, ProfileDisabled
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import on


def register() -> None:
    on(ProfileDisabled, _end_access)
    on(PasswordReplaced, _end_sessions)


async def _end_access(session: WriteSession, event: ProfileDisabled) -> None:
    await end_access(session, event.profile_id)


async def _end_sessions(session: WriteSession, event: PasswordReplaced) -> None:
    await end_access_by_password(session, event.profile_id)
