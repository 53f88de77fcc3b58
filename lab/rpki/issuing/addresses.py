"""The five trust anchors' publication servers and their URIs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

RIRS: Final = ("afrinic", "apnic", "arin", "lacnic", "ripe")
"""The publication servers, and TALs, of the five regional Internet registries."""
TRUST_ANCHOR_LABEL: Final = "ta"
"""Names the files of a trust anchor: its certificate is `ta.cer` below `rsync_base`."""


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where one RIR publishes: the rsync URI of its directory, with a slash at its end, the https URI of
    RRDP's notification file if it has one, and the URIs of the trust anchor's certificate, as the TAL lists
    them."""

    rsync_base: str
    notification: str | None
    ta_uris: tuple[str, ...]


def example_addresses(*, rrdp: bool = False) -> Mapping[str, ServerAddress]:
    """Addresses below `.example` (RFC 2606), by server, which nobody can mistake for real ones."""
    return MappingProxyType({name: _example(name, rrdp) for name in RIRS})


def _example(name: str, rrdp: bool) -> ServerAddress:
    host = f"{name}.rpki.example"
    base = f"rsync://{host}/{name}/"
    certificate = f"{base}{TRUST_ANCHOR_LABEL}.cer"
    if not rrdp:
        return ServerAddress(base, None, (certificate,))
    https = f"https://{host}/{name}/{TRUST_ANCHOR_LABEL}.cer"
    return ServerAddress(base, f"https://{host}/rrdp/{name}/notification.xml", (https, certificate))
