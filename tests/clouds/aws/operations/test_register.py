"""The register: what is served exists at AWS."""

from __future__ import annotations

import lab.clouds.aws.operations  # noqa: F401
from lab.clouds.aws.operation import OPERATIONS
from lab.clouds.aws.wire.models import operation_model


def test_every_operation_that_is_served_is_one_of_botocores_models() -> None:
    assert OPERATIONS
    assert [name for service, name in OPERATIONS if operation_model(service, name) is None] == []
