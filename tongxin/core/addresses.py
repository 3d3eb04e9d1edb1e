"""Where a request comes from: the client's address behind proxies that this installation was told to trust."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
IPV6_HOUSEHOLD = 64  # one subscriber has a whole /64: its single addresses are no different people


def networks(texts: Sequence[str]) -> list[Network]:
    """Read addresses and networks: 10.0.0.7, 10.0.0.0/8, ::1. Raises ValueError on what is neither."""
    return [ip_network(text, strict=False) for text in texts]


def _plain(text: str) -> str:
    """Drop a port and brackets: 10.0.0.7:5312, [::1]:5312. Nothing for what is no address."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ip_address(bare.partition("%")[0])
    except ValueError:
        return ""
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(mapped or found)


def client_address(peer: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """Return the client's address: the peer's own, or what trusted proxies say in X-Forwarded-For.

    The header is read from the right, hop by hop, as long as the hop that wrote it is trusted: what stands further left
    was sent by the client and may be anything.
    """
    here = _plain(peer)
    hops = [hop for hop in forwarded.split(",") if hop.strip()]
    while here and hops and any(ip_address(here) in network for network in trusted):
        before = _plain(hops.pop())
        if not before:
            break
        here = before
    return here


def household(address: str) -> str:
    """Return what is counted as one place: an IPv4 address, or the /64 an IPv6 address is in."""
    if ":" not in address:
        return address
    return str(ip_network(f"{address}/{IPV6_HOUSEHOLD}", strict=False).network_address)
