import fcntl
from pathlib import Path

import pytest

from services.demo.command import FAILED, demo
from shared.settings import BusKind
from tests.demo.test_applicants import OWN, text_of


def run_on(data: Path, json_path: Path | None = None) -> int:
    return demo(bus=BusKind.EMBEDDED, data=data, applicants=10, json_path=json_path)


def test_bad_data_ends_the_demo_with_words_before_anything_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ASSAY_STATE_DIR", str(tmp_path / "state"))
    data = tmp_path / "data.csv"
    data.write_text(text_of({**OWN, "housing": "castle"}))
    assert run_on(data) == FAILED
    assert "line 2, column housing" in capsys.readouterr().out
    assert not (tmp_path / "state").exists()


def test_a_second_demo_leaves_the_first_one_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ASSAY_STATE_DIR", str(tmp_path))
    data, first = tmp_path / "data.csv", tmp_path / "demo" / "of the first"
    data.write_text(text_of(OWN))
    first.mkdir(parents=True)
    with (tmp_path / "demo.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert run_on(data) == FAILED
    assert "another demo is running" in capsys.readouterr().out
    assert first.is_dir()


def test_a_summary_that_could_not_be_written_is_told_before_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_on(tmp_path / "data.csv", tmp_path / "nowhere" / "out.json") == FAILED
    assert "no such directory" in capsys.readouterr().out
