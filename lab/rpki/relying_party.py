"""One validation run, from what a person has: a lab's file, a tree on disk, or TALs and a network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lab.rpki.fetching.network import NetworkSource
from lab.rpki.fetching.source import DirectorySource
from lab.rpki.local import LocalRpki
from lab.rpki.objects.signed_object import Profile
from lab.rpki.outputs.openmetrics import RepositoryFetch
from lab.rpki.outputs.run_statistics import TimedSource
from lab.rpki.validation.disk_store import DiskStore
from lab.rpki.validation.results import Validation
from lab.rpki.validation.store import Store
from lab.rpki.validation.tals import read_tals
from lab.rpki.validation.validator import validate
from lab.topology.model import Topology


class TreeError(ValueError):
    """A tree cannot be validated; the message says why."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run, how each server was fetched, what people call its CAs by the URIs of their repositories, and
    what went wrong around it: with fetching, or with what an earlier run had left."""

    validation: Validation
    fetches: tuple[RepositoryFetch, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    troubles: tuple[str, ...] = ()


def validate_topology(topology: Topology, now: int) -> Run:
    """The RPKI of a lab's file as of `now` (UNIX seconds). Raises IssuingError."""
    rpki = LocalRpki(topology, now)
    return Run(rpki.validation, names=rpki.names)


def validate_tree(tals: Path, tree: Path, profile: Profile, now: int) -> Run:
    """What the TALs in a file or directory lead to in a tree, <host>/<module>/<path>. Raises TalError,
    TreeError."""
    if not tree.is_dir():
        raise TreeError(f"{tree} is no directory; expected one with HOST/MODULE/PATH in it")
    source = TimedSource(DirectorySource(tree))
    validation = validate(read_tals(tals), source, now, profile=profile)
    return Run(validation, source.fetches)


def validate_network(
    tals: Path, cache: Path, profile: Profile, now: int, *, rrdp: bool = True, ca_file: Path | None = None
) -> Run:
    """What the TALs lead to, fetched into `cache`; what is unchanged there is not verified again.

    `rrdp` False fetches by rsync only; `ca_file` holds certificates to trust for HTTPS beside the system's.
    Raises TalError, CacheError, FetchError.
    """
    locators = read_tals(tals)
    store: Store = DiskStore(cache / "validated")
    with NetworkSource(cache, rrdp=rrdp, ca_file=ca_file) as network:
        source = TimedSource(network)
        validation = validate(locators, source, now, profile=profile, store=store)
        return Run(validation, source.fetches, troubles=(*network.problems, *store.complaints))
