"""What `lab rpki serve` prints: where everything is, and what to type to hold other software against it."""

from __future__ import annotations

from shlex import quote
from typing import Any

from rich.text import Text

from lab.cli.terminal import console, count
from lab.rpki.serving import HOST, LOOPBACK, ServedRpki

Section = tuple[str, tuple[str, ...]]


def served_data(served: ServedRpki) -> dict[str, Any]:
    """Where everything is, as JSON data."""
    return {
        "rsync": f"rsync://{HOST}:{served.rsync_port}/",
        "https": f"https://{HOST}:{served.https_port}/",
        "rtr": str(served.rtr),
        "tals": str(served.tals),
        "ca": str(served.ca),
        "tree": str(served.tree),
        "vrps": str(served.vrps),
    }


def print_served(name: str, served: ServedRpki) -> None:
    """The same for people, with the commands."""
    out = console()
    payloads = served.validation.payloads
    vrps, aspas = count(len(payloads.vrps), "VRP"), count(len(payloads.aspas), "ASPA")
    cas = count(len(served.validation.points), "CA")
    out.print(Text(f"{name}: {vrps} and {aspas} from {cas}, until Ctrl-C", style="bold"))
    for label, value in served_data(served).items():
        out.print(f"  {label:<6} {value}", markup=False)
    for title, lines in other_software(served):
        out.print(Text(f"\n{title}", style="bold"))
        for line in lines:
            out.print(f"  {line}", markup=False)


def other_software(served: ServedRpki) -> tuple[Section, ...]:
    """What to type for each kind of software: a heading, and lines for a shell or a configuration."""
    tals, ca, port = quote(str(served.tals)), quote(str(served.ca)), str(served.rtr).rpartition(":")[2]
    scratch = quote(str(served.directory / "others"))
    cache, out, fort = f"{scratch}/rpki-client", f"{scratch}/rpki-client-out", f"{scratch}/fort"
    rpki_client = f"rpki-client -c -d {cache} $(printf -- '-t %s ' {tals}/*.tal)"
    standalone = f"fort --mode=standalone --tal={tals} --local-repository={fort} --output.roa=-"
    return (
        (
            "rpki-client, as root, by rsync or by RRDP (it trusts the CAs of the system and no others)",
            (
                f"install -d -m 755 {scratch} && install -d -o _rpki-client {cache} {out}",
                f"{rpki_client} -R {out} && cat {out}/csv",
                "unshare -m sh -c "
                + quote(f"mount --bind {ca} /etc/ssl/certs/ca-certificates.crt && {rpki_client} {out}")
                + f" && cat {out}/csv",
            ),
        ),
        (
            "Fort, by rsync or by RRDP",
            (
                f"mkdir -p {fort} {scratch}/ca && cp {ca} {scratch}/ca && openssl rehash {scratch}/ca",
                f"{standalone} --http.enabled=false",
                f"{standalone} --rsync.enabled=false --http.ca-path={scratch}/ca",
            ),
        ),
        (
            "this lab's own validator, by RRDP",
            (f"lab rpki validate --tal {tals} --cache {scratch}/lab --ca-file {ca}",),
        ),
        (
            "RTR clients",
            (
                f"rtrclient -e -t csv tcp {LOOPBACK} {port}",
                f"BIRD: protocol rpki {{ roa4 {{ table r4; }}; roa6 {{ table r6; }}; "
                f"remote {LOOPBACK} port {port}; }}",
                f"FRR: rpki cache {LOOPBACK} {port} preference 1",
            ),
        ),
        (
            "another RTR cache from the same VRPs",
            (f"stayrtr -bind {LOOPBACK}:8282 -cache {quote(str(served.vrps))} -checktime=false",),
        ),
    )
