"""Rows of templates."""

from itertools import count
from typing import Any

from assaydesk.domains.templates.models import EmailTemplate, Template
from assaydesk.platform.db.session import WriteSession

_numbers = count(1)


async def make_template(session: WriteSession, **values: Any) -> Template:
    """A template that greets by the first name of the contract."""
    row = Template(
        **{"description": f"Template {next(_numbers)}", "message": "<p>Hallo {{contract.firstName}}</p>"} | values
    )
    session.add(row)
    await session.flush()
    return row


async def make_wrapper(session: WriteSession, **values: Any) -> EmailTemplate:
    row = EmailTemplate(
        **{"name": f"Wrapper {next(_numbers)}", "html": "<header>Lumen</header>%MESSAGE%<footer>Bye</footer>"} | values
    )
    session.add(row)
    await session.flush()
    return row
