import httpx
import pytest

from assaydesk.domains.auth.errors import AccountInactive, AccountUnknown
from assaydesk.domains.auth.service import sign_in_by_email
from assaydesk.platform.config import Config
from assaydesk.platform.db.session import WriteSession
from tests.factories.auth import make_person


async def test_token_for_a_person_by_address(
    anonymous: httpx.AsyncClient, session: WriteSession, config: Config
) -> None:
    person = await make_person(session)
    issued = await sign_in_by_email(session, f" {str(person.email).upper()}", issuer=config.base_url)
    await session.commit()
    answer = await anonymous.get("/profile", headers={"Authorization": f"Bearer {issued.token}"})
    assert answer.json()["id"] == person.id
    assert issued.cookie is None


async def test_token_for_nobody(session: WriteSession) -> None:
    person = await make_person(session, state="inactive")
    with pytest.raises(AccountUnknown):
        await sign_in_by_email(session, "nobody@desk.example", issuer="x")
    with pytest.raises(AccountInactive):
        await sign_in_by_email(session, str(person.email), issuer="x")
