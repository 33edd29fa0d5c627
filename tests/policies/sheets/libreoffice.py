"""Opens the workbook of every policy in LibreOffice, has it saved there, and compares the policy that comes back.

    python -m tests.policies.sheets.libreoffice

It needs `soffice` on the path, and says by its exit status whether every policy came back as it went.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from services.policies.sheets import SheetError, read_sheets, write_sheets
from shared.canonical import content_hash
from shared.yaml import load_yaml
from tests.policies.sheets.documents import EXAMPLE

POLICIES: Final = Path(__file__).parents[3] / "deploy" / "catalogue" / "policies"
TIMEOUT_SECONDS: Final = 180

AWKWARD: Final[Mapping[str, Any]] = EXAMPLE | {
    "name": "awkward texts",
    "version": "3",
    "title": "=1+1",
    "description": " two lines, spaces around, a tab\tand an escape, _x0041_:\n小微企业贷款\n",
    "product": "'quoted",
}
"""Texts that office programmes like to change: what looks like a formula, a number, an escape; white space."""


def main() -> int:
    """Print what became of each policy; 0 when all came back the same."""
    if shutil.which("soffice") is None:
        sys.stdout.write("soffice is not on the path; install LibreOffice\n")
        return 1
    documents = {path.stem: load_yaml(path.read_text(encoding="utf-8")) for path in sorted(POLICIES.glob("*.yaml"))}
    documents["awkward texts"] = dict(AWKWARD)
    with tempfile.TemporaryDirectory(prefix="assay-sheets-") as folder:
        saved = _saved_by_libreoffice(documents, Path(folder))
        lines = [_told(name, document, saved[name]) for name, document in documents.items()]
    sys.stdout.write("".join(f"{line}\n" for line, _ in lines))
    return 0 if all(same for _, same in lines) else 1


def _saved_by_libreoffice(documents: Mapping[str, Any], folder: Path) -> dict[str, Path]:
    written, saved = folder / "written", folder / "saved"
    written.mkdir()
    for name, document in documents.items():
        (written / f"{name}.xlsx").write_bytes(write_sheets(document))
    profile = (folder / "profile").as_uri()
    command = [
        "soffice",
        f"-env:UserInstallation={profile}",
        "--headless",
        "--convert-to",
        "xlsx",
        "--outdir",
        str(saved),
    ]
    command += [str(path) for path in sorted(written.iterdir())]
    subprocess.run(command, check=True, timeout=TIMEOUT_SECONDS, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return {name: saved / f"{name}.xlsx" for name in documents}


def _told(name: str, document: Mapping[str, Any], path: Path) -> tuple[str, bool]:
    if not path.exists():
        return f"{name}: LibreOffice saved nothing", False
    try:
        found = read_sheets(path.read_bytes())
    except SheetError as error:
        return f"{name}: what LibreOffice saved is refused\n{error}", False
    if content_hash(found) != content_hash(document):
        return f"{name}: came back different: {content_hash(document)} is {content_hash(found)}", False
    return f"{name}: came back the same, {content_hash(found)}", True


if __name__ == "__main__":
    sys.exit(main())
