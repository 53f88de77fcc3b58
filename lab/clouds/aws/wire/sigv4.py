"""AWS Signature Version 4: whether the holder of a secret key signed what arrived.

The text that is signed: "Create a signed AWS API request" in the IAM User Guide.
"""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import quote

from lab.clouds.aws.wire.claims import ALGORITHM, Claim
from lab.http.messages import HttpRequest


def is_signed(request: HttpRequest, claim: Claim, secret_key: str) -> bool:
    """Whether `claim.signature` is the one `secret_key` makes for this request, in constant time.

    The payload's hash is always made anew, so that `x-amz-content-sha256` cannot stand for another body.
    """
    canonical = canonical_request(request, claim)
    if canonical is None:
        return False
    signed = "\n".join((ALGORITHM, claim.date, claim.scope, hashlib.sha256(canonical).hexdigest()))
    key = f"AWS4{secret_key}".encode()
    for part in claim.scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    made = hmac.digest(key, signed.encode(), "sha256").hex()
    return hmac.compare_digest(made, claim.signature)


def canonical_request(request: HttpRequest, claim: Claim) -> bytes | None:
    """What the signature is made of; None if a header that should be signed is not there."""
    if not all(name in request.headers for name in claim.signed_headers):
        return None
    headers = [f"{name}:{' '.join(request.headers[name].split())}\n" for name in claim.signed_headers]
    lines = (
        request.method,
        quote(request.path, safe="/~"),
        _canonical_query(request.query),
        "".join(headers),
        ";".join(claim.signed_headers),
        hashlib.sha256(request.body).hexdigest(),
    )
    return "\n".join(lines).encode()


def _canonical_query(query: str) -> str:
    fields = [field.partition("=")[::2] for field in query.split("&") if field]
    return "&".join(f"{name}={value}" for name, value in sorted(fields) if name != "X-Amz-Signature")
