"""What a speaker has been asked to be, in as few commands as possible, for the day it restarts."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import assert_never

from lab.bgp.commands import (
    Command,
    Leak,
    Originate,
    SetAspas,
    SetCustomerFilter,
    SetNeighbor,
    SetPolicy,
    SetVrps,
    StopOriginating,
)
from lab.bgp.prefix import Prefix
from lab.bgp.router import CommandError


def refuse_payloads(command: Command) -> None:
    """Raise CommandError for what engines do not tell a single speaker: SetVrps and SetAspas."""
    if isinstance(command, SetVrps | SetAspas):
        raise CommandError(
            f"{type(command).__name__} is no command for one speaker: VRPs and ASPAs come from the "
            "validator, with Engine.validate_against"
        )


class DesiredState:
    """The commands a speaker has accepted, with those that a later one made pointless left out.

    VRPs and ASPAs are not among them: a speaker that restarts gets them from its cache.
    """

    def __init__(self) -> None:
        self._policy = SetPolicy()
        self._neighbors: dict[str, SetNeighbor] = {}
        self._filters: dict[str, SetCustomerFilter] = {}
        self._leaks: dict[tuple[Prefix | None, str | None], Leak] = {}
        self._originations: dict[Prefix, Originate] = {}

    def record(self, command: Command) -> None:
        """Take note of a command the speaker has accepted. Raises CommandError as `refuse_payloads` does."""
        match command:
            case Originate():
                self._originations[command.prefix] = command
            case StopOriginating():
                self._originations.pop(command.prefix, None)
            case SetPolicy():
                self._policy = _merged(self._policy, command)
            case SetNeighbor():
                held = self._neighbors.get(command.neighbor, SetNeighbor(command.neighbor))
                self._neighbors[command.neighbor] = _merged_neighbor(held, command)
            case SetCustomerFilter():
                if command.irr_filter is None:
                    self._filters.pop(command.neighbor, None)
                else:
                    self._filters[command.neighbor] = command
            case SetVrps() | SetAspas():
                refuse_payloads(command)
            case Leak():
                if command.active:
                    self._leaks[command.prefix, command.to] = command
                else:
                    self._leaks.pop((command.prefix, command.to), None)
            case _:
                assert_never(command)

    def commands(self) -> list[Command]:
        """The commands that bring a fresh speaker here: what it enforces first, then what it announces."""
        first: list[Command] = [self._policy] if self._policy != SetPolicy() else []
        settings = [*first, *self._neighbors.values(), *self._filters.values()]
        return [*settings, *self._leaks.values(), *self._originations.values()]


def _merged(held: SetPolicy, new: SetPolicy) -> SetPolicy:
    given = {field.name: getattr(new, field.name) for field in fields(new)}
    return replace(held, **{name: value for name, value in given.items() if value is not None})


def _merged_neighbor(held: SetNeighbor, new: SetNeighbor) -> SetNeighbor:
    """The override that holds after both: a new preference undoes a cleared one, and the other way round."""
    cleared = new.clear_local_pref or (held.clear_local_pref and new.local_pref is None)
    return SetNeighbor(
        held.neighbor,
        local_pref=None if cleared else _first(new.local_pref, held.local_pref),
        prepend=_first(new.prepend, held.prepend),
        max_prefix=_first(new.max_prefix, held.max_prefix),
        clear_local_pref=cleared,
    )


def _first(new: int | None, held: int | None) -> int | None:
    return held if new is None else new
