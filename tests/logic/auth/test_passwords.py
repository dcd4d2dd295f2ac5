import pytest

from assaydesk.platform.db.session import SessionStillOpen, counted
from assaydesk.platform.security.passwords import (
    hash_password,
    password_faults,
    password_matches,
    random_password,
)


@pytest.mark.parametrize(
    ("password", "faults"),
    [
        ("plum-orbit-canvas-31", []),
        ("twelve chars", []),
        ("short", ["too_short"]),
        ("x" * 11, ["too_short", "common"]),
        ("zyxw" * 32, []),
        ("zyxw" * 32 + "!", ["too_long"]),
        ("Password1234", ["common"]),
        ("WILLKOMMEN123", ["common"]),
        ("aaaaaaaaaaaaaaa", ["common"]),
        ("i am Jane.Doe ok", ["contains_email_name"]),
        ("jane.doe", ["too_short", "contains_email_name"]),
        ("pässwörter zählen", []),
    ],
)
def test_rules(password: str, faults: list[str]) -> None:
    assert password_faults(password, email="jane.doe@desk.example", shortest=12) == faults


@pytest.mark.parametrize(
    ("email", "faults"), [(None, []), ("ab@desk.example", []), ("abc@x.example", ["contains_email_name"])]
)
def test_very_short_email_names_do_not_count(email: str | None, faults: list[str]) -> None:
    assert password_faults("abc means nothing", email=email, shortest=12) == faults


def test_random_passwords_are_good_and_differ() -> None:
    made = {random_password() for _ in range(50)}
    assert len(made) == 50
    assert all(not password_faults(one, email="admin@assaydesk.local", shortest=20) for one in made)


async def test_hash_matches_only_its_password() -> None:
    stored = await hash_password("plum-orbit-canvas-31")
    assert stored.startswith("$argon2id$")
    assert await password_matches(stored, "plum-orbit-canvas-31")
    assert not await password_matches(stored, "plum-orbit-canvas-32")
    assert not await password_matches(None, "plum-orbit-canvas-31")
    assert not await password_matches("no hash", "plum-orbit-canvas-31")


async def test_no_hash_while_a_session_is_open() -> None:
    async with counted():
        with pytest.raises(SessionStillOpen):
            await hash_password("plum-orbit-canvas-31")
        with pytest.raises(SessionStillOpen):
            await password_matches(None, "x")
