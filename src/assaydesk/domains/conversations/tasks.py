"""Jobs of messages: fetching files that lie elsewhere, removing uploads that nobody used."""

from assaydesk.domains.conversations import service
from assaydesk.integrations.web.opening import web_of
from assaydesk.integrations.web.port import WebFailed
from assaydesk.kit.clock import utc_now
from assaydesk.platform.jobs.job import Runtime, job


@job("conversations.files.fetch", timeout_seconds=3600)
async def fetch_files(runtime: Runtime, conversation_id: int) -> None:
    """Fetch the files of a message that are `pending`, one after the other; each is stored by itself."""
    web = web_of(runtime.config, runtime.ports)
    async with runtime.database.read() as session:
        waiting = await service.files_to_fetch(session, conversation_id)
    for one in waiting:
        content, declared, problem = None, None, None
        try:
            answer = await web.request("GET", one.url, timeout=30.0, max_bytes=one.max_bytes, max_redirects=3)
            content, declared = answer.body, answer.headers.get("content-type")
            if not answer.ok:
                content, problem = None, f"the server answered with the status {answer.status}"
        except WebFailed as failure:
            problem = failure.message
        async with runtime.database.write() as session:
            await service.keep_fetched(session, one.attachment_id, content, declared=declared, problem=problem)


@job("conversations.files.clean_up", cron="*/10 * * * *", can_disable=False)
async def clean_up(runtime: Runtime) -> None:
    """Remove uploads that no message took within a day, remote images of yesterday, and bytes without a file.

    A file that nobody managed to fetch counts as failed, so that its message waits no longer.
    """
    done = 1
    while done:
        async with runtime.database.write() as session:
            done = await service.remove_unused(session, utc_now())
    done = 1
    while done:
        async with runtime.database.write() as session:
            done = await service.give_up_fetching(session, utc_now())
