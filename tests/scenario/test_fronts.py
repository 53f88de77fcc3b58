"""The outside of a lab: three servers on loopback, on the ports that were asked for, until it ends."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator

import pytest
from support.small_lab import small

from lab import Lab, make_engine
from lab.engines.base import MachineError
from lab.scenario.fronts import Fronts
from lab.scenario.ports import ANY_PORTS, Ports
from lab.serving.mailbox import Mailbox

HOST = "127.0.0.1"


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab(small(), make_engine("sim")) as lab:
        yield lab


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    yield box
    box.close()


def listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex((HOST, port)) == 0


def taken(lab: Lab) -> Ports:
    """Where the lab says that it is served."""
    clouds = lab.clouds
    assert clouds.whois_address is not None
    assert clouds.dns_address is not None
    assert {clouds.whois_address[0], clouds.dns_address[0]} == {HOST}
    return Ports(int(clouds.endpoint.rpartition(":")[2]), clouds.whois_address[1], clouds.dns_address[1])


def test_a_lab_is_served_where_it_says_and_not_after_its_end(lab: Lab, mailbox: Mailbox) -> None:
    fronts = Fronts(lab, mailbox, ANY_PORTS)
    ports = taken(lab)
    assert all(map(listens, (ports.http, ports.whois, ports.dns)))
    fronts.close()
    fronts.close()
    assert not any(map(listens, (ports.http, ports.whois, ports.dns)))
    again = Fronts(lab, mailbox, ports)
    assert taken(lab) == ports
    again.close()


@pytest.mark.parametrize("front", ["http", "whois", "dns"])
def test_a_port_that_is_taken_is_named_and_no_other_one_is_kept(
    lab: Lab, mailbox: Mailbox, front: str
) -> None:
    threads = threading.active_count()
    with socket.socket() as stranger:
        stranger.bind((HOST, 0))
        stranger.listen()
        port = stranger.getsockname()[1]
        with pytest.raises(MachineError, match=str(port)):
            Fronts(lab, mailbox, Ports(**{front: port}))
    addresses = [lab.clouds.whois_address, lab.clouds.dns_address]
    ports = [int(lab.clouds.endpoint.rpartition(":")[2] or 0), *(each[1] for each in addresses if each)]
    assert not any(listens(port) for port in ports if port)
    assert threading.active_count() == threads


def test_requests_are_carried_out_by_whoever_runs_the_mailbox(lab: Lab, mailbox: Mailbox) -> None:
    fronts = Fronts(lab, mailbox, ANY_PORTS)
    try:
        with socket.create_connection((HOST, taken(lab).whois), timeout=10) as client:
            client.sendall(b"203.0.113.0/24\r\n")
            select.select([mailbox], [], [])
            assert select.select([client], [], [], 0)[0] == []
            mailbox.run_all()
            assert b"203.0.113.0/24" in client.recv(4096)
    finally:
        fronts.close()
