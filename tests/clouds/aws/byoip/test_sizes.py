"""Which ranges are large enough, and how they have to be written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.bgp.prefix import Prefix
from lab.clouds.aws.byoip.sizes import check_size, parse_range
from lab.clouds.aws.errors import AwsError


def refusal(text: str, *, advertisable: bool = True) -> AwsError:
    with pytest.raises(AwsError) as caught:
        check_size(parse_range(text), advertisable=advertisable)
    return caught.value


@pytest.mark.seed(1, 7)
def test_an_ipv4_range_is_a_24_or_larger() -> None:
    check_size(Prefix.parse("198.51.100.0/24"), advertisable=True)
    check_size(Prefix.parse("198.51.0.0/16"), advertisable=True)
    error = refusal("198.51.100.128/25")
    assert error.code == "InvalidParameterValue"
    assert "198.51.100.128/25" in error.message
    assert "198.51.100.0/24" in error.message


@pytest.mark.seed(1, 8, 79)
def test_an_advertisable_ipv6_range_is_a_48_or_larger() -> None:
    check_size(Prefix.parse("2001:db8:1::/48"), advertisable=True)
    error = refusal("2001:db8:1:4000::/50")
    assert "/48" in error.message
    assert "--no-publicly-advertisable" in error.message


@pytest.mark.seed(9, 80)
def test_an_ipv6_range_that_is_not_advertised_may_be_as_small_as_a_56() -> None:
    check_size(Prefix.parse("2001:db8:1:100::/56"), advertisable=False)
    assert "/56" in refusal("2001:db8:1:110::/60", advertisable=False).message
    assert "--no-publicly-advertisable" not in refusal("2001:db8:1:110::/60").message


@pytest.mark.seed(45)
def test_an_ipv4_range_cannot_be_kept_from_being_advertised() -> None:
    error = refusal("198.51.100.0/24", advertisable=False)
    assert error.code == "InvalidParameterCombination"
    assert "only IPv6" in error.message


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("198.51.100.1/24", "198.51.100.0/24"),
        ("2001:db8::1/48", "2001:db8::/48"),
        ("198.51.100.0", "no length"),
        ("198.51.100.0/33", "/32"),
        ("example", "no length"),
        ("a/24", "not an IP prefix"),
        ("", "no length"),
    ],
)
def test_a_range_that_is_no_cidr_is_refused_with_a_hint(text: str, hint: str) -> None:
    with pytest.raises(AwsError) as caught:
        parse_range(text)
    assert caught.value.code == "InvalidParameterValue"
    assert hint in caught.value.message


@given(st.text(max_size=40))
def test_any_text_is_a_range_or_a_refusal(text: str) -> None:
    try:
        found = str(parse_range(text))
    except AwsError:
        return
    assert Prefix.parse(found) == Prefix.parse(text)
