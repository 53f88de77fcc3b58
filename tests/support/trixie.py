"""Programs of Debian 13 (trixie) on a machine that has older ones: unpacked, and run under chroot."""

from __future__ import annotations

import subprocess
from pathlib import Path

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_USER = "_openbgpd"


def mirror() -> str:
    """Where this machine's APT gets Debian's packages from; empty if it does not."""
    fields = ["Created-By: Packages", "Origin: Debian", "Label: Debian", "Component: main"]
    command = ["apt-get", "indextargets", "--format", "$(REPO_URI)", *fields]
    return (subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines() or [""])[
        0
    ]


def unpack(root: Path) -> None:
    """Fetch BIRD and OpenBGPD of trixie with all that they need, and unpack them into `root`."""
    source = f"deb [signed-by={KEYRING}] {mirror()} trixie main\n"
    command = [
        "mmdebstrap",
        "--quiet",
        "--variant=extract",
        "--include=base-files,bird2,openbgpd",
        "trixie",
        str(root),
        "-",
    ]
    subprocess.run(command, check=True, input=source, text=True)
    (root / "etc/passwd").write_text(
        f"root:x:0:0::/:/bin/sh\n{_USER}:x:65533:65533::/run/openbgpd:/usr/sbin/nologin\n"
    )
    (root / "etc/group").write_text(f"root:x:0:\n{_USER}:x:65533:\n")
    (root / "run/openbgpd").mkdir(parents=True)
