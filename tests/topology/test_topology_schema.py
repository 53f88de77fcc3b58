from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from lab.topology.loading import shipped
from lab.topology.problems import TopologyError
from lab.topology.reading import decode, read_yaml
from lab.topology.schema import json_schema
from lab.topology.steps import STEP_KINDS

VALIDATOR = jsonschema.Draft202012Validator(json_schema())
BAD = Path(__file__).parent / "bad"

BEYOND_A_SCHEMA = {
    "cloudflare_accounts", "cloudflare_order", "cloudflare_steps", "clouds_without_cloudflare", "dns_steps",
    "expect_cloudflare", "flow_order", "irr", "irr_order", "irr_steps", "traffic_steps",
    "as_duplicate_prefix", "as_host_bits", "as_region_of_nobody", "aws_order", "aws_steps", "clouds_accounts",
    "clouds_without_aws", "collector_twice", "collector_with_routes", "expect_combinations",
    "expect_probe", "extends_a_bad_base", "extends_absolute", "extends_an_extension", "extends_broken_yaml",
    "extends_itself", "extends_missing_file", "extends_outside", "extends_unknown_name", "link_dangling",
    "link_ends", "link_same_asn", "link_to_itself", "link_twice", "many_problems", "route_server_mixed",
    "expect_byoip", "registry_order", "registry_steps", "registry_words", "rpki_steps",
    "step_collector_acts", "step_dangling_speakers", "step_no_link", "text_with_terminal_escapes",
}  # fmt: skip
"""Files whose entries are well formed, one by one."""


def data_of(path: Path) -> Any:
    return read_yaml(decode(path.read_bytes(), path.name), path.name).data


def is_yaml(path: Path) -> bool:
    try:
        data_of(path)
    except TopologyError:
        return False
    return True


def errors(data: Any) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(data)]


def test_the_schema_is_valid_draft_2020_12() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())
    assert json_schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("name", shipped())
def test_what_ships_is_valid(name: str) -> None:
    assert errors(data_of(shipped()[name])) == []


@pytest.mark.parametrize(
    "path", [path for path in sorted(BAD.glob("*.yaml")) if is_yaml(path)], ids=lambda p: p.stem
)
def test_a_badly_formed_file_is_invalid(path: Path) -> None:
    assert bool(errors(data_of(path))) == (path.stem not in BEYOND_A_SCHEMA)


def test_a_step_has_exactly_one_key() -> None:
    base = {"topology": "byoip"}
    assert errors({**base, "scenario": [{"wait": {"for": "5h"}}, {"note": "text"}]}) == []
    assert errors({**base, "scenario": [{}]})
    assert errors({**base, "scenario": [{"wait": {"for": "5h"}, "note": "text"}]})


def test_every_step_kind_and_every_key_of_an_as_is_described() -> None:
    schema = json_schema()
    steps = schema["$defs"]["Step"]["properties"]
    assert list(steps) == list(STEP_KINDS)
    assert all(step["description"] for step in steps.values())
    assert all(key["description"] for key in schema["$defs"]["AsEntry"]["properties"].values())


def test_aliases_are_the_keys() -> None:
    announce = json_schema()["$defs"]["Announce"]
    assert "from" in announce["properties"]
    assert "source" not in announce["properties"]
