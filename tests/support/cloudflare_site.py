"""Accounts of Cloudflare with approved prefixes, zones and records, and the DNS as their visitors see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

import cloudflare as sdk
import httpx
import pytest
from support.cloudflare_wire import Door
from support.cloudflare_world import ACCOUNT, ALL, OTHER_ACCOUNT, FakeWorld, make_cloudflare, make_settings

from lab.bgp.prefix import Address, Prefix
from lab.clouds.cloudflare.cloud import Cloudflare
from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.identity.permissions import Permission
from lab.clouds.cloudflare.maps.address_map import AddressMap, MemberKind
from lab.clouds.cloudflare.operations import OPERATIONS
from lab.clouds.cloudflare.settings import CloudflareSettings
from lab.clouds.cloudflare.spectrum.app import AppDraft, AppName, DnsKind, EdgeAddresses, SpectrumApp
from lab.clouds.cloudflare.zones.dns_record import DnsRecord, RecordDraft
from lab.clouds.cloudflare.zones.zone import Zone
from lab.dns.resolving import LabDns
from lab.dns.zones import HostedZone
from lab.state.state import State
from lab.topology.cloudflare_section import Account, Onboarded, ServiceName, Token

OWN = Prefix.parse("203.0.113.0/24")
OWN6 = Prefix.parse("2001:db8:1::/48")
OTHERS = Prefix.parse("198.51.100.0/24")

T = TypeVar("T")


def site_settings(**of_example: Any) -> CloudflareSettings:
    """Account `example` has OWN and OWN6, `other` has OTHERS, all approved and with CDN."""
    own = tuple(Onboarded(prefix, ServiceName.CDN) for prefix in (OWN, OWN6))
    others = (Onboarded(OTHERS, ServiceName.CDN),)
    return make_settings(
        accounts={
            "example": replace(Account(ACCOUNT, "example", ALL, onboarded=own), **of_example),
            "other": Account(OTHER_ACCOUNT, "other", ALL, onboarded=others),
        }
    )


def one_token_each() -> CloudflareSettings:
    """The same, with a token for every permission, named like it and with nothing else."""
    tokens = tuple(Token(one.name, "example", (one.value,)) for one in Permission)
    return replace(site_settings(), tokens=tokens)


class Site:
    """A Cloudflare in a fake world, and a visitor who asks its DNS."""

    def __init__(self, settings: CloudflareSettings | None = None, state: State | None = None) -> None:
        self.world = FakeWorld()
        self.state = state or State()
        self.settings = settings or site_settings()
        self.cloud: Cloudflare = make_cloudflare(self.world, self.settings, self.state)
        self.dns = LabDns(lambda: self.cloud.authoritative.hosts, NobodysZones())

    def do(self, action: Callable[[], T]) -> T:
        """Carry out as a call of the API is."""
        return self.cloud.perform(action)

    def zone(self, name: str = "example.com", account: str = ACCOUNT) -> Zone:
        return self.do(lambda: self.cloud.zones.create(account, name))

    def record(self, zone: Zone, name: str, rtype: str, content: str, **members: Any) -> DnsRecord:
        draft = RecordDraft(name, rtype, content, **members)
        return self.do(lambda: self.cloud.dns_records.create(zone, draft))

    def proxied(self, zone: Zone, name: str = "www", origin: str = "198.51.100.150") -> DnsRecord:
        return self.record(zone, name, "AAAA" if ":" in origin else "A", origin, proxied=True)

    def map(
        self, *ips: str, zones: tuple[Zone, ...] = (), account: str = ACCOUNT, **members: Any
    ) -> AddressMap:
        """An address map, enabled; `everybody=True` has the whole account as its member."""
        members.setdefault("enabled", True)
        of_zones = [(MemberKind.ZONE, zone.id) for zone in zones]
        of_all = [(MemberKind.ACCOUNT, account)] if members.pop("everybody", False) else []
        return self.do(
            lambda: self.cloud.maps.create(account, ips=ips, members=[*of_zones, *of_all], **members)
        )

    def app(self, zone: Zone, name: str = "ssh", *edge: str, **members: Any) -> SpectrumApp:
        """A Spectrum application for tcp/22, at dynamic addresses unless some are given."""
        return self.do(lambda: self.cloud.spectrum.create(zone, draft_of(name, *edge, **members)))

    def delegate(self, cidr: str, account: str = OTHER_ACCOUNT) -> Any:
        """Let another account use some of OWN."""
        prefix = self.cloud.prefixes.covering(OWN)
        assert prefix is not None
        return self.do(lambda: self.cloud.delegations.create(prefix, Prefix.parse(cidr), account))

    def hosted(self, account: str = ACCOUNT) -> Mapping[str, HostedZone]:
        """The zones that an account's name servers answer for."""
        names = self.cloud.zones.name_servers.of(account)
        (host,) = (each for each in self.cloud.authoritative.hosts if each.nameservers == names)
        return host.zones()

    def answers(self, name: str, rtype: str = "A") -> set[str]:
        """What a visitor gets."""
        return {record.content for record in self.dns.lookup(name, rtype).records if record.rtype == rtype}

    def everything(self) -> object:
        """All that these rooms keep."""
        cloud = self.cloud
        zones = cloud.zones.all()
        return (
            zones,
            [cloud.dns_records.of_zone(zone) for zone in zones],
            cloud.maps.all(),
            [cloud.spectrum.of_zone(zone) for zone in zones],
            [cloud.policies.of_account(account) for account in (ACCOUNT, OTHER_ACCOUNT)],
        )

    def drop(self, address_map: AddressMap) -> None:
        """Disable a map, and delete it."""
        self.do(lambda: self.cloud.maps.edit(ACCOUNT, address_map.id, enabled=False))
        self.do(lambda: self.cloud.maps.delete(ACCOUNT, address_map.id))

    @contextmanager
    def refused(self, code: int, *words: str, status: int = 400) -> Iterator[None]:
        """What is done inside is refused so, with these words, and changes nothing."""
        before = self.everything()
        with pytest.raises(CloudflareError) as caught:
            yield
        assert (caught.value.status, caught.value.code) == (status, code), caught.value
        for word in words:
            assert word in caught.value.message
        assert self.everything() == before

    def client(self, who: str = "example", **options: Any) -> sdk.Cloudflare:
        """The official SDK, in the process, with who's credentials."""
        door = Door(self.cloud, OPERATIONS)
        credentials = door.credentials(who)
        return sdk.Cloudflare(
            base_url="http://api.lab.example/client/v4",
            http_client=httpx.Client(transport=door.transport()),
            max_retries=0,
            **({"api_email": credentials.email, "api_key": credentials.api_key} | options),
        )


class NobodysZones:
    """A RIR that has delegated nothing."""

    @property
    def nameservers(self) -> tuple[str, ...]:
        return ("ns.rir.example",)

    def zones(self) -> Mapping[str, HostedZone]:
        return {}


def addresses(*texts: str) -> tuple[Address, ...]:
    return tuple(Address.parse(text) for text in texts)


def draft_of(name: str, *edge: str, **members: Any) -> AppDraft:
    members.setdefault("protocol", "tcp/22")
    if "origin_name" not in members:
        transport = members["protocol"].partition("/")[0]
        members.setdefault("origin_direct", (f"{transport}://192.0.2.1:22",))
    kind = members.pop("kind", DnsKind.CNAME)
    return AppDraft(members.pop("protocol"), AppName(kind, name), EdgeAddresses(addresses(*edge)), **members)
