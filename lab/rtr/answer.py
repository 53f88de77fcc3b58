"""One answer of a cache as a router collects it, apart from what it holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from lab.bgp.rov import Vrp
from lab.rtr.errors import ErrorCode, PduError

MAX_RECORDS: Final = 5_000_000
"""How many VRPs and providers in ASPAs a router takes from a cache; the whole Internet has less than a fifth
of it."""


class Answer:
    """What the router will hold after the answer: nothing at first, or for a delta what it holds now.

    The methods raise PduError where a PDU contradicts that, or where it gets too much.
    """

    def __init__(self, vrps: Iterable[Vrp] = (), aspas: Mapping[int, tuple[int, ...]] | None = None) -> None:
        self.vrps = set(vrps)
        self.aspas = dict(aspas or {})
        self._providers = sum(map(len, self.aspas.values()))
        self._customers: set[int] = set()

    def take_prefixes(self, pdus: Iterable[tuple[bool, Vrp]]) -> None:
        """Announce (True) or withdraw (False) VRPs."""
        vrps = self.vrps
        for announce, vrp in pdus:
            if announce:
                before = len(vrps)
                vrps.add(vrp)
                if len(vrps) == before:
                    text = f"{vrp} is announced and was there already"
                    raise PduError(ErrorCode.DUPLICATE_ANNOUNCEMENT_RECEIVED, text)
            elif vrp in vrps:
                vrps.remove(vrp)
            else:
                text = f"{vrp} is withdrawn and was not there"
                raise PduError(ErrorCode.WITHDRAWAL_OF_UNKNOWN_RECORD, text)
        self._check_size()

    def take_aspa(self, announce: bool, customer: int, providers: tuple[int, ...]) -> None:
        """Announce the ASPA of a customer, in place of one that was there, or withdraw it."""
        if customer in self._customers:
            text = f"the ASPA of AS{customer} comes twice in one answer"
            raise PduError(ErrorCode.DUPLICATE_ANNOUNCEMENT_RECEIVED, text)
        self._customers.add(customer)
        before = self.aspas.pop(customer, ())
        self._providers += len(providers) - len(before)
        if announce:
            self.aspas[customer] = providers
            self._check_size()
        elif not before:
            text = f"the ASPA of AS{customer} is withdrawn and was not there"
            raise PduError(ErrorCode.WITHDRAWAL_OF_UNKNOWN_RECORD, text)

    def _check_size(self) -> None:
        if len(self.vrps) + self._providers > MAX_RECORDS:
            text = f"there is room for {MAX_RECORDS} VRPs and providers in ASPAs"
            raise PduError(ErrorCode.INTERNAL_ERROR, text)
