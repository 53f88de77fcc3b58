import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples
from support.payload_values import ASNS, payloads, prefixes

from lab.bgp.aspa import Aspa
from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.rpki.payloads import NEVER, Payloads, Source
from lab.rpki.slurm import MAX_BYTES, MOST_PROBLEMS, Slurm, SlurmError, parse_slurm, read_slurm

SKI, KEY = "MTIzNDU2Nzg5MDEyMzQ1Njc4OTA", "Ymx1YmI"


def document(version: int = 2, filters: Any = (), assertions: Any = ()) -> dict[str, Any]:
    """A file with these lists; those not given are empty."""
    kinds = ("prefix", "bgpsec", "aspa")[: version + 1]
    return {
        "slurmVersion": version,
        "validationOutputFilters": {f"{kind}Filters": [] for kind in kinds} | dict(filters),
        "locallyAddedAssertions": {f"{kind}Assertions": [] for kind in kinds} | dict(assertions),
    }


def parsed(content: Any) -> Slurm:
    return parse_slurm(json.dumps(content).encode(), "local.json")


def problems(content: Any) -> str:
    with pytest.raises(SlurmError) as error:
        parsed(content)
    return str(error.value)


def test_the_examples_of_the_rfc_and_the_draft_are_read():
    slurm = parsed(
        document(
            filters={
                "prefixFilters": [
                    {"prefix": "192.0.2.0/24", "comment": "All VRPs encompassed by prefix"},
                    {"asn": 64496, "comment": "All VRPs matching ASN"},
                    {"prefix": "198.51.100.0/24", "asn": 64497},
                ],
                "bgpsecFilters": [{"asn": 64496}, {"SKI": SKI}, {"asn": 64497, "SKI": SKI}],
                "aspaFilters": [{"customerAsn": 64496, "comment": "ASPAs of the customer"}],
            },
            assertions={
                "prefixAssertions": [
                    {"asn": 64496, "prefix": "198.51.100.0/24", "comment": "My other important route"},
                    {"asn": 64496, "prefix": "2001:DB8::/32", "maxPrefixLength": 48},
                ],
                "bgpsecAssertions": [{"asn": 64496, "SKI": SKI, "routerPublicKey": KEY}],
                "aspaAssertions": [{"customerAsn": 64496, "providerAsns": [64498, 64497]}],
            },
        )
    )
    kept = (Vrp(Prefix.parse("198.51.100.0/24"), 24, 64499, "arin"), Source("", "arin", 1))
    gone = [
        (Vrp(Prefix.parse("192.0.2.128/25"), 25, 64499, "arin"), Source("", "arin", 1)),
        (Vrp(Prefix.parse("203.0.113.0/24"), 24, 64496, "arin"), Source("", "arin", 1)),
        (Vrp(Prefix.parse("198.51.100.0/24"), 24, 64497, "arin"), Source("", "arin", 1)),
        (Aspa(64496, (64500,), "arin"), Source("", "arin", 1)),
    ]
    local = Source("slurm:local.json", "slurm", NEVER)
    assert slurm.apply(Payloads.of([kept, *gone])) == Payloads.of(
        [
            kept,
            (Vrp(Prefix.parse("198.51.100.0/24"), 24, 64496, "slurm"), local),
            (Vrp(Prefix.parse("2001:db8::/32"), 48, 64496, "slurm"), local),
            (Aspa(64496, (64497, 64498), "slurm"), local),
        ]
    )


def test_a_file_that_changes_nothing_changes_nothing():
    found = Payloads.of([(Vrp(Prefix.parse("203.0.113.0/24"), 24, 64496, "arin"), Source("", "arin", 1))])
    assert parsed(document(1)).apply(found) == found


# --- what they do -----------------------------------------------------------------------------------------

prefix_filters = st.lists(
    st.one_of(
        st.fixed_dictionaries({"prefix": prefixes().map(str)}, optional={"asn": ASNS}),
        st.fixed_dictionaries({"asn": ASNS}),
    ),
    max_size=4,
)
aspa_filters = st.lists(st.fixed_dictionaries({"customerAsn": ASNS}), max_size=2)
prefix_assertions = st.lists(
    st.builds(
        lambda prefix, longer, asn: {
            "prefix": str(prefix),
            "asn": asn,
            **({"maxPrefixLength": prefix.length + longer} if longer else {}),
        },
        prefixes(),
        st.integers(0, 2),
        ASNS,
    ),
    max_size=4,
)
aspa_assertions = st.lists(
    st.builds(lambda asn: {"customerAsn": asn, "providerAsns": [asn + 10, 64500]}, ASNS), max_size=2
)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    return document(
        filters={"prefixFilters": draw(prefix_filters), "aspaFilters": draw(aspa_filters)},
        assertions={"prefixAssertions": draw(prefix_assertions), "aspaAssertions": draw(aspa_assertions)},
    )


def removed(vrp: Vrp, filters: list[dict[str, Any]]) -> bool:
    """RFC 8416 section 3.3.1, word for word."""
    return any(
        ("prefix" not in each or Prefix.parse(each["prefix"]).covers(vrp.prefix))
        and ("asn" not in each or each["asn"] == vrp.asn)
        for each in filters
    )


@given(documents(), payloads())
@settings(max_examples=examples(25))
def test_what_no_filter_matches_stays_and_what_is_asserted_is_there_even_if_a_filter_matches_it(
    content, found
):
    applied = parsed(content).apply(found)
    filters = content["validationOutputFilters"]
    stays = {vrp for vrp in found.vrps if not removed(vrp, filters["prefixFilters"])}
    asserted = {
        Vrp(prefix, each.get("maxPrefixLength", prefix.length), each["asn"], "slurm")
        for each in content["locallyAddedAssertions"]["prefixAssertions"]
        for prefix in [Prefix.parse(each["prefix"])]
    }
    assert set(applied.vrps) == stays | asserted
    assert {vrp: applied.vrps[vrp] for vrp in stays} == {vrp: found.vrps[vrp] for vrp in stays}
    customers = {each["customerAsn"] for each in filters["aspaFilters"]}
    said = {each["customerAsn"] for each in content["locallyAddedAssertions"]["aspaAssertions"]}
    untouched = {aspa for aspa in found.aspas if aspa.customer not in customers}
    assert {aspa for aspa in applied.aspas if aspa.ta != "slurm"} == untouched
    assert {aspa.customer for aspa in applied.aspas if aspa.ta == "slurm"} == said


@given(documents(), payloads())
@settings(max_examples=examples(25))
def test_applying_a_file_twice_is_applying_it_once(content, found):
    slurm = parsed(content)
    assert slurm.apply(slurm.apply(found)) == slurm.apply(found)


@given(documents(), payloads())
@settings(max_examples=examples(25))
def test_the_order_of_the_entries_does_not_matter(content, found):
    backwards = {
        key: value
        if key == "slurmVersion"
        else {member: list(reversed(entries)) for member, entries in value.items()}
        for key, value in content.items()
    }
    assert parsed(backwards).apply(found) == parsed(content).apply(found)


# --- what is wrong with a file ----------------------------------------------------------------------------


def test_all_problems_are_reported_with_their_json_path():
    content = document(
        filters={
            "prefixFilters": [{}, {"prefix": "192.0.2.1/24"}, {"asn": "64496"}, {"prefx": "192.0.2.0/24"}],
            "bgpsecFilters": [{"SKI": "xx"}],
        },
        assertions={"aspaAssertions": [{"customerAsn": 64496, "providerAsns": [64496]}]},
    )
    assert problems(content).splitlines() == [
        "local.json: validationOutputFilters.prefixFilters[0]: a prefix filter has a prefix, an asn or both; "
        "this one has neither",
        "local.json: validationOutputFilters.prefixFilters[1].prefix: '192.0.2.1/24' has host bits set; "
        "did you mean 192.0.2.0/24?",
        "local.json: validationOutputFilters.prefixFilters[2].asn: "
        "expected an AS number from 0 to 4294967295, got '64496'",
        "    write 64496",
        "local.json: validationOutputFilters.prefixFilters[3].prefx: unknown key 'prefx'; "
        "valid keys: comment, prefix, asn",
        "    did you mean 'prefix'?",
        "local.json: validationOutputFilters.bgpsecFilters[0].SKI: expected a subject key identifier of "
        "20 octets, got 1",
        "local.json: locallyAddedAssertions.aspaAssertions[0]: the ASPA of AS64496 names AS64496 itself as a "
        "provider",
        "6 problems",
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (document() | {"slurmVersion": 3}, "slurmVersion: expected the version 1 or 2, got 3"),
        (document() | {"slurmVersion": True}, "slurmVersion: expected the version 1 or 2, got true"),
        (document(1) | {"slurmVersion": 1.0}, "slurmVersion: expected the version 1 or 2, got 1.0"),
        (document(2) | {"slurmVersion": 1}, "validationOutputFilters.aspaFilters: unknown key"),
        (document(1) | {"slurmVersion": 2}, "missing key 'aspaFilters'"),
        (document(1) | {"comment": "x"}, "comment: unknown key"),
        (document(1) | {"locallyAddedAssertions": None}, "locallyAddedAssertions: key"),
        (
            document(1) | {"locallyAddedAssertions": []},
            "locallyAddedAssertions: expected a mapping, got a list",
        ),
        (document(1, assertions={"prefixAssertions": {}}), "prefixAssertions: "),
        (
            document(1, assertions={"prefixAssertions": [{"asn": 1}]}),
            "prefixAssertions[0]: missing key 'prefix'",
        ),
        (
            document(
                1,
                assertions={
                    "prefixAssertions": [{"asn": 1, "prefix": "192.0.2.0/24", "maxPrefixLength": 33}]
                },
            ),
            "prefixAssertions[0]: maxPrefixLength 33 does not fit 192.0.2.0/24; expected 24 to 32",
        ),
        (
            document(1, assertions={"bgpsecAssertions": [{"asn": 1, "SKI": SKI, "routerPublicKey": "a+b/"}]}),
            "routerPublicKey: expected base64url text without padding",
        ),
        (document(1, filters={"bgpsecFilters": [{}]}), "bgpsecFilters[0]: a BGPsec filter has an asn"),
        ([], "expected an object, got a list"),
        (None, "expected an object, got nothing"),
    ],
)
def test_what_the_format_does_not_allow_is_refused(content, problem):
    assert problem in problems(content)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "is not JSON"),
        (b"\xff", "is not JSON"),
        (b"[" * 100_000, "is not JSON: too deeply nested"),
        (b'{"slurmVersion": 1, "slurmVersion": 1}', "the member 'slurmVersion' is there twice"),
        (b" " * (MAX_BYTES + 1), f"is larger than {MAX_BYTES} bytes"),
    ],
)
def test_what_is_no_json_of_a_sensible_size_is_refused(data, problem):
    with pytest.raises(SlurmError, match=problem):
        parse_slurm(data, "local.json")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from((*document(), "prefixFilters", "asn")), inner)
        ),
        max_leaves=8,
    )
)
def test_no_json_causes_anything_but_the_typed_error(content):
    with pytest.raises(SlurmError):  # none of these is whole
        parsed(content)


def test_a_file_full_of_nonsense_is_not_read_to_its_end():
    with pytest.raises(SlurmError) as error:
        parsed(document(1, filters={"prefixFilters": [7] * (MOST_PROBLEMS * 3)}))
    assert len(error.value.problems) == MOST_PROBLEMS


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SlurmError, match=r"absent\.json: cannot be read: No such file"):
        read_slurm(tmp_path / "absent.json")
