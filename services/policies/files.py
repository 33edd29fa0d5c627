"""Policy files in the forms that people keep them in: YAML, spreadsheet (.xlsx), DMN (.dmn, .xml)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from services.policies.check import Shelf, Unreadable, read_text, read_yaml
from services.policies.places import Places

YAML_SUFFIXES: Final = (".yaml", ".yml", ".json")
SHEET_SUFFIXES: Final = (".xlsx", ".xlsm")
DMN_SUFFIXES: Final = (".dmn", ".xml")
MAX_BYTES: Final = 20_000_000


class _PlainDumper(yaml.SafeDumper):
    """Writes what stands twice twice: nobody wants to read `*id001` in a policy."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """A policy document as read from a file; `places` only where it was YAML, `notes` on what was left out."""

    path: Path
    document: Any
    places: Places | None
    notes: tuple[str, ...] = ()


def read_policy(path: Path) -> PolicyFile:
    """Return the policy in a file, by its suffix; raises `Unreadable`."""
    suffix = path.suffix.lower()
    if suffix in YAML_SUFFIXES:
        return PolicyFile(path, read_yaml(path), Places.of(read_text(path)))
    if suffix in SHEET_SUFFIXES:
        from services.policies.sheets import SheetError, read_sheets

        try:
            return PolicyFile(path, read_sheets(_bytes(path)), None)
        except SheetError as error:
            raise Unreadable(f"{path}: {error}") from None
    if suffix in DMN_SUFFIXES:
        from services.policies.interchange import InterchangeError, read_dmn

        try:
            found = read_dmn(_bytes(path))
        except InterchangeError as error:
            raise Unreadable(f"{path}: {error}") from None
        return PolicyFile(path, found.document, None, found.notes)
    raise Unreadable(f"{path}: a policy is a .yaml, .json, .xlsx or .dmn file")


def write_policy(document: Mapping[str, Any], path: Path, shelf: Shelf, dmn_version: str) -> None:
    """Write a policy to a file in the form of its suffix; raises `Unreadable`."""
    suffix = path.suffix.lower()
    if suffix == ".json":
        path.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    elif suffix in YAML_SUFFIXES:
        text = yaml.dump(document, Dumper=_PlainDumper, allow_unicode=True, sort_keys=False, width=110)
        path.write_text(text, encoding="utf-8")
    elif suffix == ".xlsx":
        from services.policies.sheets import SheetError, write_sheets

        try:
            path.write_bytes(write_sheets(document))
        except SheetError as error:
            raise Unreadable(f"{path}: {error}") from None
    elif suffix in DMN_SUFFIXES:
        from services.policies.interchange import InterchangeError, write_dmn

        product = shelf.products.get(str(document.get("product")))
        if product is None:
            raise Unreadable(f"{path}: DMN needs the types of the facts, and there is no product of this policy")
        try:
            path.write_bytes(write_dmn(document, product, dmn_version))
        except InterchangeError as error:
            raise Unreadable(f"{path}: {error}") from None
    else:
        raise Unreadable(f"{path}: a policy can be written as .yaml, .json, .xlsx or .dmn")


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Unreadable(f"{path}: larger than {MAX_BYTES:,} bytes")
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(f"{path}: {error}") from None
