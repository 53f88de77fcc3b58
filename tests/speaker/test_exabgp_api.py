"""ExaBGP's API: our commands against its own parser, its JSON against our types."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.bgp.attributes import NO_EXPORT, Attributes, Origin
from lab.bgp.prefix import WIDTH, Prefix
from lab.speaker import exabgp_api
from lab.speaker.exabgp_api import Acknowledgement, Listed, SessionChange, Update, commands, parse_line

NEXT_HOPS = {4: "198.18.0.1", 6: "2001:2::c612:1"}
PEER = "127.8.0.2"
PREFIX, OTHER, IPV6 = (Prefix.parse(p) for p in ("192.0.2.0/24", "198.51.100.0/24", "2001:db8::/32"))

asns = st.integers(1, 0xFFFFFFFF)
u32 = st.integers(0, 0xFFFFFFFF)
attributes_of_any_kind = st.builds(
    Attributes,
    as_path=st.lists(asns, max_size=6).map(tuple),
    origin=st.sampled_from(Origin),
    med=st.none() | u32,
    communities=st.lists(u32, max_size=4).map(tuple),
    large_communities=st.lists(st.tuples(u32, u32, u32), max_size=3).map(tuple),
    otc=st.none() | asns,
)


@st.composite
def prefixes(draw) -> Prefix:
    version = draw(st.sampled_from((4, 6)))
    length = draw(st.integers(8, WIDTH[version]))
    bits = draw(st.integers(1 << (length - 1), (1 << length) - 1))
    value = bits << (WIDTH[version] - length)
    if version == 4 and value >> 28 >= 0xE:  # multicast and reserved
        value &= 0xDFFFFFFF
    if version == 6:
        value = 0x2 << 124 | value & ((1 << 124) - 1)
    return Prefix(version, value, length).supernet(length)


def line(direction: str, update: dict) -> str:
    neighbor = {
        "address": {"local": "127.8.0.1", "peer": PEER},
        "direction": direction,
        "message": {"update": update},
    }
    return json.dumps({"exabgp": "5.0.0", "type": "update", "neighbor": neighbor})


def state_line(state: str, reason: str = "") -> str:
    neighbor = {"address": {"local": "127.8.0.1", "peer": PEER}, "state": state, "reason": reason}
    return json.dumps({"type": "state", "neighbor": neighbor})


@pytest.fixture(scope="module")
def exabgp_parser():
    """What ExaBGP itself makes of a command: the JSON it would report for the UPDATE that follows."""
    environment = pytest.importorskip("exabgp.environment")
    logger = pytest.importorskip("exabgp.logger")
    logger.log.init(environment.getenv())
    from exabgp.bgp.message import Action, Update
    from exabgp.bgp.message.update.attribute import Attribute
    from exabgp.reactor.api import API
    from exabgp.reactor.api.command.limit import extract_neighbors
    from exabgp.reactor.api.response import Response

    Attribute.caching = False
    api = API(None)
    encoder = Response.JSON("test")

    def parse(command: str):
        neighbors, rest = extract_neighbors(command)
        changes = api.api_attributes(rest, [])
        for change in changes:
            change.nlri.action = Action.WITHDRAW if rest.startswith("withdraw") else Action.ANNOUNCE
        updates = [
            json.loads("{" + encoder._kv(encoder._update(Update([change.nlri], change.attributes))) + "}")
            for change in changes
        ]
        return [words[0].removeprefix("neighbor ") for words in neighbors], [
            update["message"]["update"] for update in updates
        ]

    return parse


@given(st.lists(st.tuples(prefixes(), attributes_of_any_kind), min_size=1, max_size=6))
def test_exabgp_reads_our_commands_as_the_routes_we_meant(exabgp_parser, routes):
    wanted = {prefix: exabgp_api.in_wire_order(attributes) for prefix, attributes in routes}
    seen: dict[Prefix, Attributes | None] = {}
    for command in commands([(PEER, prefix, attributes) for prefix, attributes in wanted.items()], NEXT_HOPS):
        neighbors, updates = exabgp_parser(command)
        assert neighbors == [PEER]
        for update in updates:
            parsed = parse_line(line("send", update))
            assert isinstance(parsed, Update)
            assert parsed.echo
            seen.update(parsed.changes)
    assert seen == wanted


@given(st.lists(prefixes(), min_size=1, max_size=6, unique=True))
def test_exabgp_reads_our_withdrawals_as_withdrawals_of_every_prefix(exabgp_parser, withdrawn):
    seen: dict[Prefix, Attributes | None] = {}
    for command in commands([(PEER, prefix, None) for prefix in withdrawn], NEXT_HOPS):
        for update in exabgp_parser(command)[1]:
            seen.update(parse_line(line("send", update)).changes)
    assert seen == dict.fromkeys(withdrawn)


def test_prefixes_with_the_same_attributes_share_a_command_and_so_do_neighbours(exabgp_parser):
    attributes = Attributes((64496, 64497))
    changes = [(peer, prefix, attributes) for peer in (PEER, "127.8.0.3") for prefix in (PREFIX, OTHER)]
    (command,) = commands(changes, NEXT_HOPS)
    neighbors, updates = exabgp_parser(command)
    assert neighbors == [PEER, "127.8.0.3"]
    assert len(updates) == 2


def test_no_command_carries_more_prefixes_than_the_limit():
    many = [
        (PEER, Prefix(4, 10 << 24 | n << 8, 24), None) for n in range(exabgp_api.PREFIXES_PER_COMMAND + 1)
    ]
    assert len(commands(many, NEXT_HOPS)) == 2


def test_ipv6_routes_have_an_ipv6_next_hop():
    (command,) = commands([(PEER, IPV6, Attributes((64496,)))], NEXT_HOPS)
    assert "next-hop 2001:2::c612:1 " in command


def test_an_update_from_a_neighbour_is_read_with_all_its_attributes():
    update = {
        "attribute": {
            "origin": "egp",
            "as-path": {"0": {"element": "as-sequence", "value": [64496, 4200000000]}},
            "med": 5,
            "community": [[65001, 100], [65535, 65281]],
            "large-community": [[65001, 1, 2]],
            "attribute-0x23-0xE0": "0x0000fde9",
        },
        "announce": {"ipv4 unicast": {"198.18.0.1": ["192.0.2.0/24", {"nlri": "198.51.100.0/24"}]}},
        "withdraw": {"ipv6 unicast": ["2001:db8::/32"]},
    }
    attributes = Attributes(
        (64496, 4200000000), Origin.EGP, 5, (65001 << 16 | 100, NO_EXPORT), ((65001, 1, 2),), 65001
    )
    changes = [(IPV6, None), (PREFIX, attributes), (OTHER, attributes)]
    assert parse_line(line("receive", update)) == Update(PEER, False, changes)


def test_a_path_longer_than_a_segment_is_one_sequence():
    path = {
        "0": {"element": "as-sequence", "value": [1, 2]},
        "1": {"element": "as-sequence", "value": [3]},
        "10": {"element": "as-sequence", "value": [5]},
        "2": {"element": "as-sequence", "value": [4]},
    }
    attributes = exabgp_api.parse_attributes({"origin": "igp", "as-path": path})
    assert attributes is not None
    assert attributes.as_path == (1, 2, 3, 4, 5)


@pytest.mark.parametrize(
    "attribute",
    [
        {"as-path": {"0": {"element": "as-set", "value": [64496]}}},
        {
            "as-path": {
                "0": {"element": "as-sequence", "value": [1]},
                "1": {"element": "as-set", "value": [2]},
            }
        },
        {"as-path": {}, "attribute-0x23-0xC0": "0x00fde9"},
    ],
    ids=["an AS_SET alone", "an AS_SET at the end", "an OTC of three octets"],
)
def test_a_route_with_a_malformed_path_or_otc_is_treated_as_withdrawn(attribute):
    update = {
        "attribute": {"origin": "igp", **attribute},
        "announce": {"ipv4 unicast": {"198.18.0.1": ["192.0.2.0/24"]}},
    }
    assert parse_line(line("receive", update)) == Update(PEER, False, [(PREFIX, None)])


def test_session_states_are_read_and_their_reasons_made_readable():
    assert parse_line(state_line("up")) == SessionChange(PEER, True, "")
    down = parse_line(state_line("down", "peer reset, message [notification received (6,2)] error[...]"))
    assert down == SessionChange(PEER, False, "administrative shutdown (Cease/2 received)")
    assert parse_line(state_line("connected")) is None


def test_acknowledgements_and_listed_neighbours_are_read():
    assert parse_line("done") == Acknowledgement(True)
    assert parse_line("error") == Acknowledgement(False)
    assert parse_line("127.8.0.2       64501     0:00:01 established           3          4") == Listed(PEER)


@given(
    st.text(max_size=200) | st.dictionaries(st.text(max_size=9), st.integers() | st.none()).map(json.dumps)
)
def test_junk_means_nothing(text):
    if text not in ("done", "error"):
        assert parse_line("x" + text) is None
        assert not isinstance(parse_line(text), SessionChange | Update)


@pytest.mark.parametrize(
    "update",
    [
        {"announce": 5},
        {"announce": {"ipv4 unicast": []}},
        {"withdraw": {"ipv4 unicast": 7}},
        {"attribute": []},
    ],
)
def test_an_update_of_the_wrong_shape_changes_nothing(update):
    parsed = parse_line(line("receive", update))
    assert parsed is None or parsed.changes == []


def test_an_end_of_rib_marker_means_nothing():
    message = {"eor": {"afi": "ipv4", "safi": "unicast"}}
    neighbor = {"address": {"peer": PEER}, "direction": "receive", "message": message}
    assert parse_line(json.dumps({"type": "update", "neighbor": neighbor})) is None
