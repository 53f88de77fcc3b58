"""All of AWS behind its front: a long random life of allowed calls meets no fault of ours."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.parsers import create_parser
from support.aws_life import Life
from support.aws_world import pass_time

from lab.clouds.aws.operation import OPERATIONS
from lab.clouds.aws.wire.models import service_model


def _records(life: Life) -> dict[str, dict[str, Any]]:
    return {name: dict(rows) for name, rows in life.aws.basics.state._rows.items()}


@pytest.mark.parametrize("seed", range(2))
def test_no_call_that_its_model_allows_meets_a_fault_and_no_error_changes_anything(seed: int) -> None:
    life = Life(seed)
    life.begin()
    served = sorted(OPERATIONS)
    making = [pair for pair in served if pair[1].startswith(("Create", "Provision", "Allocate", "Advertise"))]
    faults: dict[str, str] = {}
    for _ in range(1000):
        service, name = life.source.choice(served if life.source.random() < 0.6 else making)
        life.aws.work()
        before = _records(life)
        model, asked, answer = life.call(service, name)
        if answer.status >= 400:
            assert _records(life) == before, (name, asked)
        if answer.status == 500:
            faults[name] = json.dumps(asked, default=str)
        parsed = create_parser(service_model(service).protocol).parse(
            {"status_code": answer.status, "headers": answer.headers, "body": answer.body},
            model.output_shape,
        )
        assert (answer.status == 200) == ("Error" not in parsed)
        if life.source.random() < 0.05:
            pass_time(life.aws, life.source.choice((1, 60, 4000)))
    assert not faults
