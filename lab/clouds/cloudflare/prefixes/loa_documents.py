"""Letters of Agency: those that customers upload, and those that Cloudflare generates for them."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from typing import Final

from lab.clouds.cloudflare.basics import Basics
from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.prefixes import codes
from lab.clouds.cloudflare.prefixes.letter import Letter
from lab.clouds.cloudflare.prefixes.pdf_files import check_pdf, clean_filename

MOST_DOCUMENTS: Final = 20
MOST_BYTES: Final = 32 * 1024 * 1024
"""Uploaded documents of an account, by number and together. There is no call that deletes one, so the lab has
to end somewhere."""


@dataclass(frozen=True, slots=True)
class LoaDocument:
    """A document of the account with this ID. `size` is in bytes, 0 for a letter that Cloudflare generates.

    `created` and `verified` are UNIX seconds of the calendar; `verified` is when Cloudflare made sure of it.
    """

    id: str
    account: str
    filename: str
    size: int
    created: float
    auto_generated: bool = False
    verified: float | None = None


@dataclass(frozen=True, slots=True)
class LoaContent:
    """The bytes of a document, in base64."""

    encoded: str = field(repr=False)


class LoaDocuments:
    """Documents by ID, and in tables of their own the contents of uploaded ones and what letters say: they
    are read to download one, which is when a letter is typeset."""

    def __init__(self, basics: Basics) -> None:
        self._basics = basics
        self._documents = basics.state.table("cloudflare_loa_documents", LoaDocument)
        self._contents = basics.state.table("cloudflare_loa_contents", LoaContent)
        self._letters = basics.state.table("cloudflare_loa_letters", Letter)

    def get(self, account: str, document_id: str) -> LoaDocument:
        """The account's document with this ID. Raises CloudflareError."""
        document = self._documents.get(document_id)
        if document is None or document.account != account:
            raise CloudflareError(
                404,
                codes.NOT_FOUND,
                f"The account has no LOA document with the ID {document_id[:64]}; upload one first",
                "/loa_document_id",
            )
        return document

    def upload(self, account: str, content: bytes, filename: str) -> LoaDocument:
        """Keep a PDF. Raises CloudflareError for anything else, and where an account has too many."""
        check_pdf(content)
        own = [known for known in self._documents.values() if known.account == account]
        uploaded = sum(not known.auto_generated for known in own)
        if uploaded >= MOST_DOCUMENTS:
            raise CloudflareError(
                400, codes.LOA_FILE, f"The account has {uploaded} LOA documents; it can have {MOST_DOCUMENTS}"
            )
        kept = sum(known.size for known in own)
        if kept + len(content) > MOST_BYTES:
            raise CloudflareError(
                400,
                codes.LOA_FILE,
                f"The account has LOA documents of {kept} bytes; with another {len(content)} it would have "
                f"more than {MOST_BYTES}",
            )
        document_id = self._basics.ids.new()
        self._contents.put(document_id, LoaContent(base64.b64encode(content).decode("ascii")))
        now = self._basics.world.now()
        document = LoaDocument(document_id, account, clean_filename(filename), len(content), now)
        return self._documents.put(document_id, document)

    def content(self, account: str, document_id: str) -> bytes:
        """The PDF. Raises CloudflareError where a letter has not been generated yet."""
        self.get(account, document_id)
        if (content := self._contents.get(document_id)) is not None:
            return base64.b64decode(content.encoded)
        if (letter := self._letters.get(document_id)) is not None:
            return letter.pdf()
        raise CloudflareError(
            404,
            codes.LOA,
            "The Letter of Agency is generated when the prefix is approved, as it carries the results of "
            "the validation; validate the prefix first",
        )

    def promise(self, account: str, filename: str) -> str:
        """The ID of a letter that will be generated."""
        document_id = self._basics.ids.new()
        now = self._basics.world.now()
        self._documents.put(document_id, LoaDocument(document_id, account, filename, 0, now, True))
        return document_id

    def generate(self, document_id: str, letter: Letter) -> None:
        """Keep the letter that was promised under this ID."""
        self._letters.put(document_id, letter)
        verified = self._basics.world.now()
        self._documents.put(document_id, replace(self._documents[document_id], verified=verified))

    def forget(self, document_id: str) -> None:
        """Take back a letter that was promised and is not needed any more."""
        document = self._documents.get(document_id)
        if document is not None and document.auto_generated:
            self._documents.remove(document_id)
            if document_id in self._letters:
                self._letters.remove(document_id)
