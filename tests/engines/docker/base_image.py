"""Make a base image for the speakers of the tests out of this machine's own Debian or Ubuntu packages.

    python tests/engines/docker/base_image.py

prints the image's name and makes it first if it is not there. Nothing is pulled from an image registry; the
packages come from where this machine's APT gets its own. It needs mmdebstrap.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

import docker
from docker.errors import ImageNotFound

NAME = "byoip-lab-test-base"
RECIPE_LABEL = "byoip.lab.recipe"
KEYRINGS = {
    "Debian": "/usr/share/keyrings/debian-archive-keyring.gpg",
    "Ubuntu": "/usr/share/keyrings/ubuntu-archive-keyring.gpg",
}
LEFT_OUT = ("doc", "info", "locale", "man")


def make_base_image() -> str:
    """The image's name; made unless it is there already and made by this very file."""
    client = docker.from_env()
    recipe = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16]
    try:
        if client.images.get(f"{NAME}:latest").labels.get(RECIPE_LABEL) == recipe:
            return f"{NAME}:latest"
    except ImageNotFound:
        pass
    with tempfile.TemporaryDirectory() as directory:
        archive = Path(directory) / "base.tar"
        debootstrap(archive)
        client.api.import_image_from_file(
            str(archive), repository=NAME, tag="latest", changes=[f"LABEL {RECIPE_LABEL}={recipe}"]
        )
    return f"{NAME}:latest"


def debootstrap(archive: Path) -> None:
    """Write a tar archive of a system with Python and little else."""
    release, lines = own_sources()
    subprocess.run(
        [
            "mmdebstrap",
            "--quiet",
            "--variant=essential",
            "--include=python3",
            *(f"--dpkgopt=path-exclude=/usr/share/{directory}/*" for directory in LEFT_OUT),
            "--format=tar",
            release,
            str(archive),
            "-",
        ],
        input=lines,
        text=True,
        check=True,
        stdout=sys.stderr,
    )


def own_sources() -> tuple[str, str]:
    """The release this machine runs, and the sources.list lines of the distribution it gets packages from."""
    wanted = "$(ORIGIN)\t$(REPO_URI)\t$(RELEASE)\t$(COMPONENT)\t$(CREATED_BY)"
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", wanted], check=True, capture_output=True, text=True
    ).stdout
    lines: dict[str, None] = {}
    releases = []
    for target in listed.splitlines():
        origin, uri, release, component, kind = target.split("\t")
        if origin in KEYRINGS and kind == "Packages":
            lines[f"deb [signed-by={KEYRINGS[origin]}] {uri} {release} {component}\n"] = None
            releases.append(release)
    if not releases:
        raise SystemExit("APT lists no Debian or Ubuntu packages here; run `apt-get update` first")
    return min(releases, key=len), "".join(lines)


if __name__ == "__main__":
    print(make_base_image())
