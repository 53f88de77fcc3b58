"""URIs of RPKI objects (RFC 5781, RFC 6487 section 4.8.8): strangers choose them, and they name files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.rpki.uris import UriError, parse_https, parse_rsync, parse_rsync_file


def test_an_rsync_uri_is_a_host_a_module_and_a_path() -> None:
    uri = parse_rsync("rsync://RPKI.example.net:8873/repo/ca/1/a.roa")
    assert (uri.authority, uri.module, uri.path, uri.directory) == (
        "rpki.example.net:8873",
        "repo",
        ("ca", "1", "a.roa"),
        False,
    )
    assert uri.module_uri == "rsync://rpki.example.net:8873/repo/"


def test_a_module_is_a_directory_with_or_without_its_slash() -> None:
    assert parse_rsync("rsync://rpki.example.net/repo") == parse_rsync("rsync://rpki.example.net/repo/")
    with pytest.raises(UriError, match="is a directory; expected a file"):
        parse_rsync_file("rsync://rpki.example.net/repo")


@pytest.mark.parametrize(
    ("uri", "problem"),
    [
        ("rsync://h/m/../../etc/passwd", "segment '..', which starts with a dot"),
        ("rsync://h/m/./a", "segment '.', which starts with a dot"),
        ("rsync://h/m/.hidden", "segment '.hidden', which starts with a dot"),
        ("rsync://h/../etc/passwd", "segment '..', which starts with a dot"),
        ("rsync://h/m//a", "an empty segment"),
        ("rsync://h//a", "an empty segment"),
        ("rsync://h/", "an empty segment"),
        ("rsync://h", "is not an rsync URI"),
        ("rsync:///m/a", "is not an rsync URI"),
        ("rsync://user@h/m/a", "is not an rsync URI"),
        ("rsync://-h/m/a", "is not an rsync URI"),
        ("rsync://../m/a", "is not an rsync URI"),
        ("rsync://\u0130.example/m/a", "is not an rsync URI"),
        ("rsync://h:0/m/a", "port 0; expected 1 to 65535"),
        ("rsync://h:65536/m/a", "port 65536; expected 1 to 65535"),
        ("rsync://h/m/*.roa", "segment '*.roa'; expected letters"),
        ("rsync://h/m/a b", "segment 'a b'; expected letters"),
        ("rsync://h/m/a\x00b", r"segment 'a\x00b'; expected letters"),
        ("rsync://h/m/ä", r"segment '\xe4'; expected letters"),
        ("rsync://h/m/" + "a" * 300, "a segment of 300 characters"),
        ("rsync://h/" + "a/" * 50, "50 segments; at most 32"),
        ("rsync://h/m/" + "a" * 3000, "is longer than 2048 characters"),
        ("https://h/m/a", "is not an rsync URI"),
        ("h::m/a", "is not an rsync URI"),
        ("--rsh=sh", "is not an rsync URI"),
    ],
)
def test_an_rsync_uri_that_cannot_name_an_object_is_refused(uri: str, problem: str) -> None:
    with pytest.raises(UriError) as error:
        parse_rsync(uri)
    assert problem in str(error.value)
    assert str(error.value).isprintable()


@pytest.mark.parametrize(
    "uri",
    [
        "http://h/a",
        "https:///a",
        "https://u:p@h/a",
        "https://h:0/a",
        "https://h:99999/a",
        "https://h/a\r\nHost: x",
        "https://h/a b",
        "https://h/a#b",
        "https://h a/",
        "https://\u212a.example/",
        "https://h/\u017fnap.xml",
    ],
)
def test_an_https_uri_that_cannot_be_fetched_is_refused(uri: str) -> None:
    with pytest.raises(UriError):
        parse_https(uri)


def test_the_origin_is_the_host_in_lower_case_and_the_port() -> None:
    assert (
        parse_https("https://RRDP.example.net/a").origin
        == parse_https("https://rrdp.example.net:443/b").origin
    )
    assert parse_https("https://h:8443/").origin != parse_https("https://h/").origin
    assert str(parse_https("https://[2001:DB8::1]:8443/a?b")) == "https://[2001:db8::1]:8443/a?b"


@given(st.text(max_size=30).map(lambda text: f"rsync://h/{text}"))
def test_a_path_never_leaves_its_module(uri: str) -> None:
    try:
        parsed = parse_rsync(uri)
    except UriError:
        return
    assert not any(part.startswith(".") or "/" in part or not part for part in (parsed.module, *parsed.path))
