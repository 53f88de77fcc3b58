"""What the registries of a lab have, as plain JSON data."""

from __future__ import annotations

from typing import Any

from lab.bgp.prefix import Prefix
from lab.registry.narrating import as_json
from lab.scenario.lab import Lab, LabError

Data = dict[str, Any]


def registry(lab: Lab, prefix: str | None = None) -> list[Data]:
    """The registrations: all, or the most specific one around `prefix`. Raises LabError if there is none."""
    database = lab.clouds.registry
    if prefix is None:
        return [as_json(each, database.holder(each.holder)) for each in database.all()]
    found = database.find(Prefix.parse(prefix))
    if found is None:
        held = ", ".join(str(each.prefix) for each in database.all())
        raise LabError(f"{prefix} is registered nowhere; registered: {held or 'nothing'}")
    return [as_json(found, database.holder(found.holder))]
