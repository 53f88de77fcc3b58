"""Who holds which space at which RIR: what the RIRs certify."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from lab.bgp.prefix import Prefix
from lab.rpki.issuing.errors import ConflictError, RefusedError, UnknownError
from lab.rpki.objects.resources import Resources, prefixes_in
from lab.topology.model import Holding

_LONGEST_NAME: Final = 64
_NAME: Final = re.compile(rf"[A-Za-z0-9-]{{1,{_LONGEST_NAME}}}")
_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9-]+")


class Delegations:
    """The registrations, by prefix. `asns` are the AS numbers of the speakers.

    An AS number is registered where its speaker has its first holding; that stays so when the holding goes.
    Names become file names. Raises RefusedError for those that cannot.
    """

    def __init__(self, holdings: Iterable[Holding], asns: Mapping[str, int]) -> None:
        self._holdings = {holding.prefix: holding for holding in holdings}
        self._asns = dict(asns)
        for name in (*self._asns, *(holding.holder for holding in self._holdings.values())):
            _check_name(name)
        self._homes: dict[str, str] = {}
        for holding in self._holdings.values():
            self.settle(holding.holder, server_of(holding))

    @property
    def holdings(self) -> tuple[Holding, ...]:
        """All of them, by prefix."""
        return tuple(self._holdings[prefix] for prefix in sorted(self._holdings))

    def holders(self) -> dict[tuple[str, str], None]:
        """Server and name of all who hold something, without repetition."""
        found = dict.fromkeys((server_of(holding), holding.holder) for holding in self._holdings.values())
        return found | dict.fromkeys((server, holder) for holder, server in self._homes.items())

    def around(self, prefix: Prefix) -> Holding | None:
        """The most specific holding that covers a prefix."""
        for length in range(prefix.length, -1, -1):
            holding = self._holdings.get(prefix.supernet(length))
            if holding is not None:
                return holding
        return None

    def resources(self) -> dict[tuple[str, str], Resources]:
        """What everyone has, by server and holder."""
        prefixes: dict[tuple[str, str], list[Prefix]] = {place: [] for place in self.holders()}
        for holding in self._holdings.values():
            prefixes[server_of(holding), holding.holder].append(holding.prefix)
        homes = {(server, holder) for holder, server in self._homes.items()}
        return {
            place: Resources.of(held, (self._asns[place[1]],) if place in homes else ())
            for place, held in prefixes.items()
        }

    def home_of_asn(self, asn: int, otherwise: str) -> tuple[str, str] | None:
        """Server and holder of an AS number: the server is `otherwise` where its speaker has none yet. None
        if no speaker has that number."""
        names = [name for name, number in self._asns.items() if number == asn]
        if not names:
            return None
        name = next((name for name in names if name in self._homes), names[0])
        return self._homes.get(name, otherwise), name

    def settle(self, holder: str, server: str) -> None:
        """A speaker's AS number is registered at this server, unless it is somewhere already."""
        if holder in self._asns:
            self._homes.setdefault(holder, server)

    def check_transfer(self, prefix: Prefix, holder: str) -> Holding:
        """The holding that a transfer of `prefix` to `holder` takes from.

        Raises UnknownError, ConflictError and RefusedError.
        """
        if holder not in self._asns:
            raise UnknownError.among(f"there is no {holder!r} to transfer {prefix} to", holder, self._asns)
        holding = self.around(prefix)
        if holding is None:
            inside = [str(held) for held in sorted(self._holdings) if prefix.covers(held)]
            hint = f"held in it: {', '.join(inside[:12])}" if inside else self._nearest(prefix)
            raise UnknownError(f"nobody holds {prefix}", hint)
        if holding.holder == holder:
            raise ConflictError(f"{holder} holds {prefix} already, in {holding.prefix}")
        for part in _without(holding.prefix, prefix):
            if part in self._holdings:
                raise RefusedError(
                    f"{holding.prefix} cannot be split: {self._holdings[part].holder} holds {part} in it",
                    f"transfer {holding.prefix} as a whole",
                )
        return holding

    def transfer(self, prefix: Prefix, holder: str) -> Holding:
        """`holder` holds `prefix` from now on, at the same RIR; who had it keeps the rest. Halves that come
        together are one holding again. Returns what was held.

        Raises what `check_transfer` raises.
        """
        old = self.check_transfer(prefix, holder)
        del self._holdings[old.prefix]
        for part in _without(old.prefix, prefix):
            self._holdings[part] = Holding(part, old.holder, old.rir, old.status)
        self._hold(Holding(prefix, holder, old.rir, old.status))
        self.settle(holder, server_of(old))
        return old

    def _hold(self, holding: Holding) -> None:
        prefix = holding.prefix
        if prefix.length:
            whole = replace(holding, prefix=prefix.supernet(prefix.length - 1))
            (other,) = _without(whole.prefix, prefix)
            alike = self._holdings.get(other) == replace(holding, prefix=other)
            if alike and whole.prefix not in self._holdings:  # there it is another's, around both halves
                del self._holdings[other]
                self._hold(whole)
                return
        self._holdings[prefix] = holding

    def _nearest(self, prefix: Prefix) -> str:
        alike = [held for held in sorted(self._holdings) if held.version == prefix.version]
        if not alike:
            return ""
        nearest = min(alike, key=lambda held: abs(held.value - prefix.value))
        return f"the nearest that is held is {nearest}, by {self._holdings[nearest].holder}"


def server_of(holding: Holding) -> str:
    """The server of the RIR that registered a holding."""
    return holding.rir.lower()


def _check_name(name: str) -> None:
    """The alphabet of RFC 9286 section 4.2.2, less the underscore: it sets off the number of a key."""
    if not _NAME.fullmatch(name):
        meant = _NOT_IN_A_NAME.sub("-", name)[:_LONGEST_NAME]
        expected = f"1 to {_LONGEST_NAME} letters, digits and hyphens"
        message = f"{reprlib.repr(name)} cannot name a holder; expected {expected}"
        raise RefusedError(message, f"{meant!r} would do" if meant else "")


def _without(whole: Prefix, part: Prefix) -> list[Prefix]:
    left = Resources.of((whole,)).beyond(Resources.of((part,)))
    ranges = left.ipv4 if whole.version == 4 else left.ipv6
    return [prefix for first, last in ranges or () for prefix in prefixes_in(whole.version, first, last)]
