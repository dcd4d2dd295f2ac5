"""A process that may reach mail servers without encryption, and an account for each test."""

from itertools import count
from pathlib import Path

import pytest

from assaydesk.platform.config import Config

_numbers = count(1)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(data_dir=tmp_path, embedding="hashed", log_level="error", allow_insecure_mail=True)


@pytest.fixture
def address() -> str:
    """An address, and so an account, that no other test uses."""
    return f"api{next(_numbers)}@desk.example"
