"""The formats of validated payloads by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from lab.rpki.outputs.csv_shapes import routinator_csv, rpki_client_csv
from lab.rpki.outputs.json_shapes import extended_json, rpki_client_json
from lab.rpki.payloads import Payloads

FORMATS: Final[Mapping[str, Callable[[Payloads, int], Iterator[str]]]] = {
    "json": rpki_client_json,
    "jsonext": extended_json,
    "csv": lambda payloads, generated: rpki_client_csv(payloads),
    "routinator-csv": lambda payloads, generated: routinator_csv(payloads),
}
"""By name: payloads and the UNIX time of the run to lines."""
