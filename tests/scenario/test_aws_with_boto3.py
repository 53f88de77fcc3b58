"""AWS's two documents with boto3, over HTTP, against a lab that is served as `lab up` does it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from support.document_commands import DATA

from lab import Lab, make_engine
from lab.bgp.prefix import Prefix
from lab.clouds.aws.byoip.customer import Customer
from lab.engines.base import EPOCH
from lab.scenario.asking import ask
from lab.scenario.service import Service
from lab.topology.loading import load, open_document

V4, V6, TOP, US_EAST = "198.51.100.0/24", "2001:db8:42::/48", "2605:9cc0:1ff0::/44", "2605:9cc0:1ff0::/48"
ACCOUNT, APPLICATION = "123456789012", "210987654321"
TAGS = [{"ResourceType": "vpc", "Tags": [{"Key": "Region", "Value": "us-east-1"}]}]
HOUR = "1h"


class Served:
    """The lab from outside: steps as `lab` commands make them, and clients of its AWS."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def do(self, **step):
        return ask(self._directory, {"do": step})

    def wait(self, duration=HOUR):
        self.do(wait={"for": duration})

    def origin(self, prefix, at="transit"):
        rows = ask(self._directory, {"show": "routes", "prefix": prefix})
        return next(row["origin"] for row in rows if row["at"] == at)

    def environment(self, account):
        found = ask(self._directory, {"show": "aws-env", "account": account})
        return {
            "AWS_ENDPOINT_URL": found["endpoint"],
            "AWS_ACCESS_KEY_ID": found["access_key"],
            "AWS_SECRET_ACCESS_KEY": found["secret_key"],
            "AWS_DEFAULT_REGION": found["region"],
        }

    def client(self, service="ec2", account=ACCOUNT):
        given = self.environment(account)
        return boto3.session.Session().client(
            service,
            region_name=given["AWS_DEFAULT_REGION"],
            endpoint_url=given["AWS_ENDPOINT_URL"],
            aws_access_key_id=given["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=given["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"total_max_attempts": 1}),
        )

    def publish(self, prefix, max_length=None):
        """The paperwork at the registry and in the RPKI."""
        self.do(registry={"prefix": prefix, "certificate": {}})
        for asn in (16509, 14618):
            longest = {} if max_length is None else {"max_length": max_length}
            self.do(roa={"add": {"prefix": prefix, "asn": asn, **longest}})


@pytest.fixture
def served():
    with (
        tempfile.TemporaryDirectory(prefix="lab") as path,
        Lab(load(DATA / "documents.yaml"), make_engine("sim")) as lab,
        Service(lab, open_document(DATA / "documents.yaml"), Path(path)) as service,
    ):
        thread = threading.Thread(target=service.serve)
        thread.start()
        yield Served(Path(path))
        ask(Path(path), {"stop": True})
        thread.join()


def context(prefix):
    """The signed message, as the scenario's customer makes it."""
    made = Customer("customer").authorization(ACCOUNT, Prefix.parse(prefix), EPOCH)
    return {"Message": made.message, "Signature": made.signature}


def refusal(call, **asked):
    """Code and HTTP status of a call that is refused."""
    with pytest.raises(ClientError) as caught:
        call(**asked)
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def provisioned(served, ec2, prefix, **options):
    ec2.provision_byoip_cidr(Cidr=prefix, CidrAuthorizationContext=context(prefix), **options)
    served.wait()
    return next(
        each for each in ec2.describe_byoip_cidrs(MaxResults=5)["ByoipCidrs"] if each["Cidr"] == prefix
    )


@pytest.mark.seed(40, 41, 43, 53, 55, 59, 60, 61, 69, 71, 73)
def test_an_ipv4_range_comes_to_aws_and_leaves_it(served):
    ec2 = served.client()
    served.publish(V4)
    pool = provisioned(served, ec2, V4)
    assert pool["State"] == "provisioned"
    address = ec2.allocate_address(PublicIpv4Pool=pool["PoolId"])["AllocationId"]
    served.do(withdraw={"from": "customer", "prefix": V4})
    ec2.advertise_byoip_cidr(Cidr=V4)
    served.wait("30s")
    assert served.origin(V4) == 16509
    assert refusal(ec2.deprovision_byoip_cidr, Cidr=V4) == ("IncorrectState", 400)
    ec2.withdraw_byoip_cidr(Cidr=V4)
    served.wait("30s")
    assert served.origin(V4) is None
    ec2.deprovision_byoip_cidr(Cidr=V4)
    served.wait()
    (failed,) = ec2.describe_byoip_cidrs(MaxResults=5)["ByoipCidrs"]
    assert failed["State"] == "failed-deprovision"
    ec2.release_address(AllocationId=address)
    ec2.deprovision_byoip_cidr(Cidr=V4)
    served.wait()
    (gone,) = ec2.describe_byoip_cidrs(MaxResults=5)["ByoipCidrs"]
    assert gone["State"] == "deprovisioned"
    assert ec2.describe_public_ipv4_pools()["PublicIpv4Pools"] == []


@pytest.mark.seed(54, 56)
def test_advertise_and_withdraw_are_accepted_once_in_ten_seconds_whatever_the_range(served):
    ec2 = served.client()
    for prefix in (V4, V6):
        served.publish(prefix)
        provisioned(served, ec2, prefix)
    ec2.advertise_byoip_cidr(Cidr=V4)
    assert refusal(ec2.advertise_byoip_cidr, Cidr=V6) == ("RequestLimitExceeded", 503)
    served.wait("30s")
    ec2.advertise_byoip_cidr(Cidr=V6)
    served.wait("30s")
    ec2.withdraw_byoip_cidr(Cidr=V4)
    assert refusal(ec2.withdraw_byoip_cidr, Cidr=V6) == ("RequestLimitExceeded", 503)
    served.wait("10s")
    assert ec2.withdraw_byoip_cidr(Cidr=V6)["ByoipCidr"]["Cidr"] == V6


@pytest.mark.background
@pytest.mark.seed(54)
def test_the_aws_cli_shows_the_refusal_when_it_may_not_try_again(served):
    ec2 = served.client()
    for prefix in (V4, V6):
        served.publish(prefix)
        provisioned(served, ec2, prefix)
    ec2.advertise_byoip_cidr(Cidr=V4)
    done = subprocess.run(
        [Path(sys.executable).parent / "aws", "ec2", "advertise-byoip-cidr", "--cidr", V6],
        env={**os.environ, **served.environment(ACCOUNT), "AWS_MAX_ATTEMPTS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "RequestLimitExceeded" in done.stderr


@pytest.mark.seed(45, 49, 62, 63, 64, 65, 66, 67, 68, 72)
def test_blocks_of_an_ipv6_range_go_to_vpcs_and_come_back(served):
    ec2 = served.client()
    served.do(registry={"prefix": V6, "certificate": {}})
    pool = provisioned(served, ec2, V6, PubliclyAdvertisable=False)["PoolId"]
    assert refusal(ec2.advertise_byoip_cidr, Cidr=V6) == ("IncorrectState", 400)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", Ipv6Pool=pool)["Vpc"]["VpcId"]
    chosen = ec2.associate_vpc_cidr_block(VpcId=vpc, Ipv6Pool=pool, Ipv6CidrBlock="2001:db8:42:ff00::/56")
    used = ec2.get_associated_ipv6_pool_cidrs(PoolId=pool)["Ipv6CidrAssociations"]
    assert [each["Ipv6Cidr"] for each in used] == ["2001:db8:42::/56", "2001:db8:42:ff00::/56"]
    ec2.disassociate_vpc_cidr_block(AssociationId=chosen["Ipv6CidrBlockAssociation"]["AssociationId"])
    (shown,) = ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"]
    associated = [
        each
        for each in shown["Ipv6CidrBlockAssociationSet"]
        if each["Ipv6CidrBlockState"]["State"] == "associated"
    ]
    assert [(each["Ipv6Pool"], each["Ipv6CidrBlock"]) for each in associated] == [(pool, "2001:db8:42::/56")]
    assert len(ec2.get_associated_ipv6_pool_cidrs(PoolId=pool)["Ipv6CidrAssociations"]) == 1


@pytest.mark.seed(88, 91, 94, 95, 96, 98, 100, 101, 106, 108, 110, 113)
def test_a_range_of_ipam_is_shared_with_an_account_that_makes_vpcs_from_it(served):
    ec2, application = served.client(), served.client(account=APPLICATION)
    served.publish(TOP, max_length=48)
    top = top_level_pool(served, ec2)
    pool = regional_pool(served, ec2, top)
    assert ec2.advertise_byoip_cidr(Cidr=US_EAST)["ByoipCidr"]["State"] == "advertised"
    assert served.origin(US_EAST) == 16509
    asked = {"CidrBlock": "10.0.0.0/16", "Ipv6IpamPoolId": pool["IpamPoolId"]}
    unseen = refusal(application.create_vpc, **asked, TagSpecifications=TAGS)
    assert unseen == ("InvalidIpamPoolId.NotFound", 400)
    served.client("ram").create_resource_share(
        name="US-EAST-1", resourceArns=[pool["IpamPoolArn"]], principals=[APPLICATION]
    )
    assert refusal(application.create_vpc, **asked)[1] == 400, "the tag is missing"
    vpc = application.create_vpc(**asked, TagSpecifications=TAGS)["Vpc"]["VpcId"]
    (allocation,) = ec2.get_ipam_pool_allocations(IpamPoolId=pool["IpamPoolId"])["IpamPoolAllocations"]
    assert (allocation["Cidr"], allocation["ResourceId"]) == ("2605:9cc0:1ff0::/56", vpc)


def top_level_pool(served, ec2):
    ipam = ec2.create_ipam(OperatingRegions=[{"RegionName": "us-east-1"}])["Ipam"]
    served.wait()
    pool = ec2.create_ipam_pool(
        IpamScopeId=ipam["PublicDefaultScopeId"], AddressFamily="ipv6", PubliclyAdvertisable=True
    )["IpamPool"]
    served.wait()
    asked = {"IpamPoolId": pool["IpamPoolId"], "Cidr": TOP}
    assert refusal(ec2.provision_ipam_pool_cidr, **asked) == ("InvalidParameterCombination", 400)
    ec2.provision_ipam_pool_cidr(**asked, CidrAuthorizationContext=context(TOP))
    served.wait()
    (cidr,) = ec2.get_ipam_pool_cidrs(IpamPoolId=pool["IpamPoolId"])["IpamPoolCidrs"]
    assert cidr["State"] == "provisioned"
    return pool


def regional_pool(served, ec2, top):
    pool = ec2.create_ipam_pool(
        IpamScopeId=top["IpamScopeArn"].rpartition("/")[2],
        SourceIpamPoolId=top["IpamPoolId"],
        Locale="us-east-1",
        AddressFamily="ipv6",
        AwsService="ec2",
        AllocationMinNetmaskLength=56,
        AllocationDefaultNetmaskLength=56,
        AllocationMaxNetmaskLength=56,
        AllocationResourceTags=[{"Key": "Region", "Value": "us-east-1"}],
    )["IpamPool"]
    assert pool["PubliclyAdvertisable"] is True
    served.wait()
    ec2.provision_ipam_pool_cidr(IpamPoolId=pool["IpamPoolId"], Cidr=US_EAST)
    served.wait()
    return pool
