"""How often somebody may fail to sign in (people.md 8.1).

A try counts as a failure before the password is compared and is taken back when it was good, so that a hundred parallel
tries are no more than a hundred in a row. The counts are rows: they hold over processes and restarts.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from assaydesk.domains.auth import repository
from assaydesk.domains.auth.types import hashed
from assaydesk.kit.clock import utc_now
from assaydesk.platform.config import Config
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.errors import RateLimited

WINDOW: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Limits:
    """Failures in 15 minutes after which the next try is refused."""

    per_address: int
    per_ip: int


def limits_of(config: Config) -> Limits:
    return Limits(config.sign_in_attempts_per_address, config.sign_in_attempts_per_ip)


@dataclass(frozen=True, slots=True)
class Try:
    """A counted try; its rows are removed when it was good."""

    failure_ids: tuple[int, ...]


async def count_try(session: WriteSession, limits: Limits, *, email: str, ip: str | None) -> Try:
    """Count a try as failed. Raises `RateLimited` when there were too many; that one does not count."""
    now = utc_now()
    allowed = {hashed(f"address:{email.strip().casefold()}"): limits.per_address}
    if ip is not None:
        allowed[hashed(f"ip:{_network(ip)}")] = limits.per_ip
    for subject in sorted(allowed):  # In one order, so that two tries cannot wait for each other.
        await repository.hold_subject(session, subject)
    waits = [await _wait(session, subject, most, now) for subject, most in allowed.items()]
    if any(waits):
        raise RateLimited(max(waits))
    return Try(tuple(await repository.add_failures(session, sorted(allowed), now)))


async def forgive(session: WriteSession, good: Try) -> None:
    await repository.remove_failures(session, good.failure_ids)


async def _wait(session: WriteSession, subject: str, most: int, now: datetime) -> int:
    """Seconds until the next try is allowed; 0 when it is."""
    failed = await repository.failures(session, subject, now - WINDOW)
    if len(failed) < most:
        return 0
    return max(1, math.ceil((failed[most - 1] + WINDOW - now).total_seconds()))


def _network(ip: str) -> str:
    """One household has one IPv4 address, but 2^64 IPv6 addresses."""
    try:
        address = ip_address(ip)
    except ValueError:
        return ip
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(ip_network(f"{address}/64", strict=False))
    return str(getattr(address, "ipv4_mapped", None) or address)
