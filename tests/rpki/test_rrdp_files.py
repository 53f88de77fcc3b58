"""RRDP files that break RFC 8182, or attack who reads them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.rpki.fetching.limits import FetchLimits
from lab.rpki.fetching.rrdp_xml import Change, ChangesDocument, RrdpError, Version, read_notification

SESSION = "6d3f1a52-9c1b-4f0e-8f5e-3f0b8a1c2d3e"
HEAD = f'xmlns="http://www.ripe.net/rpki/rrdp" version="1" session_id="{SESSION}"'
HASH = "ab" * 32
SNAPSHOT = f'<snapshot uri="https://rrdp.example.net/s.xml" hash="{HASH}"/>'
LIMITS = FetchLimits(object_bytes=1000, token_bytes=2000)


def notification(body: str, head: str = f'{HEAD} serial="3"', before: str = "") -> bytes:
    return f"{before}<notification {head}>{body}</notification>".encode()


def delta_element(serial: int) -> str:
    return f'<delta serial="{serial}" uri="https://rrdp.example.net/{serial}.xml" hash="{HASH}"/>'


def read_changes(kind: str, body: str, serial: int = 3) -> list[Change]:
    found: list[Change] = []
    document = ChangesDocument(kind, Version(SESSION, 3), kind, LIMITS, found.append)
    document.feed(f'<{kind} {HEAD} serial="{serial}">{body}</{kind}>'.encode())
    document.end()
    return found


def test_deltas_in_any_order_are_kept_up_to_the_first_gap() -> None:
    body = SNAPSHOT + "".join(delta_element(serial) for serial in (1, 3, 2))
    assert set(read_notification(notification(body), "n", LIMITS).deltas) == {1, 2, 3}
    body = SNAPSHOT + delta_element(1) + delta_element(3)
    assert set(read_notification(notification(body), "n", LIMITS).deltas) == {3}


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (notification(""), "names no snapshot"),
        (notification(SNAPSHOT * 2), "expected one <snapshot>"),
        (notification(SNAPSHOT + delta_element(2) * 2), "two deltas have the serial 2"),
        (notification(SNAPSHOT, f'{HEAD} serial="0"'), "serial '0' is not a positive number"),
        (notification(SNAPSHOT, f'{HEAD} serial="{"9" * 30}"'), "is not a positive number of at most 20"),
        (notification(SNAPSHOT, f'{HEAD} serial="٣"'), "is not a positive number"),
        (notification(SNAPSHOT, HEAD), "has no serial"),
        (notification(SNAPSHOT, f'{HEAD} serial="3" x="1"'), "unknown attribute 'x'"),
        (notification(SNAPSHOT, f'{HEAD} serial="3"'.replace('"1"', '"2"')), "version '2'; expected 1"),
        (notification(SNAPSHOT, f'{HEAD} serial="3"'.replace(SESSION, "none")), "is not a UUID"),
        (notification(SNAPSHOT, 'version="1"'), "not in the namespace of RRDP"),
        (notification(SNAPSHOT.replace("https", "http")), "is not an https URI"),
        (notification(SNAPSHOT.replace(HASH, "ab")), "is not a SHA-256"),
        (notification(SNAPSHOT.replace("/>", "><x/></snapshot>")), "nested too deeply"),
        (notification(SNAPSHOT + "words"), "unexpected text 'words'"),
        (notification(SNAPSHOT)[:-5], "not well-formed"),
        (b"", "not well-formed"),
        (b"\xff\xfe\xff" * 50, "not well-formed"),
        (b"<snapshot/>", "not in the namespace"),
    ],
)
def test_a_notification_that_breaks_the_rules_is_refused(data: bytes, problem: str) -> None:
    with pytest.raises(RrdpError, match=f"^n: line [0-9]+: .*{problem}"):
        read_notification(data, "n", LIMITS)


LAUGHS = (
    '<!DOCTYPE n [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
    + "]>"
)
XXE = '<!DOCTYPE n [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("attack", [LAUGHS, XXE, '<!DOCTYPE n SYSTEM "https://example.net/n.dtd">'])
def test_a_document_type_declaration_is_refused_before_anything_in_it_is_read(attack: str) -> None:
    with pytest.raises(RrdpError, match="a document type declaration"):
        read_notification(notification(SNAPSHOT + "&j;&x;", before=attack), "n", LIMITS)


@pytest.mark.parametrize(
    "token", [f'<snapshot uri="{"a" * 1_000_000}"/>', f"<!--{'a' * 1_000_000}-->", f"<{'a' * 1_000_000}/>"]
)
def test_a_piece_of_xml_without_end_is_not_collected(token: str) -> None:
    with pytest.raises(RrdpError, match="a tag or comment is longer than 2000 bytes"):
        read_notification(notification(token), "n", LIMITS)


@pytest.mark.parametrize(
    ("kind", "body", "problem"),
    [
        (
            "snapshot",
            f'<withdraw uri="rsync://h/m/a" hash="{HASH}"/>',
            "<withdraw> has no place in a snapshot",
        ),
        ("snapshot", f'<publish uri="rsync://h/m/a" hash="{HASH}"/>', "unknown attribute 'hash'"),
        ("snapshot", "<publish>YQ==</publish>", "<publish> has no uri"),
        ("snapshot", '<publish uri="rsync://h/m/../a">YQ==</publish>', "starts with a dot"),
        ("snapshot", '<publish uri="rsync://h/m/a/">YQ==</publish>', "is a directory"),
        ("snapshot", '<publish uri="file:///etc/passwd">YQ==</publish>', "is not an rsync URI"),
        ("snapshot", '<publish uri="rsync://h/m/a">YQ=*</publish>', "rsync://h/m/a: "),
        ("snapshot", '<publish uri="rsync://h/m/a">YQ=</publish>', "rsync://h/m/a: "),
        ("snapshot", f'<publish uri="rsync://h/m/a">{"YWFh" * 334}</publish>', "is larger than 1000 bytes"),
        ("snapshot", f'<publish uri="rsync://h/m/a">{" " * 2000}</publish>', "is larger than 1000 bytes"),
        ("delta", '<withdraw uri="rsync://h/m/a"/>', "<withdraw> has no hash"),
        ("delta", f'<withdraw uri="rsync://h/m/a" hash="{HASH}">YQ==</withdraw>', "unexpected text 'YQ=='"),
    ],
)
def test_a_change_that_breaks_the_rules_is_refused(kind: str, body: str, problem: str) -> None:
    with pytest.raises(RrdpError) as error:
        read_changes(kind, body)
    assert problem in str(error.value)


def test_a_file_of_another_serial_or_session_than_promised_is_refused() -> None:
    with pytest.raises(RrdpError, match="serial 4; the notification promised 3"):
        read_changes("snapshot", "", serial=4)
    document = ChangesDocument("delta", Version("other", 3), "d", LIMITS, lambda change: None)
    with pytest.raises(RrdpError, match=f"session {SESSION}; the notification promised other"):
        document.feed(f'<delta {HEAD} serial="3"/>'.encode())


def test_base64_may_be_broken_into_lines() -> None:
    assert read_changes("snapshot", '<publish uri="rsync://h/m/a">\n YW\n  Jj \n</publish>') == [
        Change("rsync://h/m/a", b"abc", None)
    ]


@given(st.data())
def test_no_mutation_of_a_file_escapes_as_anything_but_an_error(data: st.DataObject) -> None:
    content = bytearray(notification(SNAPSHOT + delta_element(3)))
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = read_notification(bytes(content), "n", LIMITS)
    except RrdpError:
        return
    assert found.version.serial in {found.snapshot.serial, *found.deltas}


ENCODINGS = ["utf-7", "shift_jis", "base64", "idna", "utf-16", "latin-1", "foo"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_file_that_declares_another_encoding_than_ascii_is_refused(encoding: str) -> None:
    data = notification(SNAPSHOT, before=f'<?xml version="1.0" encoding="{encoding}"?>')
    with pytest.raises(RrdpError, match=f"encoding '{encoding}'; expected US-ASCII"):
        read_notification(data, "n", LIMITS)


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=12), st.binary(max_size=8))
def test_no_declaration_escapes_as_anything_but_an_error(encoding: str, junk: bytes) -> None:
    declaration = f'<?xml version="1.0" encoding="{encoding}"?>'.encode()
    with suppress(RrdpError):
        read_notification(declaration + junk + notification(SNAPSHOT), "n", LIMITS)


@pytest.mark.parametrize("encoding", ["US-ASCII", "UTF-8", "utf-8"])
def test_a_file_may_declare_that_it_is_ascii(encoding: str) -> None:
    data = notification(SNAPSHOT, before=f'<?xml version="1.0" encoding="{encoding}"?>')
    assert read_notification(data, "n", LIMITS).version == Version(SESSION, 3)
