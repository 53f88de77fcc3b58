"""The commands of the EC2 User Guide on BYOIP, with nothing changed but the endpoint and the placeholders.

The aws CLI is real, openssl is real, and so are the speakers.
"""

from __future__ import annotations

import re

import pytest
from support.typed_at_aws import V4, V6, aws, origins, publish, sign

pytestmark = pytest.mark.live


def described(document):
    """What is said of each range, by prefix."""
    return {each["Cidr"]: each for each in document.answer("aws ec2 describe-byoip-cidrs")["ByoipCidrs"]}


@pytest.mark.seed(
    24, 25, 26, 28, 29, *range(34, 39), 40, 41, 43, 45, 53, 55, *range(58, 64), *range(65, 69), 71, 72, 73
)  # fmt: skip
def test_every_command_of_the_first_document_does_what_it_says(shell, customer):
    bring(shell, customer)
    advertise_and_withdraw(shell, customer)
    elastic_ips(shell, customer)
    blocks_of_vpcs(shell, customer)
    leave(shell, customer)
    assert customer.unused == set()


def bring(shell, document):
    publish(shell, V4, 16509, 14618)
    publish(shell, V6)
    sign(document, V4)
    assert re.fullmatch("[A-Za-z0-9_~-]+", shell.run('printf %s "$signed_message"'))
    asked = document.answer("aws ec2 provision-byoip-cidr", {"address-range": V4})
    assert asked["ByoipCidr"] == {"Cidr": V4, "State": "pending-provision"}
    sign(document, V6)
    command = next(each for each in document.unused if "--no-publicly-advertisable" in each)
    asked = document.answer(command, {"address-range": V6})
    assert asked["ByoipCidr"]["State"] == "pending-provision"
    shell.run("lab wait 60s")
    found = described(document)
    assert found[V4]["State"] == "provisioned"
    assert found[V6]["State"] == "provisioned-not-publicly-advertisable"
    assert re.fullmatch("ipv4pool-ec2-[0-9a-f]{17}", found[V4]["StatusMessage"])
    assert re.fullmatch("ipv6pool-ec2-[0-9a-f]{17}", found[V6]["StatusMessage"])


def advertise_and_withdraw(shell, document):
    assert origins(shell, V4)["transit"] == 64496
    shell.run(f"lab withdraw {V4} --from customer")
    asked = document.answer("aws ec2 advertise-byoip-cidr", {"address-range": V4})
    assert asked["ByoipCidr"]["State"] == "provisioned", "as it was before the call"
    shell.run("lab wait 30s")
    assert described(document)[V4]["State"] == "advertised"
    assert origins(shell, V4) == {
        "customer": 16509, "transit": 16509, "aws-use1": 16509, "aws-euw1": None
    }, "announced in its region; another speaker of the same AS takes no route with its own ASN"  # fmt: skip
    asked = document.answer("aws ec2 withdraw-byoip-cidr", {"address-range": V4})
    assert asked["ByoipCidr"]["State"] == "advertised", "as it was before the call"
    shell.run("lab wait 30s")
    assert described(document)[V4]["State"] == "provisioned"
    assert not any(origins(shell, V4).values())


def elastic_ips(shell, document):
    (pool,) = document.answer("aws ec2 describe-public-ipv4-pools")["PublicIpv4Pools"]
    assert pool["PoolId"] == described(document)[V4]["StatusMessage"]
    assert pool["TotalAddressCount"] == pool["TotalAvailableAddressCount"] == 256
    chosen = aws(shell, "ec2 allocate-address --address 198.51.100.9")
    given = aws(shell, f"ec2 allocate-address --public-ipv4-pool {pool['PoolId']}")
    assert chosen["PublicIp"] == "198.51.100.9"
    assert given["PublicIp"].startswith("198.51.100.")
    assert given["PublicIpv4Pool"] == pool["PoolId"]
    (pool,) = document.answer("aws ec2 describe-public-ipv4-pools")["PublicIpv4Pools"]
    assert pool["TotalAvailableAddressCount"] == 254
    for each in (chosen, given):
        document.run("aws ec2 release-address", {"eipalloc-12345678abcabcabc": each["AllocationId"]})
    (pool,) = document.answer("aws ec2 describe-public-ipv4-pools")["PublicIpv4Pools"]
    assert pool["TotalAvailableAddressCount"] == 256


def blocks_of_vpcs(shell, document):
    (pool,) = document.answer("aws ec2 describe-ipv6-pools")["Ipv6Pools"]
    assert pool["PoolCidrBlocks"] == [{"Cidr": V6}]
    first, second = "2001:db8:42::/56", "2001:db8:42:100::/56"
    vpc = document.answer("aws ec2 create-vpc", {"ipv6-cidr ": f"{first} ", "pool-id": pool["PoolId"]})["Vpc"]
    placeholders = {
        "vpc-123456789abc123ab": vpc["VpcId"], "ipv6-cidr ": f"{second} ", "pool-id": pool["PoolId"]
    }  # fmt: skip
    document.run("aws ec2 associate-vpc-cidr-block", placeholders)
    in_use = {"--pool-id pool-id": f"--pool-id {pool['PoolId']}"}
    used = document.answer("aws ec2 get-associated-ipv6-pool-cidrs", in_use)["Ipv6CidrAssociations"]
    assert {each["Ipv6Cidr"]: each["AssociatedResource"] for each in used} == dict.fromkeys(
        (first, second), vpc["VpcId"]
    )
    (shown,) = aws(shell, f"ec2 describe-vpcs --vpc-ids {vpc['VpcId']}")["Vpcs"]
    blocks = shown["Ipv6CidrBlockAssociationSet"]
    assert {each["Ipv6Pool"] for each in blocks} == {pool["PoolId"]}
    for block in blocks:
        document.run(
            "aws ec2 disassociate-vpc-cidr-block",
            {"vpc-cidr-assoc-12345abcd1234abc1": block["AssociationId"]},
        )
    assert document.answer("aws ec2 get-associated-ipv6-pool-cidrs", in_use)["Ipv6CidrAssociations"] == []


def leave(shell, document):
    for prefix in (V4, V6):
        asked = document.answer("aws ec2 deprovision-byoip-cidr", {"address-range": prefix})
        assert asked["ByoipCidr"]["State"] == "pending-deprovision"
    shell.run("lab wait 60s")
    assert {each["State"] for each in described(document).values()} <= {"deprovisioned"}
    assert document.answer("aws ec2 describe-public-ipv4-pools")["PublicIpv4Pools"] == []
