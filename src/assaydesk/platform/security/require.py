"""Guards in a signature: the right to call an operation (ADR 0005).

A missing right is noted and answered after the row was found (404 before 403) and before the body is judged (403 before
422): the order of conventions.md 3.
"""

from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from fastapi.dependencies.models import Dependant
from starlette.requests import Request

from assaydesk.platform.errors import PermissionDenied
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission


@dataclass(slots=True)
class Verdicts:
    """What the guards of one request found."""

    denied: PermissionDenied | None = None
    ignored: list[str] = field(default_factory=list)


verdicts: ContextVar[Verdicts | None] = ContextVar("assaydesk_verdicts", default=None)


class Require:
    """`Depends(Require(A, B))`: any of the permissions; `Require()`: any signed-in caller."""

    public = False

    def __init__(self, *any_of: Permission) -> None:
        self.any_of = any_of

    async def __call__(self, request: Request) -> Actor:
        actor: Actor = request.state.actor
        if self.any_of and not actor.has(*self.any_of):
            current = verdicts.get()
            if current is not None and current.denied is None:
                current.denied = PermissionDenied(*self.any_of)
        return actor


class OwnOr(Require):
    """`Depends(OwnOr(A, B))`: the person whose id stands in the path as `{id}`, or any of the permissions."""

    async def __call__(self, request: Request) -> Actor:
        actor: Actor = request.state.actor
        if str(request.path_params.get("id")).lstrip("0") == str(actor.id):
            return actor
        return await super().__call__(request)


class Public:
    """The operation is open to everybody, signed in or not."""

    public = True
    any_of: tuple[Permission, ...] = ()

    async def __call__(self) -> None:
        return None


PUBLIC = Public()


def raise_if_denied() -> None:
    """Answer the missing right that a guard has noted."""
    current = verdicts.get()
    if current is not None and current.denied is not None:
        raise current.denied


def note_ignored(names: Iterable[str]) -> None:
    """Name keys of a body that nobody read, for `X-Ignored-Fields`; shapes of pydantic are looked through anyway."""
    current = verdicts.get()
    if current is not None:
        current.ignored.extend(names)


def guards(dependant: Dependant) -> Iterator[Any]:
    """Every guard in a dependency tree."""
    if isinstance(dependant.call, Require | Public):
        yield dependant.call
    for child in dependant.dependencies:
        yield from guards(child)
