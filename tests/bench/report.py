"""Levels and figures of a benchmark: a table for people, JSON for machines."""

import json
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Level:
    """A level that a figure has to reach; one of the bounds is set."""

    name: str
    value: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def holds(self) -> bool:
        """Tell whether the level is reached."""
        above = self.at_least is None or self.value >= self.at_least
        below = self.at_most is None or self.value <= self.at_most
        return above and below


def report(title: str, levels: list[Level], figures: dict[str, object], path: Path | None) -> None:
    """Print the tables and, where a path is given, write `{"levels": [...], "figures": {...}}`."""
    console = Console(highlight=False, width=110)
    table = Table(title=f"{title}: figures", show_header=False)
    for name, value in figures.items():
        table.add_row(name, f"{value:,.2f}" if isinstance(value, float) else str(value))
    console.print(table)
    table = Table("level", "value", "bound", "holds", title=f"{title}: levels")
    for level in levels:
        bound = f">= {level.at_least}" if level.at_least is not None else f"<= {level.at_most}"
        table.add_row(level.name, f"{level.value:.2f}", bound, "yes" if level.holds else "NO")
    console.print(table)
    if path is not None:
        document = {
            "levels": [
                {
                    "name": level.name,
                    "value": round(level.value, 4),
                    **({"at_least": level.at_least} if level.at_least is not None else {"at_most": level.at_most}),
                    "holds": level.holds,
                }
                for level in levels
            ],
            "figures": figures,
        }
        path.write_text(json.dumps(document, indent=2) + "\n")
