"""`lab cloudflare`, `irr`, `dns`, `probe` and `flow`: what they ask of a lab, and what they print."""

from __future__ import annotations

import subprocess

import pytest

from lab.topology.loading import open_document, parse_step

HELD = "203.0.113.0/24"
REVERSE = "113.0.203.in-addr.arpa"
FROM = ("--from", "eyeball", "--source", "198.51.100.9")
ENV = {
    "base_url": "http://127.0.0.1:8080/client/v4",
    "account_id": "654c5f71c324478cc9f68d60065d4620",
    "email": "admin@example.example",
    "api_key": "c2547eb745079dac9320b638f5e225cf483cc",
    "api_token": "it's $ecret `x`",
}
ROUTE = {
    "prefix": HELD,
    "origin": 64496,
    "source": "ARIN",
    "maintainer": "CUSTOMER-MNT",
    "descr": ["one [bold]", "two"],
    "remarks": [],
    "rpsl": f"route:          {HELD}\ndescr:          one [bold]\n                two\n",
}
AS_SET = {
    "name": "AS-CUSTOMER",
    "source": "RIPE",
    "maintainer": "CUSTOMER-MNT",
    "members": ["AS64496", "AS-OTHER"],
    "asns": [64496],
    "rpsl": "as-set:         AS-CUSTOMER\n",
}
VALID = {"state": "valid", "why": "all is well"}
PREFIX = {
    "id": "0" * 32,
    "prefix": HELD,
    "account": "example",
    "asn": 13335,
    "approved": "P",
    "irr": {"state": "missing", "why": "no route object"},
    "rpki": VALID,
    "ownership": {"state": "invalid", "why": "another [token]"},
    "now": {},
    "advertised": None,
    "announced": None,
    "service": None,
    "binding": None,
    "missing": None,
}

STEPS = {
    ("irr", "add", HELD, "AS64496"): {"irr": {"add": {"prefix": HELD, "origin": 64496}}},
    ("irr", "add", HELD, "64496", "--source", "ARIN", "--descr", "a\nb", "--remarks", "$5"): {
        "irr": {
            "add": {"prefix": HELD, "origin": 64496, "source": "ARIN", "descr": "a\nb", "remarks": "$$5"}
        }
    },
    ("irr", "edit", HELD, "AS64496", "--remarks", "cf-validation: 1b2c"): {
        "irr": {"edit": {"prefix": HELD, "origin": 64496, "remarks": "cf-validation: 1b2c"}}
    },
    ("irr", "edit", HELD, "AS64496", "--clear", "descr"): {
        "irr": {"edit": {"prefix": HELD, "origin": 64496, "clear": "descr"}}
    },
    ("irr", "remove", HELD, "AS64496"): {"irr": {"remove": {"prefix": HELD, "origin": 64496}}},
    ("irr", "as-set", "AS-CUSTOMER", "AS64496", "AS-OTHER"): {
        "irr": {"as_set": {"name": "AS-CUSTOMER", "members": ["AS64496", "AS-OTHER"]}}
    },
    ("dns", "add", REVERSE, "cf-validation", "txt", "1b2c-$x"): {
        "dns": {"zone": REVERSE, "add": {"name": "cf-validation", "type": "TXT", "content": "1b2c-$$x"}}
    },
    ("dns", "add", REVERSE, "@", "TXT", "text", "--ttl", "60"): {
        "dns": {"zone": REVERSE, "add": {"name": "@", "type": "TXT", "content": "text", "ttl": 60}}
    },
    ("dns", "remove", REVERSE, "cf-validation"): {
        "dns": {"zone": REVERSE, "remove": {"name": "cf-validation"}}
    },
    ("dns", "remove", REVERSE, "@", "txt"): {
        "dns": {"zone": REVERSE, "remove": {"name": "@", "type": "TXT"}}
    },
    ("dns", "delegate", HELD, "cloudflare"): {"dns": {"delegate": HELD, "to": ["cloudflare"]}},
    ("dns", "delegate", REVERSE, "ns1.customer.example", "elsewhere"): {
        "dns": {"delegate": REVERSE, "to": ["ns1.customer.example", "elsewhere"]}
    },
    ("dns", "delegate", HELD, "--nobody"): {"dns": {"delegate": HELD, "to": []}},
    ("probe", *FROM, "203.0.113.9"): {
        "probe": {"from": "eyeball", "source": "198.51.100.9", "destination": "203.0.113.9"}
    },
    ("probe", *FROM, "--host", "www.example.com", "--port", "tcp/22"): {
        "probe": {"from": "eyeball", "source": "198.51.100.9", "host": "www.example.com", "port": "tcp/22"}
    },
    ("flow", "shop", *FROM, "203.0.113.9"): {
        "flow": {"name": "shop", "from": "eyeball", "source": "198.51.100.9", "destination": "203.0.113.9"}
    },
    ("flow", "shop", *FROM, "--host", "www.example.com", "--port", "udp/53"): {
        "flow": {
            "name": "shop", "from": "eyeball", "source": "198.51.100.9",
            "host": "www.example.com", "port": "udp/53",
        }
    },
    ("flow", "shop", "--stop"): {"flow": {"name": "shop", "stop": True}},
}  # fmt: skip


@pytest.mark.parametrize("call", STEPS, ids=" ".join)
def test_what_is_done_is_one_step_that_a_lab_understands(lab_command, asked, call):
    result = lab_command(*call)
    assert (result.code, result.err) == (0, "")
    ((request, _),) = asked
    assert request == {"do": STEPS[call]}
    assert parse_step(request["do"], open_document("byoip")).body.text


@pytest.mark.parametrize("call", [call for call in STEPS if call[:2] in (("irr", "add"), ("irr", "remove"))])
def test_what_an_edit_of_the_irr_would_change_can_be_asked(lab_command, asked, call):
    assert lab_command(*call, "--what-if").out == "done\n"
    assert asked[0][0] == {"what_if": STEPS[call]}


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (("probe", *FROM), "give either a destination address or --host"),
        (("probe", *FROM, "203.0.113.9", "--host", "www.example.com"), "give either a destination"),
        (("flow", "shop", *FROM), "give either a destination address or --host"),
        (("flow", "shop", "203.0.113.9"), "give --from and --source, or --stop"),
        (("flow", "shop", "203.0.113.9", "--stop"), "--stop takes the name of the traffic only"),
        (("flow",), "Missing argument"),
        (("irr", "edit", HELD, "AS64496"), "give one of --descr, --remarks and --clear at least"),
        (("irr", "as-set", "AS-CUSTOMER"), "Missing argument"),
        (("irr", "check"), "Missing argument"),
        (("irr", "shwo"), "Did you mean 'show'"),
        (("dns", "delegate", HELD), "give either name servers or --nobody"),
        (("dns", "delegate", HELD, "cloudflare", "--nobody"), "give either name servers or --nobody"),
        (("dns", "lokup"), "Did you mean 'lookup'"),
        (("cloudflare", "envv"), "Did you mean 'env'"),
    ],
)
def test_a_wrong_call_asks_the_lab_nothing(lab_command, asked, call, text):
    result = lab_command(*call)
    assert (result.code, result.out) == (2, "")
    assert text in " ".join(result.err.replace("│", " ").split())
    assert asked == []


def in_a_shell(lines, before, *names):
    """The variables of these names in a program that a shell starts after `lines`."""
    wanted = "\\|".join(names)
    shown = subprocess.run(
        ["sh", "-c", f"{lines}\nenv | grep '^\\({wanted}\\)' | sort"],
        env={**before, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    return shown.stdout.splitlines()


def test_a_shell_gets_what_curl_and_the_sdks_need(lab_command, asked):
    asked.answers = ENV
    before = {"CLOUDFLARE_API_USER_SERVICE_KEY": "old", "CLOUDFLARE_API_TOKEN": "old"}
    lines = lab_command("cloudflare", "env", "--as", "example").out
    assert in_a_shell(lines, before, "CLOUDFLARE_", "ACCOUNT_ID") == [
        "ACCOUNT_ID=654c5f71c324478cc9f68d60065d4620",
        "CLOUDFLARE_API_KEY=c2547eb745079dac9320b638f5e225cf483cc",
        "CLOUDFLARE_API_TOKEN=it's $ecret `x`",
        "CLOUDFLARE_BASE_URL=http://127.0.0.1:8080/client/v4",
        "CLOUDFLARE_EMAIL=admin@example.example",
    ]
    assert lab_command("cloudflare", "env", "--json").data == ENV
    assert [request for request, _ in asked] == [
        {"show": "cloudflare-env", "caller": "example"},
        {"show": "cloudflare-env"},
    ]


def test_who_has_no_key_or_no_token_leaves_none_of_an_earlier_caller_in_the_shell(lab_command, asked):
    asked.answers = {**ENV, "email": None, "api_key": None}
    before = {"CLOUDFLARE_EMAIL": "old@example.example", "CLOUDFLARE_API_KEY": "old"}
    lines = lab_command("cloudflare", "env", "--as", "reader").out
    assert in_a_shell(lines, before, "CLOUDFLARE_EMAIL", "CLOUDFLARE_API") == [
        "CLOUDFLARE_API_TOKEN=it's $ecret `x`"
    ]
    asked.answers = {**ENV, "api_token": None}
    lines = lab_command("cloudflare", "env", "--as", "ann").out
    assert "CLOUDFLARE_API_TOKEN" not in " ".join(
        in_a_shell(lines, {"CLOUDFLARE_API_TOKEN": "old"}, "CLOUDFLARE_API")
    )


@pytest.mark.parametrize(("room", "variable"), [("irr", "WHOIS"), ("dns", "DNS")])
def test_a_shell_is_told_where_whois_and_dns_are_answered(lab_command, asked, room, variable):
    asked.answers = {"host": "127.0.0.1", "port": 4343}
    lines = lab_command(room, "env").out
    assert in_a_shell(lines, {}, variable) == [f"{variable}_HOST=127.0.0.1", f"{variable}_PORT=4343"]
    assert lab_command(room, "env", "--json").data == asked.answers
    assert asked[0][0] == {"show": f"{room}-env"}


def test_accounts_tell_their_contracts_and_who_calls(lab_command, asked):
    account = {"id": ENV["account_id"], "name": "example", "entitlements": ["byoip", "cdn"]}
    asked.answers = [{**account, "callers": ["example", "example-token"]}]
    head, row = lab_command("cloudflare", "accounts").out.splitlines()
    assert head.split() == ["name", "id", "contract", "callers"]
    assert row.split() == ["example", ENV["account_id"], "byoip,", "cdn", "example,", "example-token"]
    assert lab_command("cloudflare", "accounts", "--json").data == asked.answers


def test_prefixes_tell_what_is_missing(lab_command, asked):
    asked.answers = [PREFIX]
    head, row = lab_command("cloudflare", "prefixes").out.splitlines()
    assert head.split()[:2] == ["prefix", "account"]
    assert row.split()[:8] == [HELD, "example", "P", "missing", "valid", "invalid", "-", "-"]
    assert row.endswith("no route object; another [token]")
    done = {"approved": "V", "irr": VALID, "ownership": VALID, "binding": "active"} | dict.fromkeys(
        ("advertised", "announced"), True
    )
    asked.answers = [{**PREFIX, **done}]
    assert lab_command("cloudflare", "prefixes").out.splitlines()[1].split()[2:] == [
        "V", "valid", "valid", "valid", "yes", "active", "-",
    ]  # fmt: skip
    gone = {"state": "missing", "why": "no VRP"}
    asked.answers = [{**PREFIX, **done, "announced": False, "now": {"rpki": gone}, "missing": "no tunnel"}]
    row = lab_command("cloudflare", "prefixes").out.splitlines()[1]
    assert "no, asked for" in row
    assert row.endswith("no tunnel; rpki now missing: no VRP")
    asked.answers = []
    assert lab_command("cloudflare", "prefixes").out == "no prefix was brought to Cloudflare\n"


def test_the_irr_is_two_tables(lab_command, asked):
    asked.answers = {"routes": [ROUTE], "as_sets": [AS_SET]}
    _, route, _, _, as_set = lab_command("irr", "show").out.splitlines()
    assert route.split() == [HELD, "AS64496", "ARIN", "CUSTOMER-MNT", "one", "[bold]", "..."]
    assert as_set.split() == ["AS-CUSTOMER", "RIPE", "AS64496", "AS-OTHER"]
    asked.answers = {"routes": [], "as_sets": []}
    assert lab_command("irr", "show").out == "there are no route objects\n"
    assert lab_command("irr", "show", "--json").data == asked.answers


def test_what_is_asked_about_is_shown_as_whois_shows_it(lab_command, asked):
    asked.answers = {"routes": [ROUTE], "as_sets": [AS_SET]}
    assert lab_command("irr", "show", HELD).out == f"{AS_SET['rpsl']}\n{ROUTE['rpsl']}"
    assert asked[0][0] == {"show": "irr", "about": HELD}


def test_a_check_prints_its_text_or_its_data(lab_command, asked):
    asked.answers = {"data": {"prefix": HELD, "prefixes": []}, "text": "nothing is [wrong]"}
    assert lab_command("irr", "check", HELD).out == "nothing is [wrong]\n"
    assert lab_command("irr", "check", "AS64496", "--json").data == asked.answers["data"]
    assert asked[1][0] == {"show": "irr-check", "about": "AS64496"}


def test_zones_tell_who_hosts_them_and_whom_they_are_delegated_to(lab_command, asked):
    asked.answers = [
        {
            "zone": REVERSE,
            "host": None,
            "account": None,
            "records": 0,
            "delegated_to": ["ns1.a.example", "ns2.a.example"],
        },
        {"zone": "example.com", "host": "cloudflare", "account": "example", "records": 2, "delegated_to": []},
    ]
    _, first, second = lab_command("dns", "zones").out.splitlines()
    assert first.split() == [REVERSE, "nobody", "0", "ns1.a.example,", "ns2.a.example"]
    assert second.split() == ["example.com", "cloudflare", "(example)", "2", "-"]


def test_an_answer_is_printed_as_a_zone_file_has_it(lab_command, asked):
    record = {"name": "www.example.com", "type": "A", "content": "203.0.113.9", "ttl": 300}
    asked.answers = {"name": "www.example.com", "type": "A", "status": "NOERROR", "records": [record]}
    assert lab_command("dns", "lookup", "www.example.com").out == "www.example.com 300 A 203.0.113.9\n"
    lab_command("dns", "lookup", "www.example.com", "txt")
    assert [request for request, _ in asked] == [
        {"show": "dns-lookup", "name": "www.example.com", "rtype": "A"},
        {"show": "dns-lookup", "name": "www.example.com", "rtype": "txt"},
    ]


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ("NOERROR", "x.example exists, without TXT records"),
        ("NXDOMAIN", "there is no name x.example"),
        ("SERVFAIL", "do not serve it"),
        ("REFUSED", "nobody in the lab serves a zone around x.example"),
    ],
)
def test_no_answer_is_said_with_its_reason(lab_command, asked, status, says):
    asked.answers = {"name": "x.example", "type": "TXT", "status": status, "records": []}
    assert says in lab_command("dns", "lookup", "x.example", "TXT").out


def test_watched_traffic_is_a_table(lab_command, asked):
    row = {
        "name": "shop",
        "from": "eyeball",
        "to": "203.0.113.9",
        "port": "tcp/443",
        "lost": 852.0,
        "outages": 1,
    }
    asked.answers = [
        {**row, "state": "down", "explanation": "no route [there]"},
        {**row, "name": "mail", "state": "up", "explanation": "delivered"},
    ]
    _, down, up = lab_command("show", "flows").out.splitlines()
    words = ["eyeball", "203.0.113.9", "tcp/443"]
    assert down.split() == ["shop", *words, "down", "14m12s", "1", "no", "route", "[there]"]
    assert up.split() == ["mail", *words, "up", "14m12s", "1", "-"]
    asked.answers = []
    assert lab_command("show", "flows").out == "no traffic is watched; `lab flow` begins some\n"
