"""The words of AWS that files share with who carries them out, on floors above."""

from __future__ import annotations

from enum import Enum
from typing import Final

REGIONS: Final = (
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
)
"""The regions of AWS in its commercial partition and in GovCloud (US)."""
DEFAULT_REGION: Final = "us-east-1"
"""Where a call goes that names no region, in a lab whose AWS speakers have none either."""


class ByoipState(Enum):
    """The states of a range at AWS (`ByoipCidrState` of the EC2 API)."""

    ADVERTISED = "advertised"
    DEPROVISIONED = "deprovisioned"
    FAILED_DEPROVISION = "failed-deprovision"
    FAILED_PROVISION = "failed-provision"
    PENDING_ADVERTISING = "pending-advertising"
    PENDING_DEPROVISION = "pending-deprovision"
    PENDING_PROVISION = "pending-provision"
    PENDING_WITHDRAWAL = "pending-withdrawal"
    PROVISIONED = "provisioned"
    PROVISIONED_NOT_PUBLICLY_ADVERTISABLE = "provisioned-not-publicly-advertisable"


class SigningMistake(Enum):
    """What can go wrong between the text of an authorization message and its signature.

    AWS wants RSASSA-PSS with SHA-256 and a salt as long as the digest, in base64 whose `+=/` are `-_~`,
    on one line.
    """

    PKCS1 = "pkcs1"
    """RSASSA-PKCS1-v1_5: the option `rsa_padding_mode:pss` was forgotten."""
    SHA1 = "sha1"
    """A digest of SHA-1: `-sha256` was forgotten on an old OpenSSL."""
    LONG_SALT = "long-salt"
    """The longest salt: `rsa_pss_saltlen:-1` was forgotten."""
    PLAIN_BASE64 = "plain-base64"
    """The characters `+=/` as they are: `tr -- '+=/' '-_~'` was forgotten."""
    WRAPPED = "wrapped"
    """Lines of 64 characters: `tr -d "\\n"` was forgotten."""
