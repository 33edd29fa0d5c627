"""A forest as an ONNX file of one tree ensemble whose leaves are whole numbers."""

from typing import Any, Final

import numpy
from onnx import TensorProto, helper

from services.scorecards.boosting.forest import Forest

# What a service with an older runtime still reads: version 3 of the operators of machine learning.
_ML_OPERATORS: Final = 3
_OPERATORS: Final = 17
_FORM: Final = 8


def onnx_file(forest: Forest, width: int) -> bytes:
    """Return the ONNX file of a forest over rows of `width` numbers; it answers with units, base and offset left out.

    A row goes left where its number, a 32-bit float, is at most the threshold, a 64-bit one; that is so exactly where
    it is at most the greatest 32-bit float that is not above the threshold, which is what the file holds.
    """
    columns: dict[str, list[Any]] = {f"nodes_{name}": [] for name in _NODE_COLUMNS}
    targets: dict[str, list[Any]] = {f"target_{name}": [] for name in ("treeids", "nodeids", "ids", "weights")}
    for tree, (nodes, units) in enumerate(zip(forest.nodes, forest.units, strict=True)):
        is_leaf = nodes["is_leaf"] == 1
        numbers = numpy.arange(len(nodes))
        for name, values in (
            ("treeids", numpy.full(len(nodes), tree)),
            ("nodeids", numbers),
            ("featureids", numpy.where(is_leaf, 0, nodes["feature_idx"])),
            ("modes", numpy.where(is_leaf, "LEAF", "BRANCH_LEQ")),
            ("values", numpy.where(is_leaf, numpy.float32(0), _at_most(nodes["num_threshold"]))),
            ("truenodeids", numpy.where(is_leaf, 0, nodes["left"])),
            ("falsenodeids", numpy.where(is_leaf, 0, nodes["right"])),
            ("missing_value_tracks_true", numpy.where(is_leaf, 0, nodes["missing_go_to_left"])),
        ):
            columns[f"nodes_{name}"] += values.tolist()
        leaves = numbers[is_leaf]
        targets["target_treeids"] += [tree] * len(leaves)
        targets["target_nodeids"] += leaves.tolist()
        targets["target_ids"] += [0] * len(leaves)
        targets["target_weights"] += [float(unit) for unit in units[is_leaf].tolist()]
    return _written(columns | targets, width)


_NODE_COLUMNS: Final = (
    "treeids",
    "nodeids",
    "featureids",
    "modes",
    "values",
    "truenodeids",
    "falsenodeids",
    "missing_value_tracks_true",
)


def _at_most(thresholds: Any) -> Any:
    """Return the greatest finite 32-bit float that is not above each threshold."""
    limits = numpy.finfo(numpy.float32)
    nearest = numpy.clip(thresholds, limits.min, limits.max).astype(numpy.float32)
    return numpy.where(nearest > thresholds, numpy.nextafter(nearest, numpy.float32(-numpy.inf)), nearest)


def _written(attributes: dict[str, list[Any]], width: int) -> bytes:
    node = helper.make_node("TreeEnsembleRegressor", ["inputs"], ["units"], domain="ai.onnx.ml")
    node.attribute.append(helper.make_attribute("n_targets", 1))
    node.attribute.extend(helper.make_attribute(name, values) for name, values in attributes.items())
    graph = helper.make_graph(
        [node],
        "forest",
        [helper.make_tensor_value_info("inputs", TensorProto.FLOAT, [None, width])],
        [helper.make_tensor_value_info("units", TensorProto.FLOAT, [None, 1])],
    )
    sets = [helper.make_opsetid("ai.onnx.ml", _ML_OPERATORS), helper.make_opsetid("", _OPERATORS)]
    model = helper.make_model(graph, opset_imports=sets, ir_version=_FORM, producer_name="assay")
    written: bytes = model.SerializeToString(deterministic=True)
    return written
