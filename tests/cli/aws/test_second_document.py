"""The commands of AWS's blog on BYOIPv6 and IPAM, with nothing changed but the endpoint and the placeholders.

What it does in the console is done by the aws CLI here.
"""

from __future__ import annotations

import pytest
from support.document_commands import Document
from support.typed_at_aws import ACCOUNT, APPLICATION, TOP, US_EAST, aws, origins, publish, sign

pytestmark = pytest.mark.live


@pytest.mark.seed(83, 84, *range(89, 97), *range(98, 102), 106, 107, 108, 110, 111, 113)
def test_every_command_of_the_second_document_does_what_it_says(shell, customer):
    publish(shell, TOP, 16509, 14618, longest=48)
    document = Document("ipam-commands.txt", shell)
    top = top_level_pool(shell, customer, document)
    regional = regional_pool(shell, top)
    announced(shell, document)
    shared(shell, regional)
    vpc_of_another_account(shell, regional)
    assert document.unused == set()


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
