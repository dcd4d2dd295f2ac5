"""Service workers (people.md 7). Their tokens are made and revoked like API keys of people."""

from starlette.responses import Response

from assaydesk.domains.profiles import service
from assaydesk.domains.profiles.deps import WorkerManager, WorkerToWrite
from assaydesk.domains.profiles.errors import ExceedsOwnRights, OwnAccount, ServiceWorkerNotFound
from assaydesk.domains.profiles.worker_schemas import WorkerCreate, WorkerList, WorkerUpdate
from assaydesk.platform.errors import PermissionDenied, UnknownReference, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.paging import Paging
from assaydesk.platform.schema import Done, Made

router = Router("profile")


@router.get(
    "/serviceWorker",
    operation_id="getServiceWorkers",
    response_model=WorkerList,
    responses=errors(PermissionDenied, ValidationFailed),
)
async def list_workers(session: Reads, actor: WorkerManager, page: Paging) -> Response:
    """List service workers."""
    workers, total = await service.list_workers(session, page)
    answer = {"success": True, "serviceWorkers": workers, "total": total}
    return json_answer(answer | {"limit": page.limit, "offset": page.offset})


@router.post(
    "/serviceWorker",
    operation_id="createServiceWorker",
    responses=errors(PermissionDenied, ExceedsOwnRights, UnknownReference, ValidationFailed),
)
async def create_worker(session: Writes, actor: WorkerManager, body: WorkerCreate) -> Made:
    """Create a service worker. Its token comes from `POST /profile/{id}/apiKey`."""
    return Made(success=True, id=(await service.create_worker(session, actor, body)).id)


@router.patch(
    "/serviceWorker/{id}",
    operation_id="updateServiceWorker",
    responses=errors(
        PermissionDenied, OwnAccount, ExceedsOwnRights, ServiceWorkerNotFound, UnknownReference, ValidationFailed
    ),
)
async def update_worker(session: Writes, worker_id: WorkerToWrite, actor: WorkerManager, body: WorkerUpdate) -> Done:
    """Change a service worker. `inactive` ends all its tokens for good."""
    await service.update_worker(session, actor, worker_id, body)
    return Done(success=True)


@router.delete(
    "/serviceWorker/{id}",
    operation_id="deleteServiceWorker",
    responses=errors(PermissionDenied, OwnAccount, ExceedsOwnRights, ServiceWorkerNotFound),
)
async def delete_worker(session: Writes, worker_id: WorkerToWrite, actor: WorkerManager) -> Done:
    """Delete a service worker; its tokens end."""
    await service.delete_worker(session, actor, worker_id)
    return Done(success=True)
