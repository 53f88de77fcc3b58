"""The commands of AWS's two documents, with nothing changed but the endpoint and the placeholders.

The aws CLI is real, openssl is real, and so are the speakers.
"""

from __future__ import annotations

import json
import re

import pytest
from support.document_commands import DATA, Document
from support.shell import RETURNS, Shell

V4, V6, TOP = "198.51.100.0/24", "2001:db8:42::/48", "2605:9cc0:1ff0::/44"
US_EAST = "2605:9cc0:1ff0::/48"
ACCOUNT, APPLICATION = "123456789012", "210987654321"
EXPIRED_BY_NOW, FUTURE = "20191201", "20991201"
"""The day in the document's message, and one that is not over."""
SPEED = "600"

pytestmark = [pytest.mark.live, pytest.mark.usefixtures("runtime_directory")]


@pytest.fixture
def shell(tmp_path):
    """A shell beside a live lab, whose AWS it calls."""
    with Shell(tmp_path) as shell:
        shell.run(f"lab up {DATA / 'documents.yaml'} --engine live --detach --speed {SPEED}")
        shell.run('eval "$(lab aws env)"')
        yield shell
    with Shell(tmp_path) as another:
        another.run("lab down")


@pytest.fixture
def customer(shell):
    """The same with the customer's key, whose certificate is in the registry."""
    document = Document("ec2-byoip-commands.txt", shell)
    document.run("openssl genrsa")
    document.run("openssl req", typed=RETURNS)
    assert re.fullmatch(
        "-----BEGIN CERTIFICATE-----[A-Za-z0-9+/]+=*-----END CERTIFICATE-----", document.run("cat")
    )
    shell.run("openssl rsa -in private.key -noout -text | grep 2048")
    return document


def publish(shell, prefix, *asns, longest=None):
    """The certificate into the registration of a range, and ROAs for prefixes of up to `longest`."""
    shell.run(f"lab registry add {prefix} --file publickey.cer")
    for asn in asns:
        shell.run(f"lab roa add {prefix} {asn} {f'--max-length {longest}' if longest else ''}")


def sign(document, prefix):
    document.run("text_message", {EXPIRED_BY_NOW: FUTURE} | ({} if prefix == V4 else {V4: prefix}))
    document.run("signed_message")


def described(document):
    """What is said of each range, by prefix."""
    return {each["Cidr"]: each for each in document.answer("aws ec2 describe-byoip-cidrs")["ByoipCidrs"]}


def origins(shell, prefix):
    """Who originates what each speaker uses."""
    rows = json.loads(shell.run(f"lab show routes --prefix {prefix} --json"))
    return {row["at"]: row["origin"] for row in rows}


@pytest.mark.seed(*range(24, 30), *range(34, 39), *range(40, 44), 45, 53, 55, *range(58, 69), *range(71, 74))
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
    chosen = json.loads(shell.run("aws ec2 allocate-address --address 198.51.100.9"))
    given = json.loads(shell.run(f"aws ec2 allocate-address --public-ipv4-pool {pool['PoolId']}"))
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
    (shown,) = json.loads(shell.run(f"aws ec2 describe-vpcs --vpc-ids {vpc['VpcId']}"))["Vpcs"]
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


@pytest.mark.seed(83, 84, *range(86, 103), *range(106, 109), *range(110, 114))
def test_every_command_of_the_second_document_does_what_it_says(shell, customer):
    publish(shell, TOP, 16509, 14618, longest=48)
    document = Document("ipam-commands.txt", shell)
    top = top_level_pool(shell, customer, document)
    regional = regional_pool(shell, top)
    announced(shell, document)
    shared(shell, regional)
    vpc_of_another_account(shell, regional)
    assert document.unused == set()


def aws(shell, command):
    """The answer to a command of the aws CLI."""
    return json.loads(shell.run(f"aws {command}") or "{}")


def top_level_pool(shell, customer, document):
    ipam = aws(shell, "ec2 create-ipam --operating-regions RegionName=us-east-1 RegionName=eu-west-1")["Ipam"]
    shell.run("lab wait 5s")
    scope = ipam["PublicDefaultScopeId"]
    pool = document.answer("aws ec2 create-ipam-pool", {"ipam-scope-0c18cf41027a7747b": scope})["IpamPool"]
    assert pool | {"Tags": []} == pool | {
        "OwnerId": ACCOUNT,
        "IpamPoolArn": f"arn:aws:ec2::{ACCOUNT}:ipam-pool/{pool['IpamPoolId']}",
        "IpamScopeArn": f"arn:aws:ec2::{ACCOUNT}:ipam-scope/{scope}",
        "IpamScopeType": "public",
        "IpamArn": f"arn:aws:ec2::{ACCOUNT}:ipam/{ipam['IpamId']}",
        "IpamRegion": "us-east-1",
        "Locale": "None",
        "PoolDepth": 1,
        "State": "create-in-progress",
        "AutoImport": False,
        "PubliclyAdvertisable": True,
        "AddressFamily": "ipv6",
        "Tags": [],
    }
    shell.run("lab wait 5s")
    sign(customer, TOP)
    message, signature = shell.run('printf "%s\\n" "$text_message" "$signed_message"').split()
    placeholders = {
        "ipam-pool-03d5f616b5747ea84": pool["IpamPoolId"],
        "Message=*******, Signature=*******": f"Message={message}, Signature={signature}",
    }
    asked = document.answer("aws ec2 provision-ipam-pool-cidr", placeholders)["IpamPoolCidr"]
    assert (asked["Cidr"], asked["State"]) == (TOP, "pending-provision")
    shell.run("lab wait 60s")
    (cidr,) = document.answer(
        "aws ec2 get-ipam-pool-cidrs", {"ipam-pool-08c6fe6fbd7bb7105": pool["IpamPoolId"]}
    )["IpamPoolCidrs"]
    assert (cidr["Cidr"], cidr["State"]) == (TOP, "provisioned")
    return pool


def regional_pool(shell, top):
    """Step 2, which the document does in the console."""
    settings = (
        "--address-family ipv6 --aws-service ec2 --auto-import --allocation-min-netmask-length 56 "
        "--allocation-default-netmask-length 56 --allocation-max-netmask-length 56"
    )
    pool = aws(
        shell,
        f"ec2 create-ipam-pool --ipam-scope-id {top['IpamScopeArn'].rpartition('/')[2]} --locale us-east-1 "
        f"--source-ipam-pool-id {top['IpamPoolId']} --description US-EAST-1-POOL {settings} "
        "--allocation-resource-tags Key=Region,Value=us-east-1",
    )["IpamPool"]
    assert (pool["Locale"], pool["PoolDepth"], pool["PubliclyAdvertisable"]) == ("us-east-1", 2, True)
    shell.run("lab wait 5s")
    shell.run(f"aws ec2 provision-ipam-pool-cidr --ipam-pool-id {pool['IpamPoolId']} --cidr {US_EAST}")
    shell.run("lab wait 5s")
    (cidr,) = aws(shell, f"ec2 get-ipam-pool-cidrs --ipam-pool-id {pool['IpamPoolId']}")["IpamPoolCidrs"]
    assert (cidr["Cidr"], cidr["State"]) == (US_EAST, "provisioned")
    under = f"ec2 create-ipam-pool --ipam-scope-id {top['IpamScopeArn'].rpartition('/')[2]}"
    refused = shell.run(
        f"aws {under} --address-family ipv6 --source-ipam-pool-id {pool['IpamPoolId']} 2>&1 || true"
    )
    assert "InvalidParameter" in refused, "a pool for EC2 is no source"
    return pool


def announced(shell, document):
    assert not any(origins(shell, US_EAST).values()), "not announced before somebody says so"
    asked = document.answer("aws ec2 advertise-byoip-cidr")["ByoipCidr"]
    assert (asked["Cidr"], asked["State"]) == (US_EAST, "advertised")
    assert origins(shell, US_EAST)["transit"] == 16509


def shared(shell, pool):
    """Step 3, which the document does in the console."""
    share = aws(
        shell,
        f"ram create-resource-share --name US-EAST-1 --resource-arns {pool['IpamPoolArn']} "
        f"--principals {APPLICATION}",
    )["resourceShare"]
    assert share["status"] == "ACTIVE"
    (permission,) = aws(
        shell, f"ram list-resource-share-permissions --resource-share-arn {share['resourceShareArn']}"
    )["permissions"]
    assert permission["name"] == "AWSRAMDefaultPermissionsIpamPool"


def vpc_of_another_account(shell, pool):
    """Step 4, which the document does in the console."""
    shell.run('eval "$(lab aws env --account application)"')
    (seen,) = aws(shell, "ec2 describe-ipam-pools")["IpamPools"]
    assert (seen["IpamPoolId"], seen["OwnerId"]) == (pool["IpamPoolId"], ACCOUNT)
    wanted = f"ec2 create-vpc --cidr-block 10.0.0.0/16 --ipv6-ipam-pool-id {pool['IpamPoolId']}"
    untagged = shell.run(f"aws {wanted} 2>&1 || true")
    assert "Region" in untagged, "the pool requires a tag"
    tagged = "--tag-specifications 'ResourceType=vpc,Tags=[{Key=Region,Value=us-east-1}]'"
    vpc = aws(shell, f"{wanted} {tagged}")["Vpc"]
    shell.run('eval "$(lab aws env)"')
    allocations = aws(shell, f"ec2 get-ipam-pool-allocations --ipam-pool-id {pool['IpamPoolId']}")
    (allocation,) = allocations["IpamPoolAllocations"]
    assert allocation["Cidr"] == "2605:9cc0:1ff0::/56"
    assert (allocation["ResourceId"], allocation["ResourceOwner"]) == (vpc["VpcId"], APPLICATION)
