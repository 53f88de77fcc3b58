"""`lab irr`, `lab dns`, `lab cloudflare` and `lab flow` on a lab that runs."""

from __future__ import annotations

import json
import shutil
import subprocess
import urllib.request

import pytest

HELD = "203.0.113.0/24"
REVERSE = "113.0.203.in-addr.arpa"

pytestmark = [pytest.mark.background, pytest.mark.usefixtures("runtime_directory")]


@pytest.fixture
def up(lab_command):
    """The Cloudflare lab, simulated, in a process of its own."""
    result = lab_command("up", "cloudflare-byoip", "--engine", "sim", "--detach")
    assert (result.code, result.err) == (0, "")
    yield
    assert lab_command("down").code == 0


@pytest.mark.usefixtures("up")
def test_a_route_object_that_goes_takes_the_route_with_it_and_explain_says_why(lab_command):
    asked = lab_command("irr", "remove", HELD, "AS64496", "--what-if").out
    assert f"eyeball: best route to {HELD}: 64511 64510 64496 -> none" in asked
    assert lab_command("irr", "remove", HELD, "AS64496").code == 0
    assert (
        f"no route object of {HELD} has an origin in AS64496" in lab_command("explain", "transit-a", HELD).out
    )
    assert "irr-filtered" in lab_command("show", "rib", "transit-a", "--prefix", HELD).out
    seen = lab_command("show", "table", "--prefix", HELD, "--json").data
    assert [row["vantage_point"] for row in seen] == ["customer"]
    assert "only-rpki" in lab_command("irr", "check", HELD).out
    assert lab_command("irr", "add", HELD, "AS64496", "--descr", "costs $5").code == 0
    assert "costs $5\n" in lab_command("irr", "show", HELD).out
    seen = lab_command("show", "table", "--prefix", HELD, "--json").data
    assert [64511, 64510, 64496] in [row["path"] for row in seen]


@pytest.mark.usefixtures("up")
def test_a_file_in_rpsl_is_in_the_irr_as_it_is_written_but_for_the_dates(lab_command, tmp_path):
    text = f"""\
as-set:         AS-OF-FILE
descr:          costs $5
members:        AS64496
members:        AS-NOBODY
mnt-by:         OF-FILE-MNT
source:         RIPE

route:          {HELD}
origin:         AS64499
descr:          a line
                another for $$
remarks:        cf-validation: token
mnt-by:         EXAMPLE-MNT
source:         ARIN
"""
    (tmp_path / "objects").write_text(text)
    done = lab_command("irr", "load", str(tmp_path / "objects"))
    assert (done.code, "descr costs $5" in done.out) == (0, True)
    shown = [lab_command("irr", "show", about).out for about in ("AS-OF-FILE", HELD)]
    kept = "\n".join(shown).splitlines()
    assert set(text.splitlines()) <= {line for line in kept if "last-modified" not in line}
    (tmp_path / "objects").write_text(text.replace("origin", "orgin"))
    wrong = lab_command("irr", "load", str(tmp_path / "objects"))
    assert (wrong.code, "has no 'origin'" in wrong.err, wrong.out) == (2, True, "")
    missing = lab_command("irr", "load", str(tmp_path / "none"))
    assert (missing.code, "No such file" in missing.err) == (2, True)
    assert lab_command("irr", "remove-as-set", "AS-OF-FILE").code == 0
    assert lab_command("irr", "show", "AS-OF-FILE").code == 2
    assert lab_command("irr", "remove", HELD, "AS64499").code == 0


@pytest.mark.usefixtures("up")
def test_what_the_registry_refuses_is_said_and_changes_nothing(lab_command):
    before = lab_command("irr", "show", "--json").data
    for call, text in {
        ("add", HELD, "AS64496"): "already",
        ("add", "10.0.0.0/8", "AS64496"): "registered nowhere",
        ("add", HELD, "AS13335", "--source", "RIPE"): "ARIN has registered",
        ("remove", HELD, "AS64511"): "there is no route object",
        ("edit", HELD, "AS64496", "--clear", "remark"): "remarks",
        ("as-set", "CUSTOMERS", "AS64496"): "AS-",
        ("show", "AS-NOBODY"): "nobody has defined AS-NOBODY",
        ("check", "203.0.113.1/24"): "did you mean 203.0.113.0/24",
    }.items():
        result = lab_command("irr", *call)
        assert (result.code, result.out) == (2, ""), call
        assert text in result.err, call
        assert "Traceback" not in result.err
    assert lab_command("irr", "show", "--json").data == before


@pytest.mark.usefixtures("up")
def test_a_record_is_found_once_its_zone_is_delegated_to_who_has_it(lab_command):
    name = f"cf-validation.{REVERSE}"
    assert "NXDOMAIN" in lab_command("dns", "lookup", name, "TXT").out
    assert lab_command("dns", "add", REVERSE, "cf-validation", "TXT", "token $1").code == 0
    assert "NXDOMAIN" in lab_command("dns", "lookup", name, "TXT").out
    assert lab_command("dns", "delegate", HELD, "elsewhere").code == 0
    assert lab_command("dns", "lookup", name, "TXT").out == f"{name} 300 TXT token $1\n"
    assert lab_command("dns", "zones").out.splitlines()[1].split()[:3] == [REVERSE, "elsewhere", "1"]
    assert lab_command("dns", "remove", REVERSE, "cf-validation").code == 0
    assert lab_command("dns", "delegate", HELD, "--nobody").code == 0
    assert lab_command("dns", "zones", "--json").data == []
    wrong = lab_command("dns", "lookup", name, "TX")
    assert (wrong.code, wrong.out) == (2, "")
    assert "did you mean 'TXT'" in wrong.err


@pytest.mark.usefixtures("up")
def test_the_environment_that_is_shown_is_that_of_the_caller(lab_command):
    for caller in (("--as", "shop"), ("--as", "attack-desk"), ()):
        env = lab_command("cloudflare", "env", "--json", *caller).data
        headers = (
            {"Authorization": f"Bearer {env['api_token']}"}
            if env["api_token"]
            else {"X-Auth-Email": env["email"], "X-Auth-Key": env["api_key"]}
        )
        url = f"{env['base_url']}/accounts/{env['account_id']}/addressing/prefixes"
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
            assert json.load(answer)["result"] == []
    assert lab_command("cloudflare", "prefixes").out == "no prefix was brought to Cloudflare\n"
    names = [row["name"] for row in lab_command("cloudflare", "accounts", "--json").data]
    assert names == ["example", "shop"]
    wrong = lab_command("cloudflare", "env", "--as", "shpo")
    assert (wrong.code, wrong.out) == (2, "")
    assert "did you mean 'shop'" in wrong.err


@pytest.mark.usefixtures("up")
def test_traffic_is_watched_until_it_is_stopped(lab_command):
    call = ("flow", "visit", "--from", "eyeball", "--source", "198.51.100.7", "203.0.113.9")
    assert lab_command(*call).code == 0
    assert lab_command("show", "flows", "--json").data[0]["state"] == "up"
    assert lab_command("irr", "remove", HELD, "AS64496").code == 0
    assert lab_command("wait", "10m").code == 0
    (row,) = lab_command("show", "flows", "--json").data
    assert (row["state"], row["outages"]) == ("down", 1)
    assert row["lost"] == pytest.approx(600, abs=5)
    assert lab_command("flow", "visit", "--stop").code == 0
    assert lab_command("show", "flows", "--json").data[0]["state"] == "stopped"
    again = lab_command("flow", "visit", "--stop")
    assert (again.code, again.out) == (2, "")
    assert "has stopped already" in again.err


@pytest.mark.skipif(not (shutil.which("whois") and shutil.which("dig")), reason="needs whois and dig")
@pytest.mark.usefixtures("up")
def test_whois_and_dig_find_the_lab_by_what_is_shown(lab_command):
    for room, call in {
        "irr": f'whois -h "$WHOIS_HOST" -p "$WHOIS_PORT" {HELD}',
        "dns": f'dig @"$DNS_HOST" -p "$DNS_PORT" +noall +comments {REVERSE} SOA',
    }.items():
        lines = lab_command(room, "env").out
        shown = subprocess.run(
            ["sh", "-c", f"{lines}\n{call}"], capture_output=True, text=True, check=True, timeout=20
        ).stdout
        assert ("Example Company" if room == "irr" else "status: NXDOMAIN") in shown
