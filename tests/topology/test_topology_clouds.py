"""What a file says of registries and of AWS, and what the model makes of it."""

from __future__ import annotations

from pathlib import Path

import botocore.session
import pytest

from lab.bgp.prefix import Prefix
from lab.topology.cloud_vocabulary import DEFAULT_REGION, REGIONS, ByoipState
from lab.topology.loading import load, parse
from lab.topology.model import AwsSection
from lab.topology.problems import TopologyError
from lab.topology.vocabulary import STATUSES

ACCOUNTS = '{networking: "123456789012", application: "210987654321"}'


def aws_speakers(*words: str) -> str:
    """A file with one AWS speaker for each text of further keys."""
    ases = "".join(f"  aws-{n}: {{asn: 16509, cloud: aws{word}}}\n" for n, word in enumerate(words))
    return f"name: x\nases:\n  customer: {{asn: 64496}}\n{ases}"


def test_a_lab_has_an_aws_if_one_of_its_speakers_is_aws() -> None:
    assert parse(aws_speakers()).aws is None
    assert parse(aws_speakers("")).aws == AwsSection({"lab": "123456789012"}, True, {}, ())


def test_accounts_delays_and_reputation_are_read() -> None:
    clouds = (
        f"clouds:\n  aws:\n    accounts: {ACCOUNTS}\n    organization: false\n"
        "    delays: {provision: 21d, withdraw: 500ms}\n    poor_reputation: [198.51.100.0/24]\n"
    )
    section = parse(aws_speakers("") + clouds).aws
    assert section == AwsSection(
        {"networking": "123456789012", "application": "210987654321"},
        False,
        {"provision": 21 * 86400.0, "withdraw": 0.5},
        (Prefix.parse("198.51.100.0/24"),),
    )


def test_an_account_is_found_by_its_name_and_by_its_id_and_the_first_by_neither() -> None:
    section = AwsSection({"networking": "123456789012", "application": "210987654321"})
    assert section.account(None) == section.account("networking") == section.account("123456789012")
    assert section.account("application") == section.account("210987654321") == "210987654321"
    for nobody in ("audit", "111122223333"):
        with pytest.raises(KeyError):
            section.account(nobody)


def test_an_account_id_keeps_its_leading_zeros_because_it_is_text() -> None:
    clouds = 'clouds: {aws: {accounts: {old: "000000000001"}}}\n'
    section = parse(aws_speakers("") + clouds).aws
    assert section is not None
    assert section.account("old") == "000000000001"
    with pytest.raises(TopologyError, match="write '000000000001'"):
        parse(aws_speakers("") + clouds.replace('"', "").replace("000000000001", "1"))


def test_a_scenario_inherits_the_clouds_of_its_base_unless_it_has_its_own(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(aws_speakers("") + f"clouds: {{aws: {{accounts: {ACCOUNTS}}}}}\n")
    inherits = parse("topology: base.yaml\n", directory=tmp_path)
    assert inherits.aws == load(tmp_path / "base.yaml").aws
    replaces = parse("topology: base.yaml\nclouds: {aws: {organization: false}}\n", directory=tmp_path)
    assert replaces.aws == AwsSection(organization=False)


def test_a_problem_of_inherited_clouds_is_shown_in_the_base(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(aws_speakers("") + "clouds: {aws: {organisation: true}}\n")
    with pytest.raises(TopologyError) as caught:
        parse("topology: base.yaml\n", directory=tmp_path)
    (problem,) = caught.value.problems
    assert (Path(problem.file).name, problem.line) == ("base.yaml", 5)


def test_the_regions_of_a_lab_are_those_of_its_aws_speakers() -> None:
    topology = parse(aws_speakers(", region: eu-west-1", ", region: us-gov-west-1", ", region: eu-west-1"))
    assert [topology.speakers[f"aws-{n}"].region for n in range(3)] == [
        "eu-west-1", "us-gov-west-1", "eu-west-1",
    ]  # fmt: skip
    assert topology.aws_regions == ("eu-west-1", "us-gov-west-1")
    assert parse(aws_speakers()).aws_regions == ()


def test_a_speaker_without_a_region_serves_every_region() -> None:
    assert parse(aws_speakers("")).aws_regions[0] == DEFAULT_REGION
    mixed = parse(aws_speakers("", ", region: eu-west-1")).aws_regions
    assert mixed[0] == "eu-west-1"
    assert set(mixed) == set(REGIONS)
    assert len(mixed) == len(REGIONS)


def test_the_regions_and_the_states_of_ranges_are_those_of_the_sdk() -> None:
    session = botocore.session.Session()
    resolver = session.get_component("data_loader").load_data("endpoints")
    known = {
        region
        for partition in resolver["partitions"]
        if partition["partition"] in ("aws", "aws-us-gov")
        for region in partition["regions"]
    }
    assert set(REGIONS) == known
    states = session.get_service_model("ec2").shape_for("ByoipCidrState").enum
    assert {state.value for state in ByoipState} == set(states)


REGISTERED = """
registry:
  - {prefix: 203.0.113.0/24, rir: RIPE, status: LEGACY, holder: customer, name: EXAMPLE-NET,
     kind: individual, remarks: ["one\\ntwo", three]}
  - {prefix: 198.51.100.0/24, rir: RIPE, holder: customer}
  - {prefix: 192.0.2.0/24, rir: ARIN, holder: aws-0}
"""


def test_a_registration_has_a_name_and_remarks_and_its_holder_a_kind() -> None:
    first, second, third = parse(aws_speakers("") + REGISTERED).registry
    assert (first.status, first.name, first.remarks) == ("LEGACY", "EXAMPLE-NET", ("one\ntwo", "three"))
    assert (third.status, third.name, third.remarks, third.kind) == ("", "", (), "organization")
    assert (first.kind, second.kind) == ("individual", "individual"), "one holder is one kind of holder"


@pytest.mark.parametrize(("rir", "status"), [(rir, status) for rir in STATUSES for status in STATUSES[rir]])
def test_every_status_of_a_rir_is_accepted_there_and_where_it_has_it_only(rir: str, status: str) -> None:
    for other in STATUSES:
        text = aws_speakers() + (
            f"registry: [{{prefix: 203.0.113.0/24, rir: {other}, status: {status}, holder: customer}}]\n"
        )
        if status in STATUSES[other]:
            assert parse(text).registry[0].status == status
        else:
            with pytest.raises(TopologyError, match=f"is not a status at {other}; it is one of .*{rir}"):
                parse(text)
