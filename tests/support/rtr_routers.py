"""Routers and caches by other people, run beside ours on loopback, and what they say they hold."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Self, TypeVar

from lab.bgp.aspa import Aspa
from lab.bgp.prefix import Prefix
from lab.bgp.rov import RovState, Vrp

Seen = TypeVar("Seen")
PATIENCE = 60.0
"""Seconds after which a state that was waited for will not come any more."""


def program(name: str) -> str:
    return shutil.which(name) or f"/usr/sbin/{name}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def output(*command: str | Path) -> str:
    """What a command prints; nothing if it fails, as it does while what it asks is starting."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""


def comes_to(expected: Seen, look: Callable[[], Seen]) -> bool:
    """Wait until `look` returns `expected`; raises AssertionError with what it returned last instead."""
    limit = time.monotonic() + PATIENCE
    pause = 0.02
    while (seen := look()) != expected:
        assert time.monotonic() < limit, f"{seen} is not {expected}"
        time.sleep(pause)
        pause = min(1.5 * pause, 1.0)
    return True


class Running:
    """A program in the foreground with a directory of its own, killed at the end."""

    def __init__(self, directory: Path, *command: str | Path) -> None:
        self.directory = directory
        with (directory / "log").open("w") as log:
            self.process = subprocess.Popen(command, cwd=directory, stdout=log, stderr=subprocess.STDOUT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class RtrLib:
    """rtrclient of RTRlib, which gets everything anew each time."""

    version = 1

    def __init__(self, _: Path, port: int) -> None:
        self.command = ("rtrclient", "-e", "-t", "csv", "tcp", "127.0.0.1", str(port))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def vrps(self) -> set[Vrp]:
        lines = re.findall(r"^([0-9a-f.:]+), (\d+), (\d+), (-?\d+)$", output(*self.command), re.MULTILINE)
        # It prints ASNs as if they were signed.
        return {
            Vrp(Prefix.parse(f"{address}/{length}"), int(most), int(asn) % 2**32)
            for address, length, most, asn in lines
        }


class Bird(Running):
    """BIRD 2, or one that is not the machine's own: `root` is the directory it is under."""

    version = 1

    def __init__(self, directory: Path, port: int, root: Path | None = None, more: str = "") -> None:
        self.inside = Path("/") / directory.relative_to(root) if root else directory
        self.under = ("chroot", str(root)) if root else ()
        (directory / "bird.conf").write_text(
            "router id 192.0.2.1;\nroa4 table r4;\nroa6 table r6;\nprotocol device {}\n"
            + ("aspa table at;\n" if more else "")
            + "protocol rpki c { roa4 { table r4; }; roa6 { table r6; };"
            + f" remote 127.0.0.1 port {port}; retry 1; refresh 3600; expire 7200; {more} }}\n"
        )
        bird = "/usr/sbin/bird" if root else program("bird")
        names = (self.inside / "bird.conf", self.inside / "ctl", self.inside / "pid")
        super().__init__(directory, *self.under, bird, "-f", "-c", names[0], "-s", names[1], "-P", names[2])

    def _table(self, name: str) -> str:
        birdc = "/usr/sbin/birdc" if self.under else program("birdc")
        return output(*self.under, birdc, "-s", self.inside / "ctl", f"show route table {name} all")

    def vrps(self) -> set[Vrp]:
        lines = re.findall(
            r"^([0-9a-f.:]+/\d+)-(\d+) AS(\d+) ", self._table("r4") + self._table("r6"), re.MULTILINE
        )
        return {Vrp(Prefix.parse(prefix), int(most), int(asn)) for prefix, most, asn in lines}

    def aspas(self) -> set[Aspa]:
        found = re.findall(
            r"^(\d+) .*\n(?:\t.*\n)*?\taspa_providers: ([\d ]+)", self._table("at"), re.MULTILINE
        )
        return {Aspa(int(customer), tuple(map(int, providers.split()))) for customer, providers in found}


class Frr(Running):
    """FRR's bgpd with its module for RTRlib."""

    version = 1

    def __init__(self, directory: Path, port: int) -> None:
        (directory / "bgpd.conf").write_text(
            "router bgp 65000\n"
            f"rpki\n rpki polling_period 3600\n rpki cache 127.0.0.1 {port} preference 1\n exit\n"
        )
        super().__init__(
            directory, "/usr/lib/frr/bgpd", "-n", "-Z", "-S", "-p", "0", "-P", "0", "-l", "127.0.0.1",
            "-f", directory / "bgpd.conf", "-i", directory / "pid", "--vty_socket", directory,
            "-M", "bgpd_rpki",
        )  # fmt: skip

    def vrps(self) -> set[Vrp]:
        table = output("vtysh", "--vty_socket", self.directory, "-c", "show rpki prefix-table")
        lines = re.findall(r"^([0-9a-f.:]+) +(\d+) - +(\d+) +(\d+) *$", table, re.MULTILINE)
        return {
            Vrp(Prefix.parse(f"{address}/{length}"), int(most), int(asn))
            for address, length, most, asn in lines
        }


class GoBgp(Running):
    """GoBGP."""

    version = 0

    def __init__(self, directory: Path, port: int) -> None:
        self.api = str(free_port())
        (directory / "gobgp.toml").write_text(
            '[global.config]\nas = 65000\nrouter-id = "192.0.2.1"\nport = -1\n'
            f'[[rpki-servers]]\n[rpki-servers.config]\naddress = "127.0.0.1"\nport = {port}\n'
        )
        api = f"127.0.0.1:{self.api}"
        super().__init__(
            directory, "gobgpd", "-f", directory / "gobgp.toml", "--api-hosts", api, "--pprof-disable"
        )

    def vrps(self) -> set[Vrp]:
        ask = ("gobgp", "-u", "127.0.0.1", "-p", self.api, "rpki", "table", "-a")
        table = output(*ask, "ipv4") + output(*ask, "ipv6")
        lines = re.findall(r"^([0-9a-f.:]+/\d+) +(\d+) +(\d+) ", table, re.MULTILINE)
        return {Vrp(Prefix.parse(prefix), int(most), int(asn)) for prefix, most, asn in lines}


class OpenBgpd(Running):
    """OpenBGPD, which lists no VRPs: it is asked for its verdict on routes instead."""

    version = 1

    def __init__(self, directory: Path, port: int, root: Path | None = None, minimum: str = "") -> None:
        self.inside = Path("/") / directory.relative_to(root) if root else directory
        self.under = ("chroot", str(root)) if root else ()
        Path(root or "/", "run/openbgpd").mkdir(exist_ok=True)
        configuration = directory / "bgpd.conf"
        configuration.touch(0o600)
        configuration.write_text(
            f"AS 65001\nrouter-id 192.0.2.1\nlisten on 127.0.0.1 port {free_port()}\nfib-update no\n"
            f'socket "{self.inside}/ctl"\nrtr 127.0.0.1 {{\n port {port}\n{minimum}}}\n'
            # It lists no routes unless it has a neighbour, which never comes.
            "neighbor 127.0.0.9 {\n remote-as 65002\n passive\n}\n"
        )
        bgpd = "/usr/sbin/bgpd" if root else program("bgpd")
        super().__init__(directory, *self.under, bgpd, "-d", "-f", self.inside / "bgpd.conf")

    def ask(self, *question: str | Path) -> str:
        bgpctl = "/usr/sbin/bgpctl" if self.under else program("bgpctl")
        return output(*self.under, bgpctl, "-s", self.inside / "ctl", *question)

    def judge(self, table_dump: bytes) -> dict[Prefix, RovState]:
        """Its origin validation of the routes in an MRT table dump, which it takes for its own.

        It has to take them again each time: it does not judge its own routes anew when the VRPs change.
        """
        (self.directory / "routes.mrt").write_bytes(table_dump)
        self.ask("network", "mrt", "file", self.inside / "routes.mrt")
        entry = r"^\S+ +([NV!])(?:-[?V!])? ([0-9a-f.:]+/\d+) "
        lines = re.findall(entry, self.ask("show", "rib"), re.MULTILINE)
        states = {"N": RovState.NOT_FOUND, "V": RovState.VALID, "!": RovState.INVALID}
        return {Prefix.parse(prefix): states[letter] for letter, prefix in lines}

    def serial(self) -> int | None:
        found = re.search(r"Serial #: (\d+)", self.ask("show", "rtr"))
        return int(found[1]) if found else None

    def aspa_count(self) -> int:
        found = re.search(r"^ASPA .* (\d+) +\S+$", self.ask("show", "sets"), re.MULTILINE)
        return int(found[1]) if found else 0


class StayRtr(Running):
    """StayRTR serving a file, which it looks at every second."""

    def __init__(self, directory: Path, vrps: Iterable[Vrp]) -> None:
        self.port = free_port()
        self.directory = directory
        self.serve(vrps)
        super().__init__(
            directory, "stayrtr", "-bind", f"127.0.0.1:{self.port}", "-cache", directory / "vrps.json",
            "-checktime=false", "-metrics.addr", f"127.0.0.1:{free_port()}", "-refresh", "1",
            "-rtr.refresh", "10", "-rtr.retry", "10", "-rtr.expire", "600",
        )  # fmt: skip

    def __enter__(self) -> Self:
        comes_to(True, self._listens)
        return self

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def serve(self, vrps: Iterable[Vrp]) -> None:
        """Replace its file."""
        roas = [
            {"prefix": str(vrp.prefix), "maxLength": vrp.max_length, "asn": vrp.asn, "ta": "lab"}
            for vrp in vrps
        ]
        new = self.directory / "new.json"
        new.write_text(json.dumps({"metadata": {}, "roas": roas}))
        new.replace(self.directory / "vrps.json")


class RtrMon(Running):
    """rtrmon of StayRTR, which compares two caches every second."""

    def __init__(self, directory: Path, primary: int, secondary: int) -> None:
        self.port = free_port()
        super().__init__(
            directory, "rtrmon", "-addr", f"127.0.0.1:{self.port}", "-grace.period", "0",
            "-primary.host", f"tcp://127.0.0.1:{primary}", "-primary.refresh", "1s",
            "-secondary.host", f"tcp://127.0.0.1:{secondary}", "-secondary.refresh", "1s",
        )  # fmt: skip

    def differences(self) -> tuple[Any, ...] | None:
        """How many VRPs each cache has, and those that only one has; None before it has compared."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/diff.json", timeout=5) as response:
                found = json.load(response)
        except OSError:
            return None
        sides = found["metadata-primary"], found["metadata-secondary"]
        if None in sides:
            return None
        counts = sides[0]["count"], sides[1]["count"]
        only_one = (
            [(vrp["prefix"], vrp["max-length"], vrp["asn"]) for vrp in found[side] or []]
            for side in ("only-primary", "only-secondary")
        )
        return counts, *only_one
