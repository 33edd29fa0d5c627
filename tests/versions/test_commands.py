"""What `assay version` understands before it asks a service."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli import app
from services.embedded.processes import free_port
from services.migrate import PROJECT
from services.versions.documents import UnreadableError, read_document

CATALOGUE = PROJECT / "deploy" / "catalogue"


def run(*arguments: object) -> tuple[int, str]:
    nowhere = f"http://127.0.0.1:{free_port()}"
    done = CliRunner().invoke(app, ["version", "--decision", nowhere, "--scoring", nowhere, *map(str, arguments)])
    return done.exit_code, done.output


@pytest.mark.parametrize(
    ("folder", "kind"),
    [("products", "product"), ("reasons", "reasons"), ("policies", "policy"), ("scorecards", "scorecard")],
)
def test_a_document_tells_its_kind(folder: str, kind: str) -> None:
    paths = [path for path in (CATALOGUE / folder).iterdir() if not path.name.endswith(".build.yaml")]
    assert paths
    assert {read_document(path, None)[0] for path in paths} == {kind}


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "a: [", "text", "\ufffe"])
def test_a_file_without_a_document_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(text)
    with pytest.raises(UnreadableError, match=r"broken\.yaml"):
        read_document(path, None)
    code, said = run("draft", path)
    assert code == 1
    assert "broken.yaml" in said.replace("\n", "")


def test_a_service_that_is_away_is_named() -> None:
    code, said = run("show", "ver_1")
    assert code == 1
    assert "ConnectError" in said


@pytest.mark.parametrize("share", ["0", "101", "0.001", "some", "-5", "NaN"])
def test_a_share_is_a_percentage(share: str) -> None:
    code, said = run("challenge", "ver_1", "--test", "a", "--share", share)
    assert code == 2
    assert "percent" in said


@pytest.mark.parametrize("moment", ["tomorrow", "2027-01-01", "2027-01-01T00:00:00"])
def test_a_moment_says_its_time_zone(moment: str) -> None:
    code, said = run("schedule", "ver_1", "--from", moment)
    assert code == 2
    assert "2027-01-01T00:00:00Z" in said
