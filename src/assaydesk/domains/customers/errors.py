"""Refusals of customers and contracts (ticket.md 13)."""

from assaydesk.platform.errors import BadGateway, Conflict, NotFound


class CustomerNotFound(NotFound):
    """404: nobody of this id, or nobody linked to the ticket."""

    default_message = "There is no such customer."


class ContractNotFound(NotFound):
    """404: no contract of this id."""

    default_message = "There is no such contract."


class CustomerHasContracts(Conflict):
    """409: `details.contractIds` names up to a hundred of them."""

    default_message = "The customer has contracts. Delete or move them first."


class CustomerMerged(Conflict):
    """409: the customer was merged into another one. `details.into` is that one."""

    default_message = "The customer was merged into another one. Write there."


class ErpFailed(BadGateway):
    """502: the operator's system gave no usable answer. `details.function` is the look-up, `details.reason` why."""

    default_message = "The system with the master data failed."
