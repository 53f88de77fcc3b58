"""Commands that look at a running lab: show and explain."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from lab.cli.options import AsJson, PrefixOption, Run


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    views = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Look at a running lab.")
    views.command("table")(show_table)
    views.command("routes")(show_routes)
    views.command("rib")(show_rib)
    views.command("vrps")(show_vrps)
    views.command("aspas")(show_aspas)
    views.command("sessions")(show_sessions)
    views.command("alerts")(show_alerts)
    views.command("timeline")(show_timeline)
    views.command("flows")(show_flows)
    app.add_typer(views, name="show")
    app.command()(explain)


def show_table(prefix: PrefixOption = None, run: Run = None, as_json: AsJson = False) -> None:
    """The table as the collector sees it. One row per prefix and vantage point."""
    rows = _ask("table", run, prefix=prefix)
    _print(
        as_json,
        rows,
        ("prefix", "vantage point", "AS path", "origin", "rov"),
        lambda row: (row["prefix"], row["vantage_point"], _path(row), _asn(row["origin"]), row["rov"]),
        "the collector sees no route",
    )


def show_routes(prefix: PrefixOption = None, run: Run = None, as_json: AsJson = False) -> None:
    """The best route of every speaker."""
    rows = _ask("routes", run, prefix=prefix)
    _print(
        as_json,
        rows,
        ("prefix", "at", "via", "AS path", "origin", "rov", "local pref", "communities"),
        lambda row: (
            row["prefix"],
            row["at"],
            "no route" if row["via"] is None else row["via"] or "own",
            _path(row),
            _asn(row["origin"]),
            row["rov"],
            row["local_pref"] if row["via"] else None,
            " ".join(row["communities"]) or None,
        ),
        "nobody has a route",
    )


def show_rib(
    speaker: Annotated[str, typer.Argument(help="Whose Adj-RIB-In.")],
    prefix: PrefixOption = None,
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """One speaker's Adj-RIB-In. Every route received, best first, rejected ones with the reason."""
    rows = _ask("rib", run, speaker=speaker, prefix=prefix)
    _print(
        as_json,
        rows,
        ("", "prefix", "from", "AS path", "rov", "local pref", "rejected"),
        lambda row: (
            "*" if row["best"] else " ",
            row["prefix"],
            row["via"] or "own",
            _path(row),
            row["rov"],
            row["local_pref"] if row["via"] else None,
            row["rejected"],
        ),
        f"{speaker} has received no route",
    )


def show_vrps(run: Run = None, as_json: AsJson = False) -> None:
    """The VRPs that origin validation uses."""
    _print(
        as_json,
        _ask("vrps", run),
        ("prefix", "max length", "origin", "trust anchor", "from"),
        lambda row: (row["prefix"], row["max_length"], _asn(row["asn"]), row["ta"] or None, _files(row)),
        "there are no VRPs: every route is not-found",
    )


def show_aspas(run: Run = None, as_json: AsJson = False) -> None:
    """The ASPAs that path verification uses."""
    _print(
        as_json,
        _ask("aspas", run),
        ("customer", "providers", "trust anchor", "from"),
        lambda row: (
            _asn(row["customer"]),
            " ".join(f"AS{asn}" for asn in row["providers"] if asn) or "nobody",
            row["ta"] or None,
            _files(row),
        ),
        "there are no ASPAs: no path is invalid",
    )


def show_sessions(run: Run = None, as_json: AsJson = False) -> None:
    """Every BGP session."""
    _print(
        as_json,
        _ask("sessions", run),
        ("speaker", "its", "is", "state"),
        lambda row: (
            row["a"],
            row["b_is"],
            row["b"],
            "established" if row["established"] else f"down: {row['detail']}",
        ),
        "there are no sessions",
    )


def show_alerts(run: Run = None, as_json: AsJson = False) -> None:
    """The alerts that stand now."""
    _print(
        as_json,
        _ask("alerts", run),
        ("alert", "prefix", "by", "text"),
        lambda row: (row["kind"], row["prefix"], row["by"] or _asn(row["asn"]), row["text"]),
        "no alert",
    )


def show_timeline(
    prefix: PrefixOption = None,
    speaker: Annotated[str | None, typer.Option("--at", help="Only what happened at this speaker.")] = None,
    last: Annotated[int, typer.Option("--last", "-n", min=0, help="Only the newest; 0 shows all.")] = 40,
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """What happened, oldest first."""
    rows = _ask("timeline", run, prefix=prefix, speaker=speaker, last=last)
    _print(
        as_json,
        rows,
        ("time", "what happened"),
        lambda row: (_time(row["time"]), row["text_line"]),
        "nothing has happened",
    )


def show_flows(run: Run = None, as_json: AsJson = False) -> None:
    """The traffic that is watched. For how long its packets were lost, in all."""
    from lab.observe.durations import duration_text

    _print(
        as_json,
        _ask("flows", run),
        ("traffic", "from", "to", "port", "state", "lost", "times", "why"),
        lambda row: (
            row["name"],
            row["from"],
            row["to"],
            row["port"],
            row["state"],
            duration_text(row["lost"]),
            row["outages"],
            row["explanation"] if row["state"] == "down" else None,
        ),
        "no traffic is watched; `lab flow` begins some",
    )


def explain(
    speaker: Annotated[str, typer.Argument(help="Whose choice.")],
    prefix: Annotated[str, typer.Argument(help="The prefix, exactly.")],
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Why a speaker uses the route it uses. And what became of the others."""
    from lab.cli.narration import print_explanation
    from lab.cli.terminal import print_json

    found = _ask("explain", run, speaker=speaker, prefix=prefix)
    if as_json:
        print_json(found)
    else:
        print_explanation(found)


def _ask(what: str, run: str | None, **arguments: Any) -> Any:
    from lab.cli.runs import find_run
    from lab.scenario.asking import ask

    given = {key: value for key, value in arguments.items() if value is not None}
    return ask(find_run(run), {"show": what, **given})


def _print(as_json: bool, rows: list[Any], columns: Sequence[str], cells: Any, empty: str) -> None:
    from lab.cli.terminal import print_json, print_table

    if as_json:
        print_json(rows)
    else:
        print_table("", columns, [cells(row) for row in rows], empty)


def _path(row: dict[str, Any]) -> str:
    from lab.cli.terminal import path_text

    return path_text(row["path"])


def _files(row: dict[str, Any]) -> str | None:
    """The signed objects that a payload comes from."""
    return " ".join(row["files"]) or None


def _asn(asn: int | None) -> str | None:
    return None if asn is None else f"AS{asn}"


def _time(seconds: float) -> str:
    """Virtual seconds as they are, wall-clock time as hours, minutes, seconds."""
    if seconds < 1e9:
        return f"{seconds:.3f} s"
    return time.strftime("%H:%M:%S", time.localtime(seconds)) + f".{int(seconds * 1000) % 1000:03d}"
