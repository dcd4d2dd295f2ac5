"""Wire shapes of reminders (platform.md 6)."""

from typing import Annotated, Literal

from pydantic import Field

from assaydesk.platform.schema import Boolean, DateInput, Id, IsoTime, RequestSchema, Schema, unset

Words = Annotated[str, Field(max_length=500)]
StateWord = Literal["open", "fired", "done", "cancelled"]


class ReminderCreate(RequestSchema):
    ticket_id: Id
    remind_at: DateInput
    user_id: Id | None = None
    text: Words = ""
    reopen_ticket: Boolean = False
    assign_on_reopen: Boolean = False


class ReminderUpdate(RequestSchema):
    remind_at: DateInput = unset()
    text: Words = unset()
    user_id: Id = unset()
    reopen_ticket: Boolean = unset()
    assign_on_reopen: Boolean = unset()
    state: Literal["done", "cancelled", "open"] = unset()


class ReminderRead(Schema):
    id: int
    ticket_id: int
    user_id: int | None
    created_by: int | None
    remind_at: IsoTime
    text: str
    kind: Literal["manual", "deferral"]
    reopen_ticket: bool
    assign_on_reopen: bool
    state: StateWord
    fired_at: IsoTime | None
    created_at: IsoTime
    modified_at: IsoTime


class ReminderDetail(ReminderRead):
    success: bool


class ReminderList(Schema):
    success: bool
    reminders: list[ReminderRead]
    total: int
    limit: int
    offset: int
