"""Where the browser of the tests is: Debian's chromium."""

import shutil

from tests.servers.debian import find_or_install

_NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> tuple[str | None, str]:
    """The program, or None and why there is none."""
    return find_or_install("Chromium", _program, ["chromium"])


def _program() -> str | None:
    return next((found for name in _NAMES if (found := shutil.which(name))), None)
