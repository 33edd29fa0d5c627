"""Policy files that were made to hurt what reads them: `assay policy check` refuses each in words, at once."""

import builtins
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.policies.commands import app
from tests.decision.domain.catalogue.books import CATALOGUE
from tests.decision.fuzz.watch import bounded_memory, bounded_time, nothing_happens

SOUND = (CATALOGUE / "policies/consumer-loan.yaml").read_text(encoding="utf-8")
CELL = "'not([250..20000])'"


def with_version(text: str) -> str:
    return SOUND.replace("version: 2", f"version: {text}", 1)


def with_cell(text: str) -> str:
    assert SOUND.count(CELL) == 1
    return SOUND.replace(CELL, text)


def doubled(times: int, link: str) -> str:
    """Return a document in which each line repeats the one before it twice, by aliases."""
    lines = [f"a{number}: &a{number} " + link.format(before=number - 1) for number in range(1, times)]
    return "\n".join(["a0: &a0 {x: 1}", *lines])


HOSTILE = [
    ("", "a policy is a mapping"),
    ("just text", "a policy is a mapping"),
    ("- a\n- list\n", "a policy is a mapping"),
    (SOUND + "\n---\n" + SOUND, "expected a single document"),
    (SOUND + "\nname: again\n", "the key 'name' stands twice"),
    (SOUND + "\n1.5: x\n", "has a key that is not text"),
    (SOUND + "\n? [a]\n: x\n", "a list or mapping can't be a key"),
    (with_version("9" * 5_000), "line 6: '9999999999999999999999999999999999999999' is no value"),
    (with_version("0x" + "f" * 5_000), "is an integer of more than 18 digits"),
    (with_version("2026-99-01"), "line 6: '2026-99-01' is no value"),
    (with_version("2026-01-01"), "is a date; write it in quotes"),
    (with_version("!!binary YQ=="), "is a bytes; write it in quotes"),
    (with_version("!!set {a, b}"), "is a set; write it in quotes"),
    (with_version(".nan"), "is a binary floating-point number"),
    (with_version("*nowhere"), "`*nowhere` stands for nothing before it"),
    (doubled(30, "[*a{before}, *a{before}]"), "more than 300,000 values"),
    (doubled(30, "{{<<: [*a{before}, *a{before}]}}"), "more than 300,000 values"),
    ("a: &a [*a]\n", "stands for nothing before it"),
    ("[" * 100_000, "nested deeper than 50 levels"),
    ("{a: " * 100_000, "nested deeper than 50 levels"),
    ("\n".join(f"k{number}: {number}" for number in range(200_000)), "more than 300,000 values"),
    ("name: " + "x" * 10_000_001, "the text is longer than 10,000,000 characters"),
    (with_cell("'" + "> 3 or " * 200_000 + "'"), "is longer than 10000 characters"),
    (with_cell("'" + "[" * 900 + "]" * 900 + "'"), "nested deeper than 100 levels"),
    (with_cell(r'"\e]0;owned\a <"'), "table eligibility, row 1, column 1: `\ufffd]0;owned\ufffd <` does not parse"),
    (with_cell('"\u202e> 3 foo"'), "table eligibility, row 1, column 1: `\ufffd> 3 foo` does not parse"),
    (SOUND.replace("product: consumer-loan", r'product: "\e[31mred"'), "there is no product `\ufffd[31mred`"),
    (SOUND.replace("product: consumer-loan", "product: " + "x" * 5_000), "there is no product `xxx"),
]


def check(path: Path) -> tuple[int, str]:
    with bounded_time(), bounded_memory():
        result = CliRunner().invoke(app, ["check", str(path)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


@pytest.mark.parametrize(("text", "words"), HOSTILE)
def test_a_hostile_file_is_refused_in_words(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    code, output = check(path)
    assert (code, words in output) == (1, True), output[:500]
    assert all(character.isprintable() for character in output.replace("\n", "")), "it would steer the terminal"
    assert max(map(len, output.splitlines())) < 600


@pytest.mark.parametrize("raw", [b"name: \xff\n", b"\xff\xfen\x00", b"name: a\x00b\n", b"\xed\xa0\x80", b"\x00" * 9])
def test_a_file_that_is_no_text_is_refused_in_words(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "policy.yaml"
    path.write_bytes(raw)
    code, output = check(path)
    assert (code, output.startswith(f"{path}: ")) == (1, True)


def test_no_tag_of_yaml_runs_code(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    path = tmp_path / "policy.yaml"
    builtin = dict(vars(builtins))
    for tag in ("object/apply:os.system", "object/new:os.system", "name:os.system", "module:os", "object:os.stat"):
        path.write_text(with_version(f"!!python/{tag} ['touch {canary}']"), encoding="utf-8")
        with nothing_happens():
            code, output = check(path)
        assert (code, "could not determine a constructor for the tag" in output) == (1, True)
    assert not canary.exists()
    assert dict(vars(builtins)) == builtin


@pytest.mark.parametrize(
    ("cell", "marked", "columns_before"),
    [
        ("'> 3, nonsense'", "nonsense", len("  27 |     - when: {requested_amount: '> 3, ")),
        ("'\"数字\" = nonsense'", "nonsense", len('  27 |     - when: {requested_amount: \'"数字" = ') + 2),
        ("'\"e\u0301\" = nonsense'", "nonsense", len('  27 |     - when: {requested_amount: \'"e" = ')),
        ("'it''s > nonsense'", "nonsense", len("  27 |     - when: {requested_amount: 'it''s > ")),
    ],
)
def test_the_caret_stands_below_in_the_columns_of_a_terminal(
    tmp_path: Path, cell: str, marked: str, columns_before: int
) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(with_cell(cell), encoding="utf-8")
    _, output = check(path)
    carets = [line for line in output.splitlines() if line.strip(" |^") == "" and "^" in line]
    assert columns_before in [line.index("^") for line in carets], output
    assert len(marked) in [line.count("^") for line in carets]
