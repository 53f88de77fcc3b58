"""What AWS says no with."""

from __future__ import annotations


class AwsError(Exception):
    """A refusal: `code` as AWS documents it (`InvalidParameterValue`, ...) and a message for people.

    The message names the rule, what was expected and the value seen. Nothing has changed when it is raised.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
