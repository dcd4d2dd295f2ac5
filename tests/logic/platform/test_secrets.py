"""Sealing secrets under the instance's key."""

from pathlib import Path

import pytest

from assaydesk.platform.config import Config
from assaydesk.platform.security.secrets import SecretUnreadable, is_sealed, secrets_of


def test_given_a_secret_only_the_same_key_opens_it(tmp_path: Path) -> None:
    secrets = secrets_of(Config(data_dir=tmp_path))
    sealed = secrets.seal("pässword")
    assert is_sealed(sealed)
    assert "ssword" not in sealed
    assert sealed != secrets.seal("pässword")
    assert secrets.unseal(sealed) == "pässword"
    assert secrets_of(Config(data_dir=tmp_path)).unseal(sealed) == "pässword"
    assert oct((tmp_path / "secret.key").stat().st_mode & 0o777) == "0o600"
    other = secrets_of(Config(data_dir=tmp_path, secret_key="another key of the instance"))
    with pytest.raises(
        SecretUnreadable, match=f"key {secrets.key_id}.*has the key {other.key_id}.*ASSAYDESK_SECRET_KEY"
    ):
        other.unseal(sealed)


@pytest.mark.parametrize("spoil", [lambda one: one[:-6] + "AAAA==", lambda one: one[:-9], lambda one: one[:20] + "%"])
def test_given_a_changed_text_it_is_refused(tmp_path: Path, spoil: object) -> None:
    secrets = secrets_of(Config(data_dir=tmp_path))
    with pytest.raises(SecretUnreadable, match="damaged"):
        secrets.unseal(spoil(secrets.seal("secret")))  # type: ignore[operator]


def test_given_a_plain_text_it_is_not_taken_for_a_sealed_one(tmp_path: Path) -> None:
    with pytest.raises(SecretUnreadable, match="not sealed"):
        secrets_of(Config(data_dir=tmp_path)).unseal("secret")
