"""Random identifiers."""

from secrets import token_hex, token_urlsafe


def transaction_id() -> str:
    """Ten hex digits that name one request in answers and logs (conventions.md 4)."""
    return token_hex(5)


def secret_token(size: int = 32) -> str:
    """An unguessable text for links and keys; `size` is its entropy in bytes."""
    return token_urlsafe(size)
