"""Wire shapes of customers and contracts (ticket.md 1.3)."""

from typing import Any

from pydantic import ConfigDict

from assaydesk.platform.schema import Schema


class CustomerTag(Schema):
    id: int
    color: str
    name: str


class ErpUrl(Schema):
    url: str | None
    logo: str | None


class ContractRead(Schema):
    """Keys of other industries than energy are null."""

    model_config = ConfigDict(extra="allow")

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
    raw_data: dict[str, Any] | None
    agent_preview: list[dict[str, Any]] | None
    tab_preview: dict[str, Any] | None


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
