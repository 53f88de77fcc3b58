"""The `registry` step: what a holder does in its RIR's portal."""

from __future__ import annotations

import re
from typing import Final

from lab.clouds.aws.byoip.customer import Customer
from lab.registry.editing import Editor
from lab.registry.errors import RegistryError
from lab.registry.events import RegistryEdited
from lab.registry.records import Holder, HolderKind, Registration
from lab.scenario.lab import Lab, LabError
from lab.topology.cloud_scalars import ONE_LINE
from lab.topology.cloud_steps import RegistryStep

_MARKERS: Final = re.compile(r"-----(BEGIN|END) CERTIFICATE-----")


def carry_out(lab: Lab, step: RegistryStep) -> None:
    """Edit the registration. Raises LabError for what the RIR refuses."""
    try:
        edited = _edit(lab, step)
    except RegistryError as error:
        raise LabError(str(error)) from None
    found = lab.clouds.registry.exact(step.prefix)
    assert found is not None, "what was edited is registered"
    lab.timeline.append(RegistryEdited(lab.engine.now(), "", step.prefix, found.rir, edited))


def _edit(lab: Lab, step: RegistryStep) -> str:
    """What was edited, for people."""
    editor = Editor(lab.clouds.registry)
    text = _text(lab, step)
    by_helpdesk = bool(step.helpdesk)
    whose = "of its holder" if step.on == "holder" else "of the range"
    if text is not None:
        add = editor.add_holder_comment if step.on == "holder" else editor.add_comment
        now = add(step.prefix, text, step.field, by_helpdesk=by_helpdesk)
        return f"the remarks {whose} have {_lines(now)} now"
    if step.remove_comments:
        clear = editor.clear_holder_comments if step.on == "holder" else editor.clear_comments
        now = clear(step.prefix, step.field, by_helpdesk=by_helpdesk)
        return f"the remarks {whose} have {_lines(now)} now"
    if step.status is not None:
        return f"the status is {editor.set_status(step.prefix, step.status).status} now"
    assert step.kind is not None, "the checks ask for one of them"
    return f"the holder is an {editor.set_kind(step.prefix, HolderKind(step.kind)).kind.value} now"


def _lines(edited: Registration | Holder) -> str:
    count = sum(len(remark.lines) for remark in edited.remarks)
    return f"{count} line{'' if count == 1 else 's'}"


def _text(lab: Lab, step: RegistryStep) -> str | None:
    """The comment to add, if one is to be added."""
    wanted = step.certificate
    if wanted is None:
        return step.add
    width = None if wanted.wrapped == ONE_LINE else int(wanted.wrapped)
    text = Customer(wanted.key).certificate(lab.engine.calendar(), days=wanted.days, width=width)
    return text if wanted.markers else _MARKERS.sub("", text)
