"""The Dockerfile copies what exists and what the program needs, and ends as somebody without rights."""

import re
import shutil
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

from tests.deploy.compose import CONTAINERS, PROJECT

DOCKERFILE = (PROJECT / "deploy" / "Dockerfile").read_text()
LINES = [line for line in DOCKERFILE.replace("\\\n", "").splitlines() if line and not line.startswith("#")]
INSTRUCTIONS = [(word, rest) for word, _, rest in (line.partition(" ") for line in LINES)]
METADATA = tomllib.loads((PROJECT / "pyproject.toml").read_text())

IMPORT_ALL = """
import importlib
import services.migrate
from services.migrate import SERVICES
assert str(services.migrate.PROJECT) == {root!r}, services.migrate.PROJECT
for service in SERVICES:
    importlib.import_module(f"services.{{service}}.app")
for schema in services.migrate.SCHEMAS:
    assert list((services.migrate.directory(schema) / "versions").glob("*.py")), schema
assert (services.migrate.PROJECT / "deploy" / "sql" / "roles.sql").is_file()
assert list((services.migrate.PROJECT / "deploy" / "catalogue" / "policies").glob("*.yaml"))
"""


def _said(word: str) -> list[str]:
    return [rest for instruction, rest in INSTRUCTIONS if instruction == word]


def _copied() -> list[tuple[str, str]]:
    """Sources and targets of what comes from the repository."""
    pairs = []
    for rest in _said("COPY"):
        if not rest.startswith("--from"):
            *sources, target = rest.split()
            pairs += [(source, f"{target}{source}" if target.endswith("/") else target) for source in sources]
    return pairs


def _is_sent(source: str) -> bool:
    """Tell whether .dockerignore lets a path through; the last pattern that matches decides."""
    sent = True
    for line in (PROJECT / ".dockerignore").read_text().splitlines():
        pattern = line.lstrip("!")
        if line and not line.startswith("#") and fnmatch(source.split("/", maxsplit=1)[0], pattern):
            sent = line.startswith("!")
    return sent


def test_what_is_copied_exists_and_is_sent_to_the_builder() -> None:
    for source, _ in _copied():
        assert (PROJECT / source).exists(), source
        assert _is_sent(source), source


def test_secrets_and_state_are_not_sent_to_the_builder() -> None:
    assert not any(_is_sent(path) for path in (".env", ".state/compose/api_keys.json", ".git", ".venv", ".cache"))


def test_the_processes_find_everything_in_what_is_copied(tmp_path: Path) -> None:
    for source, target in _copied():
        place = tmp_path / target
        place.parent.mkdir(parents=True, exist_ok=True)
        if (PROJECT / source).is_dir():
            shutil.copytree(PROJECT / source, place, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(PROJECT / source, place)
    script = IMPORT_ALL.format(root=str(tmp_path))
    environment = {"PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd="/", env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_dependencies_are_locked_by_hash_and_nothing_is_compiled() -> None:
    installs = re.findall(r"pip install ([^&\n]+)", "\n".join(_said("RUN")))
    dependencies, font, project = installs
    assert {"--require-hashes", "--only-binary=:all:", "requirements.lock"} <= set(dependencies.split())
    assert {"--require-hashes", "--no-deps", "requirements-fonts.lock"} <= set(font.split())
    assert {"--no-deps", "--no-build-isolation"} <= set(project.split())
    assert not re.search("apt-get|gcc", DOCKERFILE)


def test_the_last_stage_installs_nothing_and_runs_without_rights() -> None:
    last = INSTRUCTIONS[max(place for place, (word, _) in enumerate(INSTRUCTIONS) if word == "FROM") :]
    assert not any(word == "RUN" for word, _ in last)
    users = [rest for word, rest in last if word == "USER"]
    assert all(int(part) >= 1000 for part in users[-1].split(":"))


def test_every_stage_is_the_python_that_the_project_is_made_for() -> None:
    images = {rest.split()[0] for rest in _said("FROM")}
    assert len(images) == 1
    version = re.match(r"python:(\d+\.\d+)-slim", images.pop())
    assert version
    assert METADATA["project"]["requires-python"] == f">={version[1]}"


def test_a_role_is_a_command_of_the_installed_program() -> None:
    assert _said("ENTRYPOINT") == ['["assay"]']
    assert "assay" in METADATA["project"]["scripts"]
    assert not any("entrypoint" in container for container in CONTAINERS.values())
