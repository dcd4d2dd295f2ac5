import asyncio
from typing import Any

import pytest

from assaydesk.domains.auth.errors import InvalidCredentials, InvalidToken
from assaydesk.domains.auth.limits import Limits
from assaydesk.domains.auth.models import OneTimeLink
from assaydesk.domains.auth.service import reset_password, sign_in
from assaydesk.domains.auth.sign_in import still_valid
from assaydesk.domains.auth.types import Visitor, hashed
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.engine import Database
from assaydesk.platform.errors import RateLimited
from tests.factories.auth import PASSWORD, password_hash
from tests.factories.profiles import make_profile

LIMITS = Limits(per_address=5, per_ip=20)


async def _try(database: Database, email: str, password: str, ip: str) -> str:
    try:
        await sign_in(
            database, LIMITS, email=email, password=password, visitor=Visitor(ip, None), issuer="x", remember=False
        )
    except (InvalidCredentials, RateLimited) as refusal:
        return refusal.code
    return "in"


async def test_thirty_tries_at_once_are_no_more_than_five(committed: Database) -> None:
    async with committed.write() as session:
        person = await make_profile(session, password_hash=password_hash())
        email = str(person.email)
    found = await asyncio.gather(*(_try(committed, email, "wrong", f"192.0.2.{n}") for n in range(30)))
    assert (found.count("invalid_credentials"), found.count("rate_limited")) == (5, 25)
    assert await _try(committed, email, PASSWORD, "192.0.2.99") == "rate_limited"


async def test_one_place_with_many_addresses_is_limited_too(committed: Database) -> None:
    found = await asyncio.gather(*(_try(committed, f"a{n}@desk.example", "wrong", "192.0.2.7") for n in range(30)))
    assert (found.count("invalid_credentials"), found.count("rate_limited")) == (20, 10)


async def test_a_link_works_once_also_for_two_at_the_same_time(committed: Database) -> None:
    async with committed.write() as session:
        person = await make_profile(session)
        session.add(OneTimeLink(user_id=person.id, token_hash=hashed("t"), expires_at=utc_now().replace(year=2199)))
        email = str(person.email)

    async def use(password: str) -> Any:
        try:
            await reset_password(committed, token="t", new=password)
        except InvalidToken:
            return None
        return password

    passwords = [f"violet-harbour-{word}" for word in ("lamp", "door", "sail")]
    [winner] = [one for one in await asyncio.gather(*map(use, passwords)) if one]
    for password in passwords:
        assert (await still_valid(committed, {email: password}) == {email}) == (password == winner)


@pytest.mark.parametrize("email", ["nobody@desk.example"])
async def test_unknown_people_are_never_valid(committed: Database, email: str) -> None:
    assert await still_valid(committed, {email: PASSWORD}) == set()
