"""Which calls are told on the timeline."""

from __future__ import annotations

import pytest

from lab.clouds.aws.wire.calls import only_reads


@pytest.mark.parametrize("operation", ["DescribeByoipCidrs", "GetIpamPoolCidrs", "ListResources"])
def test_who_waits_may_ask_as_often_as_they_like(operation: str) -> None:
    assert only_reads(operation)


@pytest.mark.parametrize("operation", ["AdvertiseByoipCidr", "CreateVpc", "ReleaseAddress", "DeleteTags"])
def test_what_changes_something_is_told(operation: str) -> None:
    assert not only_reads(operation)
