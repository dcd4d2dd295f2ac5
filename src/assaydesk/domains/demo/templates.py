"""The company's response templates and the wrappers of its mails."""

from importlib.resources import files
from typing import Any

import yaml

from assaydesk.domains.templates.schemas import EmailTemplateCreate, TemplateCreate
from assaydesk.domains.templates.service import create_template, create_wrapper
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.security.actor import SYSTEM


def read_templates() -> dict[str, list[dict[str, Any]]]:
    """`wrappers` and `templates` as the file has them."""
    file = files("assaydesk.domains.demo") / "company" / "templates.yaml"
    found: dict[str, list[dict[str, Any]]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return found


async def found_templates(session: WriteSession) -> None:
    """One wrapper for each language, the default there, and the texts that agents use most."""
    content = read_templates()
    for wrapper in content["wrappers"]:
        await create_wrapper(session, SYSTEM, EmailTemplateCreate(**wrapper, is_default=True))
    for template in content["templates"]:
        await create_template(session, SYSTEM, TemplateCreate(**template))
