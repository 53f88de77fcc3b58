"""A lab with --state that is killed outright has everything when it comes up again, and announces it."""

from __future__ import annotations

import json

import pytest
from support.killing import kill_outright
from support.typed_at_aws import V4, aws, come_up, origins, publish, sign

pytestmark = pytest.mark.live


@pytest.fixture
def up_options():
    return "--state kept.state"


def bring_and_advertise(shell, customer):
    publish(shell, V4, 16509, 14618)
    sign(customer, V4)
    customer.run("aws ec2 provision-byoip-cidr", {"address-range": V4})
    shell.run("lab wait 60s; aws ec2 allocate-address --address 198.51.100.9")
    shell.run(f"lab withdraw {V4} --from customer")
    customer.run("aws ec2 advertise-byoip-cidr", {"address-range": V4})
    shell.run("aws ec2 create-ipam --operating-regions RegionName=us-east-1; lab wait 30s")


def kept(shell):
    """All that must still be there: what AWS and the registry say, and the ROAs."""
    ec2 = (
        "describe-byoip-cidrs --max-results 5",
        "describe-public-ipv4-pools",
        "describe-addresses",
        "describe-ipams",
    )
    roas = json.loads(shell.run("lab roa list --json"))
    return (
        [aws(shell, f"ec2 {command}") for command in ec2],
        json.loads(shell.run(f"lab registry show {V4} --json")),
        {(roa["prefix"], roa["asn"], roa["max_length"]) for roa in roas},
    )


def test_a_lab_that_was_killed_has_its_clouds_registries_and_roas_again(shell, customer, up_options):
    bring_and_advertise(shell, customer)
    before = kept(shell)
    (ranges, *_), _, roas = before
    assert ranges["ByoipCidrs"][0]["State"] == "advertised"
    assert len(roas) == 3
    assert origins(shell, V4)["transit"] == 16509
    kill_outright()
    shell.run("lab down")
    come_up(shell, up_options)
    assert kept(shell) == before
    shell.run(f"lab withdraw {V4} --from customer")  # which the file has it announce from the start
    assert origins(shell, V4)["transit"] == 16509, "announced again, and valid by the ROA that was kept"
