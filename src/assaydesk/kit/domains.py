"""Domain names with letters beyond ASCII."""

import idna


def ascii_address(address: str) -> str:
    """An e-mail address with its domain as servers know it (`ann@bücher.example` -> `ann@xn--bcher-kva.example`).

    One whose domain is no valid name stays as it is; the server will refuse it.
    """
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{local}{at}{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError:
        return address
