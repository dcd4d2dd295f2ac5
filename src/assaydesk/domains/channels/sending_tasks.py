"""Jobs that send mail."""

from assaydesk.domains.channels.sending import send_message
from assaydesk.domains.conversations.delivery import due_messages
from assaydesk.platform.jobs.job import Runtime, job
from assaydesk.platform.jobs.queue import enqueue

BATCH = 500


@job("channels.send_message", queue="default", priority=5, retries=0, timeout_seconds=1800.0)
async def send(runtime: Runtime, *, conversation_id: int) -> None:
    """Send one message. What is left over after a failure is found by the clock."""
    await send_message(runtime, conversation_id)


@job("channels.send_due", cron="* * * * *", cron_name="mailSend", can_disable=False)
async def send_due(runtime: Runtime) -> dict[str, int]:
    """Queue messages whose next try has come, and those whose sender died."""
    async with runtime.database.write() as session:
        due = await due_messages(session, BATCH)
        for conversation_id in due:
            await enqueue(session, send, key=f"mail:{conversation_id}", conversation_id=conversation_id)
    return {"messages": len(due)}
