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
def test_the_scripts_of_the_first_load_are_small() -> None:
    first = re.findall(r"/assets/([\w.-]+\.js)", (INSTALLED / "index.html").read_text())
    inbox = [file.name for file in ASSETS.glob("InboxPage-*.js")]
    words = [file.name for file in ASSETS.glob("core-*.js")]
    assert first
    assert (len(inbox), len(words)) == (1, 2), "the inbox, and its words in two languages"
    for language in words:
        needed = _with_imports([*first, *inbox, language])
        sizes = {name: len(gzip.compress((ASSETS / name).read_bytes(), 9)) for name in needed}
        assert sum(sizes.values()) <= MOST, sizes
