"""The IRRd protocol."""

from __future__ import annotations

import json

import pytest
from support.irr_lab import IrrLab, converse

from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.registry.irr.objects import parse

PREFIX = Prefix.parse("203.0.113.0/24")


@pytest.fixture
def lab() -> IrrLab:
    lab = IrrLab()
    for prefix, origin in (
        ("203.0.113.0/24", 64496),
        ("203.0.113.0/25", 64501),
        ("198.51.100.0/25", 64496),
        ("2001:db8:100::/48", 64501),
    ):
        lab.add(prefix, origin, descr="Ein Netz für Beispiele")
    lab.editor.put_as_set("AS-CUSTOMERS", ["AS64496", "AS-MORE"])
    lab.editor.put_as_set("AS-MORE", ["AS64501", "AS-CUSTOMERS"])
    lab.vrps = [Vrp(Prefix.parse("192.0.2.0/25"), 25, 64501)]
    return lab


def data(answer: str) -> str:
    """The data of an answer, whose length has to be as it says."""
    head, _, rest = answer.encode().partition(b"\n")
    assert head[:1] == b"A"
    assert rest.endswith(b"\nC\n")
    assert int(head[1:]) == len(rest) - 2
    return rest[:-3].decode()


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("!gAS64496", "198.51.100.0/25 203.0.113.0/24"),
        ("!gas64501", "203.0.113.0/25"),
        ("!6as64501", "2001:db8:100::/48"),
        ("!iAS-CUSTOMERS", "AS64496 AS-MORE"),
        ("!ias-customers,1", "AS64496 AS64501"),
        ("!a4AS-CUSTOMERS", "198.51.100.0/25 203.0.113.0/24 203.0.113.0/25"),
        ("!a6as-more", "2001:db8:100::/48"),
        ("!aAS-MORE", "198.51.100.0/25 203.0.113.0/24 203.0.113.0/25 2001:db8:100::/48"),
        ("!r203.0.113.0/24,o", "AS64496"),
        ("!s-lc", "AFRINIC,APNIC,ARIN,LACNIC,RIPE"),
        ("!jARIN,radb", "ARIN:N:-\nRADB:X:Database unknown"),
        ("!v", "IRRd -- version 4: the protocol, as a lab speaks it"),
    ],
)
def test_a_command_is_answered_with_the_length_of_its_data(lab: IrrLab, command: str, expected: str) -> None:
    assert data(lab.whois(command)) == expected


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("!r203.0.113.0/25", ["203.0.113.0/25 AS64501 ARIN"]),
        ("!r203.0.113.0/25,l", ["203.0.113.0/24 AS64496 ARIN"]),
        ("!r203.0.113.0/25,L", ["203.0.113.0/25 AS64501 ARIN", "203.0.113.0/24 AS64496 ARIN"]),
        ("!r203.0.113.0/24,M", ["203.0.113.0/25 AS64501 ARIN"]),
        ("!mroute,203.0.113.0/25AS64501", ["203.0.113.0/25 AS64501 ARIN"]),
        ("!mroute,203.0.113.0/25-as64501", ["203.0.113.0/25 AS64501 ARIN"]),
        ("!mroute6,2001:db8:100::/48-AS64501", ["2001:db8:100::/48 AS64501 ARIN"]),
        ("!mas-set,AS-MORE", ["AS-MORE RIPE"]),
        ("!osite-b-mnt", ["203.0.113.0/25 AS64501 ARIN"]),
    ],
)
def test_objects_are_answered_as_text(lab: IrrLab, command: str, expected: list[str]) -> None:
    found = parse(data(lab.whois(command)))
    assert [each.key for each in found] == expected


@pytest.mark.parametrize(
    "command",
    ["!gAS64511", "!6AS64496", "!iAS-NONE", "!a4AS-NONE", "!r192.0.2.0/24", "!oX-MNT", "!mas-set,AS-NONE",
     "!mroute,192.0.2.0/25AS1", "!mroute6,203.0.113.0/25AS64501"],
)  # fmt: skip
def test_what_nobody_has_is_answered_with_d(lab: IrrLab, command: str) -> None:
    assert lab.whois(command) == "D\n"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("!a", "Missing required set name for A query"),
        ("!a4", "Missing required set name for A query"),
        ("!g", "Missing parameter for g query"),
        ("!gAS-X", "Invalid AS number 'AS-X'; expected for example AS64496"),
        ("!r203.0.113.1/24", "'203.0.113.1/24' has host bits set; did you mean 203.0.113.0/24?"),
        ("!r203.0.113.0/24,x", "Invalid route search option: 'x'; expected o, l, L or M"),
        ("!mroute,x", "Invalid argument for object lookup"),
        ("!sRADB", "there is no source 'RADB'"),
        ("!t0", "Invalid value for timeout: '0'; expected 1 to 1000 seconds"),
        ("!t1001", "Invalid value for timeout"),
        ("!t²", "Invalid value for timeout"),
        ("!", "Unrecognised command: ''"),
        ("!z", "Unrecognised command: 'z'"),
    ],
)
def test_a_command_that_is_none_is_answered_with_f_and_why(lab: IrrLab, command: str, said: str) -> None:
    answer = lab.whois(command)
    assert answer.startswith(f"F {said}")
    assert answer.count("\n") == 1


def test_the_handshake_of_bgpq4_is_answered(lab: IrrLab) -> None:
    session = lab.session()
    assert converse(session, b"!!\n", b"!nbgpq4 1.9\n") == b"C\n"
    assert converse(session, b"!a\n") == b"F Missing required set name for A query\n"
    assert converse(session, b"!s-lc\n!sARIN\n!s-lc\n!q\n!v\n").decode() == (
        "A31\nAFRINIC,APNIC,ARIN,LACNIC,RIPE\nC\nC\nA5\nARIN\nC\n"
    )
    assert session.closed


def test_one_command_ends_the_connection_unless_more_are_asked_for(lab: IrrLab) -> None:
    session = lab.session()
    assert converse(session, b"!gAS64501\n!gAS64501\n").count(b"C\n") == 1
    assert session.closed


def test_sources_are_chosen_for_the_connection_and_the_rpki_only_if_asked_for(lab: IrrLab) -> None:
    session = lab.session()
    lines = b"!!\n!gAS64501\n!sRPKI,arin\n!gAS64501\n!sripe\n!gAS64496\n!gAS64501\n!ias-more\n"
    assert converse(session, lines).decode() == (
        "A15\n203.0.113.0/25\nC\n"
        "C\nA28\n192.0.2.0/25 203.0.113.0/25\nC\n"
        "C\nA16\n198.51.100.0/25\nC\nD\nA21\nAS64501 AS-CUSTOMERS\nC\n"
    )


def test_the_as_set_of_the_source_that_is_named_first_counts(lab: IrrLab) -> None:
    lab.editor.put_as_set("AS-MORE", ["AS64496"], "ARIN")
    talk = b"!!\n!sRIPE,ARIN\n!s-lc\n!iAS-MORE\n!sARIN,RIPE\n!iAS-MORE\n"
    assert converse(lab.session(), talk).decode() == (
        "C\nA10\nRIPE,ARIN\nC\nA21\nAS64501 AS-CUSTOMERS\nC\nC\nA8\nAS64496\nC\n"
    )


def test_the_state_of_the_sources_is_json(lab: IrrLab) -> None:
    found = json.loads(data(lab.whois("!J-*")))
    assert found["ARIN"] == {"authoritative": True, "keep_journal": False}
    assert json.loads(data(lab.whois("!JRPKI,ARIN")))["RPKI"] == {
        "authoritative": False,
        "keep_journal": False,
    }
    assert list(json.loads(data(lab.whois("!JRIPE")))) == ["RIPE"]


def test_every_command_has_the_same_sources_by_default_and_the_rpki_if_it_is_named(lab: IrrLab) -> None:
    default = data(lab.whois("!s-lc")).strip().split(",")
    assert "RPKI" not in default
    assert [line.split(":")[0] for line in data(lab.whois("!j-*")).split()] == default
    assert list(json.loads(data(lab.whois("!J-*")))) == default
    assert data(lab.whois("!jRPKI")).strip() == "RPKI:N:-"


def test_a_client_can_ask_for_more_time(lab: IrrLab) -> None:
    session = lab.session()
    before = session.timeout
    assert converse(session, b"!!\n!t600\n") == b"C\n"
    assert (before, session.timeout) == (30.0, 600.0)
