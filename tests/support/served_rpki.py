"""A lab's RPKI behind its publication servers, and other people's validators that fetch it from there."""

from __future__ import annotations

import csv
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.rpki.fetching.network import NetworkSource
from lab.rpki.issuing.addresses import RIRS, ServerAddress
from lab.rpki.issuing.hierarchy import Rpki
from lab.rpki.issuing.keys import user_key_pool
from lab.rpki.publication.server import PublicationServer
from lab.rpki.validation.validator import validate
from lab.topology.model import Topology

_SYSTEM_CAS = "/etc/ssl/certs/ca-certificates.crt"
_SECONDS = 60


class ServedRpki:
    """The RPKI of a topology on loopback ports, fetched over HTTPS with `rrdp`, else over rsync."""

    def __init__(self, root: Path, topology: Topology, rrdp: bool) -> None:
        self._root = root
        self._rrdp = rrdp
        self.server = PublicationServer(root / "server")
        addresses = {name: self._address(name) for name in RIRS}
        self.rpki = Rpki.of(topology, user_key_pool(), int(time.time()), addresses)
        self._tals = root / "tals"
        self._tals.mkdir()
        for tal in self.rpki.tals():
            (self._tals / f"{tal.name}.tal").write_text(tal.to_text())
        self._capath = root / "capath"
        self._capath.mkdir()
        shutil.copy(self.server.ca, self._capath / "lab.pem")
        subprocess.run(["openssl", "rehash", self._capath], check=True)
        self.publish()

    def publish(self) -> None:
        """Publish what the CAs want published now."""
        self.rpki.advance(int(time.time()))
        self.server.publish(self.rpki.files())

    def close(self) -> None:
        self.server.close()

    def ours(self) -> frozenset[Vrp]:
        """What our validator takes."""
        with NetworkSource(self._root / "our-cache", ca_file=self.server.ca, rrdp=self._rrdp) as source:
            validation = validate(self.rpki.tals(), source, int(time.time()))
            assert source.problems == []
        return without_ta(validation.payloads.vrps)

    def rpki_client(self) -> frozenset[Vrp]:
        """What rpki-client takes. It trusts the system's CAs only: with RRDP it needs a mount of its own."""
        cache, out = self._directory("rpki-client-cache"), self._directory("rpki-client-out")
        tals = [argument for tal in sorted(self._tals.iterdir()) for argument in ("-t", str(tal))]
        command = ["/usr/sbin/rpki-client", "-c", "-d", str(cache), *tals, str(out)]
        if self._rrdp:
            mount = f'mount --bind "$0" {_SYSTEM_CAS} && exec "$@"'
            command = ["unshare", "-m", "sh", "-c", mount, str(self.server.ca), *command]
        else:
            command.insert(1, "-R")
        subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS)
        return _vrps(out / "csv")

    def fort(self) -> frozenset[Vrp]:
        """What Fort takes."""
        out = self._root / "fort.csv"
        command = [
            "fort",
            "--mode=standalone",
            f"--tal={self._tals}",
            f"--local-repository={self._root / 'fort-cache'}",
            f"--http.enabled={'true' if self._rrdp else 'false'}",
            f"--http.ca-path={self._capath}",
            "--http.retry.count=0",
            "--rsync.retry.count=0",
            f"--output.roa={out}",
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS)
        return _vrps(out)

    def _address(self, name: str) -> ServerAddress:
        uris = self.server.add(name)
        if not self._rrdp:
            return ServerAddress(uris.rsync, None, (f"{uris.rsync}ta.cer",))
        https = f"https://localhost:{self.server.https_port}/{name}/ta.cer"
        return ServerAddress(uris.rsync, uris.notification, (https,))

    def _directory(self, name: str) -> Path:
        path = self._root / name
        path.mkdir(exist_ok=True)
        user = pwd.getpwnam("_rpki-client")
        if os.geteuid() == 0:
            os.chown(path, user.pw_uid, user.pw_gid)
        return path


def without_ta(vrps: Iterable[Vrp]) -> frozenset[Vrp]:
    """VRPs as those validators tell them that do not say from which trust anchor."""
    return frozenset(Vrp(vrp.prefix, vrp.max_length, vrp.asn) for vrp in vrps)


def _vrps(path: Path) -> frozenset[Vrp]:
    with path.open() as stream:
        rows = list(csv.reader(stream))[1:]
    return frozenset(Vrp(Prefix.parse(row[1]), int(row[2]), int(row[0].removeprefix("AS"))) for row in rows)
