"""Queries by whois, in RIPE's form."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from support.irr_lab import IrrLab, converse

from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.registry.irr.connection import MOST_ANSWER
from lab.registry.irr.objects import parse
from lab.registry.irr.pseudo import derived_objects
from lab.registry.irr.whois import LONGEST_LINE
from lab.registry.rirs import RIRS

NOTHING = "%  No entries found for the selected source(s).\n\n\n"
PREFIX = Prefix.parse("203.0.113.0/24")
APNIC_PREFIX = Prefix.parse("198.51.100.128/25")
BY_ROA = """\
route:          198.51.100.128/25
descr:          RPKI ROA for 198.51.100.128/25
remarks:        This route object represents routing data retrieved from the RPKI
remarks:        The original data is the lab's VRP 198.51.100.128/25-26 AS13335
remarks:        This route object is the result of an automated RPKI-to-IRR conversion process.
remarks:        maxLength 26
origin:         AS13335
mnt-by:         MAINT-LAB-RPKI
changed:        rpki@lab.example 20260101
source:         RPKI  # Trust Anchor: apnic
"""
BY_MAINTAINER = """\
route:          198.51.100.128/25
origin:         AS13335
descr:          APNIC Research and Development
                6 Cordelia St
mnt-by:         TOKYO-MNT
created:        2026-01-01T00:00:00Z
last-modified:  2026-01-01T00:00:00Z
source:         APNIC
"""


@pytest.fixture
def lab() -> IrrLab:
    """Space of customer's with its subnets, one of site-b's in it, and an as-set."""
    lab = IrrLab()
    for prefix, origin in (
        ("203.0.113.0/24", 64496),
        ("203.0.113.0/24", 13335),
        ("203.0.113.0/25", 64501),
        ("203.0.113.0/26", 64501),
        ("203.0.113.128/25", 64496),
        ("2001:db8:100::/48", 64496),
    ):
        lab.add(prefix, origin)
    lab.editor.put_as_set("AS-CUSTOMERS", ["AS64496", "AS64501"])
    return lab


def found(lab: IrrLab, query: str) -> list[str]:
    """The keys of the objects that a query finds, without the sources."""
    answer = lab.whois(query)
    assert answer.endswith("\n\n\n")
    return [each.key.rpartition(" ")[0] for each in parse(answer)]


@pytest.mark.seed(242, 243)
def test_a_prefix_has_its_rpki_section_and_then_its_irr_section() -> None:
    lab = IrrLab()
    lab.editor.add_route(APNIC_PREFIX, 13335, descr="APNIC Research and Development\n6 Cordelia St")
    lab.vrps = [Vrp(APNIC_PREFIX, 26, 13335)]
    assert lab.whois("198.51.100.128/25") == f"{BY_ROA}\n{BY_MAINTAINER}\n\n"


@pytest.mark.seed(244)
def test_a_prefix_with_a_roa_only_has_an_rpki_section_only() -> None:
    lab = IrrLab()
    lab.vrps = [Vrp(APNIC_PREFIX, 26, 13335)]
    assert lab.whois("198.51.100.128/25") == f"{BY_ROA}\n\n"
    assert lab.whois("-s APNIC 198.51.100.128/25") == NOTHING


@pytest.mark.seed(242, 243)
def test_a_prefix_without_a_roa_has_an_irr_section_only() -> None:
    lab = IrrLab()
    lab.editor.add_route(APNIC_PREFIX, 13335, descr="APNIC Research and Development\n6 Cordelia St")
    assert lab.whois("198.51.100.128/25") == f"{BY_MAINTAINER}\n\n"
    assert lab.whois("-s rpki 198.51.100.128/25") == NOTHING


@pytest.mark.seed(243)
def test_what_is_derived_from_a_roa_can_be_read_as_a_route_object() -> None:
    (found,) = parse(BY_ROA)
    assert found == derived_objects([Vrp(APNIC_PREFIX, 26, 13335)])[0]
    assert found.source == "RPKI"


@pytest.mark.seed(243)
def test_a_roa_for_as_0_is_no_route_object_and_one_of_ipv6_is_a_route6() -> None:
    lab = IrrLab()
    lab.vrps = [Vrp(APNIC_PREFIX, 25, 0), Vrp(Prefix.parse("2001:db8:100::/48"), 64, 64496)]
    assert lab.whois("198.51.100.128/25") == NOTHING
    answer = lab.whois("2001:db8:100::/48")
    assert answer.startswith(
        "route6:         2001:db8:100::/48\ndescr:          RPKI ROA for 2001:db8:100::/48\n"
    )
    assert "remarks:        maxLength 64\n" in answer
    assert "source:         RPKI  # Trust Anchor: arin\n" in answer


def test_the_rpki_section_follows_the_vrps() -> None:
    lab = IrrLab()
    for vrps in ([Vrp(PREFIX, 24, 64496)], [], [Vrp(PREFIX, 24, 64497), Vrp(PREFIX, 25, 64497)]):
        lab.vrps = vrps
        assert lab.whois("203.0.113.0/24").count("# Trust Anchor: arin") == len(vrps)


def test_the_rpki_section_is_made_once_for_the_same_vrps() -> None:
    class Counted(list[Vrp]):
        times = 0

        def __iter__(self) -> Iterator[Vrp]:
            self.times += 1
            return super().__iter__()

    lab = IrrLab()
    lab.vrps = vrps = Counted([Vrp(PREFIX, 24, 64496)])
    for query in ("203.0.113.0/24", "-i origin AS64496", "-M 203.0.113.0/24"):
        lab.whois(query)
    assert vrps.times == 1


@pytest.mark.seed(242)
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("203.0.113.0/24", ["203.0.113.0/24 AS13335", "203.0.113.0/24 AS64496"]),
        ("203.0.113.192/26", ["203.0.113.128/25 AS64496"]),
        ("203.0.113.9", ["203.0.113.0/26 AS64501"]),
        ("2001:db8:100::1", ["2001:db8:100::/48 AS64496"]),
        ("-x 203.0.113.0/25", ["203.0.113.0/25 AS64501"]),
        ("-x 203.0.113.192/26", []),
        ("-l 203.0.113.0/25", ["203.0.113.0/24 AS13335", "203.0.113.0/24 AS64496"]),
        ("-l 203.0.113.0/24", []),
        (
            "-L 203.0.113.0/25",
            ["203.0.113.0/25 AS64501", "203.0.113.0/24 AS13335", "203.0.113.0/24 AS64496"],
        ),
        ("-m 203.0.113.0/24", ["203.0.113.0/25 AS64501", "203.0.113.128/25 AS64496"]),
        (
            "-M 203.0.113.0/24",
            ["203.0.113.0/25 AS64501", "203.0.113.0/26 AS64501", "203.0.113.128/25 AS64496"],
        ),
        ("-rM 203.0.113.0/25", ["203.0.113.0/26 AS64501"]),
        ("203.0.112.0/24", []),
        ("as64501", ["203.0.113.0/25 AS64501", "203.0.113.0/26 AS64501"]),
        ("-i origin as64501", ["203.0.113.0/25 AS64501", "203.0.113.0/26 AS64501"]),
        ("-i origin AS64511", []),
        ("-i mnt-by,origin as64501", ["203.0.113.0/25 AS64501", "203.0.113.0/26 AS64501"]),
        ("-R -i Origin as64501", ["203.0.113.0/25 AS64501", "203.0.113.0/26 AS64501"]),
        ("-i mnt-by site-b-mnt", ["203.0.113.0/25 AS64501", "203.0.113.0/26 AS64501"]),
        ("-i mnt-by customers-mnt", ["AS-CUSTOMERS"]),
        ("as-customers", ["AS-CUSTOMERS"]),
        ("site-b-mnt", ["203.0.113.0/25 AS64501", "203.0.113.0/26 AS64501"]),
        ("-T route6 -i origin AS64496", ["2001:db8:100::/48 AS64496"]),
        (
            "-T route -i origin AS64496",
            ["203.0.113.0/24 AS64496", "203.0.113.128/25 AS64496"],
        ),
        ("-T as-set,route6 203.0.113.0/24", []),
        ("-s ripe 203.0.113.0/24", []),
        ("-V Md5.5 -s RIPE,arin -x 203.0.113.0/25", ["203.0.113.0/25 AS64501"]),
        ("nobody", []),
    ],
)
def test_a_query_finds_what_it_asks_for(lab: IrrLab, query: str, expected: list[str]) -> None:
    assert found(lab, query) == expected
    assert (lab.whois(query) == NOTHING) is (not expected)


@pytest.mark.parametrize("kind", ["route", "route6", "as-set"])
def test_a_template_has_the_attributes_that_objects_have(lab: IrrLab, kind: str) -> None:
    prefix = "203.0.113.64/26" if kind == "route" else "2001:db8:100:1::/64"
    if kind != "as-set":
        lab.add(prefix, 13335, descr="An example", remarks="More of it")
    shown = lab.whois("AS-CUSTOMERS" if kind == "as-set" else f"-s ARIN -T {kind} -x {prefix}")
    has = dict.fromkeys(re.findall(r"^([a-z0-9-]+):", shown.split("\n\n")[0], re.M))
    rows = re.findall(r"^([a-z0-9-]+): +\[(\w+)\] +\[(\w+)\] +\[.*\]$", lab.whois(f"-t {kind}"), re.M)
    assert [name for name, *_ in rows if name in has] == list(has)
    assert {name for name, need, _ in rows if need != "optional"} <= has.keys()
    assert lab.whois(f"-v {kind.upper()}") == lab.whois(f"-t {kind}")


def test_the_server_says_what_it_is(lab: IrrLab) -> None:
    assert lab.whois("-q version").startswith("% IRRd -- version 4")
    assert lab.whois("-q sources").split() == ["RPKI:-:X:0-0", *(f"{each}:-:N:0-0" for each in sorted(RIRS))]
    assert lab.whois("-q Types").split() == ["route", "route6", "as-set"]


def test_the_key_alone_can_be_asked_for(lab: IrrLab) -> None:
    assert (
        lab.whois("-K 2001:db8:100::/48")
        == "route6:         2001:db8:100::/48\norigin:         AS64496\n\n\n"
    )
    assert lab.whois("-K AS-CUSTOMERS") == (
        "as-set:         AS-CUSTOMERS\nmembers:        AS64496\nmembers:        AS64501\n\n\n"
    )


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "nothing to search for"),
        ("-T route", "nothing to search for"),
        ("203.0.113.1/24", "did you mean 203.0.113.0/24"),
        ("-x customer", "'customer' is not an IP prefix"),
        ("-i origin customer", "'customer' is no AS number"),
        ("-i descr customer", "no inverse search by 'descr'; there is that by: origin, mnt-by"),
        ("-T rout 203.0.113.0/24", "did you mean 'route'"),
        ("-s RADB 203.0.113.0/24", "there is no source 'RADB'"),
        ("-t inetnum", "there are no objects 'inetnum' here; there are: route, route6, as-set"),
        ("-q all", "nothing to say about 'all'; ask for: version, sources, types"),
        ("-i origin,descr AS64496", "no inverse search by 'descr'"),
        ("-z 203.0.113.0/24", "option -z not recognized"),
        ("--select-types route", "option --select-types not recognized"),
        ("203.0.113.0/24 -s", "option -s requires argument"),
    ],
)
def test_a_query_that_is_none_is_an_error_that_says_why(lab: IrrLab, query: str, said: str) -> None:
    answer = lab.whois(query)
    assert answer.startswith("%% ERROR: ")
    assert answer.endswith("\n\n\n")
    assert said in answer


def test_a_connection_ends_after_one_query_unless_more_are_asked_for(lab: IrrLab) -> None:
    session = lab.session()
    assert converse(session, b"AS64501\r\nAS64496\r\n").decode() == lab.whois("AS64501")
    assert session.closed
    session = lab.session()
    both = converse(session, b"-k AS64501\r\n\r\nAS-CUSTOMERS\r\n").decode()
    assert both == lab.whois("AS64501") + lab.whois("AS-CUSTOMERS")
    assert not session.closed
    assert converse(session, b"-k\r\nAS64501\r\n") == b""
    assert session.closed


@pytest.mark.parametrize("word", ["q", "QUIT", "exit"])
def test_a_client_can_say_goodbye(lab: IrrLab, word: str) -> None:
    session = lab.session()
    assert converse(session, b"-k\n", f"{word}\n".encode(), b"AS64501\n") == b""
    assert session.closed


def test_packets_may_be_split_anywhere(lab: IrrLab) -> None:
    talk = b"-k AS64501\r\n!gas64496\n-K AS-CUSTOMERS\n!!\n!q\n"
    whole = converse(lab.session(), talk)
    assert whole.count(b"AS64501") == 3
    for cut in range(len(talk) + 1):
        assert converse(lab.session(), talk[:cut], talk[cut:]) == whole
    assert converse(lab.session(), *(talk[at : at + 1] for at in range(len(talk)))) == whole


def test_a_line_that_is_too_long_is_an_error_and_the_end(lab: IrrLab) -> None:
    for line in (b"x" * (LONGEST_LINE + 1), b"\xff" * 5000 + b"\n", b"x" * LONGEST_LINE + b"\r\n"):
        session = lab.session()
        assert converse(session, b"-k\n", line) == b"%% ERROR: a query has at most 1024 bytes\n\n\n"
        assert session.closed
    longest = lab.session()
    assert converse(longest, b"-k\n", b"x" * LONGEST_LINE + b"\n").decode() == NOTHING
    assert not longest.closed


def test_an_answer_that_is_too_large_is_an_error() -> None:
    lab = IrrLab()
    text = "\n".join(["x" * 4000] * 400)
    for origin in (64496, 64497, 64498):
        lab.add("203.0.113.0/24", origin, descr=text)
    assert len(lab.whois("-i origin AS64496")) > 400 * 4000
    assert (
        lab.whois("203.0.113.0/24")
        == f"%% ERROR: the answer has more than {MOST_ANSWER} bytes; ask for less\n\n\n"
    )
