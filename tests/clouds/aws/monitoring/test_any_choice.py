"""Whatever is made, imported, ignored and moved: an address has one owner, an allocation its resource."""

from __future__ import annotations

from itertools import combinations

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from support.aws_client import Ec2
from support.aws_monitoring import MonitoringLab
from support.aws_world import OTHER_ACCOUNT, REGION
from support.examples import examples

from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.ipam.records import ResourceType
from lab.clouds.aws.monitoring.auto_import import INTERVAL
from lab.clouds.aws.pools.space import overlap

EXPECTED = {"DependencyViolation", "IncorrectState", "InvalidParameterValue", "OperationNotPermitted"}
PLACES = st.integers(0, 59)
MOST = 5


class AnyChoice(RuleBasedStateMachine):
    """Two IPAMs that import what they see: that of ACCOUNT, and one that watches the organization."""

    def __init__(self) -> None:
        super().__init__()
        self.lab = MonitoringLab()
        self.ec2 = self.lab.ec2()
        self.theirs = self.lab.ec2(OTHER_ACCOUNT)
        self.ec2("EnableIpamOrganizationAdminAccount", DelegatedAdminAccountId=OTHER_ACCOUNT)
        self.private = {self.lab.private: self.ec2}
        scope = self.theirs("CreateIpam", OperatingRegions=[])["Ipam"]["PrivateDefaultScopeId"]
        self.lab.settle()
        self.private[scope] = self.theirs
        for scope, ec2 in self.private.items():
            self.importer(ec2, scope)
        self.ipv4 = self.lab.pool(self.lab.public, Locale=REGION, AwsService="ec2")
        self.lab.bring(self.ipv4, "203.0.113.0/24")
        self.ipv6 = self.lab.regional(
            self.lab.top(), "2605:9cc0:1ff0::/48", AllocationDefaultNetmaskLength=56
        )

    def importer(self, ec2: Ec2, scope: str) -> None:
        asked = {"IpamScopeId": scope, "AddressFamily": "ipv4", "Locale": REGION, "AutoImport": True}
        pool_id = ec2("CreateIpamPool", **asked)["IpamPool"]["IpamPoolId"]
        self.lab.settle()
        ec2("ProvisionIpamPoolCidr", IpamPoolId=pool_id, Cidr="10.0.0.0/8")
        self.lab.settle()

    def attempt(self, ec2: Ec2, operation: str, **asked: object) -> None:
        try:
            ec2(operation, **asked)
        except AwsError as error:
            if error.code not in EXPECTED:
                raise

    @precondition(lambda self: len(self.lab.aws.vpcs.tables.vpcs) < MOST)
    @rule(place=st.integers(0, 3), brought=st.booleans())
    def make_vpc(self, place: int, brought: bool) -> None:
        ipv6 = {"Ipv6IpamPoolId": self.ipv6} if brought else {}
        self.ec2("CreateVpc", CidrBlock=f"10.{place}.0.0/16", **ipv6)

    @precondition(lambda self: self.lab.aws.vpcs.tables.vpcs)
    @rule(place=PLACES)
    def delete_vpc(self, place: int) -> None:
        vpcs = list(self.lab.aws.vpcs.tables.vpcs)
        self.ec2("DeleteVpc", VpcId=vpcs[place % len(vpcs)])

    @precondition(lambda self: len(self.lab.aws.ipv4_pools.all_of(self.ec2.caller)) < MOST)
    @rule(length=st.integers(24, 26))
    def make_ipv4_pool(self, length: int) -> None:
        pool_id = self.ec2("CreatePublicIpv4Pool")["PoolId"]
        asked = {"IpamPoolId": self.ipv4, "NetmaskLength": length}
        self.attempt(self.ec2, "ProvisionPublicIpv4PoolCidr", PoolId=pool_id, **asked)

    @precondition(lambda self: len(self.private) < MOST)
    @rule(theirs=st.booleans())
    def make_scope(self, theirs: bool) -> None:
        ec2 = self.theirs if theirs else self.ec2
        ipam_id = ec2("DescribeIpams")["Ipams"][0]["IpamId"]
        self.private[ec2("CreateIpamScope", IpamId=ipam_id)["IpamScope"]["IpamScopeId"]] = ec2
        self.lab.settle()

    @precondition(lambda self: len(self.private) > 2)
    @rule()
    def delete_scope(self) -> None:
        scope, ec2 = self.private.popitem()
        ec2("DeleteIpamScope", IpamScopeId=scope)
        self.lab.settle()

    @rule(place=PLACES, to=st.none() | PLACES, monitored=st.booleans())
    def choose(self, place: int, to: int | None, monitored: bool) -> None:
        scopes = [*self.private, self.lab.public]
        scope = scopes[place % len(scopes)]
        ec2 = self.private.get(scope, self.ec2)
        seen = ec2("GetIpamResourceCidrs", IpamScopeId=scope)["IpamResourceCidrs"]
        mine = [each for each in self.private if self.private[each] is ec2]
        where = {} if to is None else {"DestinationIpamScopeId": mine[to % len(mine)]}
        for resource in seen[place % len(seen) :][:1] if seen else ():
            named = {name: resource[name] for name in ("ResourceId", "ResourceCidr", "ResourceRegion")}
            asked = {**named, **where, "CurrentIpamScopeId": scope, "Monitored": monitored}
            self.attempt(ec2, "ModifyIpamResourceCidr", **asked)

    @rule()
    def wait(self) -> None:
        self.lab.settle(INTERVAL)

    @invariant()
    def no_public_address_has_two_holders(self) -> None:
        aws = self.lab.aws
        blocks = [block.prefix for vpc in aws.vpcs.tables.vpcs.values() for block in vpc.blocks(6)]
        blocks += [block for pool in aws.ipv4_pools.all_of(self.ec2.caller) for block in pool.ranges]
        assert not any(overlap(one, other) for one, other in combinations(blocks, 2))

    @invariant()
    def every_allocation_to_a_vpc_is_a_block_that_it_has(self) -> None:
        aws = self.lab.aws
        for allocation in aws.ipam.tables.allocations.values():
            if allocation.resource_type is ResourceType.VPC:
                vpc = aws.vpcs.tables.vpcs[allocation.resource_id]
                assert allocation.prefix in [block.prefix for block in vpc.associations]

    @invariant()
    def every_scope_can_be_looked_into(self) -> None:
        for scope, ec2 in self.private.items():
            ec2("GetIpamResourceCidrs", IpamScopeId=scope)


TestAnyChoice = AnyChoice.TestCase
TestAnyChoice.settings = hypothesis_settings(max_examples=examples(15), stateful_step_count=25, deadline=None)
