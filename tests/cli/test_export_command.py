"""`lab export`: of a file, of a running lab, to stdout and to a file."""

import io
import json
import sys

import mrtparse
import pytest
from support import snapshots
from support.command_line import run_lab

from lab.observe.exports.formats import FORMATS, export

BINARY = {"mrt"}


@pytest.fixture
def lab(capfdbinary):
    """`lab ARGUMENTS`; the exit code, stdout and stderr."""

    def run(*arguments):
        code = run_lab(arguments)
        out, err = capfdbinary.readouterr()
        return code, out, err.decode()

    return run


@pytest.fixture
def running(lab, monkeypatch, tmp_path_factory):
    """The byoip lab, simulated, in a process and a run directory of its own."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    assert lab("up", "byoip", "--engine", "sim", "--detach")[0] == 0
    yield
    (run,) = json.loads(lab("status", "--json")[1])
    assert lab("down", "--lab", run["run"])[0] == 0


@pytest.mark.parametrize("wanted", FORMATS)
def test_every_format_of_a_file_goes_to_stdout(lab, wanted):
    code, out, err = lab("export", wanted, "--file", "byoip")
    made = export(snapshots.of_lab("byoip"), wanted)
    assert (code, err) == (0, "")
    assert out == (made if wanted in BINARY else made.encode())


def test_a_file_is_exported_as_it_is_at_the_end_of_its_scenario(lab):
    code, out, _ = lab("export", "svg", "--file", "demo", "--prefix", "203.0.113.0/24")
    assert code == 0
    assert b"packets end at cloudflare" in out


def test_a_file_is_exported_even_where_the_environment_names_a_running_lab(lab, monkeypatch):
    monkeypatch.setenv("LAB", "some-lab")
    code, out, _ = lab("export", "dot", "--file", "byoip")
    assert code == 0
    assert b"Bring your own IP" in out


@pytest.mark.background
def test_a_running_lab_is_exported_as_it_is_now(lab, running):
    before = lab("export", "svg", "--prefix", "203.0.113.0/24")[1]
    assert b"packets end at customer" in before
    assert lab("hijack", "203.0.113.0/25", "--by", "attacker")[0] == 0
    after = lab("export", "svg", "--prefix", "203.0.113.0/25")[1]
    assert b"packets end at attacker" in after


@pytest.mark.background
def test_a_link_of_the_running_lab_that_is_down_is_drawn_so(lab, running):
    assert b"link is down" not in lab("export", "svg")[1]
    assert lab("link", "customer", "transit-a", "down")[0] == 0
    assert b"link is down" in lab("export", "svg")[1]


@pytest.mark.background
def test_the_table_of_a_running_lab_is_exported_in_binary(lab, running):
    code, out, _ = lab("export", "mrt")
    assert code == 0
    index, *ribs = [record.data for record in mrtparse.Reader(io.BytesIO(out))]
    assert index["view_name"] == "byoip"
    prefixes = {row["prefix"] for row in json.loads(lab("show", "table", "--json")[1])}
    assert {f"{rib['prefix']}/{rib['length']}" for rib in ribs} == prefixes


@pytest.mark.parametrize("wanted", FORMATS)
def test_with_output_the_same_is_in_the_file_and_nothing_on_stdout(lab, wanted, tmp_path):
    file = tmp_path / "made"
    assert lab("export", wanted, "--file", "byoip", "--output", file) == (0, b"", "")
    assert file.read_bytes() == lab("export", wanted, "--file", "byoip")[1]


def test_json_holds_the_text_or_the_bytes_as_base64(lab):
    assert json.loads(lab("export", "dot", "--file", "byoip", "--json")[1]).keys() == {"format", "text"}
    assert json.loads(lab("export", "mrt", "--file", "byoip", "--json")[1]).keys() == {"format", "base64"}


def test_json_with_output_tells_what_was_written(lab, tmp_path):
    file = tmp_path / "made.svg"
    told = json.loads(lab("export", "svg", "--file", "byoip", "--json", "-o", file)[1])
    assert told == {"format": "svg", "output": str(file), "bytes": file.stat().st_size}


def test_binary_is_not_written_to_a_terminal(lab, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    code, out, err = lab("export", "mrt", "--file", "byoip")
    assert (code, out) == (2, b"")
    assert err == "lab: mrt is binary: give --output FILE, or pipe it to a program\n"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (
            ["pcap", "--file", "byoip"],
            "there is no export format 'pcap'; formats: dot, graphml, html, mrt, svg",
        ),
        (["svgs", "--file", "byoip"], "there is no export format 'svgs'; did you mean 'svg'?"),
        (["svg", "--file", "byoipp"], "did you mean 'byoip'?"),
        (["svg", "--file", "byoip", "--prefix", "203.0.113.1/24"], "did you mean 203.0.113.0/24?"),
        (
            ["svg", "--file", "byoip", "--output", "/nowhere/x.svg"],
            "cannot write /nowhere/x.svg: No such file",
        ),
        (["svg", "--file", "byoip", "--lab", "x"], "--file and --lab exclude each other"),
    ],
)
def test_what_is_wrong_with_the_call_is_said_with_exit_code_2(lab, arguments, error):
    code, out, err = lab("export", *arguments)
    assert (code, out) == (2, b"")
    assert error in err
    assert "Traceback" not in err


@pytest.mark.background
def test_an_unknown_format_of_a_running_lab_is_said_too(lab, running):
    code, out, err = lab("export", "nonsense")
    assert (code, out) == (2, b"")
    assert "there is no export format 'nonsense'; formats: dot" in err
