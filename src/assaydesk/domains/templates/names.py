"""The variables that templates may use, with examples (templates.md 3). What user code adds is open."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple


class Variable(NamedTuple):
    path: str
    type: str
    example: Any


OPEN: Final = (
    "intent.data", "in", "result", "ticket.additionalData", "customer.additionalData", "contract.additionalData",
    "contract.rawData",
)  # fmt: skip
"""Objects whose keys nobody knows beforehand."""

_CONTRACT: Final[tuple[tuple[str, str, Any], ...]] = (
    ("id", "string", "VN-00001"), ("customerId", "string", "C-1001"), ("firstname", "string", "Erika"),
    ("firstName", "string", "Erika"), ("lastname", "string", "Beispiel"), ("lastName", "string", "Beispiel"),
    ("email", "string", "erika@beispiel.example"), ("phone", "string", "030 5550100"), ("business", "boolean", False),
    ("company", "string", None), ("status", "string", "active"), ("statusCode", "string", "A"),
    ("statusCodeTitle", "string", "Active"), ("orderId", "string", "O-77"), ("tenant", "string", "musterwerk"),
    ("signupDate", "date", 1672531200), ("startDate", "date", 1675209600), ("endDate", "date", None),
    ("deliveryAddress", "string", "Musterweg 1, 12345 Beispielstadt"),
    ("billingAddress", "string", "Musterweg 1, 12345 Beispielstadt"), ("iban", "string", "DE02120300000000202051"),
    ("monthlyDeposit", "number", 79.5), ("consumption", "number", 2400), ("counterNumber", "string", "1EMH0012345678"),
    ("energy", "string", "electricity"), ("energyTypeId", "number", 1), ("energySubTypeId", "number", 1),
    ("productId", "string", "P-1"), ("productName", "string", "Ökostrom Plus"), ("productCode", "string", "OEP"),
    ("campaignId", "string", None), ("salesChannelId", "string", None), ("unpaidDebt", "number", 0),
    ("vatRate", "number", 19), ("basePrice", "number", 11.9), ("workingPrice", "number", 0.312),
    ("gridOperatorName", "string", "Netz Beispiel"), ("gridOperatorCode", "string", "9900000000001"),
    ("registers", "array", []), ("erpUrls", "array", []), ("agentPreview", "array", []), ("tabPreview", "object", None),
    ("rawData", "object", {}), ("additionalData", "object", {}),
)  # fmt: skip
_CUSTOMER: Final[tuple[tuple[str, str, Any], ...]] = (
    ("id", "string", "C-1001"), ("firstname", "string", "Erika"), ("firstName", "string", "Erika"),
    ("lastname", "string", "Beispiel"), ("lastName", "string", "Beispiel"), ("company", "string", None),
    ("business", "boolean", False), ("email", "string", "erika@beispiel.example"), ("phone", "string", "030 5550100"),
    ("address", "string", "Musterweg 1, 12345 Beispielstadt"), ("emailMatches", "boolean", True),
    ("tags", "array", []), ("contracts", "array", []), ("additionalData", "object", {}),
)  # fmt: skip
_TICKET: Final[tuple[tuple[str, str, Any], ...]] = (
    ("id", "number", 376189), ("subject", "string", "Abschlag ändern"), ("status", "string", "open"),
    ("priority", "string", "medium"), ("channel", "string", "email"), ("direction", "string", "in"),
    ("from", "string", "erika@beispiel.example"), ("fromName", "string", "Erika Beispiel"), ("to", "array", []),
    ("language", "string", "de"), ("languageCode", "string", "de"), ("sentiment", "string", "neutral"),
    ("summary", "string", None), ("customerId", "string", "C-1001"), ("contractId", "string", "VN-00001"),
    ("customerName", "string", "Erika Beispiel"), ("externalTicketId", "string", None), ("tagIds", "array", [22]),
    ("createdAt", "date", "2026-01-31 10:15:00"), ("closedAt", "date", None), ("dueBy", "date", "2026-02-02 10:15:00"),
    ("firstResponseDueBy", "date", None), ("body", "string", "<p>Bitte senken Sie meinen Abschlag.</p>"),
    ("bodyPlain", "string", "Bitte senken Sie meinen Abschlag."),
    ("bodyClean", "string", "Bitte senken Sie meinen Abschlag."), ("additionalData", "object", {}),
)  # fmt: skip
_OTHERS: Final[tuple[tuple[str, str, Any], ...]] = (
    ("agent.firstName", "string", "Jonas"), ("agent.lastName", "string", "Muster"), ("agent.nameAlias", "string", None),
    ("subchannel.name", "string", "Kundenservice"), ("today", "date", "2026-01-31"),
    ("now", "date", "2026-01-31T09:15:00Z"), ("intent.data", "object", {}), ("in", "object", {"tagIds": [22]}),
    ("result", "object", {}),
)  # fmt: skip
_ROOTS: Final = (("ticket", _TICKET), ("customer", _CUSTOMER), ("contract", _CONTRACT))

VARIABLES: Final = tuple(
    Variable(f"{root}.{name}", kind, example) for root, rows in _ROOTS for name, kind, example in rows
) + tuple(Variable(*row) for row in _OTHERS)

_KNOWN: Final = frozenset(variable.path for variable in VARIABLES)
_PARENTS: Final = frozenset(
    ".".join(path.split(".")[:size]) for path in _KNOWN for size in range(1, path.count(".") + 1)
)
_DEEP: Final = tuple(f"{variable.path}." for variable in VARIABLES if variable.type in ("array", "object"))


def unknown_variables(paths: Sequence[str]) -> list[str]:
    """Those that no ticket can fill."""
    return [path for path in paths if not _is_known(path)]


def _is_known(path: str) -> bool:
    if path in _KNOWN or path in _PARENTS:
        return True
    return path.startswith(_DEEP) or any(path == root or path.startswith(f"{root}.") for root in OPEN)


def with_values(values: Mapping[str, Any]) -> list[Variable]:
    """All variables with the values of one ticket, and what its open objects hold."""
    known = [Variable(one.path, one.type, _value(values, one.path)) for one in VARIABLES]
    for root in OPEN:
        inside = _value(values, root)
        if isinstance(inside, Mapping):
            found = (Variable(f"{root}.{name}", type_of(value), value) for name, value in inside.items())
            known += [variable for variable in found if variable.path not in _KNOWN]
    return known


def _value(values: Mapping[str, Any], path: str) -> Any:
    found: Any = values
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def type_of(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, Mapping):
        return "object"
    return "array" if isinstance(value, list | tuple) else "string"
