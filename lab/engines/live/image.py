"""The image a speaker's container runs: made from what is installed here, rebuilt when that changed."""

from __future__ import annotations

import contextlib
import hashlib
import io
import re
import tarfile
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path, PurePosixPath
from typing import Final

from docker import DockerClient
from docker.errors import APIError, BuildError, ImageNotFound
from docker.models.images import Image

import lab
from lab.engines.base import MachineError
from lab.engines.live.docker_connection import DOCKER_ERRORS, reason
from lab.engines.live.speaker_files import speakers_directory

DEFAULT_BASE: Final = "python:3.12-slim"
BASE_VARIABLE: Final = "LAB_SPEAKER_BASE"
"""The environment variable that names another base image."""
IMAGE_NAME: Final = "byoip-lab-speaker"
IMAGE_LABEL: Final = "byoip.lab"
"""The label the Containerfile gives the image, and so every step of a build."""
SPEAKER_HOME: Final = "/opt/speaker"
"""Where the image keeps its Python packages, what is in `speakers/`, and the interpreter `python3`."""
_LAB_PACKAGES: Final = ("bgp", "rtr", "speaker")
_TAG_DIGITS: Final = 16
_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")
_BUILDER_LINES: Final = ("Step ", "--->", "Removing intermediate container")
"""How the lines begin that the builder prints itself."""


def speaker_image(client: DockerClient, base: str = DEFAULT_BASE) -> str:
    """The tag of the image for this lab on `base`; built only if there is none for exactly these contents.

    Raises MachineError when the base image cannot be had or the build fails.
    """
    files = context_files()
    foundation = _base_image(client, base)
    tag = f"{IMAGE_NAME}:{_digest(files, str(foundation.id))}"
    try:
        client.images.get(tag)
    except ImageNotFound:
        _build(client, files, base, tag)
    except DOCKER_ERRORS as error:
        raise MachineError(f"the Docker engine cannot say whether it has {tag}: {reason(error)}") from None
    return tag


def context_files() -> dict[str, bytes]:
    """The build context, path to contents: what is in `speakers/`, ExaBGP, and the lab's code it needs."""
    package = Path(lab.__file__).parent
    inside = {path.name: path for path in speakers_directory().iterdir() if path.is_file()}
    containerfile = inside.pop("Containerfile")
    inside["lab/__init__.py"] = package / "__init__.py"
    for name in _LAB_PACKAGES:
        for path in (package / name).rglob("*.py"):
            inside[f"lab/{path.relative_to(package).as_posix()}"] = path
    inside |= dict(_exabgp_files())
    files = {f"speaker/{name}": path.read_bytes() for name, path in sorted(inside.items())}
    return {"Containerfile": containerfile.read_bytes()} | files


def _exabgp_files() -> Iterator[tuple[str, Path]]:
    """ExaBGP as installed here: its modules, and the licence that has to travel with them."""
    for file in metadata.files("exabgp") or ():
        path = PurePosixPath(file)
        is_module = path.parts[0] == "exabgp" and path.suffix == ".py"
        is_licence = path.parts[0].endswith(".dist-info") and "licenses" in path.parts
        if is_module or is_licence:
            yield str(path), Path(str(file.locate()))


def _digest(files: Mapping[str, bytes], base_id: str) -> str:
    digest = hashlib.sha256(base_id.encode())
    for name, content in sorted(files.items()):
        digest.update(f"\0{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:_TAG_DIGITS]


def _base_image(client: DockerClient, base: str) -> Image:
    """The base image, pulled if this engine does not have it."""
    try:
        return client.images.get(base)
    except ImageNotFound:
        pass
    except DOCKER_ERRORS as error:
        raise MachineError(f"the Docker engine cannot look for {base!r}: {reason(error)}") from None
    try:
        return client.images.pull(base)
    except DOCKER_ERRORS as error:
        raise MachineError(
            f"the base image {base!r} is not on this machine and cannot be pulled ({reason(error)}); name"
            f" one that is there and has Python 3.11 or later: --base-image IMAGE or {BASE_VARIABLE}=IMAGE"
        ) from None


def _build(client: DockerClient, files: Mapping[str, bytes], base: str, tag: str) -> None:
    try:
        client.images.build(
            fileobj=_tar(files),
            custom_context=True,
            dockerfile="Containerfile",
            buildargs={"BASE": _whole_name(base)},
            tag=tag,
            network_mode="none",
            rm=True,
            forcerm=True,
        )
    except (BuildError, APIError) as error:
        with contextlib.suppress(*DOCKER_ERRORS):
            client.images.prune({"dangling": True, "label": f"{IMAGE_LABEL}=speaker"})
        raise MachineError(f"cannot build the speaker image on {base!r}: {_build_failure(error)}") from None
    except DOCKER_ERRORS as error:
        raise MachineError(f"cannot build the speaker image: {reason(error)}") from None


def _whole_name(base: str) -> str:
    """The name with the tag that is meant: whoever spells it otherwise gets the same image, and its label."""
    return base if {":", "@"} & set(base.rpartition("/")[2]) else f"{base}:latest"


def _tar(files: Mapping[str, bytes]) -> io.BytesIO:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    archive.seek(0)
    return archive


def _build_failure(error: BuildError | APIError) -> str:
    """What it means if that is known, else the last thing a step printed, else what the engine said."""
    log = error.build_log if isinstance(error, BuildError) else ()
    text = "".join(str(entry.get("stream", "")) for entry in log if isinstance(entry, dict))
    lines = (_COLOUR.sub("", line).strip() for line in text.splitlines())
    printed = [line for line in lines if line and not line.startswith(_BUILDER_LINES)]
    said = (printed or [reason(error)])[-1]
    if "exec format error" in said:
        return "it is for another processor architecture; use one for this machine's"
    if 'exec: "python3"' in said:
        return "it has no `python3`; use one with Python 3.11 or later"
    return said
