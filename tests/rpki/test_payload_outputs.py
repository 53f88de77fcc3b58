"""The writers, held against readers and files that are not ours."""

import csv
import json
import random
import socket
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from support.examples import examples
from support.payload_values import payloads

from lab.bgp.aspa import Aspa
from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.rpki.outputs.formats import FORMATS
from lab.rpki.outputs.openmetrics import RepositoryFetch, RunStatistics, openmetrics
from lab.rpki.payload_files import parse_payloads
from lab.rpki.payloads import NEVER, Payloads, Source
from lab.rpki.replaced_file import replace_file

NOW = 1767325445
RPKI_CLIENT_CSV = Path(__file__).parents[1] / "data" / "rpki-client-8.2.csv"
"""What `rpki-client -c` of Debian 12 wrote for the repository of the lab byoip and two more ROAs."""


def text(name: str, found: Payloads) -> str:
    return "".join(FORMATS[name](found, NOW))


@given(payloads())
@settings(max_examples=examples(25))
def test_jsonext_reads_back_equal_with_every_source(found):
    assert parse_payloads(text("jsonext", found).encode(), "x") == found


def test_jsonext_names_the_file_of_a_local_exception_and_reads_it_back():
    source = Source("slurm:exceptions.json", "slurm", NEVER)
    found = Payloads.of([(Vrp(Prefix.parse("203.0.113.0/24"), 24, 64496, "slurm"), source)])
    written = text("jsonext", found)
    assert json.loads(written)["roas"][0]["source"] == [{"type": "exception", "path": "exceptions.json"}]
    assert parse_payloads(written.encode(), "x") == found


@given(payloads())
@settings(max_examples=examples(25))
def test_json_reads_back_with_the_same_vrps_and_what_each_customers_aspas_say_together(found):
    back = parse_payloads(text("json", found).encode(), "x")
    assert list(back.vrps) == list(found.vrps)
    assert back.merged_aspas() == found.merged_aspas()
    assert len(back.aspas) == len(found.merged_aspas())


@given(payloads())
@settings(max_examples=examples(25))
def test_equal_payloads_give_the_same_bytes_in_whatever_order_they_were_found(found):
    shuffled = list(found.items())
    random.Random(1).shuffle(shuffled)
    for name in FORMATS:
        assert text(name, Payloads.of(shuffled)) == text(name, found)


def test_a_vrp_is_valid_as_long_as_one_of_its_objects_and_an_aspa_until_the_first_of_its_customers_expires():
    vrp = Vrp(Prefix.parse("203.0.113.0/24"), 24, 64496, "arin")
    found = Payloads.of(
        [
            (vrp, Source("a.roa", "arin", 10)),
            (vrp, Source("b.roa", "arin", 20)),
            (Aspa(64496, (64500,), "arin"), Source("a.asa", "arin", 30)),
            (Aspa(64496, (64501,), "arin"), Source("b.asa", "arin", 40)),
        ]
    )
    data = json.loads(text("json", found))
    assert data["roas"][0]["expires"] == 20
    assert [(aspa["providers"], aspa["expires"]) for aspa in data["aspas"]] == [([64500, 64501], 30)]


def test_csv_has_the_lines_of_rpki_client_to_the_byte():
    """Only the order is our own: rpki-client lists more specifics first."""
    rows = list(csv.DictReader(RPKI_CLIENT_CSV.read_text().splitlines()))
    found = Payloads.of(
        (
            Vrp(
                Prefix.parse(row["IP Prefix"]),
                int(row["Max Length"]),
                int(row["ASN"].removeprefix("AS")),
                row["Trust Anchor"],
            ),
            Source("", row["Trust Anchor"], int(row["Expires"])),
        )
        for row in reversed(rows)
    )
    assert len(found) == 7
    header, *lines = RPKI_CLIENT_CSV.read_text().splitlines(keepends=True)
    assert list(FORMATS["csv"](found, NOW)) == [header, *sorted(lines, key=_order)]
    assert text("routinator-csv", found).splitlines() == [
        line.rpartition(",")[0] for line in text("csv", found).splitlines()
    ]


def _order(line: str) -> tuple[Prefix, int, int]:
    asn, prefix, max_length, *_ = line.split(",")
    return Prefix.parse(prefix), int(max_length), int(asn.removeprefix("AS"))


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path):
    path = tmp_path / "vrps.json"
    path.write_text("old")

    def broken():
        yield "half"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        replace_file(path, broken())
    assert path.read_text() == "old"
    replace_file(path, ["new", "\n"])
    assert path.read_text() == "new\n"
    assert [each.name for each in tmp_path.iterdir()] == ["vrps.json"]


RSYNC, RRDP = "rsync://rpki.example/repo/", "https://rpki.example/notification.xml"
RUN = RunStatistics(
    completed=NOW,
    duration=1.5,
    valid={("arin", "roa"): 2, ("ripe", "roa"): 1},
    rejected={("arin", "roa", 'not "valid"\nyet\\'): 3},
    repositories=(RepositoryFetch(RSYNC, "rsync", True, 0.5), RepositoryFetch(RRDP, "rrdp", False, 2.0)),
)


def samples(found: Payloads) -> dict[tuple[str, tuple[str, ...]], float]:
    """Each sample by its name and the values of its labels."""
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(openmetrics(found, RUN))
        for sample in family.samples
    }


@given(payloads())
@settings(max_examples=examples(25))
def test_the_metrics_are_openmetrics_and_count_payloads_by_trust_anchor(found):
    seen = samples(found)
    for ta in ("arin", "ripe"):
        count = sum(vrp.ta == ta for vrp in found.vrps)
        assert seen.get(("lab_rpki_vrps", (ta,)), 0) == count
        assert seen.get(("lab_rpki_aspas", (ta,)), 0) == sum(aspa.ta == ta for aspa in found.aspas)
    assert openmetrics(found, RUN).endswith("# EOF\n")


def test_the_metrics_tell_how_the_run_went_and_how_each_repository_was_fetched():
    seen = samples(Payloads.empty())
    assert seen["lab_rpki_last_update_done_seconds", ()] == NOW
    assert seen["lab_rpki_last_update_duration_seconds", ()] == 1.5
    assert seen["lab_rpki_ta_valid_objects", ("arin", "roa")] == 2
    assert seen["lab_rpki_ta_rejected_objects", ("arin", 'not "valid"\nyet\\', "roa")] == 3
    assert seen["lab_rpki_repository_duration_seconds", (RRDP,)] == 2
    assert seen["lab_rpki_repository_state", ("synced", RSYNC)] == 1
    assert seen["lab_rpki_repository_state", ("synced", RRDP)] == 0
    assert seen["lab_rpki_repository_state", ("failed", RRDP)] == 1
    assert seen["lab_rpki_repository_protos", ("rsync", RSYNC)] == 1
    assert ("lab_rpki_repository_protos", ("rrdp", RRDP)) not in seen


@pytest.mark.rtr
def test_stayrtr_serves_exactly_the_vrps_of_our_json(tmp_path):
    """StayRTR reads the file, rtrclient asks it over RTR."""
    blocks = [Prefix.parse(text) for text in ("198.51.100.0/24", "203.0.113.0/25", "2001:db8::/32")]
    drawn = {
        Vrp(block, block.length + longer, asn, "arin")
        for block in blocks
        for longer in (0, 1, 4)
        for asn in (0, 64496, 4200000000)
    }
    path = tmp_path / "vrps.json"
    found = Payloads.of((vrp, Source("", vrp.ta, NEVER)) for vrp in drawn)
    replace_file(path, FORMATS["json"](found, NOW))
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        port, metrics = one.getsockname()[1], other.getsockname()[1]
    command = ["stayrtr", "-bind", f"127.0.0.1:{port}", "-metrics.addr", f"127.0.0.1:{metrics}"]
    command += ["-cache", str(path), "-checktime=false"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            for line in server.stderr:
                if "StayRTR Server started" in line:
                    break
            asked = ["rtrclient", "-e", "-t", "csv", "tcp", "127.0.0.1", str(port)]
            listing = subprocess.run(asked, capture_output=True, text=True, timeout=20, check=True).stdout
        finally:
            server.terminate()
    rows = [line.split(", ") for line in listing.splitlines() if line.count(", ") == 3]
    served = {  # rtrclient prints ASNs as if they had a sign
        (Prefix.parse(f"{address}/{length}"), int(most), int(asn) & 0xFFFFFFFF)
        for address, length, most, asn in rows
    }
    assert served == {vrp[:3] for vrp in drawn}
