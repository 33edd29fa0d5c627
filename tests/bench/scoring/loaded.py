"""What a scoring service loads when it starts: nothing that only builders need."""

import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.bench.report import Level

OFFLINE: Final = ("optbinning", "pandas", "sklearn", "numpy", "duckdb", "pyspark", "onnxruntime")
_PROGRAM: Final = """
import sys, time
begun = time.perf_counter()
import services.scoring.app
print(time.perf_counter() - begun, len(sys.modules), *sorted(set({offline!r}) & set(sys.modules)))
"""


def measure(_folder: Path) -> tuple[list[Level], dict[str, object]]:
    """Import the service in a fresh process and look at what is there then."""
    program = _PROGRAM.format(offline=OFFLINE)
    said = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.split()
    seconds, modules, *found = said
    figures: dict[str, object] = {
        "import of the scoring service, s": float(seconds),
        "modules then loaded": int(modules),
        "of them of builders and batch engines": ", ".join(found) or "none",
    }
    return [Level("libraries of builders that the service loads", len(found), at_most=0)], figures
