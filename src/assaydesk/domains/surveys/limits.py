"""How often somebody may call the public addresses (ticket.md 9)."""

import math
from datetime import timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from assaydesk.domains.surveys import repository
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.errors import RateLimited

CALLS: Final = 10
WINDOW: Final = timedelta(minutes=1)


async def count_call(session: WriteSession, ip: str | None) -> None:
    """Count a call. Raises `RateLimited` when there were ten within a minute; that one does not count."""
    now = utc_now()
    address = sha256(f"survey:{_network(ip or '')}".encode()).hexdigest()
    calls = await repository.calls_since(session, address, now - WINDOW)
    if len(calls) >= CALLS:
        raise RateLimited(max(1, math.ceil((calls[CALLS - 1] + WINDOW - now).total_seconds())))
    await repository.count_call(session, address, now, WINDOW)


def _network(ip: str) -> str:
    """One household has one IPv4 address, but 2^64 IPv6 addresses."""
    try:
        address = ip_address(ip)
    except ValueError:
        return ip
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(ip_network(f"{address}/64", strict=False))
    return str(getattr(address, "ipv4_mapped", None) or address)
