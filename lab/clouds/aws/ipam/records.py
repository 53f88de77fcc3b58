"""What IPAM keeps: IPAMs, scopes, pools, the CIDRs of pools and what is allocated from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from lab.bgp.prefix import Prefix
from lab.clouds.aws.byoip.authorization import Authorization
from lab.clouds.aws.ids import arn


class Stage(Enum):
    """The state of an IPAM, a scope or a pool. What is deleted is gone, so there is no `delete-complete`."""

    CREATING = "create-in-progress"
    CREATED = "create-complete"
    MODIFYING = "modify-in-progress"
    MODIFIED = "modify-complete"
    DELETING = "delete-in-progress"


class ScopeType(Enum):
    """Space that is unique on the Internet, or in one private network."""

    PUBLIC = "public"
    PRIVATE = "private"


class CidrState(Enum):
    """IpamPoolCidrState of the EC2 API."""

    PENDING_PROVISION = "pending-provision"
    PROVISIONED = "provisioned"
    FAILED_PROVISION = "failed-provision"
    PENDING_DEPROVISION = "pending-deprovision"
    DEPROVISIONED = "deprovisioned"
    FAILED_DEPROVISION = "failed-deprovision"
    PENDING_IMPORT = "pending-import"


class FailureCode(Enum):
    """IpamPoolCidrFailureCode: why a CIDR failed to be provisioned."""

    NOT_AVAILABLE = "cidr-not-available"
    LIMIT_EXCEEDED = "limit-exceeded"


class ResourceType(Enum):
    """What a CIDR was allocated to (IpamPoolAllocationResourceType)."""

    POOL = "ipam-pool"
    VPC = "vpc"
    PUBLIC_IPV4_POOL = "ec2-public-ipv4-pool"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class Manager:
    """An IPAM. `region` is where its control plane lives; `due` is when the state goes on by itself."""

    id: str
    owner: str
    region: str
    public_scope_id: str
    private_scope_id: str
    discovery_id: str
    discovery_association_id: str
    operating_regions: tuple[str, ...]
    description: str | None
    tier: str
    private_gua: bool
    metered_account: str
    stage: Stage
    due: float | None

    @property
    def arn(self) -> str:
        """`arn:aws:ec2::ACCOUNT:ipam/ipam-…`."""
        return arn("ec2", "", self.owner, f"ipam/{self.id}", home=self.region)


@dataclass(frozen=True, slots=True)
class Scope:
    """Within one scope no address is in two top-level pools."""

    id: str
    ipam_id: str
    owner: str
    region: str
    kind: ScopeType
    is_default: bool
    description: str | None
    stage: Stage
    due: float | None

    @property
    def arn(self) -> str:
        """`arn:aws:ec2::ACCOUNT:ipam-scope/ipam-scope-…`."""
        return arn("ec2", "", self.owner, f"ipam-scope/{self.id}", home=self.region)


@dataclass(frozen=True, slots=True)
class AllocationRules:
    """What may be allocated from a pool: netmask lengths (None: no rule) and tags a resource must have."""

    shortest: int | None = None
    default: int | None = None
    longest: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pool:
    """`version` 4 or 6. `region` is its IPAM's. `locale` None means that no region's resources can use it.

    `advertisable`, `service` and `ip_source` are None where they do not apply or were left to AWS.
    """

    id: str
    owner: str
    region: str
    ipam_id: str
    scope_id: str
    scope_type: ScopeType
    version: int
    source_pool_id: str | None
    locale: str | None
    depth: int
    description: str | None
    auto_import: bool
    advertisable: bool | None
    service: str | None
    ip_source: str | None
    rules: AllocationRules
    stage: Stage
    due: float | None

    @property
    def arn(self) -> str:
        """`arn:aws:ec2::ACCOUNT:ipam-pool/ipam-pool-…`, without a region, whatever the locale."""
        return arn("ec2", "", self.owner, f"ipam-pool/{self.id}", home=self.region)

    @property
    def is_public(self) -> bool:
        """Whether it is in the public scope."""
        return self.scope_type is ScopeType.PUBLIC

    @property
    def is_byoip(self) -> bool:
        """Whether its space was brought: pools of the public scope do unless they say `amazon`."""
        return self.is_public and self.ip_source != "amazon"

    @property
    def family(self) -> str:
        """`ipv4` or `ipv6`."""
        return f"ipv{self.version}"


@dataclass(frozen=True, slots=True)
class PoolCidr:
    """`prefix` is None until one of `netmask` length was chosen. `account` has the BYOIP range, if it is one.

    `failure` says why it failed to be provisioned (with a code) or deprovisioned (without one).
    """

    id: str
    pool_id: str
    prefix: Prefix | None
    netmask: int | None
    account: str
    state: CidrState
    due: float | None
    authorization: Authorization | None = None
    failure_code: FailureCode | None = None
    failure: str | None = None

    @property
    def is_usable(self) -> bool:
        """Whether it can be allocated from. One that failed to be deprovisioned is where it was."""
        return self.state in {CidrState.PROVISIONED, CidrState.FAILED_DEPROVISION}

    @property
    def is_held(self) -> bool:
        """Whether the pool has the space: neither hoped for nor gone."""
        return self.state is not CidrState.PENDING_PROVISION and not self.is_gone

    @property
    def is_gone(self) -> bool:
        """Whether it is only remembered: nothing stands in the way of its pool or of its space."""
        return self.state in {CidrState.FAILED_PROVISION, CidrState.DEPROVISIONED}


@dataclass(frozen=True, slots=True)
class Allocation:
    """`prefix` of a pool is in use by a resource, or, with `custom`, for what `description` says."""

    id: str
    pool_id: str
    prefix: Prefix
    resource_type: ResourceType
    resource_id: str | None
    resource_region: str | None
    owner: str
    description: str | None = None
