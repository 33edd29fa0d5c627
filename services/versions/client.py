"""Calls to the services that govern documents; a version is found wherever it lives."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx

from services.catalogue import problem_words

_SCORECARD = "scorecard"


class RefusedError(Exception):
    """A service said no, or did not answer; the text says why."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where the services are, and the caller's API key."""

    decision: str
    scoring: str
    key: str


class Versions:
    """The versions of a site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._http = httpx.Client(headers={"authorization": f"Bearer {site.key}"}, timeout=60)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._http.close()

    def draft(self, kind: str, document: Mapping[str, Any], comment: str | None) -> dict[str, Any]:
        """Begin a version."""
        body = {"kind": kind, "document": document, "comment": comment}
        key = {"idempotency-key": secrets.token_hex(16)}
        return self._ask("POST", f"{self._base(kind)}/v1/versions", json=body, headers=key)

    def show(self, version_id: str) -> dict[str, Any]:
        """Return a version with its document and log."""
        return self._ask("GET", self._url(version_id))

    def edit(self, version_id: str, document: Mapping[str, Any], etag: str, comment: str | None) -> dict[str, Any]:
        """Replace the document of a draft that is still as `etag` says."""
        body = {"document": document, "comment": comment}
        return self._ask("PUT", self._url(version_id), json=body, headers={"if-match": etag})

    def act(self, version_id: str, action: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Do something to a version."""
        return self._ask("POST", f"{self._url(version_id)}/{action}", json=dict(body))

    def roll_back(self, kind: str, name: str, comment: str, version_id: str | None) -> dict[str, Any]:
        """Put an approved version back at once."""
        body = {"comment": comment, "version_id": version_id}
        return self._ask("POST", f"{self._base(kind)}/v1/catalogue/{kind}/{name}/rollback", json=body)

    def find(
        self, kind: str | None, name: str | None, state: str | None, review_due: bool | None, limit: int
    ) -> list[dict[str, Any]]:
        """Return up to `limit` versions of each service, newest first."""
        asked = {"kind": kind, "name": name, "state": state, "review_due": review_due, "limit": limit}
        params = {key: value for key, value in asked.items() if value is not None}
        bases = [self._base(kind)] if kind is not None else [self._site.decision, self._site.scoring]
        found = [item for base in bases for item in self._ask("GET", f"{base}/v1/versions", params=params)["items"]]
        return sorted(found, key=lambda item: str(item["version_id"]), reverse=True)[:limit]

    def live(self) -> list[dict[str, Any]]:
        """Return what is live of every kind and name."""
        bases = (self._site.decision, self._site.scoring)
        return [item for base in bases for item in self._ask("GET", f"{base}/v1/catalogue")["items"]]

    def differences(self, version_id: str, against: str | None) -> dict[str, Any]:
        """Return how a version's document differs from another's, or from the live one."""
        params = {} if against is None else {"against": against}
        return self._ask("GET", f"{self._url(version_id)}/diff", params=params)

    def _base(self, kind: str) -> str:
        return self._site.scoring if kind == _SCORECARD else self._site.decision

    def _url(self, version_id: str) -> str:
        """Return the address of a version: with decision, unless scoring knows it."""
        known = self._request("GET", f"{self._site.decision}/v1/versions/{version_id}").status_code
        base = self._site.scoring if known == httpx.codes.NOT_FOUND else self._site.decision
        return f"{base}/v1/versions/{version_id}"

    def _ask(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        response = self._request(method, url, **more)
        if not response.is_success:
            raise RefusedError(problem_words(response))
        answer: dict[str, Any] = response.json()
        return answer

    def _request(self, method: str, url: str, **more: Any) -> httpx.Response:
        try:
            return self._http.request(method, url, **more)
        except httpx.HTTPError as error:
            raise RefusedError(f"{url}: {type(error).__name__}") from None
