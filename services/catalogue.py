"""Loads a directory of catalogue documents into a running platform, over its public API."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import yaml

from shared.yaml import load_yaml

WAIT_SECONDS: Final = 30.0


class CatalogueError(Exception):
    """A document was refused; the text names the file and the faults."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """The base URLs of the services that take part."""

    intake: str
    scoring: str
    decision: str


def load_catalogue(directory: Path, at: Addresses, key: str, tell: Callable[[str], None]) -> None:
    """Publish products, reasons and policies to decision and scorecards to scoring, and wait until intake knows.

    Loading the same catalogue again changes nothing. Raises `CatalogueError` at the first document that is refused.
    """
    with httpx.Client(headers={"authorization": f"Bearer {key}"}, timeout=30) as client:
        revisions: dict[str, int] = {}
        for kind in ("products", "reasons", "policies"):
            for path in sorted((directory / kind).glob("*.yaml")):
                entry = _publish(client, f"{at.decision}/v1/{kind}", path, _read(path), tell)
                if kind == "products":
                    revisions[entry["name"]] = entry["revision"]
        for path in sorted((directory / "scorecards").glob("*.json")):
            _publish(client, f"{at.scoring}/v1/models", path, json.loads(path.read_text()), tell)
        _wait_for_products(client, at.intake, revisions)


def _read(path: Path) -> Any:
    try:
        return load_yaml(path.read_text())
    except yaml.YAMLError as error:
        raise CatalogueError(f"{path}: {error}") from None


def _publish(
    client: httpx.Client, url: str, path: Path, document: Any, tell: Callable[[str], None]
) -> Mapping[str, Any]:
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        response = client.post(url, json={"document": document})
        if response.is_success:
            entry: Mapping[str, Any] = response.json()
            state = "published" if response.status_code == httpx.codes.CREATED else "already live"
            tell(f"{path.parent.name}/{path.name}: {state}, revision {entry['revision']}")
            return entry
        # A product travels to the other services as an event; what refers to it may be a moment too early.
        if response.status_code not in (409, 503) or time.monotonic() > deadline:
            raise CatalogueError(f"{path}: {_words(response)}")
        time.sleep(0.1)


def _wait_for_products(client: httpx.Client, intake: str, revisions: Mapping[str, int]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        response = client.get(f"{intake}/v1/products")
        known = {item["name"]: item["revision"] for item in response.json().get("items", [])}
        if all(known.get(name, 0) >= revision for name, revision in revisions.items()):
            return
        if time.monotonic() > deadline:
            raise CatalogueError("intake has not heard of the products; is the bus up?")
        time.sleep(0.1)


def _words(response: httpx.Response) -> str:
    try:
        problem = response.json()
    except ValueError:
        return f"status {response.status_code}"
    faults = [f"{fault['pointer']}: {fault['detail']}" for fault in problem.get("errors", [])]
    return "; ".join([f"{problem.get('code')}: {problem.get('detail')}", *faults])
