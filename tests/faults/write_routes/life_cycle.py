"""The routes of the life cycle of documents, which the decision and the scoring service have."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import yaml

from tests.faults.write_routes.route import FUZZED, WriteRoute
from tests.kit.platform import CATALOGUE, PRODUCT, Running

_KINDS: Final = {"product": "products", "reasons": "reasons", "policy": "policies"}
_AUTHOR, _APPROVER = "policy-author", "policy-approver"
_STEPS: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    "validate": (_AUTHOR, {}),
    "submit": (_AUTHOR, {"comment": "for the committee"}),
    "withdraw": (_AUTHOR, {}),
    "approve": (_APPROVER, {"hash": "0" * 64}),
    "reject": (_APPROVER, {"comment": "no"}),
    "review": (_APPROVER, {}),
    "promote": (_APPROVER, {}),
    "schedule": (_APPROVER, {"effective_from": "2090-01-01T00:00:00Z", "effective_to": "2091-01-01T00:00:00Z"}),
    "shadow": (_APPROVER, {}),
    "challenge": (
        _APPROVER,
        {
            "test": "autumn",
            "share_bp": 500,
            "maturity_months": 6,
            "stop_rules": {"min_decisions": 100, "max_bad_rate": "0.08", "min_approval_rate": "0.3"},
        },
    ),
    "stop": (_APPROVER, {}),
    "retire": (_APPROVER, {}),
}


def routes(bed: Running) -> Iterator[WriteRoute]:
    """Yield the routes of the life cycle, each on a draft of its own service."""
    drafts = "/v1/versions"
    for kind in (*_KINDS, "scorecard"):
        service = "scoring" if kind == "scorecard" else "decision"
        body = {"kind": kind, "document": _document(kind), "comment": "autumn"}
        yield WriteRoute(service, drafts, drafts, _AUTHOR, body, personal=False)
    for service, kind in (("decision", "policy"), ("scoring", "scorecard")):
        drafted = bed.post(service, drafts, {"kind": kind, "document": _document(kind)}, _AUTHOR).json()
        path, template = f"{drafts}/{drafted['version_id']}", f"{drafts}/{{version_id}}"
        edit = {"document": {"product": FUZZED}, "comment": "better"}
        yield _step(service, template, path, _AUTHOR, edit, method="PUT")
        for action, (client, given) in _STEPS.items():
            yield _step(service, f"{template}/{action}", f"{path}/{action}", client, given)
        back = {"comment": "declines everybody", "version_id": drafted["version_id"]}
        live, name = "/v1/catalogue/{kind}/{name}/rollback", f"/v1/catalogue/{kind}/{FUZZED}/rollback"
        yield _step(service, live, name, _APPROVER, back)


def _step(
    service: str, template: str, path: str, client: str, body: Mapping[str, Any], method: str = "POST"
) -> WriteRoute:
    return WriteRoute(service, template, path, client, body, keyed=False, personal=False, method=method, small=True)


def _document(kind: str) -> dict[str, Any]:
    """Return the document of the catalogue under another product's name."""
    document: dict[str, Any]
    if kind == "scorecard":
        document = json.loads((CATALOGUE / "scorecards" / f"{PRODUCT}.json").read_text())
    else:
        document = yaml.safe_load((CATALOGUE / _KINDS[kind] / f"{PRODUCT}.yaml").read_text())
    return {**document, "name" if kind == "product" else "product": FUZZED}
