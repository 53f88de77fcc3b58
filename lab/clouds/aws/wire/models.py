"""The service models of botocore: what every operation of EC2, STS and RAM is asked and answers."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import cache
from typing import Final

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape, StructureShape

__all__ = [
    "SERVICES",
    "OperationModel",
    "Shape",
    "StructureShape",
    "nearest",
    "operation_model",
    "regions",
    "service_model",
]

SERVICES: Final = ("ec2", "ram", "sts")
_PARTITIONS: Final = ("aws", "aws-us-gov")


@cache
def _loader() -> Loader:
    # The data that came with the library only: a user's own models in ~/.aws must not change the lab.
    return Loader(include_default_search_paths=False, extra_search_paths=[Loader.BUILTIN_DATA_PATH])


@cache
def service_model(service: str) -> ServiceModel:
    """The model of one of SERVICES. The first use of EC2's takes half a second."""
    return ServiceModel(_loader().load_service_model(service, "service-2"), service)


@cache
def operation_model(service: str, name: str) -> OperationModel | None:
    """The model of an operation; None if the service has none of that name."""
    model = service_model(service)
    return model.operation_model(name) if name in model.operation_names else None


@cache
def regions() -> frozenset[str]:
    """The regions in which AWS has EC2, those of GovCloud included."""
    partitions = _loader().load_data("endpoints")["partitions"]
    return frozenset(
        region
        for partition in partitions
        if partition["partition"] in _PARTITIONS
        for region in partition["services"]["ec2"]["endpoints"]
        if region in partition["regions"]
    )


def nearest(value: str, choices: Iterable[str]) -> str:
    """`; the nearest is 'x'` for the choice that looks most like `value`, or nothing."""
    near = difflib.get_close_matches(value, list(choices), n=1, cutoff=0.75)
    return f"; the nearest is {near[0]!r}" if near else ""
