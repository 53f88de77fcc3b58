"""What RDAP shows of a registration: each RIR's own words, comments, holders and dates."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.registry_lab import (
    AFRINIC_RANGE,
    APNIC_RANGE,
    ARIN_RANGE,
    LACNIC_RANGE,
    RIPE_RANGE,
    RegistryLab,
    topology_with,
)

from lab.bgp.prefix import Prefix
from lab.registry.rdap.objects import MAX_NETWORKS
from lab.registry.records import HolderKind
from lab.registry.rirs import RIRS
from lab.topology.model import Holding

SLUGS = {
    ARIN_RANGE: "arin",
    RIPE_RANGE: "ripe",
    APNIC_RANGE: "apnic",
    LACNIC_RANGE: "lacnic",
    AFRINIC_RANGE: "afrinic",
}


def network(lab: RegistryLab, prefix: Prefix) -> dict[str, Any]:
    return lab.get(f"{SLUGS[prefix]}/ip/{prefix}")


@pytest.mark.parametrize(
    ("prefix", "handle", "kind"),
    [
        (ARIN_RANGE, "NET-203-0-113-0-1", "DIRECT ALLOCATION"),
        (RIPE_RANGE, "198.51.100.0 - 198.51.100.127", "ALLOCATED PA"),
        (APNIC_RANGE, "198.51.100.128 - 198.51.100.255", "ALLOCATED PORTABLE"),
        (LACNIC_RANGE, "192.0.2.0/25", "allocated"),
        (AFRINIC_RANGE, "192.0.2.128 - 192.0.2.255", "ALLOCATED PA"),
    ],
)
def test_each_registry_has_its_own_handles_and_types(prefix: Prefix, handle: str, kind: str) -> None:
    found = network(RegistryLab(), prefix)
    assert (found["handle"], found["type"]) == (handle, kind)


@pytest.mark.seed(14, 15, 16, 17)
@pytest.mark.parametrize("prefix", SLUGS)
def test_the_type_of_a_network_is_its_status(prefix: Prefix) -> None:
    lab = RegistryLab()
    for status in RIRS[lab.registration(prefix).rir].statuses:
        lab.editor.set_status(prefix, status)
        assert network(lab, prefix)["type"].lower() == status.lower()


def test_a_status_that_the_file_does_not_give_is_not_shown() -> None:
    lab = RegistryLab(topology=topology_with(Holding(ARIN_RANGE, "customer", "ARIN", "")))
    assert "type" not in network(lab, ARIN_RANGE)


def test_a_network_leads_to_the_one_around_it() -> None:
    lab = RegistryLab()
    found = lab.get("arin/ip/203.0.113.0/25")
    up = next(link["href"] for link in found["links"] if link["rel"] == "up")
    around = lab.get(up.removeprefix("http://rdap.example/rdap/"))
    assert found["parentHandle"] == around["handle"] == "NET-203-0-113-0-1"
    assert found["handle"] == "NET-203-0-113-0-2"
    assert "parentHandle" not in around


@pytest.mark.seed(30, 31, 32)
@pytest.mark.parametrize(
    ("prefix", "title"),
    [(ARIN_RANGE, "Registration Comments"), (RIPE_RANGE, None), (APNIC_RANGE, "remarks")],
)
def test_a_comment_is_a_remark_with_the_registrys_title(prefix: Prefix, title: str | None) -> None:
    lab = RegistryLab()
    assert "remarks" not in network(lab, prefix)
    lab.editor.add_comment(prefix, "one\ntwo", by_helpdesk=True)
    (remark,) = network(lab, prefix)["remarks"]
    assert (remark.get("title"), remark["description"]) == (title, ["one", "two"])


def test_ripe_shows_descr_and_remarks_as_one_and_apnic_as_two() -> None:
    lab = RegistryLab()
    for prefix in (RIPE_RANGE, APNIC_RANGE):
        lab.editor.add_comment(prefix, "a remark", "remarks", by_helpdesk=True)
        lab.editor.add_comment(prefix, "a description", "descr")
    assert network(lab, RIPE_RANGE)["remarks"] == [{"description": ["a description", "a remark"]}]
    assert network(lab, APNIC_RANGE)["remarks"] == [
        {"title": "description", "description": ["a description"]},
        {"title": "remarks", "description": ["a remark"]},
    ]


@pytest.mark.seed(30, 31)
@pytest.mark.parametrize("prefix", [ARIN_RANGE, RIPE_RANGE])
def test_a_comment_on_the_organization_is_shown_with_it_only(prefix: Prefix) -> None:
    lab = RegistryLab()
    lab.editor.add_holder_comment(prefix, "on the organization")
    found = network(lab, prefix)
    assert "remarks" not in found
    (registrant,) = found["entities"]
    assert registrant["remarks"][0]["description"] == ["on the organization"]


@pytest.mark.seed(6)
def test_the_kind_of_a_holder_is_in_its_vcard() -> None:
    lab = RegistryLab()
    for kind, word in ((HolderKind.INDIVIDUAL, "individual"), (HolderKind.ORGANIZATION, "org")):
        lab.editor.set_kind(ARIN_RANGE, kind)
        (registrant,) = network(lab, ARIN_RANGE)["entities"]
        assert ["kind", {}, "text", word] in registrant["vcardArray"][1]
        assert ["kind", {}, "text", word] in lab.get("arin/entity/customer")["vcardArray"][1]


def test_an_edit_is_an_event() -> None:
    lab = RegistryLab()
    lab.clock.time += 86400.5
    lab.editor.add_comment(ARIN_RANGE, "a comment")
    assert network(lab, ARIN_RANGE)["events"] == [
        {"eventAction": "registration", "eventDate": "2026-01-01T00:00:00Z"},
        {"eventAction": "last changed", "eventDate": "2026-01-02T00:00:00Z"},
    ]


def test_an_as_number_is_shown_with_its_holder() -> None:
    found = RegistryLab().get("apnic/autnum/64498")
    assert (found["handle"], found["startAutnum"], found["endAutnum"]) == ("AS64498", 64498, 64498)
    assert [entity["handle"] for entity in found["entities"]] == ["tokyo"]
    assert "nro_rdap_profile_asn_flat_0" in found["rdapConformance"]


def test_an_entity_with_very_many_networks_says_that_some_are_left_out() -> None:
    networks = [Prefix(4, (203 << 24) + (113 << 8) + number, 32) for number in range(MAX_NETWORKS + 1)]
    holdings = [Holding(prefix, "customer", "ARIN", "") for prefix in networks]
    found = RegistryLab(topology=topology_with(*holdings)).get("arin/entity/customer")
    assert len(found["networks"]) == MAX_NETWORKS
    assert found["remarks"][0]["type"].startswith("object truncated")
    complete = RegistryLab(topology=topology_with(*holdings[1:])).get("arin/entity/customer")
    assert "remarks" not in complete


@pytest.mark.seed(33)
@given(st.binary(min_size=1, max_size=1500), st.integers(1, 4000), st.sampled_from(list(SLUGS)))
def test_a_certificate_comes_out_of_rdap_however_it_was_wrapped(
    der: bytes, width: int, prefix: Prefix
) -> None:
    lab = RegistryLab()
    text = base64.b64encode(der).decode()
    pem = f"-----BEGIN CERTIFICATE-----{text}-----END CERTIFICATE-----"
    width = max(width, len(pem) // 400)
    wrapped = "\n".join(pem[at : at + width] for at in range(0, len(pem), width))
    lab.editor.add_comment(prefix, wrapped, by_helpdesk=True)
    (remark,) = network(lab, prefix)["remarks"]
    joined = re.sub(r"\s", "", "".join(remark["description"]))
    assert joined == pem.replace(" ", "")
