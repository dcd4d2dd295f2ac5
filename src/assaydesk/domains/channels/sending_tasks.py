"""Jobs that send mail."""

from assaydesk.domains.auth.service import due_links
from assaydesk.domains.channels.account_mail import mail_link
from assaydesk.domains.channels.sending import send_message
from assaydesk.domains.conversations.delivery import due_messages
from assaydesk.domains.settings.mailboxes import system_mailbox
from assaydesk.platform.jobs.job import Runtime, job
from assaydesk.platform.jobs.queue import enqueue

BATCH = 500


@job("channels.send_message", queue="default", priority=5, retries=0, timeout_seconds=1800.0)
async def send(runtime: Runtime, *, conversation_id: int) -> None:
    """Send one message. What is left over after a failure is found by the clock."""
    await send_message(runtime, conversation_id)


@job("channels.mail_link", priority=5, retries=0, timeout_seconds=600.0)
async def mail_account_link(runtime: Runtime, *, link_id: int) -> None:
    """Mail an invitation, or a link for a forgotten password."""
    await mail_link(runtime, link_id)


@job("channels.send_due", cron="* * * * *", cron_name="mailSend", can_disable=False)
async def send_due(runtime: Runtime) -> dict[str, int]:
    """Queue messages whose next try has come, those whose sender died, and links that wait to be mailed."""
    async with runtime.database.write() as session:
        links = await due_links(session, BATCH) if await system_mailbox(session) is not None else []
        for link_id in links:
            await enqueue(session, mail_account_link, key=f"link:{link_id}", link_id=link_id)
        due = await due_messages(session, BATCH)
        for conversation_id in due:
            await enqueue(session, send, key=f"mail:{conversation_id}", conversation_id=conversation_id)
    return {"messages": len(due), "links": len(links)}
