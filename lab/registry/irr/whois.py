"""A conversation by whois (RFC 3912): lines in, answers out, in RIPE's form and in IRRd's. No I/O."""

from __future__ import annotations

from typing import Final

from lab.registry.errors import RegistryError
from lab.registry.irr.connection import Connection
from lab.registry.irr.irrd import IrrdQueries
from lab.registry.irr.queries import Queries
from lab.registry.irr.ripe import RipeQueries
from lab.topology.problems import printable

LONGEST_LINE: Final = 1024
"""Bytes of a command."""
_GOODBYES: Final = frozenset({"q", "quit", "exit"})


class WhoisSession:
    """One client. Whoever holds the connection feeds it what arrives, takes one command after the other, has
    each answered, and closes the connection when `closed` says so.

    A command is one line. The connection ends after the first, unless the client asks for more by `-k` or
    `!!`. What is no command gets an error as its answer.
    """

    def __init__(self, queries: Queries) -> None:
        self._connection = Connection()
        self._ripe = RipeQueries(queries, self._connection)
        self._irrd = IrrdQueries(queries, self._connection)
        self._arrived = bytearray()

    @property
    def closed(self) -> bool:
        """Whether the conversation is over: nothing more is answered."""
        return self._connection.closed

    @property
    def timeout(self) -> float:
        """Seconds that the client may be silent, or leave an answer untaken."""
        return self._connection.timeout

    def feed(self, data: bytes) -> None:
        """Keep what has arrived. Take all commands before the next."""
        self._arrived += data

    def next_command(self) -> str | None:
        """The next whole line, or the beginning of one that is too long already; None while there is none."""
        end = self._arrived.find(b"\n")
        if self.closed or (end < 0 and len(self._arrived) <= LONGEST_LINE):
            return None
        line = bytes(self._arrived[: end if 0 <= end <= LONGEST_LINE else LONGEST_LINE + 1])
        del self._arrived[: len(line) + 1]
        return line.decode("latin-1")

    def answer(self, command: str) -> bytes:
        """The answer to a command, as it goes to the client; empty where it gets none."""
        text = self._answer_line(command.strip() if len(command) <= LONGEST_LINE else None)
        if not self._connection.persistent:
            self._connection.closed = True
        return text.encode(errors="backslashreplace")

    def _answer_line(self, line: str | None) -> str:
        if line is None:
            self._connection.closed = True
            return _in_ripe_form(f"%% ERROR: a query has at most {LONGEST_LINE} bytes")
        if line.lower() in _GOODBYES:
            self._connection.closed = True
            return ""
        if not line and self._connection.persistent:
            return ""
        if line.startswith("!"):
            try:
                return self._irrd.answer(line[1:])
            except RegistryError as error:
                return f"F {printable(str(error))}\n"
        try:
            return _in_ripe_form(self._ripe.answer(line))
        except RegistryError as error:
            return _in_ripe_form(f"%% ERROR: {printable(str(error))}")


def _in_ripe_form(text: str) -> str:
    """An answer ends with two empty lines."""
    return f"{text}\n\n\n" if text else ""
