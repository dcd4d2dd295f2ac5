"""System actions of people and calls of AI agents, with plausible arguments and results."""

from typing import Any

from assaydesk.domains.demo.customers import Facts
from assaydesk.domains.demo.types import Customer
from assaydesk.domains.imports.formats.types import ToolCall


def call(name: str, author: str, customer: Customer, facts: Facts) -> ToolCall:
    """One call, its time still open."""
    arguments: dict[str, Any] = {"contractId": facts.contract_id}
    result: dict[str, Any] = {"ok": True}
    if name == "getContract":
        result = {
            "contractId": facts.contract_id,
            "customerId": customer.customer_id,
            "tariff": "Linde Basis",
            "meter": facts.meter,
            "city": customer.city,
            "state": "active",
        }
    elif name == "bookMeterReading":
        arguments = {"meter": facts.meter, "reading": facts.reading, "date": facts.reading_day.isoformat()}
        result = {"booked": True}
    elif name == "registerMove":
        arguments |= {"street": customer.street, "city": customer.city, "from": facts.slots["day"]}
        result = {"registered": True}
    elif name == "changeInstalment":
        arguments["amount"] = int(facts.slots["new_amount"])
        result = {"changed": True}
    elif name == "getOutages":
        arguments = {"street": facts.slots["street"], "city": facts.slots["city"]}
        result = {"outages": [{"cause": "damaged cable", "expectedEnd": facts.slots["hour"]}]}
    elif name == "grantCredit":
        arguments["amount"] = 20
        result = {"granted": 20}
    return ToolCall(name, arguments, result, author)
