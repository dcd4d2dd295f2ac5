"""Inputs of the API: what is read as an integer, and how faults are coded."""

from typing import Annotated, Any

import pytest
from pydantic import Field, ValidationError

from assaydesk.platform.errors import field_error
from assaydesk.platform.schema import DateInput, Id, Integer, RequestSchema


class Form(RequestSchema):
    row_id: Id
    amount: Integer = 0
    due: DateInput | None = None


def faults(**body: Any) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as refused:
        Form.model_validate(body)
    return sorted((str(error["loc"][0]), field_error({**error}).code) for error in refused.value.errors())


@pytest.mark.parametrize("sent", [42, "42", " 42 "])
def test_integers_come_as_numbers_or_numeric_text(sent: object) -> None:
    assert Form.model_validate({"rowId": sent}).row_id == 42


@pytest.mark.parametrize("sent", ["4_2", "+42", "42.0", "0x2a", "٤٢", "", True, "x"])
def test_other_spellings_are_no_integers(sent: object) -> None:
    assert faults(rowId=sent) == [("rowId", "wrong_type")]


@pytest.mark.parametrize("sent", [True, [1], {"day": 1}])
def test_what_can_be_no_date_is_one_fault_at_its_own_key(sent: object) -> None:
    assert faults(rowId=1, due=sent) == [("due", "bad_format")]


class Narrow(RequestSchema):
    row_id: Id = Field(description="Its own bounds stay.")
    limit: Integer = Field(100, ge=1, le=1000)
    share: Annotated[Integer, Field(ge=0, le=30)] = 0
    start: Integer | None = Field(None, ge=0)


@pytest.mark.parametrize(
    "sent", [{"rowId": 0}, {"rowId": 2**63}, {"limit": 0}, {"limit": 1001}, {"share": -1}, {"share": 31}, {"start": -1}]
)
def test_narrower_bounds_of_a_shape_hold(sent: dict[str, int]) -> None:
    with pytest.raises(ValidationError) as refused:
        Narrow.model_validate({"rowId": 1, **sent})
    assert [field_error({**error}).code for error in refused.value.errors()] == ["out_of_range"]
