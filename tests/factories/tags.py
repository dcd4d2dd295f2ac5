"""Rows of tags."""

from itertools import count
from typing import Any

from assaydesk.domains.tags.models import Tag
from assaydesk.platform.db.session import WriteSession

_numbers = count(1)


async def make_tag(session: WriteSession, **values: Any) -> Tag:
    """A public skill tag for tickets."""
    tag = Tag(**{"name": f"Tag {next(_numbers)}", "reference": "ticket", "type": "skill"} | values)
    session.add(tag)
    await session.flush()
    return tag
