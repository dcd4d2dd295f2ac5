"""Words that no dictionary file checks: the German names of the permissions, and of errors and faults."""

import re
from pathlib import Path

from assaydesk.platform.security.permissions import Permission

WEB = Path(__file__).parents[2] / "web" / "src"


def test_every_permission_has_a_german_name() -> None:
    text = (WEB / "pages" / "admin" / "kit" / "permissions.ts").read_text().split("GERMAN_GROUPS")[0]
    named = set(re.findall(r'^ {2}(\w+): "', text, re.MULTILINE))
    assert named == {permission.value for permission in Permission}
