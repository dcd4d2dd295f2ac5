"""The instance's secret files in the data folder, readable by their owner only."""

import os
import secrets
from pathlib import Path


def read_or_create(path: Path, make: bytes | None = None) -> bytes:
    """Contents of a secret file; made with `make`, or 32 random bytes, when it does not exist yet.

    Two processes that start at once get the same content: the file appears whole under its name or not at all.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    write_private(draft, make if make is not None else secrets.token_bytes(32))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_bytes()


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read (mode 0600), replacing an older one whole."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
