"""Where things are, as certificates say it: authority and subject information access (RFC 6487)."""

from __future__ import annotations

from cryptography.hazmat import asn1
from cryptography.x509 import ObjectIdentifier

from lab.rpki.objects import oids
from lab.rpki.objects.der import SEQUENCE, URI_NAME, decode, element, is_tag
from lab.rpki.objects.errors import ObjectError
from lab.rpki.objects.extensions import is_rsync, uri_of
from lab.rpki.objects.remembering import remembered
from lab.rpki.objects.templates import AccessDescription
from lab.rpki.uris import UriError, parse_https

Locations = tuple[tuple[ObjectIdentifier, str], ...]
"""Methods and URIs, in order."""


@asn1.sequence
class _AccessDescriptions:
    descriptions: list[AccessDescription]


@remembered
def issuer_location(value: bytes) -> str:
    """The rsync URI of the issuer's certificate, from an authority information access. Raises ObjectError."""
    return _first(_locations(value), oids.CA_ISSUERS, "the issuer's certificate", "4.8.7")


def ca_locations(value: bytes) -> tuple[str, str, str | None]:
    """The rsync URIs of a CA's repository and manifest, and the https URI of its notification.

    The value is that of its subject information access. Raises ObjectError.
    """
    locations = _locations(value)
    repository = _first(locations, oids.CA_REPOSITORY, "the CA's repository", "4.8.8.1")
    manifest = _first(locations, oids.RPKI_MANIFEST, "the CA's manifest", "4.8.8.1")
    notifications = [uri for method, uri in locations if method == oids.RPKI_NOTIFY]
    if len(notifications) > 1:
        raise ObjectError("sia", "there is more than one RRDP notification", "RFC 8182 section 3.2")
    return repository, manifest, _https(notifications[0]) if notifications else None


def object_location(value: bytes) -> str:
    """The rsync URI of a signed object, from an EE's subject information access. Raises ObjectError."""
    locations = _locations(value)
    for method, _ in locations:
        # Some CAs wrote where their notification is, too, before it was said that it has no place here.
        if method not in (oids.SIGNED_OBJECT, oids.RPKI_NOTIFY):
            raise ObjectError(
                "sia",
                f"an EE certificate's subject information has {method.dotted_string}, not just the object",
                "RFC 6487 section 4.8.8.2",
            )
    return _first(locations, oids.SIGNED_OBJECT, "the signed object", "4.8.8.2")


def _locations(value: bytes) -> Locations:
    descriptions = decode(
        _AccessDescriptions, element(SEQUENCE, value), "the information access"
    ).descriptions
    for description in descriptions:
        if not is_tag(description.access_location, URI_NAME):
            raise ObjectError("access-location", "an information access has no URI", "RFC 6487 section 4.8.7")
    return tuple(
        (description.access_method, uri_of(description.access_location)) for description in descriptions
    )


def _https(uri: str) -> str:
    try:
        parse_https(uri)
    except UriError as error:
        raise ObjectError("uri", str(error), "RFC 8182 section 3.2") from None
    return uri


def _first(locations: Locations, method: ObjectIdentifier, what: str, section: str) -> str:
    for used, uri in locations:
        if used == method and is_rsync(uri):
            return uri
    raise ObjectError("access-location", f"no rsync URI says where {what} is", f"RFC 6487 section {section}")
