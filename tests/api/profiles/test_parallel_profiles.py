import asyncio

from sqlalchemy import func, select

from assaydesk.domains.profiles.errors import EmailTaken, RoleInUse
from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.profiles.service import AGENT_ROLE, create_profile, delete_role
from assaydesk.domains.profiles.types import NewProfile
from assaydesk.platform.db.engine import Database
from assaydesk.platform.errors import UnknownReference
from assaydesk.platform.security.actor import SYSTEM
from tests.factories.profiles import make_role


async def test_one_address_is_given_once(committed: Database) -> None:
    async def make(number: int) -> bool:
        try:
            async with committed.write() as session:
                new = NewProfile("A", "B", "same@desk.example", role_id=AGENT_ROLE, name_reports=f"Owl {number}")
                await create_profile(session, SYSTEM, new)
        except EmailTaken:
            return False
        return True

    assert sorted(await asyncio.gather(*(make(number) for number in range(8)))) == [False] * 7 + [True]


async def test_a_role_does_not_vanish_under_somebody(committed: Database) -> None:
    async with committed.write() as session:
        role_id = (await make_role(session, base_role_id=AGENT_ROLE)).id

    async def give() -> str:
        try:
            async with committed.write() as session:
                await create_profile(session, SYSTEM, NewProfile("A", "B", "a@desk.example", role_id=role_id))
                await asyncio.sleep(0.1)
        except UnknownReference:
            return "gone"
        return "given"

    async def remove() -> str:
        await asyncio.sleep(0.05)
        try:
            async with committed.write() as session:
                await delete_role(session, SYSTEM, role_id, move_to=None)
        except RoleInUse:
            return "in use"
        return "deleted"

    assert await asyncio.gather(give(), remove()) in (["given", "in use"], ["gone", "deleted"])
    async with committed.read() as session:
        people = await session.scalar(select(func.count()).select_from(Profile).where(Profile.role_id == role_id))
    assert people in (0, 1)
