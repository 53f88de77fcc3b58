"""The publication servers of a lab: what each publishes, over rsync and RRDP, and their faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from lab.rpki.publication.faults import Fault
from lab.rpki.publication.listening import PublicationError
from lab.rpki.publication.rrdp import RrdpPublisher
from lab.rpki.publication.rsync_daemon import Module, RsyncDaemon
from lab.rpki.publication.tls import server_tls
from lab.rpki.publication.tree import PublishedTree
from lab.rpki.publication.web_server import WebServer
from lab.rpki.uris import parse_https, parse_rsync
from lab.topology.problems import suggestion


@dataclass(frozen=True, slots=True)
class ServerUris:
    """Where a publication server's files are: an rsync module and a directory over https.

    Both end with a slash.
    """

    rsync: str
    rrdp: str

    @property
    def notification(self) -> str:
        """The notification URI that certificates carry (RFC 8182 section 3.2)."""
        return f"{self.rrdp}notification.xml"


@dataclass(slots=True)
class _Server:
    tree: PublishedTree
    rrdp: RrdpPublisher
    module: str
    paths: tuple[str, str]
    rsync_fault: Fault | None = None


class PublicationServer:
    """Several named publication servers behind one rsync port and one HTTPS port.

    Beside RRDP, HTTPS serves the files of each module as /<module>/<path>: trust anchors have such URIs.
    Everything on disk is below `directory`: the tree that rsync serves, the configuration, the TLS files.
    """

    def __init__(
        self,
        directory: Path,
        *,
        address: str = "127.0.0.1",
        host: str = "localhost",
        https_port: int = 0,
        rsync_port: int = 0,
        allow_remote: bool = False,
    ) -> None:
        """Listens at once. `host` is the name that URIs and the certificate carry; port 0 is a free one.

        Raises PublicationError, OSError.
        """
        self.directory = directory
        self._host = host
        self._servers: dict[str, _Server] = {}
        tls = server_tls(directory / "tls", sorted({host, address}))
        self.ca = tls.ca
        self._rsync = RsyncDaemon(directory, address, rsync_port, allow_remote)
        try:
            self._web = WebServer(tls.server, address, https_port, allow_remote)
        except PublicationError:
            self._rsync.close()
            raise

    @property
    def tree(self) -> Path:
        """What rsync serves: <host>/<module>/<path>."""
        return self.directory / "tree"

    @property
    def rsync_port(self) -> int:
        return self._rsync.port

    @property
    def https_port(self) -> int:
        return self._web.port

    def add(self, name: str, uris: ServerUris | None = None) -> ServerUris:
        """Declare a server. Without `uris` it is found where it is served, by a module and path of its name.

        Raises UriError, PublicationError if the name, module or path is another server's already.
        """
        if uris is None:
            https = f"https://{self._host}:{self.https_port}"
            uris = ServerUris(f"rsync://{self._host}:{self.rsync_port}/{name}/", f"{https}/rrdp/{name}/")
        module, path = parse_rsync(uris.rsync).module, parse_https(uris.rrdp).target
        paths = (f"/{module}/", path)
        for other, taken in self._servers.items():
            if name == other or any(_overlap(mine, theirs) for mine in paths for theirs in taken.paths):
                raise PublicationError(
                    f"{name} has a name, module or path of {other}'s: {uris.rsync}, {uris.rrdp}"
                )
        tree = PublishedTree(self.tree, uris.rsync)
        self._servers[name] = _Server(tree, RrdpPublisher(uris.rrdp), module, paths)
        self.publish({name: {}})
        return uris

    def publish(self, contents: Mapping[str, Mapping[str, bytes]]) -> None:
        """Make these the whole contents of the named servers, by rsync URI; the others keep theirs.

        Raises UriError or PublicationError, with nothing changed, if a URI or name cannot be used; OSError.
        """
        for name, files in contents.items():
            self._server(name).tree.check(files)
        for name, files in contents.items():
            server = self._server(name)
            paths = server.tree.check(files)
            server.tree.publish(files)
            mirror, rrdp = server.paths
            self._web.serve(mirror, {path: files[uri] for path, uri in paths.items()})
            self._web.serve(rrdp, server.rrdp.publish(files))
        self._serve_modules()

    def fail(self, name: str, *, rsync: Fault | None = None, https: Fault | None = None) -> None:
        """Let a server fail over rsync, https or both; what is None works.

        Raises PublicationError, OSError.
        """
        server = self._server(name)
        server.rsync_fault = rsync
        for path in server.paths:
            self._web.fail(path, https)
        self._serve_modules()

    def close(self) -> None:
        """Stop serving. The files stay on disk. Idempotent."""
        self._web.close()
        self._rsync.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _server(self, name: str) -> _Server:
        try:
            return self._servers[name]
        except KeyError:
            hint = suggestion(name, self._servers)
            raise PublicationError(f"there is no publication server {name!a}; {hint}") from None

    def _serve_modules(self) -> None:
        self._rsync.serve(
            {server.module: Module(server.tree.path, server.rsync_fault) for server in self._servers.values()}
        )


def _overlap(path: str, other: str) -> bool:
    return path.startswith(other) or other.startswith(path)
