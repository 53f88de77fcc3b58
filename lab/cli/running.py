"""Commands that bring labs up and take them down: run, up, status, down, demo."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from lab.cli.options import (
    AsJson,
    BaseImage,
    DnsPort,
    Driver,
    Engine,
    File,
    HttpPort,
    Run,
    Seed,
    Speed,
    StateFile,
    VrpFile,
    WhoisPort,
)

STATES: Final = {
    "busy": "(a scenario or a test runs there, or a lab comes up)",
    "no answer": "(does not answer)",
    "dead": "(was killed; `lab down` cleans it up)",
}
"""What `lab status` says of a run that has no lab to speak for it."""


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(run)
    app.command()(up)
    app.command()(status)
    app.command()(down)
    app.command()(demo)


def run(
    file: File,
    engine: Engine = "sim",
    driver: Driver = "process",
    seed: Seed = 0,
    speed: Speed = 1.0,
    vrps: VrpFile = None,
    base_image: BaseImage = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show every event of every step.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run a scenario and check what it expects. The lab comes up for it and goes down after it."""
    from lab.cli.labs import closing, make_lab
    from lab.cli.narration import Narrator
    from lab.cli.terminal import busy, print_json
    from lab.scenario.outcome_showing import problems_data, report_data
    from lab.scenario.running import try_scenario
    from lab.topology.problems import TopologyError

    try:
        lab = make_lab(file, engine, driver, seed=seed, speed=speed, vrps=vrps, base_image=base_image)
    except TopologyError as error:
        if not as_json:
            raise
        print_json(problems_data(error))
        raise typer.Exit(2) from None
    narrator = Narrator(verbose=verbose)
    with closing(lab):
        with busy(f"bringing {lab.topology.name} up"):
            lab.start()
        if as_json:
            report = try_scenario(lab)
            print_json(report_data(report))
        else:
            narrator.begin(lab, engine if engine == "sim" else f"{engine}, driver {driver}")
            report = try_scenario(lab, narrator.result)
            narrator.end(report)
    if report.error is not None:
        raise report.error
    raise typer.Exit(1 if report.failures else 0)


def up(
    file: File,
    engine: Engine = "live",
    driver: Driver = "process",
    seed: Seed = 0,
    speed: Speed = 1.0,
    vrps: VrpFile = None,
    base_image: BaseImage = None,
    http_port: HttpPort = 0,
    whois_port: WhoisPort = 0,
    dns_port: DnsPort = 0,
    state: StateFile = None,
    detach: Annotated[
        bool, typer.Option("--detach", "-d", help="Return when it is up; `lab down` ends it.")
    ] = False,
    background: Annotated[bool, typer.Option("--background", hidden=True)] = False,
    as_json: AsJson = False,
) -> None:
    """Bring a lab up and keep it up. Act on it and look at it from another terminal."""
    from lab.cli.labs import go_to_background, launch_detached, make_lab, serve
    from lab.cli.terminal import busy, console, print_json
    from lab.engines.live.run_directory import RunDirectory
    from lab.scenario.lab import Lab
    from lab.scenario.ports import Ports

    if detach:
        arguments = [file, "--engine", engine, "--driver", driver, "--seed", str(seed), "--speed", str(speed)]
        arguments += ["--vrps", str(vrps)] if vrps else []
        arguments += ["--base-image", base_image] if base_image else []
        arguments += ["--http-port", str(http_port), "--whois-port", str(whois_port)]
        arguments += ["--dns-port", str(dns_port)]
        arguments += ["--state", str(state)] if state else []
        with busy(f"bringing {file} up"):
            run_id = launch_detached(arguments)
        if as_json:
            print_json({"run": run_id})
        else:
            console().print(f"{file} is up as run {run_id}; `lab status` shows it, `lab down` ends it")
        return

    def make(run: RunDirectory) -> Lab:
        return make_lab(
            file,
            engine,
            driver,
            seed=seed,
            speed=speed,
            vrps=vrps,
            base_image=base_image,
            run=run,
            state=state,
        )

    def tell(lab: Lab, run: RunDirectory) -> None:
        if background:
            go_to_background(run)
        elif as_json:
            print_json({"run": run.run_id})
        else:
            console().print(f"{lab.topology.name} is up as run {run.run_id}; Ctrl-C or `lab down` ends it")

    serve(file, make, tell, ports=Ports(http_port, whois_port, dns_port))


def status(as_json: AsJson = False) -> None:
    """The labs that run."""
    from lab.cli.runs import running_labs
    from lab.cli.terminal import print_json, print_table

    found = running_labs()
    if as_json:
        print_json(found)
        return
    columns = ("run", "name", "speakers", "sessions", "prefixes", "alerts")
    rows = [
        (
            each["run"],
            each["name"] or STATES[each["state"]],
            each["speakers"],
            None if each["sessions"] is None else f"{each['established']}/{each['sessions']}",
            each["prefixes"],
            each["alerts"],
        )
        for each in found
    ]
    print_table("", columns, rows, "no lab is running")


def down(run: Run = None, as_json: AsJson = False) -> None:
    """End the running labs, or one of them. Nothing is left behind, also after a lab was killed.

    Ends with 1 if a lab is still there because it does not answer.
    """
    from lab.cli.runs import take_down
    from lab.cli.terminal import console, print_json

    report = take_down(run)
    if as_json:
        print_json(report)
    else:
        for line in report["lines"]:
            console().print(line)
    raise typer.Exit(1 if report["left"] else 0)


def demo(driver: Driver = "process", base_image: BaseImage = None) -> None:
    """Tell the bring-your-own-IP story. Live, on ExaBGP speakers, from start to finish."""
    from lab.cli.demo import tell

    raise typer.Exit(tell(driver, base_image))
