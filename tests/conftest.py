"""What every test may need: which machine parts it asks for, and no silent skips in CI."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from support import trixie
from support.examples import register_profiles

RTR_PROGRAMS = (
    "rtrclient", "bird", "birdc", "/usr/lib/frr/bgpd", "vtysh", "bgpd", "bgpctl", "gobgpd", "gobgp",
    "stayrtr", "rtrmon",
)  # fmt: skip
"""Debian: rtr-tools, bird2, frr with frr-rpki-rtrlib, openbgpd, gobgpd, stayrtr."""

# Whoever started the tests in the background may have had these ignored, which programs started here inherit.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# A test with a home directory of its own need not make RSA keys of its own too: they cost a second each lab.
os.environ.setdefault("XDG_CACHE_HOME", str(Path.home() / ".cache"))

GC_THRESHOLDS = (20_000, 20, 20)
"""Fewer collections than Python makes by itself: collecting tests makes much, and almost no garbage."""

pytest_plugins = ["pytester", "support.seed_rows"]


def _docker_lacks() -> str:
    from lab.engines.base import MachineError
    from lab.engines.live.docker_connection import connect

    try:
        connect().close()
    except MachineError as error:
        return str(error)
    return "" if shutil.which("mmdebstrap") else "mmdebstrap is not installed (it makes the base image)"


def _bird_lacks() -> str:
    return "" if shutil.which("bird") or shutil.which("/usr/sbin/bird") else "bird2 is not installed"


def _rtr_lacks() -> str:
    if os.geteuid() != 0:
        return "OpenBGPD needs root"
    missing = [
        program.rsplit("/", 1)[-1]
        for program in RTR_PROGRAMS
        if not shutil.which(program) and not shutil.which(f"/usr/sbin/{program}")
    ]
    return f"{', '.join(missing)} not installed" if missing else ""


def _trixie_lacks() -> str:
    if os.geteuid() != 0:
        return "chroot needs root"
    if not shutil.which("mmdebstrap"):
        return "mmdebstrap is not installed"
    return "" if trixie.KEYRING.exists() and trixie.mirror() else "APT gets no packages from Debian here"


def _netns_lacks() -> str:
    if os.geteuid() != 0:
        return "network namespaces need root"
    missing = [
        name for name in ("ip", "nft") if not shutil.which(name) and not shutil.which(f"/usr/sbin/{name}")
    ]
    return f"{' and '.join(missing)} not installed" if missing else ""


def _graphviz_lacks() -> str:
    return "" if shutil.which("dot") else "graphviz is not installed"


def _live_lacks() -> str:
    return "" if sys.platform == "linux" else "live speakers on loopback need Linux"


def _rpki_lacks() -> str:
    programs = ("rsync", "rpki-client", "fort")
    missing = [name for name in programs if not shutil.which(name) and not shutil.which(f"/usr/sbin/{name}")]
    return f"{', '.join(missing)} not installed" if missing else ""


def _dns_lacks() -> str:
    return "" if shutil.which("dig") else "dig is not installed (Debian: bind9-dnsutils)"


def _pdf_lacks() -> str:
    return "" if shutil.which("pdftotext") else "pdftotext is not installed (Debian: poppler-utils)"


def _curl_lacks() -> str:
    missing = [name for name in ("curl", "jq") if not shutil.which(name)]
    return f"{' and '.join(missing)} not installed" if missing else ""


def _irr_lacks() -> str:
    missing = [name for name in ("whois", "bgpq4") if not shutil.which(name)]
    return f"{' and '.join(missing)} not installed" if missing else ""


NEEDS: dict[str, Callable[[], str]] = {
    "live": _live_lacks,
    "docker": _docker_lacks,
    "bird": _bird_lacks,
    "rpki": _rpki_lacks,
    "irr": _irr_lacks,
    "dns": _dns_lacks,
    "curl": _curl_lacks,
    "pdf": _pdf_lacks,
    "rtr": _rtr_lacks,
    "trixie": _trixie_lacks,
    "netns": _netns_lacks,
    "graphviz": _graphviz_lacks,
}
"""By marker: what the machine lacks for it, or an empty text."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--unit", action="store_true", help="Only tests that start nothing and are not slow.")


def pytest_configure(config: pytest.Config) -> None:
    gc.set_threshold(*GC_THRESHOLDS)
    register_profiles()
    settings.load_profile("fast" if config.getoption("--unit") else "whole")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what this machine cannot run, with the reason. --unit leaves out all that starts something."""
    if config.getoption("--unit"):
        started = {*NEEDS, "background", "slow"}
        left_out = {item for item in items if any(mark.name in started for mark in item.iter_markers())}
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]
    lacks = {
        marker: lack()
        for marker, lack in NEEDS.items()
        if any(item.get_closest_marker(marker) for item in items)
    }
    for item in items:
        for marker, reason in lacks.items():
            if reason and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_collection_finish() -> None:
    """Leave out of every later garbage collection what stays to the end: tests and modules by the thousand.

    Python's own way with a closed pipe is an error; mrtparse, once imported, lets it kill the process.
    """
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    """In CI a skipped test is a failed one: CI installs all that the tests ask for."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow: {report.longrepr}"
