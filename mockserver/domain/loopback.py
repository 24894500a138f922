"""Which hosts are this machine, by their own spelling: no name is looked up."""

from __future__ import annotations

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Return whether a host, in lower case and without brackets, is `localhost` or an address of loopback."""
    if host == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)  # an IPv4 address as a socket of both families spells it
    return (mapped or address).is_loopback
