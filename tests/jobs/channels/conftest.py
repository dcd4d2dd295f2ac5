"""What tests of mail need: mailboxes on a real server, and a process that may reach it without encryption."""

from itertools import count
from pathlib import Path

import pytest

from assaydesk import registry
from assaydesk.platform.config import Config

_numbers = count(1)


@pytest.fixture(scope="session", autouse=True)
def _registered() -> None:
    """Without an application nobody else connects the domains."""
    registry.import_models()
    registry.register_handlers()
    registry.register_jobs()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """As elsewhere, but mail servers without encryption are allowed."""
    return Config(data_dir=tmp_path, embedding="hashed", log_level="error", allow_insecure_mail=True)


@pytest.fixture
def address() -> str:
    """An address, and so an account, that no other test uses."""
    return f"support{next(_numbers)}@desk.example"
