"""The whois server: real clients, and what slow or greedy ones can do."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future

import pytest
from support.irr_lab import IrrLab, asked, connect, received, run, served

from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.registry.irr.server import WhoisServer
from lab.serving.listening import ListenError
from lab.serving.mailbox import Mailbox
from lab.serving.streams import MOST_CONNECTIONS

PREFIX = Prefix.parse("203.0.113.0/24")
TOKEN = "cf-validation: 9477b6c3-4344-4ceb-85c4-6463e7d2453f"


@pytest.fixture(scope="module")
def lab() -> IrrLab:
    lab = IrrLab()
    lab.add("203.0.113.0/24", 13335, descr=f"Example Company, Inc.\n{TOKEN}")
    lab.add("203.0.113.0/25", 64496)
    lab.vrps = [Vrp(PREFIX, 24, 13335)]
    return lab


@pytest.fixture(scope="module")
def server(lab: IrrLab) -> Iterator[WhoisServer]:
    with served(lab) as server:
        yield server


def whois(server: WhoisServer, *words: str) -> str:
    return run("whois", "-h", "127.0.0.1", "-p", str(server.port), *words)


@pytest.mark.irr
@pytest.mark.seed(242, 243, 269)
def test_whois_shows_the_rpki_section_and_the_irr_section(lab: IrrLab, server: WhoisServer) -> None:
    shown = whois(server, "203.0.113.0/24")
    assert shown.rstrip("\n") == lab.whois("203.0.113.0/24").rstrip("\n")
    sections = shown.strip().split("\n\n")
    assert [re.findall(r"^source: +(.*)$", section, re.M) for section in sections] == [
        ["RPKI  # Trust Anchor: arin"],
        ["ARIN"],
    ]
    assert "descr:          RPKI ROA for 203.0.113.0/24\n" in sections[0]
    assert "remarks:        maxLength 24\n" in sections[0]
    assert "origin:         AS13335\n" in sections[1]
    assert f"descr:          Example Company, Inc.\n                {TOKEN}\n" in sections[1]


@pytest.mark.irr
@pytest.mark.seed(241)
def test_whois_shows_the_prefixes_of_an_as_by_either_form(server: WhoisServer) -> None:
    for words in (["AS64496"], ["-i", "origin", "AS64496"], ["--", "-i origin AS64496"]):
        assert re.findall(r"^route: +(\S+)$", whois(server, *words), re.M) == ["203.0.113.0/25"]
    assert whois(server, "!gAS64496") == "A15\n203.0.113.0/25\nC\n"


@pytest.mark.irr
def test_whois_shows_what_is_not_there(server: WhoisServer) -> None:
    assert whois(server, "192.0.2.0/25").strip() == "%  No entries found for the selected source(s)."


def test_the_server_answers_as_its_sessions_do(lab: IrrLab, server: WhoisServer) -> None:
    for query in ("203.0.113.0/24", "!gAS64496", "-x 203.0.113.1/24", "!z", "-k AS64496"):
        assert asked(server, query.encode() + b"\r\n").decode() == lab.whois(query)


def test_packets_may_be_split_anywhere_on_their_way(server: WhoisServer) -> None:
    talk = b"-k AS64496\r\n!gas64496\n!q\n"
    whole = asked(server, talk)
    assert whole.count(b"203.0.113.0/25") == 2
    for cut in range(1, len(talk)):
        assert asked(server, talk[:cut], talk[cut:]) == whole


def test_a_thousand_commands_in_one_packet_are_answered_in_order(server: WhoisServer) -> None:
    answer = asked(server, b"!!\n" + b"!gAS64496\n!gAS13335\n" * 500)
    assert answer == b"A15\n203.0.113.0/25\nC\nA15\n203.0.113.0/24\nC\n" * 500


def test_a_client_that_takes_nothing_holds_back_only_its_own_answers() -> None:
    lab, greedy_commands = IrrLab(), 40
    lab.add("203.0.113.0/24", 64496, descr="\n".join(["x" * 4000] * 400))
    with served(lab) as server, connect(server) as greedy:
        greedy.sendall(b"-k\n" + b"AS64496\n" * greedy_commands)
        answers = [asked(server, b"!gAS64496\n") for _ in range(200)]
        assert answers == [b"A15\n203.0.113.0/24\nC\n"] * 200
        lab.editor.remove_route(PREFIX, 64496)
        greedy.shutdown(socket.SHUT_WR)
        rest = received(greedy)
    assert rest.count(b"route: ") < greedy_commands
    assert rest.count(b"No entries found") > 0


def test_a_client_that_hangs_up_in_the_middle_of_a_line_is_dropped(server: WhoisServer) -> None:
    assert asked(server, b"203.0.113.0/2") == b""
    assert asked(server, b"") == b""


def test_a_line_without_end_is_an_error_and_the_end(server: WhoisServer) -> None:
    with connect(server) as connection:
        connection.sendall(b"x" * 1025)
        assert received(connection) == b"%% ERROR: a query has at most 1024 bytes\n\n\n"


@pytest.mark.slow
def test_a_client_that_is_silent_for_too_long_is_dropped(lab: IrrLab) -> None:
    with served(lab) as server, connect(server) as connection:
        connection.sendall(b"!!\n!t1\n!gAS64496\n!gAS")
        assert received(connection) == b"C\nA15\n203.0.113.0/25\nC\n"


def test_a_client_over_the_bound_is_closed_at_once_and_the_others_stay(lab: IrrLab) -> None:
    with served(lab) as server, contextlib.ExitStack() as open_connections:
        waiting = [open_connections.enter_context(connect(server)) for _ in range(MOST_CONNECTIONS)]
        for connection in waiting:
            connection.sendall(b"!!\n!n test\n")
            assert connection.recv(2) == b"C\n"
        assert asked(server, b"AS64496\n") == b""
        waiting[0].sendall(b"!gAS64496\n!q\n")
        assert received(waiting[0]) == b"A15\n203.0.113.0/25\nC\n"


def test_a_lab_that_ends_drops_who_waits_for_it(lab: IrrLab) -> None:
    mailbox = Mailbox()
    submitted = threading.Event()

    def submit(work: object) -> Future[bytes]:
        submitted.set()
        return mailbox.submit(work)  # type: ignore[arg-type]

    server = WhoisServer(lab.session, submit)
    with connect(server) as connection:
        connection.sendall(b"AS64496\n")
        assert submitted.wait(20)
        mailbox.close()
        assert received(connection) == b""
    server.close()
    server.close()


def test_a_fault_of_the_lab_is_logged_and_ends_one_conversation(caplog: pytest.LogCaptureFixture) -> None:
    lab = IrrLab()
    lab.add("203.0.113.0/24", 64496)
    with served(lab) as server:
        lab.vrps = None  # type: ignore[assignment]
        assert asked(server, b"203.0.113.0/24\n") == b""
        assert "fault of the lab while it answered the whois query '203.0.113.0/24'" in caplog.text
        assert asked(server, b"!gAS64496\n") == b"A15\n203.0.113.0/24\nC\n"


def test_the_server_listens_on_loopback_only(lab: IrrLab) -> None:
    with pytest.raises(ListenError, match="not a loopback address"):
        WhoisServer(lab.session, Mailbox().submit, host="0.0.0.0")
