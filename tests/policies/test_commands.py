"""What people do with policy files on the command line, from the file to the exit code."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli import app
from services.migrate import PROJECT
from shared.yaml import load_yaml

POLICIES = PROJECT / "deploy/catalogue/policies"
NAMES = ("consumer-loan", "sme-loan", "trade-credit")


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["policy", *map(str, arguments)])
    return done.exit_code, done.stdout


def broken(folder: Path, name: str, was: str, becomes: str) -> Path:
    text = (POLICIES / f"{name}.yaml").read_text()
    assert was in text
    path = folder / f"{name}.yaml"
    path.write_text(text.replace(was, becomes, 1))
    return path


def test_the_policies_of_the_catalogue_are_sound() -> None:
    code, said = run("check", *(POLICIES / f"{name}.yaml" for name in NAMES))
    assert code == 0
    assert said.count(": sound. ") == 3


def test_what_sql_cannot_say_is_noted_of_a_policy_that_is_sound(tmp_path: Path) -> None:
    was = "{when: {requested_amount: '> 10000'}, queue"
    becomes = "{if: 'some x in [10000, 20000] satisfies requested_amount > x', queue"
    code, said = run("check", broken(tmp_path, "consumer-loan", was, becomes))
    assert code == 0
    assert ": sound. " in said and "backtests row by row" in said
    assert "^" in said.split("cannot be said in SQL")[1]


@pytest.mark.parametrize(
    ("name", "was", "becomes", "words", "underlined"),
    [
        ("consumer-loan", "{score: '>= 590'}", "{score: '>= 591'}", "no row hits for score 590", "grade:"),
        ("consumer-loan", "requested_amount * share", "requested_amount * sahre", "did you mean `share`?", "sahre"),
        ("sme-loan", "term_months:", "term_month:", "unknown fact `term_month` in table", "term_month"),
        ("trade-credit", "reason: ", "reson: ", "unknown key `reson`", "reson"),
    ],
)
def test_a_broken_copy_is_refused_with_a_caret_under_what_is_meant(
    tmp_path: Path, name: str, was: str, becomes: str, words: str, underlined: str
) -> None:
    code, said = run("check", broken(tmp_path, name, was, becomes))
    assert code == 1
    fault = next(block for block in said.split("\n\n") if words in block)
    _, line, carets = fault.splitlines()[:3]
    start = carets.index("^")
    assert line[start:].startswith(underlined.rstrip(":"))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", ["xlsx", "dmn", "json"])
def test_a_policy_keeps_its_hash_from_form_to_form(tmp_path: Path, name: str, form: str) -> None:
    first, back = tmp_path / f"policy.{form}", tmp_path / "back.yaml"
    code, there = run("convert", POLICIES / f"{name}.yaml", first)
    assert code == 0
    code, again = run("convert", first, back)
    assert code == 0
    assert re.findall("[0-9a-f]{64}", there) == re.findall("[0-9a-f]{64}", again)
    assert "&id0" not in back.read_text()
    assert load_yaml(back.read_text())["name"] == load_yaml((POLICIES / f"{name}.yaml").read_text())["name"]
    assert run("check", first)[0] == 0


def test_an_application_is_explained_in_chinese(tmp_path: Path) -> None:
    case = load_yaml((POLICIES / "sme-loan.yaml").read_text())["cases"][0]
    facts = tmp_path / "facts.json"
    facts.write_text(json.dumps(case["facts"]))
    code, said = run("explain", POLICIES / "sme-loan.yaml", "--facts", facts, "--language", "zh")
    assert code == 0
    assert "偿债覆盖率" in said


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("policy.yaml", "a: [", "policy.yaml"),
        ("policy.yaml", "a: 1\na: 2", "stands twice"),
        ("policy.yaml", "product: yacht-loan", "there is no product `yacht-loan`"),
        ("policy.xlsx", "not a workbook", "policy.xlsx"),
        ("policy.dmn", "<html/>", "policy.dmn"),
        ("policy.txt", "", "a policy is a .yaml, .json, .xlsx or .dmn file"),
    ],
)
def test_a_file_that_is_no_policy_is_refused_in_words(tmp_path: Path, name: str, content: str, words: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    code, said = run("check", path)
    assert code == 1
    assert words in said
