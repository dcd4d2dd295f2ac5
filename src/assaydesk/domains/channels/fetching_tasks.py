"""Jobs that fetch mail."""

from assaydesk.domains.channels import sending_tasks
from assaydesk.domains.channels.fetching import MailboxBusy, NoMailbox
from assaydesk.domains.channels.fetching import fetch_mailbox as fetch
from assaydesk.domains.channels.mailboxes import due_mailboxes
from assaydesk.domains.settings.subchannels import SubchannelNotFound
from assaydesk.platform.jobs.job import JobResult, Runtime, job
from assaydesk.platform.jobs.queue import enqueue

send, send_due = sending_tasks.send, sending_tasks.send_due


@job("channels.fetchMailbox", retries=0, timeout_seconds=900.0)
async def fetch_mailbox(runtime: Runtime, *, subchannel_id: int) -> JobResult:
    """Read one mailbox. Running twice, or after a crash, takes no mail twice."""
    try:
        done = await fetch(runtime, subchannel_id)
    except (SubchannelNotFound, NoMailbox, MailboxBusy):
        # Deleted or changed since it was queued, or somebody fetches by hand.
        return None
    return {"created": done.created, "appended": done.appended, "skipped": done.skipped}


@job("channels.fetchDue", cron="* * * * *", cron_name="mailFetch")
async def fetch_due(runtime: Runtime) -> JobResult:
    """Queue one job for each mailbox that is due; those of one mailbox run one after the other."""
    async with runtime.database.write() as session:
        due = await due_mailboxes(session)
        for subchannel_id in due:
            key = f"mailbox:{subchannel_id}"
            await enqueue(session, fetch_mailbox, key=key, lock=key, subchannel_id=subchannel_id)
    return {"mailboxes": len(due)}
