"""The decision process (RFC 4271 section 9.1.2) as a total order, with the reason for every choice.

Every session of the lab is eBGP, so the order is: own routes; origin validation where the speaker prefers
valid (before LOCAL_PREF, as `allow-invalid` configurations of routers have it); highest LOCAL_PREF; shortest
AS_PATH; lowest ORIGIN; lowest MED, compared between all neighbours because a comparison per neighbour AS is
not transitive; lowest BGP identifier; and the neighbour's name where two neighbours share an identifier.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from lab.bgp.attributes import Attributes, Origin
from lab.bgp.prefix import address_text
from lab.bgp.rib import Preference, Route
from lab.bgp.rov import RovMode, RovState

_ROV_RANK: Final = {RovState.VALID: 0, RovState.NOT_FOUND: 1, RovState.INVALID: 2}
_STATES: Final = ("valid", "not-found", "invalid")


def preference(
    attributes: Attributes, local_pref: int, rov: RovState, mode: RovMode, router_id: int, neighbor: str
) -> Preference:
    """The key of a route from a neighbour; of two routes the one with the lower key is preferred."""
    return (
        1,
        _ROV_RANK[rov] if mode is RovMode.PREFER_VALID else 0,
        -local_pref,
        len(attributes.as_path),
        attributes.origin,
        attributes.med or 0,
        router_id,
        neighbor,
    )


OWN: Final[Preference] = (0, 0, 0, 0, 0, 0, 0, "")
"""The key of an own route: nothing is preferred to it."""


def best_of(routes: Iterable[Route], without: Route | None = None) -> Route | None:
    """The eligible route with the lowest key, or None. `without` (that very object) is passed over."""
    best = None
    for route in routes:
        if (
            route.rejection is None
            and route is not without
            and (best is None or route.preference < best.preference)
        ):
            best = route
    return best


def why(winner: Route, loser: Route) -> str:
    """The first step of the decision process at which `winner` beats `loser`, as text for people."""
    if winner.is_own:
        return "own route"
    for step, (won, lost) in enumerate(zip(winner.preference, loser.preference, strict=True)):
        if won != lost:
            return _STEPS[step](won, lost)
    return "same route"


_STEPS: Final = (
    lambda won, lost: "own route",
    lambda won, lost: f"better origin validation ({_STATES[won]} over {_STATES[lost]})",
    lambda won, lost: f"higher LOCAL_PREF ({-won} > {-lost})",
    lambda won, lost: f"shorter AS path ({won} < {lost})",
    lambda won, lost: f"lower ORIGIN ({Origin(won).name} over {Origin(lost).name})",
    lambda won, lost: f"lower MED ({won} < {lost})",
    lambda won, lost: f"lower BGP identifier ({address_text(4, won)} < {address_text(4, lost)})",
    lambda won, lost: f"neighbour name sorts first ({won} before {lost})",
)
