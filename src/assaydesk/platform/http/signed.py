"""Operations that a signed link opens: a sandboxed frame has neither token nor cookie (ticket.md 4.3)."""

from starlette.requests import Request

from assaydesk.platform.errors import PermissionDenied
from assaydesk.platform.files.links import link_signer
from assaydesk.platform.http.context import request_context
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.require import Require, verdicts


class SignedOr(Require):
    """`Depends(SignedOr(A))`: whoever holds a signed link, answered as None, or a caller with any of the permissions.

    Raises `Unauthenticated` when there is neither.
    """

    public = True

    async def __call__(self, request: Request) -> Actor | None:  # type: ignore[override]
        context = request_context(request)
        if "sig" in request.query_params:
            async with context.database.read() as session:
                signer = await link_signer(session)
            if signer.accepts(request.scope["path"], request.query_params):
                return None
        actor = await context.authenticate(request)
        current = verdicts.get()
        if self.any_of and not actor.has(*self.any_of) and current is not None and current.denied is None:
            current.denied = PermissionDenied(*self.any_of)
        return actor
