"""What a browser loads before the inbox can be used, without a browser."""

import gzip
import re

import pytest

from assaydesk.platform.http.ui import INSTALLED

ASSETS = INSTALLED / "assets"
MOST = 250_000
_STATIC = re.compile(r"""(?:import|from)\s*["']\./([\w.-]+\.js)["']""")


def _with_imports(names: list[str]) -> set[str]:
    """The scripts, and those that they import at once."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _STATIC.findall((ASSETS / name).read_text())
    return found


@pytest.mark.skipif(not (INSTALLED / "index.html").is_file(), reason="the web interface is not built")
@pytest.mark.parametrize("language", ["de", "en"])
def test_the_scripts_of_the_first_load_are_small(language: str) -> None:
    first = re.findall(r"/assets/([\w.-]+\.js)", (INSTALLED / "index.html").read_text())
    later = [file.name for pattern in (f"{language}-*.js", "InboxPage-*.js") for file in ASSETS.glob(pattern)]
    assert first
    assert len(later) == 2
    sizes = {name: len(gzip.compress((ASSETS / name).read_bytes(), 9)) for name in _with_imports([*first, *later])}
    assert sum(sizes.values()) <= MOST, sizes
