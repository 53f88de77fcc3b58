"""How a validation run went, as OpenMetrics text for Prometheus and its like.

    lab_rpki_vrps{name="arin"} 2.0
    lab_rpki_ta_valid_objects{name="arin",type="roa"} 2.0
    lab_rpki_ta_rejected_objects{name="arin",reason="validity",type="roa"} 1.0
    lab_rpki_repository_state{lab_rpki_repository_state="synced",uri="rsync://…"} 1.0

Trust anchors are labelled `name`, as rpki-client and Routinator label them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric, StateSetMetricFamily
from prometheus_client.openmetrics.exposition import generate_latest
from prometheus_client.registry import Collector

from lab.rpki.payloads import Payloads

Labels = TypeVar("Labels", bound=tuple[str, ...])

TRANSPORTS: Final = ("rrdp", "rsync", "memory", "directory")


@dataclass(frozen=True, slots=True)
class RepositoryFetch:
    """How one publication server was fetched. `uri` is its notification file's, or else its rsync URI; `via`
    one of TRANSPORTS; `seconds` the time it took."""

    uri: str
    via: str
    ok: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class RunStatistics:
    """One validation run. Times are UNIX seconds, `duration` is in seconds.

    `valid` counts objects by TAL name and type (`cer`, `mft`, `crl`, `roa`, `asa`), `rejected` by these and
    the check that failed. A repository is listed once.
    """

    completed: float
    duration: float
    valid: Mapping[tuple[str, str], int] = field(default_factory=dict)
    rejected: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    repositories: tuple[RepositoryFetch, ...] = ()


def openmetrics(payloads: Payloads, run: RunStatistics) -> str:
    """The text, byte for byte the same for the same input; it ends with `# EOF`.

    `payloads` are those in force: what the run found, local exceptions applied.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Families((*_payloads(payloads), *_run(run), *_repositories(run.repositories))))
    text: str = generate_latest(registry).decode("utf-8")  # type: ignore[no-untyped-call]
    return text


class _Families(Collector):
    """Metric families that are there already."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = tuple(families)

    def collect(self) -> Iterable[Metric]:
        return self._families


def _payloads(payloads: Payloads) -> Iterable[Metric]:
    vrps = Counter((vrp.ta,) for vrp in payloads.vrps)
    aspas = Counter((aspa.ta,) for aspa in payloads.aspas)
    yield _gauge("lab_rpki_vrps", "VRPs in force", ("name",), vrps)
    yield _gauge("lab_rpki_aspas", "ASPAs in force", ("name",), aspas)


def _run(run: RunStatistics) -> Iterable[Metric]:
    yield _gauge("lab_rpki_last_update_done_seconds", "UNIX time of the last run", (), {(): run.completed})
    yield _gauge("lab_rpki_last_update_duration_seconds", "time the last run took", (), {(): run.duration})
    yield _gauge("lab_rpki_ta_valid_objects", "objects found valid", ("name", "type"), run.valid)
    reasons = ("name", "type", "reason")
    yield _gauge("lab_rpki_ta_rejected_objects", "objects rejected", reasons, run.rejected)


def _repositories(fetches: Iterable[RepositoryFetch]) -> Iterable[Metric]:
    fetched = sorted(fetches, key=lambda each: each.uri)
    seconds = {(each.uri,): each.seconds for each in fetched}
    yield _gauge("lab_rpki_repository_duration_seconds", "time the last fetch took", ("uri",), seconds)
    state = StateSetMetricFamily("lab_rpki_repository_state", "how the last fetch ended", labels=("uri",))
    via = StateSetMetricFamily(
        "lab_rpki_repository_protos", "transport of the last good fetch", labels=("uri",)
    )
    for each in fetched:
        state.add_metric((each.uri,), {"failed": not each.ok, "synced": each.ok})
        if each.ok:
            via.add_metric((each.uri,), {name: name == each.via for name in TRANSPORTS})
    yield state
    yield via


def _gauge(
    name: str, text: str, labels: tuple[str, ...], values: Mapping[Labels, float]
) -> GaugeMetricFamily:
    unit = "seconds" if name.endswith("_seconds") else ""
    family = GaugeMetricFamily(name, text, labels=labels, unit=unit)
    for key in sorted(values):
        family.add_metric(key, values[key])
    return family
