"""`assay scorecard document`, as an analyst runs it."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from services.scorecards.commands import app
from services.scorecards.report import model_document
from tests.scoring.domain.small import signed, small_document


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["document", *arguments])


def write(path: Path, document: object) -> str:
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


def test_the_document_is_written_beside_the_artefact(tmp_path: Path) -> None:
    done = run(write(tmp_path / "small.json", small_document()))
    assert done.exit_code == 0
    assert (tmp_path / "small.html").read_text(encoding="utf-8") == model_document(small_document())


def test_the_document_is_written_where_it_is_wanted(tmp_path: Path) -> None:
    assert run(write(tmp_path / "small.json", small_document()), "--out", str(tmp_path / "page.html")).exit_code == 0
    assert (tmp_path / "page.html").exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (small_document() | {"title": "Forged"}, "changed after it was built"),
        (small_document() | {"format": "assay.scorecard/9"}, "is neither"),
        ([], "is neither"),
        ({"format": "assay.scorecard/1"}, "has no name"),
        (signed(small_document() | {"scaling": "none"}), "does not have the form"),
        (small_document() | {"title": "\ud800"}, "no canonical form"),
    ],
)
def test_what_is_no_sound_artefact_gives_an_error_and_no_file(tmp_path: Path, content: object, told: str) -> None:
    done = run(write(tmp_path / "small.json", content))
    assert done.exit_code == 1
    assert told in " ".join(done.output.split())
    assert not (tmp_path / "small.html").exists()


def test_a_file_that_is_not_json_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_bytes(b"\xff\xfe")
    assert "is not JSON" in " ".join(run(str(tmp_path / "bad.json")).output.split())
    (tmp_path / "deep.json").write_text("[" * 100_000, encoding="utf-8")
    assert run(str(tmp_path / "deep.json")).exit_code == 1
    assert run(str(tmp_path / "none.json")).exit_code == 1
