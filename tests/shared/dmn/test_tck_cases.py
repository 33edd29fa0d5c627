from pathlib import Path

import pytest

from services.tck import run_tck


@pytest.mark.parametrize(("level", "least"), [("compliance-level-2", 60), ("compliance-level-3", 2400)])
def test_every_case_of_the_kit_passes(kit: Path, level: str, least: int) -> None:
    lines: list[str] = []
    passed, total = run_tck(kit / level, lines.append)
    assert total >= least
    assert [line for line in lines if line.startswith("  ")] == []
    assert passed == total
