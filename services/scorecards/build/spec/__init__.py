"""The build spec: which data, which characteristics, which split. What it may say is in docs/scorecards.md."""

from services.scorecards.build.spec.model import (
    BuildError,
    BuildSpec,
    Candidate,
    Force,
    Proxies,
    Reasons,
    Selection,
    Split,
    SplitMethod,
    Target,
    Trend,
)
from services.scorecards.build.spec.read import read_spec

__all__ = [
    "BuildError",
    "BuildSpec",
    "Candidate",
    "Force",
    "Proxies",
    "Reasons",
    "Selection",
    "Split",
    "SplitMethod",
    "Target",
    "Trend",
    "read_spec",
]
