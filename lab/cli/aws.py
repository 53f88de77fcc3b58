"""`lab aws`: how to call the AWS of a running lab, and what it has.

The lab is asked for the views `aws-env` (`account` and `region` are optional; the answer has `endpoint`,
`access_key`, `secret_key`, `account`, `region`), `aws-accounts` (a list of `id`, `name`) and `aws-ranges` (a
list of `prefix`, `account`, `region`, `state`, `message`, `pool`).
"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from lab.cli.options import AsJson, Run

Account = Annotated[
    str | None, typer.Option("--account", help="The name or ID of an account; by default the file's first.")
]
Region = Annotated[
    str | None, typer.Option("--region", help="By default that of the first AWS speaker, or us-east-1.")
]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    aws = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The AWS of a running lab.")
    aws.command()(env)
    aws.command()(accounts)
    aws.command()(ranges)
    app.add_typer(aws, name="aws")


def env(account: Account = None, region: Region = None, run: Run = None, as_json: AsJson = False) -> None:
    """What the AWS CLI and SDKs need to call this lab: eval "$(lab aws env)"."""
    from lab.cli.terminal import print_json

    found = _ask("aws-env", run, account=account, region=region)
    if as_json:
        print_json(found)
    else:
        print("\n".join(shell_lines(found)))


def accounts(run: Run = None, as_json: AsJson = False) -> None:
    """The accounts of the lab."""
    _print(as_json, _ask("aws-accounts", run), ("id", "name"), "there are no accounts")


def ranges(run: Run = None, as_json: AsJson = False) -> None:
    """The ranges that were brought to AWS, with their states and what AWS says of each."""
    columns = ("prefix", "account", "region", "state", "pool", "message")
    _print(as_json, _ask("aws-ranges", run), columns, "no range was brought to AWS")


def shell_lines(found: dict[str, str]) -> list[str]:
    """Lines for a POSIX shell that make every AWS client in it call the lab. `found` is the lab's `aws-env`.

    What would come before these settings or go with them, from an earlier use of the shell, is unset.
    """
    from lab.cli.shell import environment_lines

    settings = {
        "AWS_ENDPOINT_URL": found["endpoint"],
        "AWS_ACCESS_KEY_ID": found["access_key"],
        "AWS_SECRET_ACCESS_KEY": found["secret_key"],
        "AWS_DEFAULT_REGION": found["region"],
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    return environment_lines(settings, unset=("AWS_PROFILE", "AWS_REGION", "AWS_SESSION_TOKEN"))


def _ask(view: str, run: str | None, **arguments: str | None) -> Any:
    from lab.cli.runs import find_run
    from lab.scenario.asking import ask

    given = {name: value for name, value in arguments.items() if value is not None}
    return ask(find_run(run), {"show": view, **given})


def _print(as_json: bool, rows: list[dict[str, Any]], columns: tuple[str, ...], empty: str) -> None:
    from lab.cli.terminal import print_json, print_table

    if as_json:
        print_json(rows)
    else:
        print_table("", columns, [tuple(row[column] or None for column in columns) for row in rows], empty)
