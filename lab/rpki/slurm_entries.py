"""The entries of a SLURM file (RFC 8416 sections 3.3 and 3.4, draft-ietf-sidrops-aspa-slurm), one by one."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from lab.bgp.aspa import Aspa
from lab.bgp.prefix import WIDTH
from lab.bgp.rov import Vrp
from lab.topology.problems import shown
from lab.topology.scalar_forms import ScalarError
from lab.topology.scalars import Asn, AsnOrZero, IpPrefix, PrintedText

SLURM_TA: Final = "slurm"
"""The name that asserted payloads carry in place of a trust anchor's."""
_SKI_BYTES: Final = 20


def _base64url(value: Any) -> bytes:
    """Base64 with the URL-safe alphabet and no padding (RFC 8416 section 3.3.2)."""
    if isinstance(value, str) and value and "=" not in value and "+" not in value and "/" not in value:
        try:
            return base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            pass
    raise ScalarError(f"expected base64url text without padding, got {shown(value)}")


def _ski(value: Any) -> bytes:
    ski = _base64url(value)
    if len(ski) != _SKI_BYTES:
        raise ScalarError(f"expected a subject key identifier of {_SKI_BYTES} octets, got {len(ski)}")
    return ski


class Strict(BaseModel):
    """An object of a SLURM file: what the format does not define is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Entry(Strict):
    comment: PrintedText = ""


class PrefixFilter(_Entry):
    """Removes the VRPs in `prefix`, of `asn`, or both if both are given (section 3.3.1)."""

    prefix: IpPrefix | None = None
    asn: AsnOrZero | None = None

    @model_validator(mode="after")
    def _has_one(self) -> Self:
        if self.prefix is None and self.asn is None:
            raise ScalarError("a prefix filter has a prefix, an asn or both; this one has neither")
        return self


class BgpsecFilter(_Entry):
    """Removes router keys (section 3.3.2)."""

    asn: AsnOrZero | None = None
    ski: Annotated[bytes | None, BeforeValidator(_ski), Field(alias="SKI")] = None

    @model_validator(mode="after")
    def _has_one(self) -> Self:
        if self.ski is None and self.asn is None:
            raise ScalarError("a BGPsec filter has an asn, an SKI or both; this one has neither")
        return self


class AspaFilter(_Entry):
    """Removes the ASPAs of one customer."""

    customer: Annotated[Asn, Field(alias="customerAsn")]


class PrefixAssertion(_Entry):
    """Adds a VRP; without `maxPrefixLength` for exactly its prefix (section 3.4.1)."""

    asn: AsnOrZero
    prefix: IpPrefix
    max_length: Annotated[int | None, Field(alias="maxPrefixLength")] = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        width = WIDTH[self.prefix.version]
        if self.max_length is not None and not self.prefix.length <= self.max_length <= width:
            raise ScalarError(
                f"maxPrefixLength {self.max_length} does not fit {self.prefix}; "
                f"expected {self.prefix.length} to {width}"
            )
        return self

    def vrp(self) -> Vrp:
        """What it adds."""
        length = self.prefix.length if self.max_length is None else self.max_length
        return Vrp(self.prefix, length, self.asn, SLURM_TA)


class BgpsecAssertion(_Entry):
    """Adds a router key (section 3.4.2)."""

    asn: AsnOrZero
    ski: Annotated[bytes, BeforeValidator(_ski), Field(alias="SKI")]
    router_public_key: Annotated[bytes, BeforeValidator(_base64url), Field(alias="routerPublicKey")]


class AspaAssertion(_Entry):
    """Adds an ASPA."""

    customer: Annotated[Asn, Field(alias="customerAsn")]
    providers: Annotated[list[AsnOrZero], Field(alias="providerAsns")]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if problem := self.aspa().problem():
            raise ScalarError(problem)
        return self

    def aspa(self) -> Aspa:
        """What it adds."""
        return Aspa(self.customer, tuple(sorted(set(self.providers))), SLURM_TA)
