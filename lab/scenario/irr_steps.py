"""The `irr` step: what a maintainer does at a registry's IRR."""

from __future__ import annotations

from collections.abc import Callable

from lab.registry.errors import RegistryError
from lab.registry.events import IrrEdited
from lab.registry.irr.editing import IrrEditor
from lab.registry.irr.records import AsSet, RouteObject
from lab.scenario.lab import Lab, LabError
from lab.topology.irr_steps import IrrStep


def carry_out(lab: Lab, step: IrrStep) -> None:
    """Edit the IRR; those who filter by it follow. Raises LabError for what the registry refuses."""
    try:
        event = _edit(lab, step)
    except RegistryError as error:
        raise LabError(str(error)) from None
    lab.timeline.append(event)
    lab.follow_clouds()


def _edit(lab: Lab, step: IrrStep) -> IrrEdited:
    editor = IrrEditor(lab.clouds.irr)

    if (new := step.add) is not None:
        made = editor.add_route(
            new.prefix,
            new.origin,
            source=new.source,
            descr=new.descr,
            remarks=new.remarks,
            maintainer=new.mnt_by,
        )
        return _about(lab, made, "created")
    if (gone := step.remove) is not None:
        return _about(lab, editor.remove_route(gone.prefix, gone.origin, gone.source), "deleted")
    if (change := step.edit) is not None:
        key = (change.prefix, change.origin)
        edits: list[Callable[[], RouteObject]] = []
        if change.clear is not None:
            field = change.clear
            edits.append(lambda: editor.clear_lines(*key, field, change.source))
        for name, text in (("descr", change.descr), ("remarks", change.remarks)):
            if text:
                edits.append(
                    lambda name=name, text=text: editor.add_lines(*key, name, text, change.source)  # type: ignore[misc]
                )
        with lab.clouds.irr.state.transaction():
            edited = [edit() for edit in edits][-1]
        return _about(lab, edited, "edited")
    if (left := step.remove_as_set) is not None:
        return _about(lab, editor.remove_as_set(left.name, left.source), "deleted")
    entry = step.as_set
    assert entry is not None, "the checks ask for one of them"
    put = editor.put_as_set(entry.name, entry.members, entry.source, descr=entry.descr, remarks=entry.remarks)
    return _about(lab, put, f"put: its members are {', '.join(put.members) or 'none'}")


def _about(lab: Lab, found: RouteObject | AsSet, what: str) -> IrrEdited:
    now = lab.engine.now()
    if isinstance(found, AsSet):
        return IrrEdited(now, "", None, found.source, f"as-set {found.name} is {what}")
    kind = "route" if found.prefix.version == 4 else "route6"
    text = f"{kind} {found.prefix} AS{found.origin} is {what}"
    return IrrEdited(now, "", found.prefix, found.source, text)
