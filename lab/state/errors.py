"""What can go wrong with a state file."""

from __future__ import annotations


class StateError(Exception):
    """A state file cannot be opened, read or written; the message names the file and what is wrong."""
