"""The curl commands of Cloudflare's BYOIP documents, with nothing changed but the address of the API and the
placeholders. The curl is real, and so are the speakers."""

from __future__ import annotations

import json
import re

import pytest
from support.curl_commands import DATA, CurlCommands

pytestmark = [pytest.mark.live, pytest.mark.curl, pytest.mark.irr]

PREFIX = "203.0.113.0/24"
ACCOUNT = "654c5f71c324478cc9f68d60065d4620"
PARTNER = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
MICROSECONDS = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"
START, TROUBLE = "Get started", "Troubleshoot prefix validation"


@pytest.fixture
def curl(shell):
    shell.run(f"lab up {DATA / 'documents.yaml'} --engine live --detach --speed 3600")
    shell.run('eval "$(lab cloudflare env)"; eval "$(lab irr env)"')
    return CurlCommands(shell)


@pytest.mark.seed(
    131, 132, 133, 134, 143, 146, 147, 148, 150, 153, 155, 157, 159, 161, 175, 177, 184, 193, 201, 202, 203,
    204, 205, 235, 258,
)  # fmt: skip
def test_every_command_of_the_documents_does_what_it_says(shell, curl):
    prefix = add(shell, curl)
    prove(shell, curl, prefix)
    bind(shell, curl)
    advertise(shell, curl)
    map_addresses(shell, curl)
    upgrade_addresses(shell, curl)
    assert curl.left == []


def service_id(shell, name):
    """An identifier of List Services."""
    answer = get(shell, "addressing/services")
    return next(each["id"] for each in answer["result"] if each["name"] == name)


def get(shell, path):
    """What a member sees at an endpoint of the account."""
    url = f'"$CLOUDFLARE_BASE_URL/accounts/$ACCOUNT_ID/{path}"'
    return json.loads(shell.run(f'curl -s {url} -H "Authorization: Bearer $CLOUDFLARE_API_TOKEN"'))


def add(shell, curl):
    answer = curl.next(START, "delegate_loa_creation")
    found = answer["result"]
    assert answer["success"] is True
    assert list(found) == [
        "id", "created_at", "modified_at", "cidr", "account_id", "description", "approved",
        "on_demand_enabled", "on_demand_locked", "advertised", "advertised_modified_at",
        "loa_document_id", "asn", "ownership_validation_token", "delegate_loa_creation",
        "irr_validation_state", "rpki_validation_state", "ownership_validation_state",
    ]  # fmt: skip
    assert re.fullmatch("[0-9a-f]{32}", found["id"])
    assert re.fullmatch("[0-9a-f]{32}", found["loa_document_id"])
    assert re.fullmatch(UUID, found["ownership_validation_token"])
    assert re.fullmatch(MICROSECONDS, found["created_at"])
    assert found | {
        "cidr": PREFIX, "account_id": ACCOUNT, "description": "", "approved": "P", "on_demand_enabled": False,
        "on_demand_locked": False, "advertised": None, "advertised_modified_at": None, "asn": 13335,
        "delegate_loa_creation": True, "irr_validation_state": "pending", "rpki_validation_state": "pending",
        "ownership_validation_state": "pending",
    } == found  # fmt: skip
    shell.run(f"PREFIX_ID={found['id']}")
    return found


def prove(shell, curl, prefix):
    """First without the token, which is the sample of the page on trouble, then with it."""
    token = prefix["ownership_validation_token"]
    shell.run(f"lab roa add {PREFIX} 13335")
    shell.run(f"lab irr add {PREFIX} 13335")
    curl.next(START, "/validate")
    shell.run("lab wait 5m")
    sample = prefix | {
        "irr_validation_state": "valid", "rpki_validation_state": "valid",
        "ownership_validation_state": "missing",
    }  # fmt: skip
    shown = curl.next(TROUBLE, "GET")["result"]
    assert shown | {"modified_at": prefix["modified_at"]} == sample
    shell.run(f'lab irr edit {PREFIX} 13335 --remarks "cf-validation: {token}"')
    assert f"cf-validation: {token}" in shell.run(f"whois -h $WHOIS_HOST -p $WHOIS_PORT {PREFIX}")
    assert curl.next(TROUBLE, "/validate")["success"] is True
    shell.run("lab wait 5m")
    assert get(shell, f"addressing/prefixes/{prefix['id']}")["result"]["approved"] == "V"
    answer = curl.next(
        START, "/delegations", {"<IP_PREFIX_TO_DELEGATE>": "203.0.113.64/26", '"<ACCOUNT_ID>': f'"{PARTNER}'}
    )
    assert answer["result"]["delegated_account_id"] == PARTNER


def bind(shell, curl):
    answer = curl.next(START, PREFIX, {"<DEFAULT_SERVICE>": service_id(shell, "CDN")})
    assert answer["result"]["provisioning"] == {"state": "provisioning"}
    [bgp] = get(shell, "addressing/prefixes/$PREFIX_ID/bgp/prefixes")["result"]
    assert (bgp["cidr"], bgp["on_demand"]["advertised"]) == (PREFIX, False)
    shell.run(f"BGP_PREFIX_ID={bgp['id']}")
    answer = curl.next(START, "203.0.113.16/29", {"<SERVICE_ID>": service_id(shell, "Spectrum")})
    envelope = {name: answer[name] for name in ("errors", "messages", "success")}
    assert envelope == {"errors": [], "messages": [], "success": True}
    assert answer["result"] | {
        "cidr": "203.0.113.16/29", "service_name": "Spectrum", "provisioning": {"state": "provisioning"}
    } == answer["result"]  # fmt: skip
    shell.run("lab wait 6h")


def advertise(shell, curl):
    answer = curl.next(START, "on_demand")
    assert answer["result"]["on_demand"]["advertised"] is True
    shell.run("lab wait 7m")
    rows = json.loads(shell.run(f"lab show routes --prefix {PREFIX} --json"))
    assert {row["at"]: row["origin"] for row in rows}["cf-ams"] == 13335
    shell.run(f"lab withdraw {PREFIX} --from customer")
    rows = json.loads(shell.run(f"lab show routes --prefix {PREFIX} --json"))
    assert {row["origin"] for row in rows} == {13335}


def map_addresses(shell, curl):
    zone = json.loads(
        shell.run(
            'curl -s "$CLOUDFLARE_BASE_URL/zones" -H "Authorization: Bearer $CLOUDFLARE_API_TOKEN"'
            """ --json "{\\"name\\": \\"example.com\\", \\"account\\": {\\"id\\": \\"$ACCOUNT_ID\\"}}" """
        )
    )["result"]["id"]
    shell.run(f"ZONE_ID={zone}")
    answer = curl.next("Set up address maps", "Example address map", {"<ZONE_ID>": zone})
    assert (answer["result"]["description"], answer["result"]["enabled"]) == ("Example address map", True)
    assert [each["ip"] for each in answer["result"]["ips"]] == ["203.0.113.1", "203.0.113.2"]
    assert [(each["identifier"], each["kind"]) for each in answer["result"]["memberships"]] == [
        (zone, "zone")
    ]
    answer = curl.next("Set up address maps", "default_sni")
    assert (
        answer["result"] | {"default_sni": "sni.example.com", "enabled": False, "memberships": []}
        == answer["result"]
    )


def upgrade_addresses(shell, curl):
    page = "Use BYOIP with CDN and Spectrum"
    seen = curl.next(page, "GET")["result"]
    assert [(each["cidr"], each["service_name"]) for each in seen] == [
        (PREFIX, "CDN"),
        ("203.0.113.16/29", "Spectrum"),
    ]
    answer = curl.next(page, "203.0.113.100/32", {"<SERVICE_ID>": service_id(shell, "Spectrum")})
    shell.run("lab wait 6h")
    seen = curl.next(page, "GET")["result"]
    assert {each["provisioning"]["state"] for each in seen} == {"active"}
    assert answer["result"]["id"] in {each["id"] for each in seen}
    answer = curl.next(page, "spectrum/apps")
    assert (
        answer["result"]
        | {
            "protocol": "tcp/22", "dns": {"type": "CNAME", "name": "ssh.example.com"},
            "origin_direct": ["tcp://192.0.2.1:22"], "proxy_protocol": "off", "ip_firewall": True,
            "tls": "full", "edge_ips": {"type": "static", "ips": ["203.0.113.18"]}, "traffic_type": "direct",
        }
        == answer["result"]
    )  # fmt: skip
    page = "Use BYOIP with Magic Transit and CDN"
    assert curl.next(page, "GET")["success"] is True
    # The page is about another prefix: here the address is Spectrum's already.
    answer = curl.next(page, "203.0.113.100/32", {"<SERVICE_ID>": service_id(shell, "CDN")})
    assert [each["code"] for each in answer["errors"]] == [1108]
