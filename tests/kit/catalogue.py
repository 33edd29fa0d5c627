"""Taking catalogue documents through their life cycle over HTTP, as two people."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import httpx

from shared.canonical import content_hash
from shared.ids import new_id
from shared.yaml import load_yaml

AUTHOR: Final = "policy-author"
APPROVER: Final = "policy-approver"
SCOPES: Final[Mapping[str, list[str]]] = {
    AUTHOR: ["catalogue:write", "catalogue:read"],
    APPROVER: ["catalogue:approve", "catalogue:deploy", "catalogue:rollback", "catalogue:read"],
}
"""What the two may do, for `tests.kit.service.platform_settings`; a client's key is its name."""

_FOLDERS: Final = {"products": "product", "reasons": "reasons", "policies": "policy"}


def bearing(client: str, **more: str) -> dict[str, str]:
    """Return the headers of a request by somebody else than the fixture's client."""
    return {"Authorization": f"Bearer {client}", **more}


async def draft(http: httpx.AsyncClient, kind: str, document: Any, by: str = AUTHOR) -> httpx.Response:
    """Begin a version."""
    headers = bearing(by, **{"Idempotency-Key": new_id("key")})
    return await http.post("/v1/versions", json={"kind": kind, "document": document}, headers=headers)


async def act(http: httpx.AsyncClient, version_id: str, action: str, by: str, **body: Any) -> httpx.Response:
    """Do something to a version."""
    return await http.post(f"/v1/versions/{version_id}/{action}", json=body, headers=bearing(by))


async def attempt(http: httpx.AsyncClient, kind: str, document: Any) -> httpx.Response:
    """Draft a document and have it validated; return the first answer that refuses it, else the last."""
    drafted = await draft(http, kind, document)
    if drafted.is_error:
        return drafted
    return await act(http, drafted.json()["version_id"], "validate", AUTHOR)


async def approved(http: httpx.AsyncClient, kind: str, document: Any) -> str:
    """Return the id of a new version of a document that has been approved."""
    drafted = await draft(http, kind, document)
    assert drafted.status_code == 201, drafted.text
    version_id: str = drafted.json()["version_id"]
    for action, by, body in (
        ("validate", AUTHOR, {}),
        ("submit", AUTHOR, {}),
        ("approve", APPROVER, {"hash": drafted.json()["hash"]}),
    ):
        answer = await act(http, version_id, action, by, **body)
        assert answer.status_code == 200, answer.text
    return version_id


async def make_live(http: httpx.AsyncClient, kind: str, document: Any) -> str:
    """Return the id of a new version of a document that is live."""
    version_id = await approved(http, kind, document)
    answer = await act(http, version_id, "promote", APPROVER)
    assert answer.status_code == 200, answer.text
    return version_id


async def load_directory(http: httpx.AsyncClient, directory: Path) -> None:
    """Make the products, reasons and policies of a directory live, where they are not."""
    found = (await http.get("/v1/catalogue", headers=bearing(AUTHOR))).json()["items"]
    live = {(item["kind"], item["hash"]) for item in found}
    for folder, kind in _FOLDERS.items():
        for path in sorted((directory / folder).glob("*.yaml")):
            document = load_yaml(path.read_text())
            if (kind, content_hash(document)) not in live:
                await make_live(http, kind, document)
