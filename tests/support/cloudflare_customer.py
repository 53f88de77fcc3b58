"""A customer of Cloudflare with one prefix, who does the steps of the onboarding with few words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from support.cloudflare_world import (
    ACCOUNT,
    CLOUDFLARE_ASN,
    DELAYS,
    PREFIX,
    FakeWorld,
    make_cloudflare,
    pass_time,
)

from lab.bgp.prefix import Prefix
from lab.clouds.cloudflare.cloud import Cloudflare
from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.identity.caller import Caller
from lab.clouds.cloudflare.identity.permissions import EVERYTHING
from lab.clouds.cloudflare.operation import Answer, Asked, Upload
from lab.clouds.cloudflare.operations import OPERATIONS
from lab.clouds.cloudflare.prefixes.bgp_prefix import BgpPrefix
from lab.clouds.cloudflare.prefixes.record import PrefixRecord
from lab.clouds.cloudflare.prefixes.service_binding import ServiceBinding
from lab.clouds.cloudflare.prefixes.services import service_id
from lab.clouds.cloudflare.settings import CloudflareSettings
from lab.topology.cloudflare_section import ServiceName

A_PDF = b"%PDF-1.4\n1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n"
CDN, SPECTRUM, MAGIC_TRANSIT, CDN_EGRESS = (
    ServiceName.CDN,
    ServiceName.SPECTRUM,
    ServiceName.MAGIC_TRANSIT,
    ServiceName.CDN_EGRESS,
)


@dataclass
class Customer:
    """Account `example` of a Cloudflare in a fake world, where `PREFIX` is registered. `prefix_id` is that of
    the prefix that was added last."""

    world: FakeWorld = field(default_factory=FakeWorld)
    settings: CloudflareSettings | None = None
    prefix_id: str = ""

    def __post_init__(self) -> None:
        self.world.register()
        self.cloud: Cloudflare = make_cloudflare(self.world, self.settings)

    @property
    def record(self) -> PrefixRecord:
        """The prefix as it is now."""
        return self.cloud.prefixes.get(ACCOUNT, self.prefix_id)

    @property
    def bgp(self) -> BgpPrefix:
        """The BGP prefix of all of it."""
        whole = self.cloud.bgp_prefixes.of_whole(self.record)
        assert whole is not None
        return whole

    @property
    def states(self) -> tuple[str, ...]:
        """What the API shows of the checks: IRR, RPKI, ownership."""
        shown = self.get(f"prefixes/{self.prefix_id}")
        return tuple(shown[f"{check}_validation_state"] for check in ("irr", "rpki", "ownership"))

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        pass_time(self.cloud, self.world, seconds)

    def add(self, prefix: Prefix = PREFIX, asn: int = CLOUDFLARE_ASN, **members: Any) -> PrefixRecord:
        """Add a prefix; its LOA is generated unless `members` say otherwise."""
        members.setdefault("delegate_loa_creation", "loa_document_id" not in members)
        record = self.cloud.perform(lambda: self.cloud.prefixes.create(ACCOUNT, prefix, asn, **members))
        self.prefix_id = record.id
        return record

    def prove(self) -> None:
        """Make the ROA and the route object with the token."""
        self.world.authorise(self.record.prefix)
        self.world.add_route_object(self.record.prefix, CLOUDFLARE_ASN, f"cf-validation: {self.record.token}")

    def validate(self) -> None:
        """Have the prefix validated, and wait for the result."""
        self.cloud.perform(lambda: self.cloud.prefixes.validate(self.record))
        self.wait(DELAYS.validate[1])

    def onboard(self, prefix: Prefix = PREFIX, **members: Any) -> PrefixRecord:
        """Add a prefix, prove it and have it approved."""
        self.add(prefix, **members)
        self.prove()
        self.validate()
        assert self.record.is_approved
        return self.record

    def bind(self, service: ServiceName, cidr: str = "") -> ServiceBinding:
        """Bind addresses, or all of the prefix."""
        wanted = Prefix.parse(cidr) if cidr else self.record.prefix
        return self.cloud.perform(
            lambda: self.cloud.bindings.create(self.record, wanted, service_id(service))
        )

    def unbind(self, binding: ServiceBinding) -> None:
        """Delete a binding."""
        self.cloud.perform(lambda: self.cloud.bindings.delete(self.record, binding))

    def advertise(self, advertised: bool = True, **changes: Any) -> BgpPrefix:
        """Ask for all of the prefix to be announced, or withdrawn."""
        return self.cloud.perform(
            lambda: self.cloud.bgp_prefixes.edit(self.record, self.bgp, advertised=advertised, **changes)
        )

    def bound(self, service: ServiceName = CDN) -> ServiceBinding:
        """Onboard the prefix and bind it; everywhere, when this is over."""
        self.onboard()
        binding = self.bind(service)
        self.wait(DELAYS.binding[1])
        return binding

    def call(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        account: str = ACCOUNT,
        upload: Upload | None = None,
    ) -> Any:
        """Call an operation below /accounts/ID/addressing/, as one who may do everything."""
        operation, parameters = operation_for(method, path)
        model = operation.body.model_validate(body or {}) if operation.body else None
        asked = Asked({"account_id": account, **parameters}, {}, model, upload)
        caller = Caller("somebody", account, EVERYTHING)
        answer = self.cloud.perform(lambda: operation.function(self.cloud, caller, asked))
        if not isinstance(answer, Answer):
            return list(answer.items)
        return answer.result if answer.document is None else answer.document

    def get(self, path: str) -> Any:
        """What a GET shows."""
        return self.call("GET", path)

    def everything(self) -> object:
        """All that the rooms hold, to compare with."""
        cloud, records = self.cloud, self.cloud.prefixes.all()
        return (
            records,
            [cloud.delegations.of(record) for record in records],
            [cloud.bindings.of(record) for record in records],
            [cloud.bgp_prefixes.of(record) for record in records],
            cloud.next_due(),
            len(cloud.basics.events),
        )

    @contextmanager
    def refused(self, code: int, *words: str) -> Iterator[None]:
        """What is done inside is refused with this code and these words, and changes nothing."""
        before = self.everything()
        with pytest.raises(CloudflareError) as caught:
            yield
        assert caught.value.code == code, caught.value
        for word in words:
            assert word in caught.value.message
        assert self.everything() == before


def operation_for(method: str, path: str) -> tuple[Any, dict[str, str]]:
    asked = ["accounts", "{account_id}", "addressing", *path.split("/")]
    for (known, template), operation in OPERATIONS.items():
        parts = template.strip("/").split("/")
        if known != method or len(parts) != len(asked):
            continue
        pairs = list(zip(parts, asked, strict=True))
        if all(part == given or part.startswith("{") for part, given in pairs):
            return operation, {part[1:-1]: given for part, given in pairs if part.startswith("{")}
    raise AssertionError(f"no operation {method} {path}")
