"""The rows that the documented examples name, with their ids, so that their requests run as they stand."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from assaydesk.domains.conversations.models import Attachment
from assaydesk.domains.settings.models import Subchannel
from assaydesk.platform.db.session import WriteSession
from tests.factories.conversations import make_message
from tests.factories.customers import make_customer
from tests.factories.profiles import make_profile
from tests.factories.tags import make_tag
from tests.factories.tickets import make_ticket

TICKET = 376189
CUSTOMER = "83771"
CREATED = datetime(2022, 12, 13, 22, 18, 6, tzinfo=UTC)
_SEQUENCES = ("tickets", "profiles", "tags", "subchannels", "conversations")


async def make_example_rows(session: WriteSession, shared_spec: Path) -> None:
    """Ticket 376189 with customer, message and attachment; user 123; sub-channels; tags."""
    item: dict[str, Any] = json.loads((shared_spec / "examples" / "bulkUpdateTickets.request.json").read_text())[0]
    await make_profile(
        session, id=123, type="enneo", first_name="Max", last_name="Mustermann", email="max@desk.example"
    )
    session.add_all(Subchannel(id=number, channel="email", name=f"Mailbox {number}") for number in (2, 4, 123))
    await make_tag(session, id=6, name="Second Level")
    for number, name in ((1, "Move"), (2, "VIP"), (54, "Meter")):
        await make_tag(session, id=number, name=name, color="green", reference="customer" if number == 2 else "ticket")
    await make_tag(
        session, id=123, name="Complaint", parent_id=6, sla_hours=8, channels=["email", "chat"], subchannels=[2, 4],
        assignment=["assignBySubchannel", "assignByCustomLogic"], modified_by_name="John Doe",
    )  # fmt: skip
    sent = item["customer"]
    await make_customer(
        session, customer_id=CUSTOMER, tag_ids=[2], contracts=sent["contracts"], phone=str(sent["phone"]),
        email="tom@gmail.com", address=sent["address"],
    )  # fmt: skip
    await session.flush()
    ticket = await make_ticket(
        session, tags=[123], id=TICKET, subject=item["subject"], summary=item["summary"], language=item["language"],
        from_address=item["from"], to_addresses=item["to"], cc_emails=item["ccEmails"], customer_id=CUSTOMER,
        reply_cc_emails=item["replyCcEmails"], subchannel_id=123, language_code="en", sentiment="positive",
        channel_id=item["channelId"], priority="low", contract_id="746839", partner_id=123, customer_legitimation=30,
        agent_id=123, assigned_agent_ids=[123], template="%MESSAGE%", created_at=CREATED,
        due_by=datetime(2022, 12, 15, 22, 18, 6, tzinfo=UTC), due_by_was_set_manually=True,
        first_response_due_by=datetime(2022, 12, 14, 22, 18, 6, tzinfo=UTC),
        auto_execute_at=datetime(2023, 11, 7, 5, 31, 56, tzinfo=UTC), modified_at=CREATED,
    )  # fmt: skip
    message = await make_message(
        session, ticket.id, item["body"], type="html", body_plain=item["bodyPlain"], body_clean=item["bodyPlain"],
        from_email=item["from"], from_email_name=item["fromName"], to_email=item["to"], created_at=CREATED,
    )  # fmt: skip
    file = item["attachments"][0]
    session.add(
        Attachment(
            id=file["id"], conversation_id=message.id, url=file["url"], original_url=file["originalUrl"],
            name=file["name"], size=file["size"], width=file["width"], height=file["height"], risk_class="safe",
            content_type=file["contentType"], extraction_status="success", extraction_data=file["extractionData"],
        )
    )  # fmt: skip
    await session.flush()
    for table in _SEQUENCES:
        # Rows that came with an id leave the sequence behind.
        await session.execute(
            text(f"select setval(pg_get_serial_sequence('{table}', 'id'), greatest(max(id), 1000)) from {table}")
        )
    await session.commit()
