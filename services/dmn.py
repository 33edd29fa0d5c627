"""`assay dmn`: decision models of any tool, checked and asked from the command line."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from shared.dmn import DmnError, Model, Program, load, read_model
from shared.feel.evaluate import Run, compile_expression
from shared.feel.syntax import FeelSyntaxError, parse_expression
from shared.feel.values import Date, DateTime, Time, Value
from shared.feel.values.text import literal_text

app = typer.Typer(no_args_is_help=True, help="Decision models (DMN 1.2 to 1.5): check, evaluate.")
console = Console(highlight=False)

ModelFile = Annotated[Path, typer.Argument(help="A .dmn file; those that it imports are looked for beside it")]


@app.command("check")
def check(file: ModelFile) -> None:
    """Say everything that is wrong with a model: what cannot be read or linked, then each expression and type."""
    faults = _program(file).check()
    for fault in faults:
        _say(str(fault), "red")
    if faults:
        raise typer.Exit(1)
    _say(f"{file}: sound", "green")


@app.command("evaluate")
def evaluate(
    file: ModelFile,
    decision: Annotated[str, typer.Argument(help="The decision's name")],
    inputs: Annotated[str, typer.Option(help='A FEEL context (JSON is one): {"Since": @"2024-02-01"}')] = "{}",
    as_of: Annotated[datetime | None, typer.Option(help="What now() says; the present moment unless given")] = None,
) -> None:
    """Evaluate one decision of a model and print its value as FEEL, and why anything in it became null."""
    program = _program(file)
    moment = feel_moment(as_of or datetime.now(UTC))
    try:
        result = program.evaluate_decision(decision, read_inputs(inputs, moment), moment)
    except (DmnError, ValueError) as error:
        _say(str(error), "red")
        raise typer.Exit(1) from None
    _say(literal_text(result.value))
    for note in result.notes:
        _say(note, "yellow")


def read_inputs(text: str, as_of: DateTime) -> dict[str, Value]:
    """Return the context that a FEEL text is. Raises `ValueError` for what is none, or does not parse."""
    try:
        value = compile_expression(parse_expression(text)).evaluate({}, Run(as_of))
    except FeelSyntaxError as error:
        raise ValueError(f"the inputs do not parse: {error.message}") from None
    if not isinstance(value, dict):
        raise ValueError("the inputs must be a context: {name: value, ...}")
    return value


def feel_moment(moment: datetime) -> DateTime:
    """Return a moment as FEEL's date and time, in UTC."""
    utc = moment.astimezone(UTC)
    return DateTime(
        Date(utc.year, utc.month, utc.day), Time(utc.hour, utc.minute, utc.second, utc.microsecond * 1_000, 0, None)
    )


def read_with_imports(path: Path) -> list[Model]:
    """Return a model and, from the files beside it, those that it imports, directly or not; raises `DmnError`."""
    if not path.is_file():
        raise DmnError("there is no such model", path.name)
    found = [read_model(path.read_bytes(), path.name)]
    beside = (read_model(file.read_bytes(), file.name) for file in sorted(path.parent.glob("*.dmn")) if file != path)
    others = {model.namespace: model for model in beside} if found[0].imports else {}
    for model in found:
        wanted = (others.pop(each.namespace, None) for each in model.imports)
        found.extend(each for each in wanted if each is not None)
    return found


def _program(file: Path) -> Program:
    try:
        return load(read_with_imports(file))
    except DmnError as error:
        _say(str(error), "red")
        raise typer.Exit(1) from None


def _say(text: str, style: str | None = None) -> None:
    console.print(text, style=style, markup=False, soft_wrap=True)
