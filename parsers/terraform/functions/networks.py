"""Functions of IP networks (terraform/internal/lang/funcs/cidr.go, Go net.ParseCIDR, apparentlymart/go-cidr)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from parsers.terraform.functions.arguments import any_whole, whole
from parsers.terraform.functions.registry import function
from parsers.terraform.values import (
    BOOL,
    NUMBER,
    STRING,
    EvaluationError,
    RefusalError,
    Type,
    Value,
    list_of,
    text,
    truth,
)

_STRINGS = Type("list", STRING)
_MAPPED = 0xFFFF
"""What stands before an address of IPv4 inside IPv6."""
_UINT64 = 2**64 - 1


@dataclass(frozen=True, slots=True)
class _Network:
    """A network: its first address as a number, how many bits are its prefix, and of how many (32 or 128)."""

    first: int
    prefix: int
    bits: int

    def __str__(self) -> str:
        prefix = max(0, self.prefix - 96) if self.is_mapped else self.prefix
        return f"{_shown(self.first, self.bits)}/{prefix}"

    @property
    def is_mapped(self) -> bool:
        """Whether the addresses are those of IPv4 inside IPv6, which Go treats half as the one, half as the other."""
        return self.bits == 128 and self.first >> 32 == _MAPPED


def _shown(address: int, bits: int) -> str:
    """An address as Go shows it: one of IPv4 inside IPv6 as IPv4."""
    import ipaddress

    if bits == 32 or address >> 32 == _MAPPED:
        return str(ipaddress.IPv4Address(address & 0xFFFFFFFF))
    return str(ipaddress.IPv6Address(address))


def _address(content: str) -> tuple[int, int]:
    """An address as a number, and its bits. Leading noughts are decimal to Terraform, as they once were to Go."""
    if ":" not in content:
        parts = content.split(".")
        if len(parts) != 4 or not all(re.fullmatch(r"[0-9]{1,10}", part) and int(part) < 256 for part in parts):
            raise EvaluationError("this is no IP address")
        return int.from_bytes(bytes(map(int, parts)), "big"), 32
    import ipaddress

    try:
        if "%" in content:
            raise ValueError
        return int(ipaddress.IPv6Address(re.sub(r"(?<![0-9A-Fa-f:])0+(?=[0-9])", "", content))), 128
    except ValueError as error:
        raise EvaluationError("this is no IP address") from error


def _network(value: Value) -> _Network:
    content, slash, length = value.text.partition("/")
    address, bits = _address(content)
    if not slash or not re.fullmatch(r"[0-9]{1,3}", length) or int(length) > bits:
        raise EvaluationError("this is no network in CIDR notation")
    host = bits - int(length)
    return _Network(address >> host << host, int(length), bits)


def _inserted(network: _Network, amount: int, place: int) -> int:
    """The address with a number in it from a place on (go-cidr, insertNumIntoIP)."""
    found = abs(network.first | amount << place)
    if found >> network.bits:
        raise EvaluationError("the number leads out of the address")
    return found


@function("cidrhost", STRING, NUMBER, gives=STRING)
def cidrhost(prefix: Value, host: Value) -> Value:
    wanted = any_whole(host)
    network = _network(prefix)
    last = (1 << (network.bits - network.prefix)) - 1
    measured = (abs(wanted) & _UINT64) - ((abs(wanted) & 1 << 63) << 1)
    if wanted < 0:
        measured = -wanted - 1
        wanted = last - measured
    if measured > last:
        raise EvaluationError(f"a network with a prefix of {network.prefix} bits has no such host")
    return text(_shown(_inserted(network, wanted, 96 if network.is_mapped else 0), network.bits))


@function("cidrnetmask", STRING, gives=STRING)
def cidrnetmask(prefix: Value) -> Value:
    network = _network(prefix)
    if network.bits == 128 and not network.is_mapped:
        raise EvaluationError("networks of IPv6 have no netmask")
    return text(_shown((1 << network.bits) - (1 << (network.bits - network.prefix)), network.bits))


@function("cidrsubnet", STRING, NUMBER, NUMBER, gives=STRING)
def cidrsubnet(prefix: Value, new_bits: Value, number: Value) -> Value:
    more, wanted = whole(new_bits), any_whole(number)
    network = _network(prefix)
    length = network.prefix + more
    if length > network.bits:
        raise EvaluationError(f"there is no room to extend the prefix of {network.prefix} bits by {more}")
    if length < 0:
        raise RefusalError("a negative prefix is not computed")
    if 0 <= more < 64 and abs(wanted) & _UINT64 >= 1 << more:
        raise EvaluationError(f"a prefix that is extended by {more} bits has no such subnet")
    return text(str(_Network(_inserted(network, wanted, network.bits - length), length, network.bits)))


@function("cidrsubnets", STRING, rest=NUMBER, gives=_STRINGS)
def cidrsubnets(prefix: Value, *new_bits: Value) -> Value:
    network = _network(prefix)
    end = network.first + (1 << (network.bits - network.prefix))
    if network.is_mapped:
        raise RefusalError("subnets of a network of IPv4 inside IPv6, which Terraform mixes up, are not computed")
    if new_bits and network.first == 0:
        raise EvaluationError("the first subnet would lie before the first address, as Terraform counts")
    position, found = network.first, []
    for each in new_bits:
        more = whole(each)
        length = network.prefix + more
        if more < 1:
            raise EvaluationError("a subnet must extend the prefix by at least one bit")
        if length > network.bits:
            raise EvaluationError(f"a prefix of {length} bits is too long")
        size = 1 << (network.bits - length)
        start = -(-position // size) * size
        if start + size > end:
            raise EvaluationError(f"there is no room left for a subnet with a prefix of {length} bits")
        found.append(text(str(_Network(start, length, network.bits))))
        position = start + size
    return list_of(STRING, found)


@function("cidrcontains", STRING, STRING, gives=BOOL)
def cidrcontains(containing: Value, contained: Value) -> Value:
    """Known to OpenTofu only."""
    network = _network(containing)
    if "/" in contained.text:
        other = _network(contained)
    else:
        address, bits = _address(contained.text)
        other = _Network(address, bits, bits)
    if network.bits != other.bits:
        raise EvaluationError("a network of IPv4 and one of IPv6 cannot be compared")
    host = network.bits - network.prefix
    return truth(other.prefix >= network.prefix and other.first >> host == network.first >> host)
