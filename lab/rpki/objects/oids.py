"""Object identifiers of the RPKI's profiles."""

from __future__ import annotations

from typing import Final

from cryptography.x509 import ObjectIdentifier as Oid

# Algorithms (RFC 7935).
RSA_ENCRYPTION: Final = Oid("1.2.840.113549.1.1.1")
SHA256_WITH_RSA: Final = Oid("1.2.840.113549.1.1.11")
SHA256: Final = Oid("2.16.840.1.101.3.4.2.1")

# Certificates and CRLs (RFC 5280, RFC 6487, RFC 3779).
COMMON_NAME: Final = Oid("2.5.4.3")
SERIAL_NUMBER: Final = Oid("2.5.4.5")
BASIC_CONSTRAINTS: Final = Oid("2.5.29.19")
SUBJECT_KEY_IDENTIFIER: Final = Oid("2.5.29.14")
AUTHORITY_KEY_IDENTIFIER: Final = Oid("2.5.29.35")
KEY_USAGE: Final = Oid("2.5.29.15")
EXTENDED_KEY_USAGE: Final = Oid("2.5.29.37")
CRL_DISTRIBUTION_POINTS: Final = Oid("2.5.29.31")
CERTIFICATE_POLICIES: Final = Oid("2.5.29.32")
CRL_NUMBER: Final = Oid("2.5.29.20")
AUTHORITY_INFO_ACCESS: Final = Oid("1.3.6.1.5.5.7.1.1")
SUBJECT_INFO_ACCESS: Final = Oid("1.3.6.1.5.5.7.1.11")
IP_RESOURCES: Final = Oid("1.3.6.1.5.5.7.1.7")
AS_RESOURCES: Final = Oid("1.3.6.1.5.5.7.1.8")
CA_ISSUERS: Final = Oid("1.3.6.1.5.5.7.48.2")
CA_REPOSITORY: Final = Oid("1.3.6.1.5.5.7.48.5")
RPKI_MANIFEST: Final = Oid("1.3.6.1.5.5.7.48.10")
SIGNED_OBJECT: Final = Oid("1.3.6.1.5.5.7.48.11")
RPKI_NOTIFY: Final = Oid("1.3.6.1.5.5.7.48.13")
POLICY_IP_ADDR_ASN: Final = Oid("1.3.6.1.5.5.7.14.2")
POLICY_QUALIFIER_CPS: Final = Oid("1.3.6.1.5.5.7.2.1")
BGPSEC_ROUTER: Final = Oid("1.3.6.1.5.5.7.3.30")

# Signed objects (RFC 6488, RFC 9286, RFC 9582, draft-ietf-sidrops-aspa-profile).
SIGNED_DATA: Final = Oid("1.2.840.113549.1.7.2")
CONTENT_TYPE: Final = Oid("1.2.840.113549.1.9.3")
MESSAGE_DIGEST: Final = Oid("1.2.840.113549.1.9.4")
SIGNING_TIME: Final = Oid("1.2.840.113549.1.9.5")
BINARY_SIGNING_TIME: Final = Oid("1.2.840.113549.1.9.16.2.46")
ROUTE_ORIGIN_AUTHZ: Final = Oid("1.2.840.113549.1.9.16.1.24")
MANIFEST: Final = Oid("1.2.840.113549.1.9.16.1.26")
ASPA: Final = Oid("1.2.840.113549.1.9.16.1.49")
