"""What the tests with containers share: an engine, a base image, and runs that leave nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from lab.engines.live.docker_driver import clean_up_docker
from lab.engines.live.image import BASE_VARIABLE
from lab.engines.live.run_directory import RunDirectory


@pytest.fixture(scope="session")
def engine() -> docker.DockerClient:
    return docker.from_env()


@pytest.fixture(scope="session")
def base_image(engine: docker.DockerClient) -> str:
    """An image with Python: the one the environment names, or one made of this machine's packages."""
    if named := os.environ.get(BASE_VARIABLE):
        return named
    script = Path(__file__).with_name("base_image.py")
    made = subprocess.run([sys.executable, script], check=True, stdout=subprocess.PIPE, text=True)
    return made.stdout.strip()


@pytest.fixture
def run() -> Iterator[RunDirectory]:
    directory = RunDirectory.create()
    yield directory
    clean_up_docker(directory.run_id)
    directory.remove()
