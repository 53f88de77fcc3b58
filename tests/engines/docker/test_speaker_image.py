from __future__ import annotations

import io
import struct
import tarfile
from collections.abc import Iterator

import docker
import pytest
from docker.errors import DockerException

from lab.engines.base import MachineError
from lab.engines.live import image
from lab.engines.live.docker_connection import connect
from lab.engines.live.docker_driver import clean_up_docker

pytestmark = pytest.mark.docker


@pytest.fixture
def bare_image(engine: docker.DockerClient) -> Iterator[str]:
    """An image with nothing in it but a `python3` for some other processor."""
    name = "byoip-lab-test-bare:latest"
    yield name
    engine.images.remove(name)


def import_image(engine: docker.DockerClient, name: str, files: dict[str, bytes]) -> None:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for path, content in files.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            entry.mode = 0o755
            tar.addfile(entry, io.BytesIO(content))
    repository, _, tag = name.partition(":")
    engine.api.import_image_from_data(archive.getvalue(), repository=repository, tag=tag)


def dangling_images_of_ours(engine: docker.DockerClient) -> list[str]:
    found = engine.images.list(filters={"dangling": True, "label": f"{image.IMAGE_LABEL}=speaker"})
    return [str(each.id) for each in found]


def test_the_image_says_whose_it_is_and_starts_as_nobody_in_particular(
    engine: docker.DockerClient, base_image: str
) -> None:
    built = engine.images.get(image.speaker_image(engine, base_image))
    assert built.labels[image.IMAGE_LABEL] == "speaker"
    assert built.labels["org.opencontainers.image.base.name"] == base_image
    assert built.attrs["Config"]["User"] == "65532:65532"


def test_the_image_holds_exabgp_and_of_the_lab_only_what_a_speaker_needs() -> None:
    files = image.context_files()
    assert {"Containerfile", "speaker/agent.py", "speaker/exabgp/version.py"} <= files.keys()
    packages = {name.split("/")[2] for name in files if name.startswith("speaker/lab/")}
    assert packages == {"__init__.py", "bgp", "rtr", "speaker"}
    assert any(name.startswith("speaker/exabgp-") and "LICEN" in name for name in files)
    assert sum(map(len, files.values())) < 4_000_000


def test_an_unchanged_image_is_reused_and_a_changed_one_is_built_anew(
    engine: docker.DockerClient, base_image: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = image.speaker_image(engine, base_image)
    built = engine.images.get(tag).id
    assert image.speaker_image(engine, base_image) == tag
    assert engine.images.get(tag).id == built

    changed = image.context_files() | {"speaker/changed": b""}
    monkeypatch.setattr(image, "context_files", lambda: changed)
    other = image.speaker_image(engine, base_image)
    try:
        assert other != tag
        assert engine.images.get(other).id != built
    finally:
        engine.images.remove(other)


def test_the_build_needs_no_network(
    engine: docker.DockerClient, base_image: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = image.context_files()
    fails_on_a_route = "import sys; sys.exit(len(open('/proc/net/route').readlines()) - 1)"
    files["Containerfile"] += f'\nUSER 0\nRUN ["python3", "-c", "{fails_on_a_route}"]\n'.encode()
    monkeypatch.setattr(image, "context_files", lambda: files)
    engine.images.remove(image.speaker_image(engine, base_image))


def test_a_base_image_that_cannot_be_had_is_named_with_the_way_to_name_another(
    engine: docker.DockerClient,
) -> None:
    with pytest.raises(MachineError, match=r"nowhere\.invalid/python:3.*--base-image.*LAB_SPEAKER_BASE"):
        image.speaker_image(engine, "nowhere.invalid/python:3")


def test_a_base_image_without_python_is_refused_and_leaves_no_half_built_image(
    engine: docker.DockerClient, bare_image: str
) -> None:
    import_image(engine, bare_image, {"etc/passwd": b""})
    before = dangling_images_of_ours(engine)
    with pytest.raises(MachineError, match="no `python3`"):
        image.speaker_image(engine, bare_image)
    assert dangling_images_of_ours(engine) == before


def test_a_base_image_for_another_processor_is_refused(engine: docker.DockerClient, bare_image: str) -> None:
    import_image(engine, bare_image, {"usr/bin/python3": elf_of_no_known_machine()})
    with pytest.raises(MachineError, match="another processor architecture"):
        image.speaker_image(engine, bare_image)


def elf_of_no_known_machine() -> bytes:
    identification = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    return identification + struct.pack("<HHIQQQIHHHHHH", 2, 0xFEED, 1, 0, 64, 0, 0, 64, 56, 0, 64, 0, 0)


def test_an_old_python_is_refused_by_its_version(
    engine: docker.DockerClient, base_image: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = image.context_files()
    files["Containerfile"] = files["Containerfile"].replace(b"(3, 11)", b"(4, 0)")
    monkeypatch.setattr(image, "context_files", lambda: files)
    with pytest.raises(MachineError, match=r"the base image has Python 3\.\d+"):
        image.speaker_image(engine, base_image)


def test_a_missing_engine_is_a_readable_error_and_nothing_to_clean_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    with pytest.raises(MachineError, match=r"no Docker engine answers.*docker\.io"):
        connect()
    assert clean_up_docker() == []


def test_an_engine_one_may_not_use_is_a_readable_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> docker.DockerClient:
        raise DockerException("Error while fetching server API version") from PermissionError(13, "denied")

    monkeypatch.setattr(docker, "from_env", refuse)
    with pytest.raises(MachineError, match="usermod -aG docker"):
        connect()
    assert clean_up_docker() == []
