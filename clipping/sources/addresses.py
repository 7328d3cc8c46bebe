"""Which IP addresses belong to the public internet.

What is not known to be public is not: IPv6 is allowed by its one block of global unicast, IPv4 by
IANA's registry of special purposes. Forms that carry an IPv4 address are judged by that one.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_GLOBAL_UNICAST = ip_network("2000::/3")
"""RFC 4291; everything else is local, multicast, reserved, or a form of an IPv4 address."""

_NAT64 = ip_network("64:ff9b::/96")
"""RFC 6052, the well-known prefix: the last 32 bits are the IPv4 address that is meant."""

_NOT_PUBLIC = tuple(
    ip_network(block)
    for block in (
        "168.63.129.16/32",  # Azure's host, reachable from every virtual machine (2026-11)
        "192.88.99.0/24",  # 6to4 relays, withdrawn by RFC 7526
        "2001::/23",  # protocol assignments: Teredo, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: leads to whatever IPv4 address it carries
        "3fff::/20",  # documentation
    )
)


def is_public(text: str) -> bool:
    """Whether ``text`` is the address of a machine on the public internet.

    False for anything that is not one address in its usual form, names included.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return _is_public_v4(address)
    carried = _carried(address)
    if carried is not None:
        return _is_public_v4(carried)
    return (
        address in _GLOBAL_UNICAST
        and address.scope_id is None
        and address.is_global
        and not any(address in block for block in _NOT_PUBLIC)
    )


def _carried(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 one stands for on every machine, None when it stands for none.

    6to4 and Teredo carry one too, but are refused whole.
    """
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def _is_public_v4(address: IPv4Address) -> bool:
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address in block for block in _NOT_PUBLIC)
    )
