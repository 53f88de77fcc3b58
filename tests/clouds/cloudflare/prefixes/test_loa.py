"""Letters of Agency: uploaded ones, and the one that Cloudflare generates."""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.cloudflare_customer import A_PDF, CDN, Customer
from support.cloudflare_world import DELAYS, OTHER_ACCOUNT, PREFIX, START
from support.examples import examples

from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.operation import Upload
from lab.clouds.cloudflare.prefixes import codes
from lab.clouds.cloudflare.prefixes.letter import Letter
from lab.clouds.cloudflare.prefixes.loa_documents import MOST_DOCUMENTS
from lab.clouds.cloudflare.prefixes.pdf_files import LARGEST, check_pdf, clean_filename
from lab.clouds.cloudflare.prefixes.record import CheckState, Finding, Findings


def upload(customer: Customer, content: bytes = A_PDF, filename: str = "loa.pdf") -> str:
    return customer.call("POST", "loa_documents", upload=Upload(content, filename))["id"]  # type: ignore[no-any-return]


@pytest.mark.seed(248)
def test_a_pdf_is_kept_and_downloaded_as_it_was() -> None:
    customer = Customer()
    shown = customer.call("POST", "loa_documents", upload=Upload(A_PDF, "/home/me/letter.pdf"))
    assert (shown["filename"], shown["size_bytes"]) == ("letter.pdf", len(A_PDF))
    assert (shown["auto_generated"], shown["verified"], shown["verified_at"]) == (False, False, None)
    assert customer.get(f"loa_documents/{shown['id']}/download") == A_PDF
    with customer.refused(codes.NOT_FOUND):
        customer.call("GET", f"loa_documents/{shown['id']}/download", account=OTHER_ACCOUNT)


@pytest.mark.seed(248)
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\xff\xd8\xff\xe0 JFIF", "a JPEG image"),
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (b"PK\x03\x04", "an office document"),
        (b"To whom it may concern", "is no PDF"),
        (A_PDF[:20], "is cut off"),
        (A_PDF.replace(b"/Root", b"/Encrypt 3 0 R /Root"), "is encrypted"),
        (A_PDF + b" " * LARGEST, "10 MB"),
    ],
)
def test_anything_but_a_readable_pdf_is_refused(content: bytes, words: str) -> None:
    customer = Customer()
    with customer.refused(codes.LOA_FILE, words):
        upload(customer, content)


@settings(max_examples=examples(200))
@given(st.binary(max_size=200), st.text(max_size=40))
def test_any_bytes_are_kept_or_refused_and_any_name_becomes_a_short_printable_one(
    content: bytes, name: str
) -> None:
    cleaned = clean_filename(name * 20)
    assert 0 < len(cleaned) <= 255
    assert cleaned.isprintable()
    assert "/" not in cleaned
    with contextlib.suppress(CloudflareError):
        check_pdf(content)
        assert b"%PDF-" in content
        assert b"%%EOF" in content


def test_a_form_without_a_file_is_refused_and_a_name_need_not_be_given() -> None:
    customer = Customer()
    with customer.refused(codes.LOA_FILE, "loa_document"):
        customer.call("POST", "loa_documents")
    shown = customer.call("POST", "loa_documents", upload=Upload(A_PDF))
    assert shown["filename"] == "loa_document.pdf"


def test_an_account_cannot_fill_the_lab_with_documents() -> None:
    customer = Customer()
    for _ in range(MOST_DOCUMENTS):
        upload(customer)
    with customer.refused(codes.LOA_FILE, str(MOST_DOCUMENTS)):
        upload(customer)
    assert customer.call("POST", "loa_documents", account=OTHER_ACCOUNT, upload=Upload(A_PDF))["size_bytes"]


@pytest.mark.seed(249)
def test_the_generated_letter_is_there_once_roa_and_ownership_are_validated() -> None:
    customer = Customer()
    customer.add()
    path = f"loa_documents/{customer.record.loa_document_id}/download"
    with customer.refused(codes.LOA, "generated when the prefix is approved"):
        customer.get(path)
    customer.validate()
    with customer.refused(codes.LOA):
        customer.get(path)
    customer.prove()
    customer.validate()
    check_pdf(customer.get(path))


@pytest.mark.pdf
@pytest.mark.seed(247, 248, 250, 263)
def test_the_generated_letter_says_what_the_template_has_and_what_was_verified(tmp_path: Path) -> None:
    customer = Customer()
    customer.onboard()
    file = tmp_path / "loa.pdf"
    file.write_bytes(customer.get(f"loa_documents/{customer.record.loa_document_id}/download"))
    done = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True)
    lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    text = " ".join(lines)
    assert lines[0] == "customer"
    for words in (
        'LETTER OF AGENCY ("LOA")',
        "January 15, 2027",
        'customer (the "Company") authorizes Cloudflare, Inc. with AS13335 to advertise',
        "203.0.113.0/24 AS13335",
        "Routing intent (RPKI): valid - a ROA authorises AS13335 to announce 203.0.113.0/24",
        "Internet Routing Registry: valid",
        "Ownership of the prefix: valid - the token is in the route object",
        "please email admin@example.example",
        "To whom it may concern:",
        "Digitally signed by Cloudflare, Inc. on behalf of customer",
    ):
        assert words in text
    assert lines[-3:] == ["customer", f"Document {customer.record.loa_document_id}", "January 15, 2027"], (
        "the stamp"
    )
    assert customer.record.token not in text


def test_the_same_letter_gives_the_same_bytes() -> None:
    letters = []
    for _ in range(2):
        customer = Customer()
        customer.onboard()
        letters.append(customer.get(f"loa_documents/{customer.record.loa_document_id}/download"))
    assert letters[0] == letters[1]
    assert customer.world.time == START + 60


@settings(max_examples=examples(50))
@given(st.text(max_size=300), st.text(max_size=300))
def test_any_holder_gets_a_letter_whatever_the_name(company: str, why: str) -> None:
    found = Finding(CheckState.VALID, why)
    letter = Letter(company, "a@b.example", PREFIX, 13335, START, "id", Findings(found, found, found))
    check_pdf(letter.pdf())


@pytest.mark.seed(135, 246)
def test_without_delegation_an_uploaded_letter_is_named_once_the_prefix_is_approved() -> None:
    customer = Customer()
    assert customer.add(delegate_loa_creation=False).loa_document_id is None
    document = upload(customer)
    path = f"prefixes/{customer.prefix_id}"
    with customer.refused(codes.LOA, "not approved"):
        customer.call("PATCH", path, {"loa_document_id": document})
    customer.prove()
    customer.validate()
    with customer.refused(codes.LOA, "upload a PDF"):
        customer.bind(CDN)
    with customer.refused(codes.LOA, "upload a PDF"):
        customer.call("POST", f"{path}/bgp/prefixes", {"cidr": str(PREFIX)})
    with customer.refused(codes.NOT_FOUND):
        customer.call("PATCH", path, {"loa_document_id": "0" * 32})
    assert customer.call("PATCH", path, {"loa_document_id": document})["loa_document_id"] == document
    assert customer.bind(CDN).service is CDN
    customer.advertise()
    customer.wait(DELAYS.enable[1])
    assert [origination.prefix for origination in customer.cloud.originations()] == [PREFIX]


def test_a_letter_is_either_generated_or_uploaded() -> None:
    customer = Customer()
    document = upload(customer)
    with customer.refused(codes.LOA, "leave one of them out"):
        customer.add(delegate_loa_creation=True, loa_document_id=document)
    with customer.refused(codes.NOT_FOUND):
        customer.add(loa_document_id="0" * 32)
    assert customer.add(loa_document_id=document).loa_document_id == document


def test_the_letter_of_a_delegated_prefix_cannot_be_replaced() -> None:
    customer = Customer()
    customer.onboard()
    document = upload(customer)
    with customer.refused(codes.LOA, "Cloudflare generates it"):
        customer.call("PATCH", f"prefixes/{customer.prefix_id}", {"loa_document_id": document})


@pytest.mark.seed(272)
def test_a_letter_alone_approves_nothing() -> None:
    customer = Customer()
    customer.add(loa_document_id=upload(customer))
    customer.validate()
    assert (customer.record.approval, customer.states) == ("P", ("missing", "missing", "missing"))
    with customer.refused(codes.NOT_APPROVED):
        customer.bind(CDN)
