"""Strict and loose uRPF against the Linux kernel: the same routes, the same packets, the same verdicts.

A network namespace has one interface per neighbour. IPv4 is judged by rp_filter (1 strict, 2 loose)
and by nftables' `fib` expressions; IPv6, which has no rp_filter, by nftables alone.
"""

import json
import os
import random
import shutil
import socket
import subprocess
import sys
import uuid

import pytest

from lab.bgp.prefix import Address
from lab.bgp.relationship import Relationship
from lab.dataplane.urpf import check
from lab.topology.model import UrpfMode

pytestmark = pytest.mark.netns

NEIGHBORS = ("n0", "n1", "n2")
POOL = {
    4: ["0.0.0.0/0", "203.0.113.0/24", "203.0.113.0/25", "203.0.113.128/26", "198.51.100.0/24",
        "203.0.113.7/32"],
    6: ["::/0", "2001:db8:1::/48", "2001:db8:1::/64", "2001:db8:1:0:8000::/65", "2001:db8:2::/48",
        "2001:db8:1::7/128"],
}  # fmt: skip
SOURCES = {
    4: ["203.0.113.7", "203.0.113.9", "203.0.113.130", "203.0.113.250", "198.51.100.1", "192.0.2.1"],
    6: ["2001:db8:1::7", "2001:db8:1::9", "2001:db8:1:0:8000::1", "2001:db8:1:1::1", "2001:db8:2::1",
        "2001:db8:3::1"],
}  # fmt: skip
LOCAL = {4: "10.255.255.1", 6: "fd00:ffff::1"}
PORT = 4789
FIRST_PORT = 1000


@pytest.fixture(scope="module")
def namespaces():
    """Two joined namespaces, `here` (the judge) and `there` (all neighbours), with one link per neighbour."""
    if os.geteuid() != 0 or not shutil.which("ip") or not shutil.which("nft"):
        pytest.skip("needs root, iproute2 and nftables")
    tag = uuid.uuid4().hex[:6]
    here, there = f"urpf-{tag}-a", f"urpf-{tag}-b"
    made = []
    try:
        for name in (here, there):
            _run("ip", "netns", "add", name)
            made.append(name)
            _run("ip", "-n", name, "link", "set", "lo", "up")
        for index, neighbor in enumerate(NEIGHBORS):
            _run("ip", "-n", here, "link", "add", neighbor, "type", "veth",
                 "peer", "name", neighbor, "netns", there)  # fmt: skip
            for name in (here, there):
                _run("ip", "-n", name, "link", "set", neighbor, "address", _mac(name == here, index))
                _run("ip", "-n", name, "link", "set", neighbor, "up")
                _run("ip", "netns", "exec", name, "sysctl", "-qw", f"net.ipv6.conf.{neighbor}.accept_dad=0",
                     f"net.ipv4.conf.{neighbor}.rp_filter=0")  # fmt: skip
            # On an interface without an address the kernel takes loose for strict.
            _run("ip", "-n", here, "addr", "add", f"10.255.0.{index}/32", "dev", neighbor)
        _run("ip", "netns", "exec", here, "sysctl", "-qw", "net.ipv4.conf.all.rp_filter=0")
        _run("ip", "-n", here, "addr", "add", f"{LOCAL[4]}/32", "dev", "lo")
        _run("ip", "-n", here, "addr", "add", f"{LOCAL[6]}/128", "dev", "lo")
        yield here, there
    finally:
        for name in made:
            subprocess.run(["ip", "netns", "del", name], check=False)


def _mac(is_here, index):
    return f"02:00:00:00:0{int(is_here)}:0{index}"


def _run(*command, stdin=None):
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
    return done.stdout


def _cases(build, version, seed):
    """Random RIBs: for each prefix one best neighbour, or a blackhole."""
    rng = random.Random(seed)
    routes = {}
    for prefix in POOL[version]:
        if rng.random() < 0.55:
            neighbor = rng.choice(NEIGHBORS)
            routes[prefix] = [build.learned(neighbor, "peer", 64496, discard=rng.random() < 0.2)]
    return routes


def _install(here, version, routes):
    family = f"-{version}"
    _run("ip", family, "-n", here, "route", "flush", "proto", "static")
    for prefix, (route,) in routes.items():
        target = ("blackhole", prefix) if route.discard else (prefix, "dev", route.neighbor)
        _run("ip", family, "-n", here, "route", "add", *target, "proto", "static")


def _judge_by_nftables(here, mode):
    test = "fib saddr . iif oif missing" if mode is UrpfMode.STRICT else "fib saddr oif missing"
    _set_rules(here, "prerouting priority raw", f"udp dport {PORT} {test} drop")


def _judge_by_rp_filter(here, mode):
    """rp_filter acts after prerouting, so what reaches the input hook has passed it."""
    _set_rules(here, "input priority 0")
    _set_rp_filter(here, 1 if mode is UrpfMode.STRICT else 2)


def _set_rules(here, hook, rule=""):
    """Packets that come through `hook` and past `rule` leave their UDP source port in the set `passed`."""
    rules = f"""
        flush ruleset
        table inet urpf {{
            set passed {{ type inet_service; size 1000; flags dynamic; }}
            chain judge {{
                type filter hook {hook};
                {rule}
                udp dport {PORT} add @passed {{ udp sport }} drop
            }}
        }}"""
    _run("ip", "netns", "exec", here, "nft", "-f", "-", stdin=rules)


def _set_rp_filter(here, value):
    settings = [f"net.ipv4.conf.{neighbor}.rp_filter={value}" for neighbor in NEIGHBORS]
    _run("ip", "netns", "exec", here, "sysctl", "-qw", *settings)


def _passed(here):
    """The source ports of the packets that passed."""
    listing = json.loads(
        _run("ip", "netns", "exec", here, "nft", "-j", "list", "set", "inet", "urpf", "passed")
    )
    (found,) = (each["set"] for each in listing["nftables"] if "set" in each)
    return set(found.get("elem", []))


def _send(there, version, packets):
    """Send one packet for each (neighbour, source), its number its UDP source port; veth delivers at once."""
    program = (
        "import json, socket, sys\n"
        "for interface, frame in json.load(sys.stdin):\n"
        "    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as raw:\n"
        "        raw.bind((interface, 0))\n"
        "        raw.send(bytes.fromhex(frame))\n"
    )
    frames = [
        (neighbor, _frame(version, NEIGHBORS.index(neighbor), source, number).hex())
        for number, (neighbor, source) in enumerate(packets, FIRST_PORT)
    ]
    _run("ip", "netns", "exec", there, sys.executable, "-c", program, stdin=json.dumps(frames))


def _frame(version, index, source, port):
    """An Ethernet frame with an empty UDP datagram to this namespace's own address."""
    macs = bytes.fromhex((_mac(True, index) + _mac(False, index)).replace(":", ""))
    family = socket.AF_INET if version == 4 else socket.AF_INET6
    ends = socket.inet_pton(family, source) + socket.inet_pton(family, LOCAL[version])
    udp = port.to_bytes(2, "big") + PORT.to_bytes(2, "big") + (8).to_bytes(2, "big")
    if version == 4:
        start, end = bytes([0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17]), ends
        checksum = _checksum(start + b"\0\0" + end).to_bytes(2, "big")
        return macs + b"\x08\x00" + start + checksum + end + udp + b"\0\0"
    pseudo = ends + (8).to_bytes(4, "big") + bytes([0, 0, 0, 17]) + udp + b"\0\0"
    header = bytes([0x60, 0, 0, 0, 0, 8, 17, 64])
    return macs + b"\x86\xdd" + header + ends + udp + _checksum(pseudo).to_bytes(2, "big")


def _checksum(data):
    total = sum(int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("mode", [UrpfMode.STRICT, UrpfMode.LOOSE], ids=lambda mode: mode.value)
@pytest.mark.parametrize(
    ("version", "judge"),
    [(4, _judge_by_rp_filter), (4, _judge_by_nftables), (6, _judge_by_nftables)],
    ids=["rp_filter-ipv4", "nftables-ipv4", "nftables-ipv6"],
)
def test_the_model_and_the_kernel_drop_the_same_packets(build, namespaces, version, judge, mode, seed):
    here, there = namespaces
    routes = _cases(build, version, seed)
    packets = [(neighbor, source) for neighbor in NEIGHBORS for source in SOURCES[version]]
    _install(here, version, routes)
    _set_rp_filter(here, 0)
    judge(here, mode)
    _send(there, version, packets)
    passed = _passed(here)
    kernel = {packet: number in passed for number, packet in enumerate(packets, FIRST_PORT)}
    view = build.rib(routes)
    model = {
        (neighbor, source): check(view, neighbor, Relationship.PEER, Address.parse(source), mode).passed
        for neighbor, source in packets
    }
    assert model == kernel, {str(prefix): route.neighbor for prefix, route in view.best.items()}


def test_the_generated_cases_hold_packets_that_pass_and_packets_that_drop(build):
    for version in (4, 6):
        for mode in (UrpfMode.STRICT, UrpfMode.LOOSE):
            verdicts = {
                check(
                    build.rib(_cases(build, version, seed)), neighbor, Relationship.PEER, address, mode
                ).passed
                for seed in range(4)
                for neighbor in NEIGHBORS
                for address in map(Address.parse, SOURCES[version])
            }
            assert verdicts == {True, False}
