"""Models of any tool are checked and asked from the command line."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli import app
from tests.shared.dmn.writing import decision, definitions, input_data, literal

MODEL = definitions(
    input_data("Age", "number")
    + input_data("Since", "date")
    + decision("Adult", literal("Age >= 18"), "boolean", needs="i:Age")
    + decision("Years", literal("years and months duration(Since, date(now())).years"), "number", needs="i:Since")
    + decision("Half", literal("Age / 0"), "number", needs="i:Age")
)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.dmn"
    path.write_bytes(MODEL)
    return path


def asked(*arguments: object) -> tuple[int, list[str]]:
    done = CliRunner().invoke(app, ["dmn", *map(str, arguments)])
    return done.exit_code, done.stdout.splitlines()


def test_a_decision_answers_inputs_in_json(model: Path) -> None:
    assert asked("evaluate", model, "Adult", "--inputs", json.dumps({"Age": 18})) == (0, ["true"])


def test_dates_are_given_as_feel_and_now_is_the_moment_that_was_named(model: Path) -> None:
    given = ("--inputs", '{Since: @"2024-11-23"}', "--as-of", "2026-11-22")
    assert asked("evaluate", model, "Years", *given) == (0, ["1"])


def test_what_became_null_says_why(model: Path) -> None:
    code, (value, *notes) = asked("evaluate", model, "Half", "--inputs", "{Age: 30}")
    assert (code, value) == (0, "null")
    assert any("zero" in note for note in notes)


@pytest.mark.parametrize(
    ("inputs", "words"), [("{Age: ", "do not parse"), ("[1]", "must be a context"), ("__import__('os')", "")]
)
def test_inputs_that_are_no_context_are_refused(model: Path, inputs: str, words: str) -> None:
    code, lines = asked("evaluate", model, "Adult", "--inputs", inputs)
    assert code == 1
    assert words in " ".join(lines)


def test_a_decision_that_is_not_there_is_refused(model: Path) -> None:
    code, lines = asked("evaluate", model, "Adlut")
    assert code == 1
    assert "there is no decision `Adlut`" in lines[0]


def test_a_sound_model_is_called_so_and_a_misspelt_one_is_not(model: Path, tmp_path: Path) -> None:
    assert asked("check", model)[0] == 0
    broken = tmp_path / "broken.dmn"
    broken.write_bytes(definitions(decision("Adult", literal("Age >="))))
    assert asked("check", broken)[0] == 1
    assert asked("check", tmp_path / "absent.dmn")[0] == 1
