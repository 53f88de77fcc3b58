from lab.bgp.prefix import Prefix
from lab.observe.table import Table

HELD = Prefix.parse("203.0.113.0/24")


def test_the_table_holds_the_path_of_every_vantage_point(byoip):
    byoip.announce("customer", str(HELD), prepend=1)
    table = byoip.table()
    assert table.paths[HELD]["customer"] == (64496, 64496)
    assert table.paths[HELD]["eyeball"] == (64500, 64511, 64496, 64496)
    assert all(path[0] == byoip.topology.speakers[name].asn for name, path in table.paths[HELD].items())
    assert table.visibility(HELD) == 1
    assert table.origins(HELD) == {64496: tuple(sorted(speaker.name for speaker in byoip.topology.routers()))}


def test_a_moas_names_the_origins_and_who_sees_which(byoip):
    byoip.announce("customer", str(HELD))
    byoip.announce("cloud-east", str(HELD))
    table = byoip.table()
    assert table.moas() == {HELD: (16509, 64496)}
    assert table.origins(HELD)[16509] == ("cloud-east",)


def test_vantage_points_without_a_route_count_in_the_visibility(byoip):
    byoip.announce("cloud-east", "198.51.100.0/24")
    prefix = Prefix.parse("198.51.100.0/24")
    view = byoip.engine.view("collector")
    assert Table.from_view(view).visibility(prefix) == 1  # cloud-west cannot see it and nobody named it
    assert Table.from_view(view, ["cloud-west"]).visibility(prefix) == 6 / 7
    assert Table.from_view(view).visibility(HELD) == 0


def test_an_empty_table_has_nothing(byoip):
    table = byoip.table()
    assert (table.paths, table.moas(), table.visibility(HELD)) == ({}, {}, 0)
