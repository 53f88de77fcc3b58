"""From the tree of a form to the members of an operation, in the dialects of EC2 and of STS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from lab.clouds.aws.wire import scalars
from lab.clouds.aws.wire.constraints import check, require
from lab.clouds.aws.wire.form import Group
from lab.clouds.aws.wire.models import Shape, StructureShape, nearest
from lab.clouds.aws.wire.refusals import Reason, RefusedError, shown


@dataclass(frozen=True, slots=True)
class Dialect:
    """EC2 capitalises names and writes lists as `Name.1`; STS writes them as `Name.member.1`.

    STS's clients send an empty list as an empty value, EC2's not at all.
    """

    capitalises: bool
    list_step: str

    def name(self, member: str, shape: Shape) -> str:
        """What a member of a structure is called in a form."""
        serialization = shape.serialization
        if self.capitalises and "queryName" in serialization:
            return str(serialization["queryName"])
        name = str(serialization.get("name", member))
        return name[0].upper() + name[1:] if self.capitalises else name


EC2: Final = Dialect(capitalises=True, list_step="")
QUERY: Final = Dialect(capitalises=False, list_step="member")


def read_members(dialect: Dialect, shape: StructureShape | None, tree: Group) -> dict[str, Any]:
    """The members of an operation's input, checked against its model. Raises RefusedError."""
    if shape is None:
        _refuse_unknown(tree, set(), "")
        return {}
    return _Reader(dialect).structure(shape, tree, "")


class _Reader:
    """`where` is the path of what is read, as the client wrote it, for messages."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    def structure(self, shape: StructureShape, tree: Group, where: str) -> dict[str, Any]:
        names = {member: self._dialect.name(member, below) for member, below in shape.members.items()}
        _refuse_unknown(tree, set(names.values()), where)
        members = {
            member: self._value(below, tree[names[member]], f"{where}{names[member]}")
            for member, below in shape.members.items()
            if names[member] in tree
        }
        require(shape, members, names, where)
        return members

    def _value(self, shape: Shape, tree: Group | str, where: str) -> Any:
        value: Any
        if shape.type_name == "list":
            value = self._list(shape, tree, where)
        elif shape.type_name == "structure":
            return self.structure(shape, _group(tree, where), f"{where}.")
        elif isinstance(tree, str):
            value = scalars.from_text(shape, tree, where)
        else:
            raise _unknown(f"{where}.{next(iter(tree))}", f"{where} is one value")
        check(shape, value, where)
        return value

    def _list(self, shape: Shape, tree: Group | str, where: str) -> list[Any]:
        if step := self._dialect.list_step:
            if tree == "":
                return []
            group = _group(tree, where)
            _refuse_unknown(group, {step}, f"{where}.")
            where = f"{where}.{step}"
            tree = group.get(step, {})
        items = _group(tree, where)
        for number, seen in enumerate(sorted(items, key=lambda name: (len(name), name)), start=1):
            if seen != str(number):
                raise RefusedError(
                    Reason.MALFORMED,
                    f"The list {where} is numbered from 1 on without gaps; expected {where}.{number}, "
                    f"not {where}.{shown(seen)}.",
                )
        below = shape.member
        return [
            self._value(below, items[str(number)], f"{where}.{number}") for number in range(1, len(items) + 1)
        ]


def _group(tree: Group | str, where: str) -> Group:
    if isinstance(tree, str):
        raise _unknown(where, f"it has no value of its own; expected {where}.… below it")
    return tree


def _refuse_unknown(tree: Group, known: set[str], where: str) -> None:
    for name in tree:
        if name not in known:
            hint = nearest(name[:80], known)
            raise _unknown(f"{where}{name}", f"the operation has no such parameter{hint}")


def _unknown(name: str, why: str) -> RefusedError:
    return RefusedError(Reason.UNKNOWN_PARAMETER, f"The parameter {shown(name)} is not recognized: {why}.")
