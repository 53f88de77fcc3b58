"""What somebody types who follows AWS's documents: at the registry, at the RPKI, at openssl and at AWS."""

from __future__ import annotations

import json

from support.document_commands import DATA, Document
from support.shell import Shell

V4, V6, TOP = "198.51.100.0/24", "2001:db8:42::/48", "2605:9cc0:1ff0::/44"
US_EAST = "2605:9cc0:1ff0::/48"
ACCOUNT, APPLICATION = "123456789012", "210987654321"
UP = f"lab up {DATA / 'documents.yaml'} --engine live --detach --speed 600"
_EXPIRED_BY_NOW, _FUTURE = "20191201", "20991201"
"""The day in the document's message, and one that is not over."""


def come_up(shell: Shell, options: str = "") -> None:
    """Bring the lab of the documents up on live speakers, and have the shell's AWS clients call it."""
    shell.run(f"{UP} {options}")
    shell.run('eval "$(lab aws env)"')


def publish(shell: Shell, prefix: str, *asns: int, longest: int | None = None) -> None:
    """The certificate into the registration of a range, and ROAs for prefixes of up to `longest`."""
    shell.run(f"lab registry add {prefix} --file publickey.cer")
    for asn in asns:
        shell.run(f"lab roa add {prefix} {asn} {f'--max-length {longest}' if longest else ''}")


def sign(document: Document, prefix: str) -> None:
    """The message for a range, and its signature, as the first document has them."""
    document.run("text_message", {_EXPIRED_BY_NOW: _FUTURE} | ({} if prefix == V4 else {V4: prefix}))
    document.run("signed_message")


def aws(shell: Shell, command: str):
    """The answer to a command of the aws CLI."""
    return json.loads(shell.run(f"aws {command}") or "{}")


def origins(shell: Shell, prefix: str) -> dict[str, int | None]:
    """Who originates what each speaker uses."""
    rows = json.loads(shell.run(f"lab show routes --prefix {prefix} --json"))
    return {row["at"]: row["origin"] for row in rows}
