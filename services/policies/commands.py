"""`assay policy`: what people do with policy files, without a service."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final, Literal

import typer
from rich.console import Console

from services.migrate import PROJECT

app = typer.Typer(no_args_is_help=True, help="Policy files: check, convert, explain.")
# Places in files read `policy.yaml:100:5`, in which rich would see an emoji.
console = Console(highlight=False, emoji=False)
errors = Console(stderr=True, highlight=False, emoji=False)

Catalogue = Annotated[Path, typer.Option(help="Has products/ and reasons/, which policies refer to")]
Dialect = Literal["duckdb", "postgres", "spark", "trino", "snowflake", "bigquery"]
_CATALOGUE: Final = PROJECT / "deploy" / "catalogue"
_TABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*){0,2}")


@app.command("check")
def check(
    files: Annotated[list[Path], typer.Argument(help="Policies: .yaml, .xlsx or .dmn")],
    catalogue: Catalogue = _CATALOGUE,
) -> None:
    """Check policies as the decision service would, and show every fault where it stands."""
    from services.decision.domain.policy import PolicyError
    from services.decision.domain.policy.sql import uncompilable
    from services.policies.check import Shelf, Unreadable, check, shown
    from services.policies.files import read_policy

    sound = True
    for path in files:
        try:
            found = read_policy(path)
            for note in found.notes:
                _say(f"{path}: {note}", "yellow")
            policy = check(found.document, Shelf.of(catalogue))
        except Unreadable as error:
            _say(str(error), "red")
            sound = False
        except PolicyError as error:
            _say(shown(path, error.faults, found.places, found.document))
            count = len(error.faults)
            _say(f"\n{path}: {count} {'fault' if count == 1 else 'faults'}", "red")
            sound = False
        else:
            _say(f"{path}: sound. {policy.name}, version {policy.version}, {policy.content_hash}", "green")
            unsaid = uncompilable(policy)
            if unsaid:
                _say(f"\n{path}: backtests row by row, because SQL cannot say", "yellow")
                _say(shown(path, unsaid, found.places, found.document))
    if not sound:
        raise typer.Exit(1)


@app.command("convert")
def convert(
    source: Annotated[Path, typer.Argument(help="A policy: .yaml, .xlsx or .dmn")],
    target: Annotated[Path, typer.Argument(help="Where it goes; the suffix says in which form")],
    catalogue: Catalogue = _CATALOGUE,
    dmn_version: Annotated[str, typer.Option(help="1.2, 1.3, 1.4 or 1.5")] = "1.3",
) -> None:
    """Write a policy in another form: YAML, spreadsheet or DMN. Its content hash stays the same."""
    from services.policies.check import Shelf, Unreadable
    from services.policies.files import read_policy, write_policy
    from shared.canonical import content_hash

    try:
        found = read_policy(source)
        write_policy(found.document, target, Shelf.of(catalogue), dmn_version)
    except Unreadable as error:
        _say(str(error), "red")
        raise typer.Exit(1) from None
    for note in found.notes:
        _say(f"{source}: {note}", "yellow")
    _say(f"wrote {target}, {content_hash(found.document)}")


@app.command("explain")
def explain(
    policy: Annotated[Path, typer.Argument(help="A policy: .yaml, .xlsx or .dmn")],
    facts: Annotated[Path, typer.Option(help="A JSON file with the facts of one application, in wire form")],
    catalogue: Catalogue = _CATALOGUE,
    language: Annotated[str, typer.Option(help="en or zh")] = "en",
    as_of: Annotated[datetime | None, typer.Option(help="The day of the decision; today unless given")] = None,
) -> None:
    """Decide one application and say in plain words why, and what would change it."""
    from services.decision.domain.policy import PolicyError
    from services.policies.check import Shelf, Unreadable, check, read_text, shown
    from services.policies.explain import explain_file
    from services.policies.files import read_policy

    try:
        found = read_policy(policy)
        shelf = Shelf.of(catalogue)
        wire = json.loads(read_text(facts))
        loaded = check(found.document, shelf)
        moment = (as_of or datetime.now(UTC)).replace(tzinfo=UTC)
        _say(explain_file(loaded, shelf.products[loaded.product], shelf.reasons, wire, moment, language))
    except PolicyError as error:
        _say(shown(policy, error.faults, found.places, found.document))
        raise typer.Exit(1) from None
    except (Unreadable, ValueError) as error:
        _say(str(error), "red")
        raise typer.Exit(1) from None


@app.command("sql")
def sql(
    file: Annotated[Path, typer.Argument(help="A policy: .yaml, .xlsx or .dmn")],
    dialect: Annotated[Dialect, typer.Option(help="Which engine's SQL")] = "duckdb",
    source: Annotated[str, typer.Option(help="The table or view with the applications")] = "application",
    named: Annotated[bool, typer.Option("--named", help="Reasons and conditions as texts in place of bits")] = False,
    catalogue: Catalogue = _CATALOGUE,
) -> None:
    """Print a policy as one query over a table of applications, to run where the history lies.

    The columns that it reads, and their types, stand in comments before it.
    """
    from services.decision.domain.policy import PolicyError
    from services.decision.domain.policy.sql import NotCompilable, compile_policy
    from services.policies.check import Shelf, Unreadable, check, shown
    from services.policies.files import read_policy

    try:
        found = read_policy(file)
        compiled = compile_policy(check(found.document, Shelf.of(catalogue)), as_decided=True)
    except Unreadable as error:
        errors.print(str(error), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    except (PolicyError, NotCompilable) as error:
        errors.print(shown(file, error.faults, found.places, found.document), markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    table = source if _TABLE.fullmatch(source) else '"' + source.replace('"', '""') + '"'
    # PostgreSQL would write each step into the next one, over and over.
    apart = dialect == "postgres"
    query = compiled.named(table, materialized=apart) if named else compiled.query(table, materialized=apart)
    if dialect != "duckdb":
        from shared.feel.typed.sql.dialects import in_dialect

        query = in_dialect(query, dialect)
    policy = compiled.policy
    _say(f"-- {policy.name}, version {policy.version}, {policy.content_hash}")
    for name, kind in {"row_id": "BIGINT", **compiled.facts}.items():
        _say(f"-- {name} {kind}")
    _say(query)


def _say(text: str, style: str | None = None) -> None:
    console.print(text, style=style, markup=False, soft_wrap=True)
