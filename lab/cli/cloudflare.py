"""`lab cloudflare`: how to call the Cloudflare of a running lab, and what it has.

The lab is asked for the views `cloudflare-env` (`caller` is optional; the answer has `base_url`,
`account_id`, `email`, `api_key`, `api_token`, the last three None where the caller has none),
`cloudflare-accounts` and `cloudflare-prefixes`.
"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from lab.cli.asking import ask_lab
from lab.cli.options import AsJson, Run

Caller = Annotated[
    str | None,
    typer.Option(
        "--as",
        help="An account (its super administrator), a member or a token; default: the first account.",
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    cloudflare = typer.Typer(
        no_args_is_help=True, rich_markup_mode=None, help="The Cloudflare of a running lab."
    )
    cloudflare.command()(env)
    cloudflare.command()(accounts)
    cloudflare.command()(prefixes)
    cloudflare.command()(openapi)
    app.add_typer(cloudflare, name="cloudflare")


def env(caller: Caller = None, run: Run = None, as_json: AsJson = False) -> None:
    """What curl and the SDKs need to call this lab: eval "$(lab cloudflare env)".

    Where a shell has both, the Python SDK sends the e-mail address and API key, and no token: for the
    token alone, use --as ACCOUNT-token.
    """
    from lab.cli.terminal import print_json

    found = ask_lab("cloudflare-env", run, caller=caller)
    if as_json:
        print_json(found)
    else:
        print("\n".join(shell_lines(found)))


def accounts(run: Run = None, as_json: AsJson = False) -> None:
    """The accounts of the lab, what their contracts cover, and who can call as --as."""
    from lab.cli.terminal import print_json, print_table

    rows = ask_lab("cloudflare-accounts", run)
    if as_json:
        print_json(rows)
        return
    cells = [
        (row["name"], row["id"], ", ".join(row["entitlements"]) or None, ", ".join(row["callers"]))
        for row in rows
    ]
    print_table("", ("name", "id", "contract", "callers"), cells, "there are no accounts")


def prefixes(run: Run = None, as_json: AsJson = False) -> None:
    """The prefixes that were brought to Cloudflare. What their checks have found, and what came of it."""
    from lab.cli.terminal import print_json, print_table

    rows = ask_lab("cloudflare-prefixes", run)
    if as_json:
        print_json(rows)
        return
    columns = ("prefix", "account", "approved", "irr", "rpki", "ownership", "advertised", "binding", "why")
    print_table("", columns, [_cells(row) for row in rows], "no prefix was brought to Cloudflare")


def openapi() -> None:
    """The API as an OpenAPI description, in JSON. No lab has to run."""
    from lab.cli.terminal import print_json
    from lab.clouds.cloudflare.operations import OPERATIONS
    from lab.clouds.cloudflare.wire.openapi import description

    print_json(description(OPERATIONS.values()))


def shell_lines(found: dict[str, str | None]) -> list[str]:
    """Lines for a POSIX shell that make the SDKs in it call the lab, and the curl commands of Cloudflare's
    documents with the base URL in place of theirs. `found` is the lab's `cloudflare-env`."""
    from lab.cli.shell import environment_lines

    return environment_lines(
        {
            "CLOUDFLARE_BASE_URL": found["base_url"],
            "CLOUDFLARE_EMAIL": found["email"],
            "CLOUDFLARE_API_KEY": found["api_key"],
            "CLOUDFLARE_API_TOKEN": found["api_token"],
            "ACCOUNT_ID": found["account_id"],
        },
        unset=("CLOUDFLARE_API_USER_SERVICE_KEY", "CLOUDFLARE_CUSTOM_HEADERS"),
    )


def _cells(row: dict[str, Any]) -> tuple[str | None, ...]:
    checks = [row[name]["state"] for name in ("irr", "rpki", "ownership")]
    whys = [row[name]["why"] for name in ("irr", "rpki", "ownership") if row[name]["state"] != "valid"]
    whys += [f"{name} now {found['state']}: {found['why']}" for name, found in row["now"].items()]
    why = "; ".join(dict.fromkeys(filter(None, (row["missing"], *whys)))) or None
    why = _shortened(why)
    advertised = _advertised(row["advertised"], row["announced"])
    return (row["prefix"], row["account"], row["approved"], *checks, advertised, row["binding"], why)


def _shortened(why: str | None) -> str | None:
    """At most 100 characters; --json has all."""
    return why if why is None or len(why) <= 100 else f"{why[:99]}…"


def _advertised(asked: bool | None, announced: bool | None) -> str | None:
    """What the sites do, and what was asked for where that is something else."""
    if asked is None or asked is announced:
        return {None: None, True: "yes", False: "no"}[asked]
    return "yes, to end" if announced else "no, asked for"
