"""The `loupe` command. Each command's work is one module of `pipelines.commands`."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from pipelines.settings import HOME_VARIABLE, Home

app = typer.Typer(
    help="Loupe: exports of boutiques in, trusted store-day figures out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="The network's folder (default: $LOUPE_HOME, else data/)."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]


def _home(named: Path | None) -> Home:
    home = Home.find(named)
    os.environ[HOME_VARIABLE] = str(home.root)  # children and Dagster look there
    return home


@app.command()
def demo(
    home: HomeOption = None,
    stores: Annotated[int, typer.Option(min=2, max=2000, help="Boutiques.")] = 12,
    days: Annotated[int, typer.Option(min=2, max=4000, help="Days, ending at --until.")] = 120,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last business date.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Same seed, same network.")] = 7,
    clean: Annotated[bool, typer.Option("--clean", help="Plant no errors.")] = False,
    if_empty: Annotated[
        bool, typer.Option("--if-empty", help="Do nothing where files have landed already.")
    ] = False,
    dialect: Annotated[
        str, typer.Option(help="Write as other systems do: cegid, sap, poslog, commas between.")
    ] = "",
) -> None:
    """Write a demonstration network's exports into the landing folder."""
    from pipelines.commands.demo import write_demo

    last = until.date() if until else None
    try:
        write_demo(_home(home), stores, days, last, seed, not clean, if_empty, dialect)
    except ValueError as fault:
        raise typer.BadParameter(str(fault), param_hint="--dialect") from fault


@app.command()
def run(
    home: HomeOption = None,
    as_json: JsonOption = False,
    now: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%dT%H:%M:%S"], help="The UTC instant to call now (late, due, missing)."
        ),
    ] = None,
) -> None:
    """Take in what is new, build, check and publish. Ends 0 published, 2 blocked, 1 failed."""
    from pipelines.commands.run import run_once

    raise typer.Exit(run_once(_home(home), as_json, now))


@app.command()
def serve(
    home: HomeOption = None,
    port: Annotated[int | None, typer.Option(help="Port of the pages.")] = None,
) -> None:
    """Open the dashboards on the newest publish."""
    from pipelines.commands.serve import serve_dashboards

    raise typer.Exit(serve_dashboards(_home(home), port))


@app.command()
def up(home: HomeOption = None) -> None:
    """Start Dagster with its schedule and landing sensor, and the dashboards."""
    from pipelines.commands.serve import serve_all

    raise typer.Exit(serve_all(_home(home)))


@app.command()
def status(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """What is published, how the last run ended, what waits and what is late."""
    from pipelines.commands.status import show_status

    show_status(_home(home), as_json)


@app.command()
def explain(
    table: Annotated[str, typer.Argument(help="Published table, e.g. finance.store_days.")],
    keys: Annotated[list[str], typer.Argument(help="column=value …")],
    home: HomeOption = None,
    measure: Annotated[str | None, typer.Option(help="Explain this column only.")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="An earlier run.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Follow one figure to the rows, files and lines it came from."""
    from pipelines.commands.explain import show_explanation

    show_explanation(_home(home), table, keys, measure, as_of, as_json)


@app.command()
def sql(
    question: Annotated[str, typer.Argument(help="One SELECT.")],
    home: HomeOption = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="An earlier run.")] = None,
    limit: Annotated[
        int, typer.Option(min=1, help="Rows printed (the count is always said).")
    ] = 50,
    as_json: JsonOption = False,
) -> None:
    """Ask the newest publish (read-only)."""
    from pipelines.commands.sql import ask_published

    ask_published(_home(home), question, as_of, limit, as_json)


@app.command()
def check(
    file: Annotated[Path | None, typer.Argument(help="A file, anywhere.")] = None,
    mapping: Annotated[
        str | None, typer.Option(help="The mapping to read it with: its name, or a .yml file.")
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--as", help="What it would be called in the landing folder: NYC/day.csv."),
    ] = None,
    list_them: Annotated[bool, typer.Option("--list", help="List the mappings instead.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read one file without taking it in: rows, rejects, columns, first reasons, key figures."""
    from pipelines.commands.check import show_check, show_mappings

    if list_them:
        show_mappings(_home(home), as_json)
        return
    if file is None:
        raise typer.BadParameter("name a file, or ask for the mappings with --list")
    raise typer.Exit(show_check(_home(home), file, mapping, as_json, name))


@app.command("map")
def map_file(
    file: Annotated[Path, typer.Argument(help="A file of the system to be mapped.")],
    dataset: Annotated[
        str | None, typer.Option(help="What its rows are, e.g. sales_lines (default: guessed).")
    ] = None,
    system: Annotated[
        str | None, typer.Option(help="What to call the system (default: the file's folder).")
    ] = None,
    to: Annotated[
        Path | None, typer.Option(help="Where to write it (default: the home's mappings).")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over an earlier draft.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Draft a mapping from a sample file, every guess that needs a human eye marked in it."""
    from pipelines.commands.map import draft_mapping

    raise typer.Exit(draft_mapping(_home(home), file, dataset, system, to, force, as_json))


@app.command()
def rebuild(
    home: HomeOption = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            "--as-of",
            formats=["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S.%f"],
            help="UTC. Rebuild what was published then, beside the newest.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Build everything again from the lake, or as it was known at a moment."""
    from pipelines.commands.rebuild import rebuild_home

    raise typer.Exit(rebuild_home(_home(home), as_of, as_json))


@app.command()
def doctor(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Look at the home and the machine: can a run succeed here?"""
    from pipelines.commands.doctor import examine

    raise typer.Exit(examine(_home(home), as_json))


def main() -> None:
    """Entry point: faults are told in a sentence; the trace of an unforeseen one goes to a log."""
    from pipelines.commands.faults import told_in_words

    with told_in_words():
        app(standalone_mode=True)


if __name__ == "__main__":
    main()
