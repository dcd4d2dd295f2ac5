"""What sign-in does when people change."""

from assaydesk.domains.auth.service import end_access, end_access_by_password, invite_new_person
from assaydesk.domains.profiles.events import PasswordReplaced, ProfileCreated, ProfileDisabled
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import on


def register() -> None:
    on(ProfileCreated, _invite)
    on(ProfileDisabled, _end_access)
    on(PasswordReplaced, _end_sessions)


async def _invite(session: WriteSession, event: ProfileCreated) -> None:
    """Only people whom somebody made; those that come with imported work are not written to."""
    if event.actor_id is not None:
        await invite_new_person(session, event.profile_id)


async def _end_access(session: WriteSession, event: ProfileDisabled) -> None:
    await end_access(session, event.profile_id)


async def _end_sessions(session: WriteSession, event: PasswordReplaced) -> None:
    await end_access_by_password(session, event.profile_id)
