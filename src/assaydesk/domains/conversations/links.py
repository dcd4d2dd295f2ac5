"""Signed links to the images of messages: a sandboxed frame shows them without a cookie (ticket.md 4.3)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from assaydesk.domains.conversations.attachments import STORAGE
from assaydesk.domains.conversations.bodies import ImageLinks, needs_links
from assaydesk.domains.conversations.models import Attachment
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.files.links import LinkSigner, link_signer


async def image_links(
    session: ReadSession, rows: Iterable[Mapping[str, Any]], files: Mapping[int, Sequence[Attachment]]
) -> dict[int, ImageLinks]:
    """By message, for those that may have images; one query, none without images."""
    wanted = [row for row in rows if needs_links(row["body"], row["type"])]
    if not wanted:
        return {}
    signer = await link_signer(session)
    return {row["id"]: _links(signer, row, files.get(row["id"], ())) for row in wanted}


def _links(signer: LinkSigner, row: Mapping[str, Any], files: Sequence[Attachment]) -> ImageLinks:
    inside = {file.content_id: file for file in files if file.content_id is not None and file.file_id is not None}
    place = f"/api/mind/ticket/{row['ticket_id']}/conversation/{row['id']}/remoteImage"

    def inline(content_id: str) -> str | None:
        file = inside.get(content_id)
        return None if file is None else signer.signed(f"{STORAGE}/{file.id}/{file.name}")

    return ImageLinks(inline, lambda number: signer.signed(f"{place}/{number}"))
