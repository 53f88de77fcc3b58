"""Addresses of caches as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.rtr.address import AddressError, TcpAddress, UnixAddress, parse_address


@pytest.mark.parametrize(
    ("text", "address", "local"),
    [
        ("127.0.0.1:3323", TcpAddress("127.0.0.1", 3323), True),
        ("127.9.9.9:0", TcpAddress("127.9.9.9", 0), True),
        ("[::1]:3323", TcpAddress("::1", 3323), True),
        ("192.0.2.1:323", TcpAddress("192.0.2.1", 323), False),
        ("0.0.0.0:323", TcpAddress("0.0.0.0", 323), False),
        ("[2001:db8::1]:323", TcpAddress("2001:db8::1", 323), False),
        ("[::]:323", TcpAddress("::", 323), False),
        ("unix:/run/lab/rtr.sock", UnixAddress("/run/lab/rtr.sock"), True),
        ("unix:rtr:1.sock", UnixAddress("rtr:1.sock"), True),
    ],
)
def test_an_address_reads_as_it_is_shown(text, address, local):
    assert parse_address(text) == address
    assert str(address) == text
    assert address.is_local is local


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("127.0.0.1", "'127.0.0.1' has no port; expected for example 127.0.0.1:3323, [::1]:3323 or unix:"),
        ("", "'' has no port"),
        ("::1:3323", "an IPv6 address goes into brackets"),
        ("[::1]", "an IPv6 address goes into brackets"),
        ("[127.0.0.1]:1", "'[127.0.0.1]' is not an IP address"),
        ("127.0.0.1:", "'' is not a port; expected 0 to 65535"),
        ("127.0.0.1:65536", "'65536' is not a port; expected 0 to 65535"),
        ("127.0.0.1:\u0661", "'\u0661' is not a port"),
        ("127.0.0.1:1e3", "'1e3' is not a port"),
        ("localhost:3323", "'localhost' is not an IP address; did you mean 127.0.0.1:3323?"),
        ("rtr.example:3323", "'rtr.example' is not an IP address; expected for example"),
        (":3323", "'' is not an IP address"),
        ("unix:", "'unix:' names no socket"),
        ("unix:a\0b", "names no socket"),
        ("unix:/" + "x" * 107, "the path of a UNIX socket has at most 107 bytes"),
    ],
)
def test_what_is_no_address_is_refused_with_what_was_expected(text, problem):
    with pytest.raises(AddressError) as error:
        parse_address(text)
    assert problem in str(error.value)


@given(st.text(max_size=300) | st.text("127.0:[]unix/", max_size=20))
def test_any_text_is_an_address_or_a_short_error(text):
    try:
        address = parse_address(text)
    except AddressError as error:
        problem = str(error)
    else:
        assert parse_address(str(address)) == address
        return
    assert 0 < len(problem) < 1000
