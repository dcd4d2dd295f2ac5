"""Queries for templates and wrappers."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select, text, update

from assaydesk.domains.templates.errors import EmailTemplateNotFound, TemplateNotFound
from assaydesk.domains.templates.models import EmailTemplate, Template
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.paging import Page


def conditions(*, q: str, tag_id: int | None, language: str | None) -> list[ColumnElement[bool]]:
    """`q`: each word must stand in the description or the message."""
    found: list[ColumnElement[bool]] = [Template.deleted_at.is_(None)]
    for word in q.split()[:12]:
        wanted = f"%{_plain(word)}%"
        text_of = func.unaccent(Template.description + " " + Template.message)
        found.append(text_of.ilike(func.unaccent(wanted), escape="\\"))
    if tag_id is not None:
        found.append(Template.tag_id == tag_id)
    if language is not None:
        found.append(func.lower(Template.language) == language.lower())
    return found


def _plain(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


async def page(session: ReadSession, wanted: Sequence[ColumnElement[bool]], page: Page) -> tuple[list[Template], int]:
    query = select(Template).where(*wanted).order_by(Template.id).limit(page.limit).offset(page.offset)
    total = await session.scalar(select(func.count()).select_from(Template).where(*wanted))
    return list(await session.scalars(query)), total or 0


async def get(session: ReadSession, template_id: int, *, deleted: bool = False) -> Template:
    """Raises `TemplateNotFound`."""
    row = await session.get(Template, template_id)
    if row is None or (row.deleted_at is not None and not deleted):
        raise TemplateNotFound(templateId=template_id)
    return row


async def get_for_update(session: WriteSession, template_id: int, *, deleted: bool = False) -> Template:
    """Raises `TemplateNotFound`."""
    row: Template | None = (
        await session.execute(_locked(select(Template).where(Template.id == template_id)))
    ).scalar_one_or_none()
    if row is None or (row.deleted_at is not None and not deleted):
        raise TemplateNotFound(templateId=template_id)
    return row


async def count_use(session: WriteSession, template_id: int) -> None:
    await session.execute(update(Template).where(Template.id == template_id).values(use_count=Template.use_count + 1))


async def with_tag(session: ReadSession, tag_id: int) -> list[int]:
    query = select(Template.id).where(Template.tag_id == tag_id, Template.deleted_at.is_(None)).order_by(Template.id)
    return list(await session.scalars(query.limit(100)))


async def replace_tag(session: WriteSession, tag_id: int, replaced_by: int) -> int:
    changed = await session.scalars(
        update(Template)
        .where(Template.tag_id == tag_id, Template.deleted_at.is_(None))
        .values(tag_id=replaced_by, revision=Template.revision + 1)
        .returning(Template.id)
    )
    return len(changed.all())


async def wrappers(session: ReadSession) -> list[EmailTemplate]:
    query = select(EmailTemplate).where(EmailTemplate.deleted_at.is_(None)).order_by(EmailTemplate.id)
    return list(await session.scalars(query))


async def wrapper(session: ReadSession, wrapper_id: int) -> EmailTemplate:
    """Raises `EmailTemplateNotFound`."""
    row = await session.get(EmailTemplate, wrapper_id)
    if row is None or row.deleted_at is not None:
        raise EmailTemplateNotFound(emailTemplateId=wrapper_id)
    return row


async def wrapper_for_update(session: WriteSession, wrapper_id: int) -> EmailTemplate:
    """Raises `EmailTemplateNotFound`."""
    query = _locked(select(EmailTemplate).where(EmailTemplate.id == wrapper_id))
    row: EmailTemplate | None = (await session.execute(query)).scalar_one_or_none()
    if row is None or row.deleted_at is not None:
        raise EmailTemplateNotFound(emailTemplateId=wrapper_id)
    return row


async def wrapper_for(
    session: ReadSession,
    *,
    own_id: int | None,
    subchannel_id: int | None,
    subchannel_wrapper_id: int | None,
    language: str | None,
    default_id: int | None,
) -> EmailTemplate | None:
    """The wrapper of a reply: the template's own, the sub-channel's, the default of the language, the default."""
    rank: list[tuple[ColumnElement[bool], int]] = []
    for number, wanted in enumerate((own_id, subchannel_wrapper_id)):
        if wanted is not None:
            rank.append((EmailTemplate.id == wanted, number))
    if subchannel_id is not None:
        rank.append((EmailTemplate.subchannel_ids.contains([subchannel_id]), 2))
    if language:
        same = func.lower(func.left(EmailTemplate.language, 2)) == language[:2].lower()
        rank.append((EmailTemplate.is_default & same, 3))
    if default_id is not None:
        rank.append((EmailTemplate.id == default_id, 4))
    rank.append((EmailTemplate.is_default & EmailTemplate.language.is_(None), 5))
    rank.append((EmailTemplate.is_default.is_(True), 6))
    order = case(*rank, else_=9)
    query = select(EmailTemplate).where(EmailTemplate.deleted_at.is_(None), or_(*(condition for condition, _ in rank)))
    return (await session.scalars(query.order_by(order, EmailTemplate.id).limit(1))).first()


async def hold_defaults(session: WriteSession) -> None:
    """Defaults are judged over all wrappers, so one change goes after the other."""
    await session.execute(text("select pg_advisory_xact_lock(hashtext('assaydesk.email_templates'))"))


async def clear_default(session: WriteSession, language: str | None, keep_id: int | None) -> None:
    """The old default of the language gives the mark away: there is at most one."""
    same = func.lower(func.coalesce(EmailTemplate.language, "")) == (language or "").lower()
    with session.no_autoflush:
        await session.execute(
            update(EmailTemplate)
            .where(same, EmailTemplate.is_default, EmailTemplate.id != (keep_id or 0))
            .values(is_default=False)
        )


def _locked(query: Select[Any]) -> Select[Any]:
    return query.with_for_update(key_share=True).execution_options(populate_existing=True)
