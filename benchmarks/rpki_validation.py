"""How fast a relying party is: `python benchmarks/rpki_validation.py [ROAS]` prints a table.

All ROAs are under one CA. Every row is a process of its own on the same tree on disk: ours with nothing
known, again with what that run wrote, and again after one ROA was added; rpki-client and Fort, where they are
installed, with nothing known. CPU is what the process and its children used.
"""

from __future__ import annotations

import os
import pwd
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.rpki.fetching.source import DirectorySource
from lab.rpki.issuing.hierarchy import Rpki
from lab.rpki.issuing.keys import user_key_pool
from lab.rpki.validation.disk_store import DiskStore
from lab.rpki.validation.tals import read_tals
from lab.rpki.validation.validator import validate
from lab.topology.model import Holding

SPACE = Prefix.parse("10.0.0.0/8")
RIR = "arin"


def repository(roas: int) -> Rpki:
    """One holder of one prefix, with so many ROAs for parts of it."""
    wanted = [
        Vrp(Prefix(4, SPACE.value + (number << 8), 24), 24, 64496 + number % 16) for number in range(roas)
    ]
    holding = Holding(SPACE, "customer", "ARIN", "Direct Allocation")
    return Rpki([holding], {}, user_key_pool(), int(time.time()), roas=wanted)


def write_tree(rpki: Rpki, root: Path, before: dict[str, bytes]) -> dict[str, bytes]:
    """What is published, as rsync lays it out below `root`; files that are as `before` are not touched."""
    files = {uri: data for server in rpki.files().values() for uri, data in server.items()}
    for uri, data in files.items():
        if before.get(uri) != data:
            path = root / uri.removeprefix("rsync://")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return files


def validated(root: Path, tal: Path, store: Path) -> None:
    """One run of ours; prints its seconds and how many VRPs it found. Ends the program if it rejects
    anything."""
    result = validate(read_tals(tal), DirectorySource(root), int(time.time()), store=DiskStore(store))
    if result.rejected:
        raise SystemExit(f"rejected: {result.rejected[0]}")
    print(f"{result.seconds:.3f}", len(result.payloads))


def ours(root: Path, tal: Path, store: Path) -> tuple[str, int]:
    """A run in a process of its own: seconds without starting Python, and VRPs."""
    command = [sys.executable, __file__, "--run", str(root), str(tal), str(store)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, vrps = done.stdout.split()
    return seconds, int(vrps)


def rpki_client(root: Path, tal: Path, work: Path) -> None:
    """A row for rpki-client, which gives up root and needs to own its cache."""
    cache, output = work / "cache", work / "output"
    shutil.copytree(root, cache)
    anchor = cache / "ta" / tal.stem
    anchor.mkdir(parents=True)
    shutil.copy(next(cache.glob(f"{RIR}*/*/ta.cer")), anchor / "ta.cer")
    output.mkdir()
    user = pwd.getpwnam("_rpki-client")
    for path in (cache, *cache.rglob("*"), output):
        os.chown(path, user.pw_uid, user.pw_gid)
    began = time.monotonic(), cpu()
    subprocess.run(
        ["rpki-client", "-n", "-c", "-d", str(cache), "-t", str(tal), str(output)],
        check=True,
        capture_output=True,
    )
    report("rpki-client -n", began, "", len((output / "csv").read_text().splitlines()) - 1)


def fort(root: Path, tal: Path, work: Path) -> None:
    """A row for Fort."""
    output = work / "roa.csv"
    cache = work / "fort"
    shutil.copytree(root, cache)
    began = time.monotonic(), cpu()
    subprocess.run(
        [
            "fort",
            "--mode=standalone",
            "--work-offline=true",
            "--http.enabled=false",
            f"--tal={tal}",
            f"--local-repository={cache}",
            f"--output.roa={output}",
        ],
        check=True,
        capture_output=True,
    )
    report("fort (offline)", began, "", len(output.read_text().splitlines()) - 1)


def cpu() -> float:
    """Seconds of CPU used by all children so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def report(what: str, began: tuple[float, float], inside: str, vrps: int) -> None:
    """One row."""
    wall, used = time.monotonic() - began[0], cpu() - began[1]
    print(f"{what:24} {wall:8.2f} {used:8.2f} {inside:>8} {vrps:8}", flush=True)


def measured(what: str, run: Callable[[], tuple[str, int]]) -> None:
    """One row of ours."""
    began = time.monotonic(), cpu()
    inside, vrps = run()
    report(what, began, inside, vrps)


def main() -> None:
    """Print the table."""
    if sys.argv[1:2] == ["--run"]:
        validated(*(Path(argument) for argument in sys.argv[2:]))
        return
    roas = int(sys.argv[1]) if sys.argv[1:] else 20_000
    work = Path(tempfile.mkdtemp(prefix="rpki-validation-"))
    work.chmod(0o755)
    try:
        rpki = repository(roas)
        root, tal, store = work / "tree", work / f"{RIR}.tal", work / "store"
        tal.write_text(next(each for each in rpki.tals() if each.name == RIR).to_text())
        before = write_tree(rpki, root, {})
        print(f"{'':24} {'wall/s':>8} {'CPU/s':>8} {'run/s':>8} {'VRPs':>8}")
        measured("ours, nothing known", lambda: ours(root, tal, store))
        measured("ours, unchanged", lambda: ours(root, tal, store))
        rpki.add_roa(Prefix(4, SPACE.value, 25), 64496)
        write_tree(rpki, root, before)
        measured("ours, one ROA added", lambda: ours(root, tal, store))
        if shutil.which("rpki-client"):
            rpki_client(root, tal, work)
        if shutil.which("fort"):
            fort(root, tal, work)
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
