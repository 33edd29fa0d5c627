"""A benchmark of several parts, each of which can be run by itself."""

import argparse
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from rich.console import Console

from tests.bench.report import Level, report

Part = Callable[[Path], tuple[list[Level], dict[str, object]]]
"""Measures, with a folder to work in, and returns its levels and figures."""


def run(title: str, parts: Mapping[str, Part]) -> None:
    """Run the parts that the command line asks for, in a folder of their own, and report them together."""
    parser = argparse.ArgumentParser(description=title)
    parser.add_argument("--json", type=Path, help="also write levels and figures to this file")
    parser.add_argument("--only", choices=list(parts))
    arguments = parser.parse_args()
    console = Console(highlight=False)
    levels: list[Level] = []
    figures: dict[str, object] = {}
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder:
        for name, measure in parts.items():
            if arguments.only in (None, name):
                console.print(f"measuring {name}")
                new_levels, new_figures = measure(Path(folder))
                levels += new_levels
                figures |= new_figures
    report(title, levels, figures, arguments.json)
