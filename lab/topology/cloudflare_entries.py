"""What a file says of Cloudflare, entry by entry."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, StrictBool

from lab.topology.cloudflare_scalars import (
    ACCOUNT_ID,
    CloudflareAccountId,
    DurationWindow,
    EmailAddress,
    EntitlementWord,
    PermissionWord,
    RoleWord,
    ServiceWord,
)
from lab.topology.cloudflare_section import CLOUDFLARE_ASN, CloudflareSection, Entitlement, ServiceName
from lab.topology.cloudflare_vocabulary import Role
from lab.topology.entry_model import EntryModel
from lab.topology.scalars import Asn, IpAddress, IpPrefix, SpeakerName

_USUAL: Final = tuple(each.value for each in (Entitlement.BYOIP, Entitlement.CDN, Entitlement.SPECTRUM))


class TunnelEntry(EntryModel):
    """How Magic Transit reaches a customer's data centre."""

    to: SpeakerName = Field(description="the speaker at the other end")
    endpoint: IpAddress | None = Field(
        default=None,
        description="the GRE tunnel's address there; without one it is a network interconnect (CNI)",
    )
    egress: StrictBool = Field(
        default=False, description="what the data centre sends comes back through it; else it goes directly"
    )


class OnboardedEntry(EntryModel):
    """A prefix that the account team has onboarded: approved, bound as a whole, and withdrawn."""

    prefix: IpPrefix
    service: ServiceWord = Field(
        default=ServiceName.MAGIC_TRANSIT.value, description="what the whole prefix is bound to"
    )
    asn: Asn = Field(default=CLOUDFLARE_ASN, description="the AS it is announced from")
    locked: StrictBool = Field(
        default=False, description="only the account team can change its advertisement: calls are refused"
    )


class AccountEntry(EntryModel):
    """An account and its contract. Its ID alone stands for an account with the usual contract."""

    id: CloudflareAccountId
    entitlements: tuple[EntitlementWord, ...] = Field(default=_USUAL, description="what the contract covers")
    static_ips: tuple[IpAddress, ...] = Field(default=(), description="Cloudflare's addresses that it leases")
    only_byoip: tuple[IpAddress, ...] = Field(
        default=(),
        description="the account-wide map that nobody can change: never Cloudflare's own",
    )
    tunnel: TunnelEntry | None = Field(default=None, description="the way to the data centre")
    onboarded: tuple[OnboardedEntry, ...] = Field(default=(), description="what the account team did")


class MemberEntry(EntryModel):
    """A person with an API key."""

    account: SpeakerName
    role: RoleWord = Field(default=Role.ADMINISTRATOR.value, description="what the API key may do")
    email: EmailAddress | None = Field(default=None, description="default: NAME@ACCOUNT.example")


class TokenEntry(EntryModel):
    """An API token."""

    account: SpeakerName
    permissions: tuple[PermissionWord, ...] = Field(description="what it may do")


class CloudflareDelays(EntryModel):
    """How long Cloudflare takes for what: a duration, or the shortest and the longest. What is not given
    stays as the lab has it."""

    validate_prefix: DurationWindow | None = Field(
        default=None, alias="validate", description="until a prefix is validated, or not"
    )
    binding: DurationWindow | None = Field(
        default=None, description="until a service binding is in force or gone"
    )
    enable: DurationWindow | None = Field(default=None, description="until Cloudflare announces a prefix")
    disable: DurationWindow | None = Field(default=None, description="until Cloudflare announces it no more")


def _whole(value: Any) -> Any:
    return value if isinstance(value, dict | AccountEntry) else {"id": value}


def _or_id(schema: dict[str, Any]) -> None:
    forms = schema["patternProperties"]
    an_id = {"type": "string", "pattern": f"^{ACCOUNT_ID}$"}
    schema["patternProperties"] = {name: {"anyOf": [an_id, form]} for name, form in forms.items()}


AccountForm = Annotated[AccountEntry, BeforeValidator(_whole)]


def _default_accounts() -> dict[str, AccountEntry]:
    return {name: AccountEntry(id=each.id) for name, each in CloudflareSection().accounts.items()}


class CloudflareEntry(EntryModel):
    """What there is at Cloudflare before anybody calls."""

    accounts: dict[SpeakerName, AccountForm] = Field(
        default_factory=_default_accounts,
        min_length=1,
        description="accounts by name; who names none uses the first",
        json_schema_extra=_or_id,
    )
    members: dict[SpeakerName, MemberEntry] = Field(
        default_factory=dict, description="people, besides the super administrator of each account"
    )
    tokens: dict[SpeakerName, TokenEntry] = Field(
        default_factory=dict, description="API tokens, besides ACCOUNT-token, which may do everything"
    )
    delays: CloudflareDelays = Field(default=CloudflareDelays(), description="how long Cloudflare takes")
