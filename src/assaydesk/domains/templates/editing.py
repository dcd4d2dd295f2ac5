"""Making, changing and deleting templates (templates.md 2)."""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from assaydesk.domains.tags.service import existing_tag_ids
from assaydesk.domains.templates import repository
from assaydesk.domains.templates.errors import TemplateInUse, TemplateNotFound, refusal
from assaydesk.domains.templates.events import TEMPLATE_USES
from assaydesk.domains.templates.models import Template
from assaydesk.domains.templates.names import unknown_variables
from assaydesk.domains.templates.schemas import TemplateCreate, TemplateFields, TemplateFile, TemplateUpdate
from assaydesk.domains.templates.showing import file_json
from assaydesk.kit.clock import utc_now
from assaydesk.kit.file_types import clean_name
from assaydesk.kit.handlebars.functions import ARITIES
from assaydesk.kit.handlebars.inspecting import variables_of
from assaydesk.kit.handlebars.nodes import TemplateError
from assaydesk.kit.handlebars.parser import parse
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import FieldError, UnknownReference, ValidationFailed
from assaydesk.platform.files.store import StoredFile, find_files, put_file
from assaydesk.platform.schema import camel
from assaydesk.platform.security.actor import Actor

MOST_BYTES: Final = 20 * 1024 * 1024
"""All files of one template together."""


async def create_template(session: WriteSession, actor: Actor, body: TemplateCreate) -> tuple[Template, list[str]]:
    """The new row, and its variables that no ticket can fill.

    Raises `ValidationFailed`, `UnknownReference`, and the faults of a template.
    """
    row = Template(
        description="", example_ticket_ids=[], attachments=[], channels=[], use_count=0, revision=1,
        modified_at=utc_now(), modified_by=actor.user_id,
    )  # fmt: skip
    warnings = await _put(session, row, body)
    session.add(row)
    await session.flush()  # The answer names the id.
    await write_audit(session, actor, "template:create", "template", [Change(row.id, None, None, _seen(row))])
    return row, warnings


async def update_template(session: WriteSession, actor: Actor, row: Template, body: TemplateUpdate) -> list[str]:
    """Change what was sent of a row that the caller has locked. Raises as `create_template`."""
    before = _seen(row)
    warnings = await _put(session, row, body)
    after = _seen(row)
    changes = [Change(row.id, name, before[name], after[name]) for name in after if before[name] != after[name]]
    if changes:
        row.revision += 1
        row.modified_at, row.modified_by = utc_now(), actor.user_id
        await session.flush()
        await write_audit(session, actor, "template:change", "template", changes)
    return warnings


async def delete_template(session: WriteSession, actor: Actor, row: Template, *, force: bool) -> None:
    """Delete softly a row that the caller has locked. Raises `TemplateInUse`."""
    agents = (await TEMPLATE_USES.load(session, actor, [row.id])).get(row.id)
    if agents and not force:
        raise TemplateInUse(aiAgents=agents)
    row.deleted_at = row.modified_at = utc_now()
    row.modified_by = actor.user_id
    await write_audit(session, actor, "template:delete", "template", [Change(row.id)])


async def restore_template(session: WriteSession, actor: Actor, row: Template) -> None:
    """Bring back a row that the caller has locked; one that is not deleted stays as it is."""
    if row.deleted_at is None:
        return
    row.deleted_at, row.modified_at, row.modified_by = None, utc_now(), actor.user_id
    await write_audit(session, actor, "template:restore", "template", [Change(row.id)])


async def lock_template(session: WriteSession, template_id: int, *, deleted: bool = False) -> Template:
    """Raises `TemplateNotFound`."""
    return await repository.get_for_update(session, template_id, deleted=deleted)


async def file_of(session: ReadSession, template_id: int, name: str) -> StoredFile:
    """The stored file of that name. Raises `TemplateNotFound`."""
    row = await repository.get(session, template_id)
    file_id = next((file["fileId"] for file in row.attachments if file["name"] == name and "fileId" in file), None)
    found = await find_files(session, [file_id]) if file_id is not None else {}
    if file_id not in found:
        raise TemplateNotFound("The template has no such file.", templateId=template_id, name=name)
    return found[file_id]


async def using_tags(session: ReadSession, tag_ids: Sequence[int]) -> dict[int, list[int]]:
    """By tag: up to a hundred templates that have it."""
    return {tag_id: await repository.with_tag(session, tag_id) for tag_id in tag_ids}


async def replace_tag(session: WriteSession, tag_id: int, replaced_by: int) -> int:
    """Give templates another tag; answers how many."""
    return await repository.replace_tag(session, tag_id, replaced_by)


async def _put(session: WriteSession, row: Template, body: TemplateFields) -> list[str]:
    sent = {name: getattr(body, name) for name in type(body).model_fields if name in body.model_fields_set}
    files = sent.pop("attachments", None)
    if sent.get("subject"):
        sent["subject"] = " ".join(sent["subject"].split())
    for name in ("example_ticket_ids", "channels"):
        if name in sent:
            sent[name] = list(dict.fromkeys(sent[name]))
    tag_id, wrapper_id = sent.get("tag_id"), sent.get("email_template_id")
    if tag_id is not None and tag_id != row.tag_id and tag_id not in await existing_tag_ids(session, [tag_id]):
        raise UnknownReference("There is no such tag.", field="tagId", value=tag_id)
    if wrapper_id is not None and wrapper_id not in {one.id for one in await repository.wrappers(session)}:
        raise UnknownReference("There is no such wrapper.", field="emailTemplateId", value=wrapper_id)
    message, subject = sent.get("message", row.message), sent.get("subject", row.subject)
    warnings = unknown_variables(list(dict.fromkeys(_names("message", message) + _names("subject", subject or ""))))
    if files is not None:
        sent["attachments"] = await _stored(session, row, files)
    for name, value in sent.items():
        setattr(row, name, value)
    return warnings


def _names(field: str, text: str) -> list[str]:
    try:
        return list(variables_of(parse(text, ARITIES)))
    except TemplateError as fault:
        raise refusal(fault, field) from fault


async def _stored(session: WriteSession, row: Template, files: Sequence[TemplateFile]) -> list[dict[str, Any]]:
    """The files as they are kept. One that comes back with its own address is the one that is there already."""
    faults: list[FieldError] = []
    known = {file_json(row.id, file)["url"]: file for file in row.attachments if row.id is not None}
    kept: list[dict[str, Any]] = []
    contents: dict[int, bytes] = {}
    for index, file in enumerate(files):
        path = f"attachments.{index}"
        if file.base64 is not None:
            content = _decoded(file.base64)
            if content is None:
                faults.append(FieldError(f"{path}.base64", "bad_format", "This is no base64."))
                continue
            contents[len(kept)] = content
            kept.append({"name": clean_name(file.name or "file")})
        elif file.url in known:
            kept.append(dict(known[file.url]))
        elif file.url and _is_web_address(file.url):
            kept.append({"name": clean_name(file.name or urlsplit(file.url).path), "url": file.url})
        else:
            code = "bad_format" if file.url else "required"
            faults.append(FieldError(f"{path}.url", code, "Send base64, or an http or https address."))
    names = [file["name"] for file in kept]
    if len(set(names)) < len(names):
        faults.append(FieldError("attachments", "duplicate", "Two files have the same name."))
    old = await find_files(session, [file["fileId"] for file in kept if "fileId" in file])
    if sum(map(len, contents.values())) + sum(file.size for file in old.values()) > MOST_BYTES:
        faults.append(FieldError("attachments", "too_long", "All files together have at most 20 MB."))
    if faults:
        raise ValidationFailed(faults)
    for position, content in contents.items():
        stored = await put_file(session, content, name=kept[position]["name"])
        if stored.risk_class == "dangerous":
            message = f"{stored.name} may not be attached: dangerous."
            raise ValidationFailed([FieldError(f"attachments.{position}", "not_allowed", message)])
        kept[position] = {"name": stored.name, "fileId": stored.id}
    return kept


def _decoded(text: str) -> bytes | None:
    plain = text.partition(",")[2] if text.startswith("data:") else text
    try:
        return b64decode("".join(plain.split()), validate=True)
    except (NotBase64, ValueError):
        return None


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in url


def _seen(row: Template) -> dict[str, Any]:
    """What the audit log keeps of a template."""
    names = (
        "tag_id", "email_template_id", "description", "message", "subject", "example_ticket_ids", "attachments",
        "language", "channels",
    )  # fmt: skip
    return {camel(name): getattr(row, name) for name in names}
