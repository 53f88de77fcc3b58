"""`lab demo` on containers: the story ends as it should, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import docker
import pytest

from lab.engines.live.docker_driver import DOCKER_RUN_LABEL
from lab.engines.live.run_directory import existing_runs
from lab.topology.loading import load

pytestmark = pytest.mark.docker


def test_the_demo_holds_all_it_promises_in_containers(engine: docker.DockerClient, base_image: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "lab", "demo", "--driver", "docker", "--base-image", base_image],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout
    assert process.stderr
    while "established" not in (line := process.stdout.readline()):
        assert line, process.stderr.read()
    (run,) = (run for run in existing_runs() if run.holder == process.pid)
    told, errors = process.communicate()
    assert (process.returncode, errors) == (0, "")
    assert "every expectation of the story held" in told
    assert len(re.findall(r"^ +(?:✓|ok) ", told, re.MULTILINE)) == sum(
        step.kind == "expect" for step in load("demo").steps
    )
    assert not run.path.exists()
    assert engine.containers.list(all=True, filters={"label": f"{DOCKER_RUN_LABEL}={run.run_id}"}) == []
