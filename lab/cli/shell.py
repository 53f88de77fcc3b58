"""Lines for a POSIX shell: what `eval "$(lab ... env)"` takes."""

from __future__ import annotations

import shlex
from collections.abc import Mapping


def environment_lines(settings: Mapping[str, str | None], unset: tuple[str, ...] = ()) -> list[str]:
    """Lines that set these variables for the programs that a shell starts.

    Those whose value is None, and those to `unset`, are taken away: they may be there from an earlier use of
    the shell, and would come before the others or go with them.
    """
    away = [*unset, *(name for name, value in settings.items() if value is None)]
    given = {name: value for name, value in settings.items() if value is not None}
    return [
        *([f"unset {' '.join(away)}"] if away else []),
        *(f"export {name}={shlex.quote(value)}" for name, value in given.items()),
    ]
