"""The page for users states the definitions that are computed by."""

from services.intake.domain.statements.polish import NAMED, POLISH_RATIOS
from services.intake.domain.statements.ratios import RATIOS
from services.migrate import PROJECT

PAGE = (PROJECT / "docs/statements.md").read_text()


def test_every_ratio_stands_there_with_its_formula() -> None:
    for code, definition in RATIOS.items():
        label = f"{definition.en}, {definition.zh}"
        assert f"| `{code}` | {label} | `{definition.formula.text}` | {definition.better} |" in PAGE
    for code, definition in POLISH_RATIOS.items():
        number = code.removeprefix("polish_attr")
        assert f"| {number} | {definition.en} | `{definition.formula.text}` |" in PAGE


def test_every_name_that_formulas_use_is_explained() -> None:
    for name, formula in NAMED.items():
        assert f"| `{name}` | `{formula.text}` |" in PAGE
