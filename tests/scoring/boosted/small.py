"""A boosted model small enough to check by hand, its ONNX file, and ways to spoil both."""

import base64
import copy
import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from onnx import ModelProto, TensorProto, helper

from services.scoring.domain.artefact import content_hash
from shared.products import parse_product

PRODUCT_DOCUMENT: dict[str, Any] = {
    "name": "small-loan",
    "title": "Small loan",
    "currency": "EUR",
    "facts": {
        "requested_amount": {"type": "money", "minimum": 1},
        "debt_ratio": {"type": "decimal", "scale": 2},
        "purpose": {"type": "enum", "values": ["car", "boat", "holiday", "unknown"]},
        "home_owner": {"type": "boolean"},
        "started_on": {"type": "date"},
        "age_years": {"type": "integer", "protected": True},
        "score": {"type": "integer", "source": "scoring"},
    },
}
PRODUCT = parse_product(PRODUCT_DOCUMENT)

# Two trees in tenths of a point: the amount in euros, then the share of debt and the purpose (car, boat).
NODES: dict[str, list[Any]] = {
    "nodes_treeids": [0, 0, 0, 1, 1, 1, 1, 1],
    "nodes_nodeids": [0, 1, 2, 0, 1, 2, 3, 4],
    "nodes_featureids": [0, 0, 0, 1, 0, 3, 0, 0],
    "nodes_modes": [b"BRANCH_LEQ", b"LEAF", b"LEAF", b"BRANCH_LEQ", b"LEAF", b"BRANCH_LEQ", b"LEAF", b"LEAF"],
    "nodes_values": [1000.0, 0.0, 0.0, 0.35, 0.0, 0.5, 0.0, 0.0],
    "nodes_truenodeids": [1, 0, 0, 1, 0, 3, 0, 0],
    "nodes_falsenodeids": [2, 0, 0, 2, 0, 4, 0, 0],
    "nodes_missing_value_tracks_true": [0, 0, 0, 0, 0, 0, 0, 0],
}
LEAVES: dict[str, list[Any]] = {
    "target_treeids": [0, 0, 1, 1, 1],
    "target_nodeids": [1, 2, 1, 3, 4],
    "target_ids": [0, 0, 0, 0, 0],
    "target_weights": [200.0, -195.0, 100.0, -105.0, 50.0],
}
WIDTH = 5
"""Amount, share of debt, then car and boat, then the owner."""


def trees_file(
    attributes: Mapping[str, Any] | None = None,
    operator: str = "TreeEnsembleRegressor",
    domain: str = "ai.onnx.ml",
    change: Callable[[ModelProto], object] = lambda model: None,
) -> bytes:
    """Return an ONNX file of one operator; of the two trees above unless told otherwise."""
    given = {**NODES, **LEAVES, "n_targets": 1} if attributes is None else attributes
    node = helper.make_node(operator, ["facts"], ["units"], domain=domain, **given)
    graph = helper.make_graph(
        [node],
        "small",
        [helper.make_tensor_value_info("facts", TensorProto.FLOAT, [None, WIDTH])],
        [helper.make_tensor_value_info("units", TensorProto.FLOAT, [None, 1])],
    )
    sets = [helper.make_opsetid("ai.onnx.ml", 3), helper.make_opsetid("", 17)]
    model = helper.make_model(graph, opset_imports=sets, ir_version=8)
    change(model)
    written: bytes = model.SerializeToString()
    return written


def spoiled_trees(**columns: Sequence[Any]) -> bytes:
    """Return the file with other attributes in place of its own."""
    return trees_file({**NODES, **LEAVES, "n_targets": 1, **columns})


def small_document(content: bytes | None = None) -> dict[str, Any]:
    """Four facts; a good value in each of the first three gives 600 + 20 + 10 points."""
    document = {
        "format": "assay.boosted/1",
        "name": "small-trees",
        "version": 1,
        "title": "Small",
        "product": "small-loan",
        "target": {"bad": "made up"},
        "scaling": {"base_score": 600, "base_odds": 30, "points_to_double_odds": 20, "direction": "higher_is_better"},
        "scores": {"lowest": 560, "highest": 640},
        "inputs": [
            {"fact": "requested_amount", "encoding": "number", "divisor": 100, "edges": [50_000, 100_000]},
            {"fact": "debt_ratio", "encoding": "number", "edges": ["0.35"]},
            {"fact": "purpose", "encoding": "one_hot", "values": ["car", "boat"]},
            {"fact": "home_owner", "encoding": "codes", "values": [False, True], "missing": "-1"},
        ],
        "onnx": onnx_entry(trees_file() if content is None else content),
        "reasons": {
            "method": "substitution_against_reference",
            "reference": "made up",
            "limit": 4,
            "codes": [
                {"code": "AMOUNT_TOO_HIGH", "facts": ["requested_amount"]},
                {"code": "DEBT_TOO_HIGH", "facts": ["debt_ratio"]},
                {"code": "CIRCUMSTANCES", "facts": ["home_owner", "purpose"]},
            ],
            "reference_facts": {
                "requested_amount": {"amount_minor": 90_000, "currency": "EUR"},
                "debt_ratio": "0.20",
                "purpose": "boat",
                "home_owner": True,
            },
            "reference_score": 630,
        },
        "psi_baseline": {
            "sample": "train",
            "rows": 100,
            "characteristics": {
                "requested_amount": [40, 30, 30, 0, 0],
                "debt_ratio": [50, 50, 0, 0],
                "purpose": [50, 30, 20, 0],
                "home_owner": [50, 50, 0, 0],
            },
            "score_bands": [
                {"below": 600, "count": 40, "bads": 20, "bad_rate": "0.5000"},
                {"from": 600, "count": 60, "bads": 10, "bad_rate": "0.1667"},
            ],
        },
        "metrics": {"train": {"auc": "0.8000"}},
        "golden_vectors": [
            {
                "facts": {
                    "requested_amount": {"amount_minor": 200_000, "currency": "EUR"},
                    "debt_ratio": "0.40",
                    "purpose": "boat",
                },
                "score": 586,
                "pd": "0.051369",
                "reasons": [
                    {
                        "code": "AMOUNT_TOO_HIGH",
                        "characteristic": "requested_amount",
                        "shortfall_millipoints": 39_000,
                    },
                    {"code": "DEBT_TOO_HIGH", "characteristic": "debt_ratio", "shortfall_millipoints": 5_000},
                ],
            }
        ],
        "provenance": {"data": "made up"},
    }
    return signed(document)


def onnx_entry(content: bytes, **stated: Any) -> dict[str, Any]:
    """Return how an artefact carries a file that answers in tenths of a point."""
    entry = {"answers": "points", "column": 0, "units_per_point": 10, "offset_units": 6000, **stated}
    written = {"sha256": hashlib.sha256(content).hexdigest(), "base64": base64.b64encode(content).decode()}
    return {key: value for key, value in {**entry, **written}.items() if value is not None}


def signed(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document with the content hash that belongs to it."""
    return document | {"content_hash": content_hash(document)}


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """Return a signed small document after `change`, as a forger with the hash function would hand it in."""
    document = copy.deepcopy(small_document())
    change(document)
    return signed(document)
