"""Wire shapes of absences and reporting roles (people.md 2.9, 3.2)."""

from typing import Annotated, Any

from pydantic import Field

from assaydesk.domains.profiles.types import AbsenceReason
from assaydesk.platform.schema import DateInput, Id, IsoTime, RequestSchema, Schema, unset

Note = Annotated[str, Field(max_length=2000)]


class AbsenceCreate(RequestSchema):
    from_: DateInput = Field(alias="from")
    to: DateInput | None = Field(None, description="null: no end is known.")
    reason: AbsenceReason = AbsenceReason.OTHER
    note: Note | None = None
    substitute_user_id: Id | None = Field(None, description="Gets the unfinished tickets when the absence begins.")


class AbsenceUpdate(RequestSchema):
    from_: Annotated[DateInput, Field(alias="from")] = unset()
    to: DateInput | None = unset()
    reason: AbsenceReason = unset()
    note: Note | None = unset()
    substitute_user_id: Id | None = unset()


def columns_of(body: AbsenceCreate | AbsenceUpdate) -> dict[str, Any]:
    """What was sent, by column; dates still as they came."""
    names = {"from_": "since", "to": "until"}
    always = isinstance(body, AbsenceCreate)
    return {
        names.get(name, name): str(value) if isinstance(value := getattr(body, name), AbsenceReason) else value
        for name in type(body).model_fields
        if always or name in body.model_fields_set
    }


class AbsenceRead(Schema):
    """`reason` and `note` are null for those who may not know them."""

    id: int
    from_: IsoTime = Field(alias="from")
    to: IsoTime | None
    reason: AbsenceReason | None
    note: str | None
    substitute_user_id: int | None
    created_by: int | None


class AbsenceList(Schema):
    success: bool
    absences: list[AbsenceRead]


class CalendarEntry(AbsenceRead):
    user_id: int
    first_name: str
    last_name: str


class AbsenceCalendar(Schema):
    success: bool
    absences: list[CalendarEntry]
    total: int
    limit: int
    offset: int


class SupersetRole(Schema):
    name: str
    label: str


class SupersetRoles(Schema):
    success: bool
    superset_roles: list[SupersetRole]
