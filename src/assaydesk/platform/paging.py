"""`limit` and `offset` (conventions.md 8.1)."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query


@dataclass(frozen=True, slots=True)
class Page:
    limit: int
    offset: int


async def page(
    limit: Annotated[int, Query(ge=1, le=1000, description="Rows of one answer.")] = 100,
    offset: Annotated[int, Query(ge=0, le=2**62, description="Rows to leave out at the beginning.")] = 0,
) -> Page:
    return Page(limit, offset)


Paging = Annotated[Page, Depends(page)]
