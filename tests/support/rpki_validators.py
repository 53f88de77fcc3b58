"""Other people's validators on a repository of ours: rpki-client and Fort, with a real rsync and no network.

rsync starts a program instead of connecting when RSYNC_CONNECT_PROG says so, and both validators pass that
on. So every host name is an rsync daemon that reads its own directory here.
"""

from __future__ import annotations

import csv
import json
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.rpki.objects.tal import TrustAnchorLocator
from lab.rpki.uris import parse_rsync

_RPKI_CLIENT_USER = "_rpki-client"
_SECONDS = 120
_FIRST_TIME = 1_000_000_000


@dataclass(frozen=True)
class Verdict:
    """What a validator took, and all that it said. `document` is rpki-client's JSON."""

    vrps: frozenset[Vrp]
    log: str
    document: Mapping[str, Any]


class OutsideValidators:
    """A repository served by rsync, and the validators' caches of it, in a directory of its own."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._tals = self._directory("tals")
        self._configurations = self._directory("rsyncd")
        self._publications = 0

    @classmethod
    @contextmanager
    def made(
        cls, files: Mapping[str, Mapping[str, bytes]], tals: Iterable[TrustAnchorLocator]
    ) -> Iterator[Self]:
        """Validators of this repository: files by server (which may be called anything) and rsync URI."""
        # Not pytest's tmp_path: rpki-client gives up root, and needs to get at its files afterwards.
        root = Path(tempfile.mkdtemp(prefix="rpki-validators-"))
        try:
            root.chmod(0o755)
            validators = cls(root)
            validators.publish(files, tals)
            yield validators
        finally:
            shutil.rmtree(root)

    def publish(
        self,
        files: Mapping[str, Mapping[str, bytes]],
        tals: Iterable[TrustAnchorLocator] | None = None,
        unreachable: Collection[str] = (),
    ) -> None:
        """Serve exactly these files from now on, but those of `unreachable` servers not at all."""
        self._publications += 1
        served = {
            uri: data for server in files.keys() - set(unreachable) for uri, data in files[server].items()
        }
        places = {self._root.joinpath("repository", *_place(uri)): data for uri, data in served.items()}
        self._write(places)
        for configuration in self._configurations.iterdir():
            configuration.unlink()
        for host in {_place(uri)[0] for uri in served}:
            self._configure(host, {module for of, module, *_ in map(_place, served) if of == host})
        for tal in tals or ():
            (self._tals / f"{tal.name}.tal").write_text(tal.to_text())

    def rpki_client(self, *, warm: bool = False) -> Verdict:
        """What rpki-client takes; `warm` is whether it still has what it fetched the last time."""
        program = shutil.which("rpki-client") or "/usr/sbin/rpki-client"
        cache, out = self._cache("rpki-client", warm), self._fresh("rpki-client-out")
        tals = [argument for tal in sorted(self._tals.iterdir()) for argument in ("-t", str(tal))]
        log = self._run(program, "-R", "-v", "-j", "-d", str(cache), *tals, str(out))
        document = json.loads((out / "json").read_text()) if (out / "json").exists() else {"roas": ()}
        vrps = (
            Vrp(Prefix.parse(roa["prefix"]), roa["maxLength"], int(roa["asn"]), roa["ta"])
            for roa in document["roas"]
        )
        return Verdict(frozenset(vrps), log, document)

    def fort(self, *, warm: bool = False) -> Verdict:
        """What Fort takes; it does not say from which trust anchor."""
        cache, out = self._cache("fort", warm), self._fresh("fort-out")
        log = self._run(
            "fort",
            "--mode=standalone",
            "--http.enabled=false",
            "--rsync.retry.count=0",
            "--validation-log.enabled=true",
            f"--tal={self._tals}",
            f"--local-repository={cache}",
            f"--output.roa={out / 'roa.csv'}",
        )
        vrps = set()
        if (out / "roa.csv").exists():
            with (out / "roa.csv").open() as stream:
                for row in list(csv.reader(stream))[1:]:
                    vrps.add(Vrp(Prefix.parse(row[1]), int(row[2]), int(row[0].removeprefix("AS"))))
        return Verdict(frozenset(vrps), log, {})

    def _write(self, places: Mapping[Path, bytes]) -> None:
        """Write what has changed and remove what is gone.

        rsync takes a file for unchanged if its size and its time in whole seconds are, so times rise by one.
        """
        there = {path for path in (self._root / "repository").rglob("*") if path.is_file()}
        for path in there - places.keys():
            path.unlink()
        for path, data in places.items():
            if path not in there or path.read_bytes() != data:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
                os.utime(path, (_FIRST_TIME + self._publications, _FIRST_TIME + self._publications))

    def _configure(self, host: str, modules: Iterable[str]) -> None:
        sections = (
            f"[{module}]\npath = {self._root / 'repository' / host / module}\nread only = yes\n"
            for module in sorted(modules)
        )
        text = "use chroot = no\nreverse lookup = no\n" + "".join(sections)
        (self._configurations / f"{host}.conf").write_text(text)

    def _run(self, *command: str) -> str:
        program = f"rsync --config={self._configurations}/%H.conf --daemon"
        environment = {**os.environ, "RSYNC_CONNECT_PROG": program}
        done = subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=_SECONDS
        )
        log = done.stdout.decode(errors="replace")
        assert done.returncode >= 0, f"{command[0]} died of signal {-done.returncode}:\n{log}"
        return log

    def _cache(self, name: str, warm: bool) -> Path:
        path = self._root / f"{name}-cache"
        return path if warm and path.exists() else self._fresh(path.name)

    def _fresh(self, name: str) -> Path:
        shutil.rmtree(self._root / name, ignore_errors=True)
        return self._directory(name)

    def _directory(self, name: str) -> Path:
        path = self._root / name
        path.mkdir()
        if name.startswith("rpki-client") and os.geteuid() == 0:
            user = pwd.getpwnam(_RPKI_CLIENT_USER)
            os.chown(path, user.pw_uid, user.pw_gid)
        return path


def _place(uri: str) -> tuple[str, ...]:
    parsed = parse_rsync(uri)
    return parsed.authority, parsed.module, *parsed.path
