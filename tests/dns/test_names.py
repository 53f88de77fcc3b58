"""Domain names as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.dns.names import DomainNameError, around, host_name, is_within, record_name, text_of


def test_a_name_is_kept_in_lower_case_without_the_final_dot() -> None:
    assert record_name("WWW.Example.COM.") == "www.example.com"
    assert host_name("NS1.Dns.Example.") == "ns1.dns.example"


def test_records_have_underscores_and_wildcards_and_hosts_have_not() -> None:
    for name in ("_sip._tcp.example.com", "*.example.com"):
        assert record_name(name) == name
        with pytest.raises(DomainNameError, match="is not a label"):
            host_name(name)


@pytest.mark.parametrize(
    "name", ["", ".", "a..b", ".a", "a b", "-a", "a-", "a.*.b", "*", "é", "a\n", "a\\046b"]
)
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(DomainNameError):
        record_name(name)


def test_the_longest_name_has_253_characters_and_the_longest_label_63() -> None:
    longest = ".".join(["a" * 63] * 3 + ["a" * 61])
    assert record_name(longest) == longest
    with pytest.raises(DomainNameError, match="at most 253"):
        record_name(f"{longest}a")
    with pytest.raises(DomainNameError, match="at most 63"):
        record_name("a" * 64)


def test_a_name_is_within_itself_and_what_is_around_it() -> None:
    assert list(around("a.b.c")) == ["a.b.c", "b.c", "c"]
    assert is_within("a.b.c", "b.c")
    assert is_within("b.c", "b.c")
    assert not is_within("ab.c", "b.c")


@given(st.lists(st.binary(min_size=1, max_size=63), max_size=5))
def test_labels_of_any_octets_have_a_text_with_as_many_labels(labels: list[bytes]) -> None:
    text = text_of(labels)
    assert len(list(around(text))) == len(labels)
    assert text.isascii()
    assert text.isprintable()


def test_a_dot_within_a_label_is_none_between_labels() -> None:
    assert text_of([b"a.b", b"C"]) == "a\\046b.c"
