"""The text of the authorization message, field by field."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.bgp.prefix import Prefix
from lab.clouds.aws.byoip.authorization import message_faults

ACCOUNT = "123456789012"
RANGE = Prefix.parse("198.51.100.0/24")
NOW = datetime(2019, 11, 30, 12, tzinfo=UTC)
EXAMPLE = "1|aws|123456789012|198.51.100.0/24|20191201|SHA256|RSAPSS"


def faults(message: str, *, prefix: Prefix = RANGE, now: datetime = NOW) -> list[str]:
    return message_faults(message, ACCOUNT, prefix, now.timestamp())


@pytest.mark.seed(34, 36)
def test_the_example_of_the_document_is_right() -> None:
    assert faults(EXAMPLE) == []


@pytest.mark.seed(34)
@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("1|aws", "2|aws", "version is '2', not '1'"),
        ("aws", "AWS", "second field is 'AWS', not 'aws'"),
        ("SHA256", "sha256", "digest is 'sha256', not 'SHA256'"),
        ("RSAPSS", "RSA", "signature scheme is 'RSA', not 'RSAPSS'"),
        ("|RSAPSS", "", "6 fields"),
        ("RSAPSS", "RSAPSS|", "8 fields"),
        ("RSAPSS", "RSAPSS\n", "line breaks"),
        ("1|aws", " 1|aws", "white space"),
        (EXAMPLE, "", "empty"),
        ("SHA256", "x" * 5000, "5051 characters"),
    ],
)
def test_every_deviation_from_the_format_is_named(old: str, new: str, text: str) -> None:
    (fault,) = faults(EXAMPLE.replace(old, new))
    assert text in fault


@pytest.mark.seed(39)
@pytest.mark.parametrize(
    ("account", "text"),
    [
        ("210987654321", "authorizes account 210987654321, but account 123456789012 asks"),
        ("1234-5678-9012", "without dashes"),
        ("12345678901", "twelve digits"),
    ],
)
def test_the_message_names_the_account_that_asks(account: str, text: str) -> None:
    (fault,) = faults(EXAMPLE.replace(ACCOUNT, account))
    assert text in fault


@pytest.mark.seed(39)
@pytest.mark.parametrize(
    ("cidr", "text"),
    [
        ("203.0.113.0/24", "for the range 203.0.113.0/24, but 198.51.100.0/24"),
        ("198.51.100.0/23", "must be equal"),
        ("198.51.100.1/24", "did you mean 198.51.100.0/24"),
        ("198.51.100.0", "must be equal"),
        ("mine", "not an IP prefix"),
    ],
)
def test_the_message_names_the_range_that_is_provisioned(cidr: str, text: str) -> None:
    (fault,) = faults(EXAMPLE.replace("198.51.100.0/24", cidr))
    assert text in fault


def test_an_ipv6_range_is_written_in_its_canonical_form() -> None:
    prefix = Prefix.parse("2001:db8::/48")
    assert faults(EXAMPLE.replace("198.51.100.0/24", "2001:db8::/48"), prefix=prefix) == []
    (fault,) = faults(EXAMPLE.replace("198.51.100.0/24", "2001:0DB8::/48"), prefix=prefix)
    assert "canonical form is 2001:db8::/48" in fault


@pytest.mark.seed(35)
@given(st.integers(-400, 400))
def test_a_message_counts_until_the_end_of_its_day(days: int) -> None:
    day = (NOW + timedelta(days=days)).date()
    found = faults(EXAMPLE.replace("20191201", f"{day:%Y%m%d}"))
    assert found == ([] if days >= 0 else [f"it expired on {day}; today is 2019-11-30"])


@pytest.mark.seed(35)
@pytest.mark.parametrize("day", ["2019-12-01", "20191301", "20190231", "191201", "", "２０１９１２０１"])
def test_a_date_that_is_none_is_shown_with_the_format(day: str) -> None:
    (fault,) = faults(EXAMPLE.replace("20191201", day))
    assert repr(day) in fault
    assert "YYYYMMDD" in fault


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert len(faults("2|azure|1|192.0.2.0/24|20180101|MD5|PKCS1")) == 7


@given(st.text(max_size=80))
def test_no_other_text_is_taken_for_a_message(text: str) -> None:
    assert faults(text)
