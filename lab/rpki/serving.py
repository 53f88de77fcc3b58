"""The RPKI of a file for other people's software: published by rsync and RRDP, validated, served by RTR."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Self

from lab.rpki.exporting import write_tals
from lab.rpki.fetching.source import DirectorySource
from lab.rpki.issuing.addresses import RIRS, TRUST_ANCHOR_LABEL, ServerAddress
from lab.rpki.issuing.hierarchy import Rpki
from lab.rpki.issuing.keys import user_key_pool
from lab.rpki.issuing.update_times import UpdateTimes
from lab.rpki.outputs.json_shapes import rpki_client_json
from lab.rpki.publication.listening import PublicationError
from lab.rpki.publication.server import PublicationServer, ServerUris
from lab.rpki.replaced_file import replace_file
from lab.rpki.serving_directory import serving_directory
from lab.rpki.validation.results import Validation
from lab.rpki.validation.validator import Validator
from lab.rtr.address import Address, TcpAddress
from lab.rtr.cache import Cache
from lab.rtr.errors import ListenError
from lab.rtr.server import RtrServer, random_session_id
from lab.topology.model import Topology

LOOPBACK: Final = "127.0.0.1"
HOST: Final = "localhost"
"""The name in URIs: validators refuse addresses there (RFC 8630 wants host names, and TLS checks them)."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where to listen; 0 is any free port."""

    rsync: int = 0
    https: int = 0
    rtr: int = 0


class ServedRpki:
    """Publishes, validates and serves from when it is made until `close`, on loopback only.

    The relying party reads the tree that rsync serves. `refresh` tells it the time, in UNIX seconds.
    """

    def __init__(
        self,
        topology: Topology,
        directory: Path,
        ports: Ports,
        now: int,
        times: UpdateTimes | None = None,
    ) -> None:
        """`times` says when the CAs have published before, which validators that know them from then ask for.

        Everything on disk is below `directory`: `tals/`, `ca.pem`, `tree/`, `vrps.json` and what the
        servers need. It is empty, or was served from before.

        Raises ExportError, PublicationError, IssuingError and OSError, with nothing left running."""
        self.directory = directory
        with ExitStack() as ending:
            ending.enter_context(serving_directory(directory))
            self._servers = PublicationServer(directory, rsync_port=ports.rsync, https_port=ports.https)
            ending.callback(self._servers.close)
            self.uris: Mapping[str, ServerUris] = {name: self._servers.add(name) for name in RIRS}
            addresses = {name: self._address(uris) for name, uris in self.uris.items()}
            self.cas = Rpki.of(topology, user_key_pool(), now, addresses, times)
            self._routers = _routers(ports.rtr)
            ending.callback(self._routers.close)
            write_tals(self.cas.tals(), self.tals)
            replace_file(self.ca, [self._servers.ca.read_text()])
            self._validator = Validator(self.cas.tals(), DirectorySource(self.tree), workers=1)
            self._published: Mapping[str, Mapping[str, bytes]] = {}
            self.validation = self.refresh(now)
            self._ending = ending.pop_all()

    @property
    def tals(self) -> Path:
        """The directory of the TALs."""
        return self.directory / "tals"

    @property
    def ca(self) -> Path:
        """The certificate by which HTTPS clients know the server, in PEM."""
        return self.directory / "ca.pem"

    @property
    def tree(self) -> Path:
        """What rsync serves, <host>/<module>/<path>."""
        return self._servers.tree

    @property
    def vrps(self) -> Path:
        """The validated payloads as JSON."""
        return self.directory / "vrps.json"

    @property
    def rtr(self) -> Address:
        """Where routers connect to."""
        return self._routers.addresses[0]

    @property
    def rsync_port(self) -> int:
        return self._servers.rsync_port

    @property
    def https_port(self) -> int:
        return self._servers.https_port

    def refresh(self, now: int) -> Validation:
        """Publish what is to be published by now, validate it, and tell the routers. Raises OSError."""
        self.cas.advance(now)
        files = self.cas.files()
        changed = {name: content for name, content in files.items() if content != self._published.get(name)}
        if changed:
            self._servers.publish(changed)
            self._published = files
        self.validation = self._validator.run(now)
        payloads = self.validation.payloads
        self._routers.update(payloads.vrps, payloads.aspas)
        replace_file(self.vrps, rpki_client_json(payloads, now))
        return self.validation

    def close(self) -> None:
        """Stop serving. The files stay. Idempotent."""
        self._ending.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _address(self, uris: ServerUris) -> ServerAddress:
        name = uris.rsync.rstrip("/").rpartition("/")[2]
        certificate = f"{name}/{TRUST_ANCHOR_LABEL}.cer"
        https = f"https://{HOST}:{self._servers.https_port}/{certificate}"
        rsync = f"{uris.rsync}{TRUST_ANCHOR_LABEL}.cer"
        return ServerAddress(uris.rsync, uris.notification, (https, rsync))


def _routers(port: int) -> RtrServer:
    try:
        return RtrServer(Cache(random_session_id()), [TcpAddress(LOOPBACK, port)])
    except ListenError as error:
        raise PublicationError(f"{error}; port 0 takes a free one") from None


@contextmanager
def readable_temporary_directory() -> Iterator[Path]:
    """A directory of its own, removed at the end, that others can read: validators give root up."""
    with TemporaryDirectory(prefix="lab-rpki-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        directory.chmod(0o755)
        yield directory
