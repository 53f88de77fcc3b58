"""Letters of Agency: uploading and downloading PDFs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.identity.caller import Caller
from lab.clouds.cloudflare.identity.permissions import Permission
from lab.clouds.cloudflare.operation import Answer, Asked, operation
from lab.clouds.cloudflare.prefixes import codes
from lab.clouds.cloudflare.prefixes.loa_documents import LoaDocument
from lab.clouds.cloudflare.timestamps import timestamp

if TYPE_CHECKING:
    from lab.clouds.cloudflare.cloud import Cloudflare

PART = "loa_document"


def document_members(document: LoaDocument) -> dict[str, Any]:
    """A document as the API shows it, without its content."""
    return {
        "id": document.id,
        "account_id": document.account,
        "auto_generated": document.auto_generated,
        "created": timestamp(document.created),
        "filename": document.filename,
        "size_bytes": document.size,
        "verified": document.verified is not None,
        "verified_at": None if document.verified is None else timestamp(document.verified),
    }


@operation(
    "POST",
    "/accounts/{account_id}/addressing/loa_documents",
    Permission.MAGIC_TRANSIT_WRITE,
    takes_upload=PART,
)
def upload_loa_document(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Upload LOA Document."""
    if asked.upload is None:
        raise CloudflareError(
            400,
            codes.LOA_FILE,
            f"There is no file; expected a PDF in the part {PART!r} of a form",
            f"/{PART}",
        )
    document = cloud.loa_documents.upload(caller.account, asked.upload.content, asked.upload.filename)
    return Answer(document_members(document))


@operation(
    "GET",
    "/accounts/{account_id}/addressing/loa_documents/{loa_document_id}/download",
    Permission.MAGIC_TRANSIT_READ,
    Permission.MAGIC_TRANSIT_WRITE,
)
def download_loa_document(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Download LOA Document."""
    content = cloud.loa_documents.content(caller.account, asked.path["loa_document_id"])
    return Answer(document=content)
