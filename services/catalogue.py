"""Loads a directory of catalogue documents into a running platform, over its public API and the whole life cycle."""

import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import yaml

from shared.canonical import content_hash
from shared.yaml import load_yaml

WAIT_SECONDS: Final = 30.0

_COMMENT: Final = "loaded from a directory"
_KINDS: Final = {"products": ("product", "name"), "reasons": ("reasons", "product"), "policies": ("policy", "product")}


class CatalogueError(Exception):
    """A document was refused; the text names the file and the faults."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """The base URLs of the services that take part."""

    intake: str
    scoring: str
    decision: str


@dataclass(frozen=True, slots=True)
class Keys:
    """The API keys of two people: one drafts and submits, the other approves and promotes."""

    author: str
    approver: str


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    kind: str
    name: str
    document: dict[str, Any]


def load_catalogue(directory: Path, at: Addresses, keys: Keys, tell: Callable[[str], None]) -> None:
    """Make products, reasons and policies live at decision and scorecards at scoring; wait until intake knows.

    Every document is drafted, validated and submitted with one key, approved and promoted with the other. One that is
    live already is left alone. Raises `CatalogueError` at the first document that is refused.
    """
    with _client(keys.author) as author, _client(keys.approver) as approver:
        revisions: dict[str, int] = {}
        for file in _files(directory):
            base = at.scoring if file.kind == "scorecard" else at.decision
            revision = _make_live(author, approver, base, file, tell)
            if file.kind == "product":
                revisions[file.name] = revision
        _wait_for_products(author, at.intake, revisions)


def _client(key: str) -> httpx.Client:
    return httpx.Client(headers={"authorization": f"Bearer {key}"}, timeout=60)


def _files(directory: Path) -> Iterator[_File]:
    """Yield the documents in an order in which each finds what it stands on."""
    for folder, (kind, name_key) in _KINDS.items():
        for path in sorted((directory / folder).glob("*.yaml")):
            yield _file(path, kind, name_key, _read(path))
    for path in sorted((directory / "scorecards").glob("*.json")):
        yield _file(path, "scorecard", "product", json.loads(path.read_text()))


def _read(path: Path) -> Any:
    try:
        return load_yaml(path.read_text())
    except yaml.YAMLError as error:
        raise CatalogueError(f"{path}: {error}") from None


def _file(path: Path, kind: str, name_key: str, document: Any) -> _File:
    if not isinstance(document, dict) or not isinstance(document.get(name_key), str):
        raise CatalogueError(f"{path}: needs `{name_key}`, a text")
    return _File(path, kind, document[name_key], document)


def _make_live(
    author: httpx.Client, approver: httpx.Client, base: str, file: _File, tell: Callable[[str], None]
) -> int:
    """Take a document through its life cycle unless it is live, and return the revision that is live."""
    words = f"{file.path.parent.name}/{file.path.name}"
    live = _live(author, base, file)
    if live is not None and live["hash"] == content_hash(file.document):
        tell(f"{words}: already live, revision {live['revision']}")
        return int(live["revision"])
    drafted = _ask(author, file, f"{base}/v1/versions", {"kind": file.kind, "document": file.document})
    version = f"{base}/v1/versions/{drafted['version_id']}"
    try:
        _ask(author, file, f"{version}/validate", {})
    except CatalogueError:
        author.post(f"{version}/withdraw", json={"comment": "was refused"})
        raise
    _ask(author, file, f"{version}/submit", {"comment": _COMMENT})
    _ask(approver, file, f"{version}/approve", {"hash": drafted["hash"], "comment": _COMMENT})
    _ask(approver, file, f"{version}/promote", {"comment": _COMMENT})
    tell(f"{words}: live, revision {drafted['number']}")
    return int(drafted["number"])


def _live(client: httpx.Client, base: str, file: _File) -> Mapping[str, Any] | None:
    response = client.get(f"{base}/v1/catalogue/{file.kind}/{file.name}")
    if response.status_code == httpx.codes.NOT_FOUND:
        return None
    if not response.is_success:
        raise CatalogueError(f"{file.path}: {problem_words(response)}")
    found: Mapping[str, Any] = response.json()
    return found


def _ask(client: httpx.Client, file: _File, url: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    key = {"idempotency-key": secrets.token_hex(16)}
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        response = client.post(url, json=body, headers=key)
        if response.is_success:
            answer: Mapping[str, Any] = response.json()
            return answer
        # A product travels to the other services as an event; what stands on it may be a moment too early.
        early = response.status_code == httpx.codes.CONFLICT and response.json()["code"] == "catalogue_incomplete"
        if not (early or response.status_code == httpx.codes.SERVICE_UNAVAILABLE) or time.monotonic() > deadline:
            raise CatalogueError(f"{file.path}: {problem_words(response)}")
        time.sleep(0.1)


def _wait_for_products(client: httpx.Client, intake: str, revisions: Mapping[str, int]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        response = client.get(f"{intake}/v1/products")
        known = {item["name"]: item["revision"] for item in response.json().get("items", [])}
        if all(known.get(name) == revision for name, revision in revisions.items()):
            return
        if time.monotonic() > deadline:
            raise CatalogueError("intake has not heard of the products; is the bus up?")
        time.sleep(0.1)


def problem_words(response: httpx.Response) -> str:
    """Return what an answer says is wrong, with every fault and its place."""
    try:
        problem = response.json()
    except ValueError:
        return f"status {response.status_code}"
    faults = [f"{fault['pointer']}: {fault['detail']}" for fault in problem.get("errors", [])]
    return "; ".join([f"{problem.get('code')}: {problem.get('detail')}", *faults])
