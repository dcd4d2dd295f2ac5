"""Secrets that the instance must be able to read again, such as the password of a mailbox, sealed under its own key.

The key comes from `ASSAYDESK_SECRET_KEY`, else from the file `secret.key` of the data folder. Server and worker on
different machines need the variable. A sealed text names the key, so that a wrong one is told from a damaged text.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from assaydesk.platform.config import Config
from assaydesk.platform.files.keys import read_or_create

_MARK: Final = "sealed:1:"
_NONCE: Final = 12


class SecretUnreadable(Exception):
    """A sealed text cannot be opened; the message says what to do about it."""


class Secrets:
    """Seals and opens texts with one key. AES-256-GCM: a changed text is refused, not opened wrongly."""

    def __init__(self, key: bytes) -> None:
        self._box = AESGCM(sha256(b"assaydesk secrets" + key).digest())
        self.key_id: Final = sha256(b"assaydesk key id" + key).hexdigest()[:8]

    def seal(self, text: str) -> str:
        """`sealed:1:<key id>:<base64>`; the same text looks different every time."""
        nonce = os.urandom(_NONCE)
        closed = nonce + self._box.encrypt(nonce, text.encode(), self.key_id.encode())
        return f"{_MARK}{self.key_id}:{urlsafe_b64encode(closed).decode()}"

    def unseal(self, sealed: str) -> str:
        """The text again. Raises `SecretUnreadable`."""
        if not is_sealed(sealed):
            raise SecretUnreadable("The secret is not sealed. Enter it again.")
        key_id, _, closed = sealed.removeprefix(_MARK).partition(":")
        if key_id != self.key_id:
            raise SecretUnreadable(
                f"The secret was sealed with the key {key_id}, and this process has the key {self.key_id}. Start it "
                "with the ASSAYDESK_SECRET_KEY or the data folder it was saved with, or enter the secret again."
            )
        try:
            raw = urlsafe_b64decode(closed)
            return self._box.decrypt(raw[:_NONCE], raw[_NONCE:], key_id.encode()).decode()
        except (NotBase64, ValueError, InvalidTag) as failure:
            raise SecretUnreadable("The sealed secret is damaged. Enter it again.") from failure


def is_sealed(text: str) -> bool:
    """Whether `seal` made the text."""
    return text.startswith(_MARK)


def secrets_of(config: Config) -> Secrets:
    """The instance's own. In a job: `secrets_of(runtime.config)`; in an endpoint: `secrets_of(context.config)`."""
    given = config.secret_key.get_secret_value() if config.secret_key else None
    return _opened(given, str(config.data_path / "secret.key"))


@lru_cache(maxsize=16)
def _opened(given: str | None, path: str) -> Secrets:
    return Secrets(given.encode() if given is not None else read_or_create(Path(path)))
