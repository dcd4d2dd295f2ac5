"""Wire shapes of customers and contracts (ticket.md 1.3)."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from assaydesk.platform.schema import Boolean, DateInput, Done, Id, OutsideId, RequestSchema, Schema, finite, unset


class CustomerTag(Schema):
    id: int
    color: str
    name: str


class ErpUrl(Schema):
    url: str | None
    logo: str | None


class ContractRead(Schema):
    """Keys of other industries than energy are null; further properties are in `additionalData`."""

    id: int | str
    order_id: Any
    tenant: Any
    customer_id: str | None
    signup_date: int | None
    status: str | None
    status_code: Any
    status_code_title: str | None
    energy: str | None
    energy_type_id: Any
    energy_sub_type_id: Any
    email: str | None
    firstname: str | None
    lastname: str | None
    delivery_address: str | None
    iban: str | None
    monthly_deposit: float | None
    start_date: int | None
    end_date: int | None
    consumption: float | None
    counter_number: str | None
    product_id: Any
    product_name: str | None
    product_code: str | None
    campaign_id: Any
    sales_channel_id: Any
    unpaid_debt: float | None
    vat_rate: float | None
    base_price: float | None
    working_price: float | None
    billing_address: str | None
    business: bool | None
    phone: int | str | None
    grid_operator_name: str | None
    grid_operator_code: Any
    registers: list[Any] | None
    erp_urls: list[ErpUrl] | None
    raw_data: Any
    agent_preview: list[dict[str, Any]] | None
    tab_preview: dict[str, Any] | None
    additional_data: dict[str, Any]


class CustomerRead(Schema):
    id: int | str
    email_matches: bool
    business: bool
    company: str | None
    firstname: str | None
    lastname: str | None
    address: str | None
    phone: int | str | None
    email: str | None
    tags: list[CustomerTag]
    contracts: list[ContractRead]
    additional_data: dict[str, Any]


class CustomerFound(Schema):
    id: int | str
    firstname: str | None
    lastname: str | None
    address: str | None
    phone: int | str | None
    email: str | None
    company: str | None
    business: bool
    contract_ids: list[str]


class ContractFound(Schema):
    id: int | str
    similarity: Annotated[int, Field(ge=0, le=100, description="Share of the given attributes that match.")]
    contract: ContractRead


def _plain_text(value: object) -> object:
    """Numbers are accepted where an outside system has texts."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _icon_as_logo(value: dict[str, Any]) -> dict[str, Any]:
    """`icon` is accepted for `logo`."""
    return {"url": value.get("url"), "logo": value.get("logo", value.get("icon"))}


Text = Annotated[str, BeforeValidator(_plain_text), Field(max_length=2000)]
Number = Annotated[float, BeforeValidator(finite)]
Links = Annotated[list[Annotated[dict[str, Any], AfterValidator(_icon_as_logo)]], Field(max_length=100)]
Previews = Annotated[list[dict[str, Any]], Field(max_length=100)]


class ContractWrite(RequestSchema):
    """A contract as the operator's system knows it. Further properties are kept in `additionalData` and `rawData`."""

    id: OutsideId = unset()
    order_id: Any = unset()
    tenant: Any = unset()
    customer_id: OutsideId | None = unset()
    signup_date: DateInput | None = unset()
    status: Text | None = unset()
    status_code: Any = unset()
    status_code_title: Text | None = unset()
    energy: Text | None = unset()
    energy_type_id: Any = unset()
    energy_sub_type_id: Any = unset()
    email: Text | None = unset()
    firstname: Text | None = unset()
    lastname: Text | None = unset()
    delivery_address: Text | None = unset()
    iban: Text | None = unset()
    monthly_deposit: Number | None = unset()
    start_date: DateInput | None = unset()
    end_date: DateInput | None = unset()
    consumption: Number | None = unset()
    counter_number: Text | None = unset()
    product_id: Any = unset()
    product_name: Text | None = unset()
    product_code: Text | None = unset()
    campaign_id: Any = unset()
    sales_channel_id: Any = unset()
    unpaid_debt: Number | None = unset()
    vat_rate: Number | None = unset()
    base_price: Number | None = unset()
    working_price: Number | None = unset()
    billing_address: Text | None = unset()
    business: Boolean | None = unset()
    phone: Text | None = unset()
    grid_operator_name: Text | None = unset()
    grid_operator_code: Any = unset()
    registers: list[Any] | None = unset()
    erp_urls: Links | None = unset()
    raw_data: Any = unset()
    agent_preview: Previews | None = unset()
    tab_preview: dict[str, Any] | None = unset()
    additional_data: dict[str, Any] = unset()


class CustomerWrite(RequestSchema):
    """A customer as the operator's system knows it. Further properties are kept in `additionalData`."""

    id: OutsideId = unset()
    business: Boolean = unset()
    company: Text | None = unset()
    firstname: Text | None = unset()
    lastname: Text | None = unset()
    address: Text | None = unset()
    phone: Text | None = unset()
    email: Text | None = unset()
    tags: Annotated[list[Id | dict[str, Any]], Field(max_length=100)] = unset()
    contracts: Annotated[list[ContractWrite], Field(max_length=1000)] = unset()
    additional_data: dict[str, Any] = unset()


class MergeRequest(RequestSchema):
    source_customer_ids: Annotated[list[OutsideId], Field(min_length=1, max_length=20)]


class CustomersMerged(Done):
    customer: CustomerRead


class Pair(Schema):
    customers: Annotated[list[CustomerRead], Field(min_length=2, max_length=2)]
    similarity: Annotated[int, Field(ge=0, le=100)]
    reasons: list[Literal["email", "phone", "name+address"]]


class Duplicates(Schema):
    pairs: list[Pair]
    total: int
    limit: int
    offset: int


class LegitimationRequest(RequestSchema):
    channel: Literal["email", "portal", "phone", "letter", "system", "chat", "walkIn"]
    contract_id: OutsideId | None = None
    customer_id: OutsideId | None = None
    from_: Annotated[str | None, Field(alias="from", max_length=2000)] = None
    subject: Annotated[str | None, Field(max_length=10_000)] = None
    body_plain: Annotated[str | None, Field(max_length=1_000_000)] = None
    raw_data: dict[str, Any] | list[Any] | None = None
    subchannel_id: Annotated[int | str, Field(union_mode="left_to_right")] | None = None


class Legitimation(Schema):
    legitimation_level: Literal[0, 10, 20]
    legitimation_message: str | None
    detection_log: list[str]
