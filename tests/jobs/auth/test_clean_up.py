from datetime import timedelta

from sqlalchemy import func, select

from assaydesk.domains.auth import tasks
from assaydesk.domains.auth.models import FailedSignIn, OneTimeLink
from assaydesk.domains.auth.models import Session as SignIn
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.jobs.job import Runtime
from tests.factories.profiles import make_profile


async def test_only_what_has_ended_goes(runtime: Runtime, session: WriteSession) -> None:
    person = await make_profile(session)
    now = utc_now()
    for number, age in enumerate((timedelta(days=2), timedelta(minutes=30), -timedelta(hours=1))):
        session.add(
            SignIn(user_id=person.id, jti_hash=f"j{number}", started_at=now - timedelta(days=3), expires_at=now - age)
        )
        session.add(OneTimeLink(user_id=person.id, token_hash=f"t{number}", expires_at=now - age))
    session.add_all(FailedSignIn(subject="s", at=now - timedelta(minutes=minutes)) for minutes in (1, 59, 61, 500))
    session.add_all(FailedSignIn(subject="many", at=now - timedelta(days=1)) for _ in range(tasks.BATCH + 5))
    await session.commit()
    for _ in range(2):
        await tasks.clean_up.function(runtime)
        counts = [
            await session.scalar(select(func.count()).select_from(table))
            for table in (SignIn, OneTimeLink, FailedSignIn)
        ]
        assert counts == [2, 2, 2]
