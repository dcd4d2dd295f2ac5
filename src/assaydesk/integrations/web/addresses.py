"""Which network addresses may be reached."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NAT64: Final = ip_network("64:ff9b::/96")
_PRIVATE: Final[tuple[Network, ...]] = tuple(
    ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "100.64.0.0/10", "::1/128", "fc00::/7")
)


def plain_address(text: str) -> Address:
    """The address that is really reached: the IPv4 one inside IPv6 forms that carry one.

    Raises `ValueError` for a text that is no address.
    """
    address = ip_address(text)
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(address.packed[12:])
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None) or address


def is_public(address: Address) -> bool:
    """An address of the open internet."""
    return address.is_global and not address.is_multicast and not address.is_reserved


def is_private(address: Address) -> bool:
    """An address of a house network or of this machine. Link-local and special ones are neither this nor public."""
    return any(address in network for network in _PRIVATE if network.version == address.version)


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the operator opens: names, addresses and networks, each `name` or `name:port`."""

    names: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Allowed":
        """Read a list with commas: `erp.example.internal, 10.1.0.0/16, 127.0.0.1`."""
        names, networks = set(), []
        for word in (part.strip().lower() for part in text.split(",")):
            try:
                networks.append(ip_network(word.strip("[]"), strict=False))
            except ValueError:
                names.add(word)
        return cls(frozenset(names - {""}), tuple(networks))

    def covers(self, host: str, port: int, address: Address) -> bool:
        """Whether the operator has opened this host."""
        name = host.lower().rstrip(".")
        if name in self.names or f"{name}:{port}" in self.names:
            return True
        return any(address in network for network in self.networks if network.version == address.version)


def refused(host: str, port: int, texts: Iterable[str], allowed: Allowed, *, allow_private: bool) -> str | None:
    """The first address of a name that may not be reached; one bad address spoils the name."""
    for text in texts:
        try:
            address = plain_address(text)
        except ValueError:
            return text
        if is_public(address) or allowed.covers(host, port, address):
            continue
        if not (allow_private and is_private(address)):
            return text
    return None
