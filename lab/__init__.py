"""A BGP, RPKI and bring-your-own-IP lab.

from lab import Lab, make_engine

with Lab("byoip", make_engine("sim")) as lab:
    lab.hijack("attacker", "203.0.113.0/24")
    print(lab.alerts())
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lab.scenario.engines import make_engine
    from lab.scenario.lab import Lab, LabError

__all__ = ["Lab", "LabError", "make_engine"]

_HOME = {"Lab": "lab.scenario.lab", "LabError": "lab.scenario.lab", "make_engine": "lab.scenario.engines"}


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])


def __getattr__(name: str) -> Any:
    # Imported on first use: speakers import this package too, and have nothing but the standard library.
    if name not in _HOME:
        raise AttributeError(f"module 'lab' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOME[name]), name)
