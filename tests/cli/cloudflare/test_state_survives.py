"""A lab with --state that is killed outright has Cloudflare, IRR and DNS again, and announces."""

from __future__ import annotations

import json

import pytest
from support.curl_commands import DATA
from support.killing import kill_outright

pytestmark = [pytest.mark.live, pytest.mark.curl]

PREFIX = "203.0.113.0/24"
UP = f"lab up {DATA / 'documents.yaml'} --engine live --detach --speed 3600 --state kept.state"
CURL = 'curl -s "$CLOUDFLARE_BASE_URL/{}" -H "Authorization: Bearer $CLOUDFLARE_API_TOKEN"'


def come_up(shell):
    shell.run(UP)
    shell.run('eval "$(lab cloudflare env)"')


def call(shell, path, body=None, method=None):
    command = CURL.format(path) + (f" -X {method}" if method else "")
    if body is not None:
        command += f" --json '{json.dumps(body)}'"
    answer = json.loads(shell.run(command))
    assert answer["success"], answer
    return answer["result"]


def onboard_and_advertise(shell):
    here = "accounts/$ACCOUNT_ID/addressing/prefixes"
    made = call(shell, here, {"cidr": PREFIX, "asn": 13335, "delegate_loa_creation": True})
    shell.run(f"lab roa add {PREFIX} 13335")
    shell.run(f'lab irr add {PREFIX} 13335 --remarks "cf-validation: {made["ownership_validation_token"]}"')
    shell.run(
        f"lab dns add 113.0.203.in-addr.arpa cf-validation TXT kept; lab dns delegate {PREFIX} elsewhere"
    )
    call(shell, f"{here}/{made['id']}/validate", method="POST")
    shell.run("lab wait 5m")
    services = {each["name"]: each["id"] for each in call(shell, "accounts/$ACCOUNT_ID/addressing/services")}
    call(shell, f"{here}/{made['id']}/bindings", {"cidr": PREFIX, "service_id": services["CDN"]})
    [bgp] = call(shell, f"{here}/{made['id']}/bgp/prefixes")
    shell.run("lab wait 6h")
    call(shell, f"{here}/{made['id']}/bgp/prefixes/{bgp['id']}", {"on_demand": {"advertised": True}}, "PATCH")
    shell.run(f"lab wait 7m; lab withdraw {PREFIX} --from customer")
    return made["id"]


def kept(shell, prefix_id):
    """All that must still be there."""
    here = f"accounts/$ACCOUNT_ID/addressing/prefixes/{prefix_id}"
    return (
        [call(shell, f"{here}{below}") for below in ("", "/bindings", "/bgp/prefixes")],
        json.loads(shell.run("lab irr show --json")),
        json.loads(shell.run("lab dns lookup cf-validation.113.0.203.in-addr.arpa TXT --json")),
        shell.run('echo "$CLOUDFLARE_API_KEY"'),
    )


def origins(shell):
    rows = json.loads(shell.run(f"lab show routes --prefix {PREFIX} --json"))
    return {row["at"]: row["origin"] for row in rows}


def test_a_lab_that_was_killed_has_its_cloudflare_irr_and_dns_again(shell):
    come_up(shell)
    prefix_id = onboard_and_advertise(shell)
    before = kept(shell, prefix_id)
    assert before[0][0]["approved"] == "V"
    assert before[2]["records"][0]["content"] == "kept"
    assert origins(shell)["transit"] == 13335
    kill_outright()
    shell.run("lab down")
    come_up(shell)
    assert kept(shell, prefix_id) == before
    shell.run(f"lab withdraw {PREFIX} --from customer")  # which the file has it announce from the start
    assert origins(shell)["transit"] == 13335, "announced again, valid by the ROA and let through by the IRR"
