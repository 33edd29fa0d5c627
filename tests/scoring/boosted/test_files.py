"""ONNX files that are not run: custom operators, files beside the file, trees that are none, and mere noise."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import GraphProto, ModelProto, TensorProto, helper

from services.scoring.domain.boosted.graph import read_graph
from services.scoring.domain.boosted.trees import check_trees
from services.scoring.domain.boosted.wire import WireError
from services.scoring.domain.errors import ModelError
from services.scoring.onnx.loading import load_boosted
from tests.scoring.boosted.small import (
    LEAVES,
    NODES,
    PRODUCT,
    WIDTH,
    changed,
    onnx_entry,
    small_document,
    spoiled_trees,
    trees_file,
)


def refusal(content: bytes) -> str:
    """Return why an artefact with this file is refused; its place is that of the file."""
    with pytest.raises(ModelError) as refused:
        load_boosted(changed(lambda d: d.update(onnx=onnx_entry(content))), PRODUCT)
    (fault,) = refused.value.faults
    assert fault.pointer == "/onnx/base64"
    return fault.detail


def with_change(change: Callable[[ModelProto], object]) -> bytes:
    return trees_file(change=change)


def test_an_operator_of_a_custom_domain_is_named_and_refused() -> None:
    def import_domain(model: ModelProto) -> None:
        model.opset_import.append(helper.make_opsetid("com.example", 1))

    with_import = trees_file(operator="Launder", domain="com.example", attributes={}, change=import_domain)
    assert refusal(with_import) == "operators of the domain 'com.example' are custom and are not run"
    without = trees_file(operator="Launder", domain="com.example", attributes={})
    assert refusal(without) == "operator 'Launder' of 'com.example' is custom and is not run"


@pytest.mark.parametrize("operator", ["Loop", "Scan", "If", "ConstantOfShape", "MatMul"])
def test_an_operator_that_is_no_tree_ensemble_is_named_and_refused(operator: str) -> None:
    assert f"operator '{operator}' is not run" in refusal(trees_file(operator=operator, domain="", attributes={}))


def external(model: ModelProto) -> None:
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="../../etc/passwd")
    model.graph.initializer.append(tensor)


def second_graph(model: ModelProto) -> None:
    model.graph.node.append(helper.make_node("Identity", ["units"], ["again"]))


def hidden_graph(model: ModelProto) -> None:
    body = GraphProto(name="body")
    model.graph.node[0].attribute.append(helper.make_attribute("then_branch", body))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (external, "graph must not have initializers, which may lie in other files"),
        (second_graph, "operator 'Identity' is not run"),
        (lambda m: m.graph.node.append(m.graph.node[0]), "exactly one operator"),
        (lambda m: m.graph.ClearField("node"), "exactly one operator"),
        (hidden_graph, "must not have a graph"),
        (
            lambda m: m.graph.node[0].attribute.append(
                helper.make_attribute("base_values_as_tensor", helper.make_tensor("b", TensorProto.DOUBLE, [1], [1.0]))
            ),
            "must not have a tensor",
        ),
        (lambda m: m.functions.add(name="f", domain="ai.onnx.ml"), "must not have functions of its own"),
        (lambda m: m.training_info.add(), "must not have training information"),
        (lambda m: m.ClearField("graph"), "the file has no graph"),
        (lambda m: m.graph.ClearField("input"), f"rows of {WIDTH}"),
        (lambda m: setattr(m.graph.input[0].type.tensor_type.shape.dim[1], "dim_value", 4), f"rows of {WIDTH}"),
        (lambda m: setattr(m.graph.input[0].type.tensor_type.shape.dim[0], "dim_value", 1), f"rows of {WIDTH}"),
        (lambda m: setattr(m.graph.input[0].type.tensor_type, "elem_type", TensorProto.DOUBLE), f"rows of {WIDTH}"),
        (lambda m: setattr(m.graph.input[0], "name", "other"), "from its input"),
        (lambda m: setattr(m.graph.output[0], "name", "other"), "to its output"),
        (lambda m: m.graph.node[0].attribute.append(m.graph.node[0].attribute[0]), "stands twice"),
        (lambda m: m.graph.node[0].attribute.append(helper.make_attribute("nodes_spare", [1])), "is not read"),
        (lambda m: setattr(m, "ir_version", 10**6), "not accepted by the runtime"),
    ],
)
def test_a_file_that_could_do_more_than_compare_numbers_is_refused(
    change: Callable[[ModelProto], object], words: str
) -> None:
    assert words in refusal(with_change(change))


def test_a_second_graph_that_a_lenient_reader_would_merge_into_the_first_is_refused() -> None:
    hidden = ModelProto()
    hidden.graph.node.append(helper.make_node("Launder", ["units"], ["clean"], domain="com.example"))
    assert refusal(trees_file() + hidden.SerializeToString()) == "the file.graph stands twice"


def test_a_file_that_poses_as_the_runtimes_own_format_is_read_as_what_was_checked() -> None:
    posing = with_change(lambda model: setattr(model, "producer_name", "ORTM"))
    # At this place onnxruntime looks for the mark of its own format, which has no part in the checks made here.
    assert posing[4:8] == b"ORTM"
    assert load_boosted(changed(lambda d: d.update(onnx=onnx_entry(posing))), PRODUCT).name == "small-trees"


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"nodes_truenodeids": [1, 0, 0, 0, 0, 3, 0, 0]}, "a cycle"),
        ({"nodes_truenodeids": [0, 0, 0, 1, 0, 3, 0, 0]}, "a cycle"),
        ({"nodes_truenodeids": [9, 0, 0, 1, 0, 3, 0, 0]}, "lead to nodes of it"),
        ({"nodes_truenodeids": [2, 0, 0, 1, 0, 3, 0, 0]}, "each by one way"),
        ({"nodes_modes": [b"LEAF", *NODES["nodes_modes"][1:]]}, "nothing leads to"),
        ({"nodes_modes": [b"BRANCH_MAYBE", *NODES["nodes_modes"][1:]]}, "unknown way"),
        ({"nodes_featureids": [WIDTH, 0, 0, 1, 0, 3, 0, 0]}, "does not have"),
        ({"nodes_featureids": [-1, 0, 0, 1, 0, 3, 0, 0]}, "does not have"),
        ({"nodes_featureids": [0]}, "one item for each node"),
        ({"nodes_nodeids": [0, 1, 1, 0, 1, 2, 3, 4]}, "stands twice"),
        ({"nodes_values": [float("nan"), 0.0, 0.0, 0.35, 0.0, 0.5, 0.0, 0.0]}, "not finite"),
        ({"nodes_values": [1, 0, 0, 0, 0, 0, 0, 0]}, "another type"),
        ({"target_weights": [float("inf"), -195.0, 100.0, -105.0, 50.0]}, "not finite"),
        ({"target_weights": [1.0]}, "one item for each"),
        ({"target_nodeids": [0, 2, 1, 3, 4]}, "belongs to no leaf"),
        ({"target_nodeids": [2, 2, 1, 3, 4]}, "two weights"),
        ({"target_ids": [0, 0, 0, 0, 10**9]}, "no column of the answer"),
        ({"n_targets": 10**9}, "answer one number"),
        ({"post_transform": "PROBIT"}, "not read"),
        ({"target_weights": [200.0] * 5, "post_transform": "LOGISTIC"}, "add up exactly"),
    ],
)
def test_trees_that_would_lead_a_runtime_astray_are_refused(columns: dict[str, Any], words: str) -> None:
    assert words in refusal(spoiled_trees(**columns))


def test_a_chain_of_comparisons_too_long_for_a_score_is_refused() -> None:
    links = 100_001
    branches = list(range(links))
    attributes: dict[str, Any] = {
        "nodes_treeids": [0] * (2 * links + 1),
        "nodes_nodeids": [*branches, *range(links, 2 * links + 1)],
        "nodes_featureids": [0] * (2 * links + 1),
        "nodes_modes": [b"BRANCH_LEQ"] * links + [b"LEAF"] * (links + 1),
        "nodes_values": [1.0] * (2 * links + 1),
        "nodes_truenodeids": [*range(1, links), 2 * links, *[0] * (links + 1)],
        "nodes_falsenodeids": [*range(links, 2 * links), *[0] * (links + 1)],
        **{name: [] for name in LEAVES},
        "n_targets": 1,
    }
    graph = read_graph(trees_file({key: value for key, value in attributes.items() if value != []}), WIDTH)
    with pytest.raises(WireError, match="200000 nodes"):
        check_trees(graph, WIDTH)


@given(st.data())
def test_a_file_with_any_bytes_changed_is_refused_or_answers_as_its_golden_vectors_say(data: st.DataObject) -> None:
    content = bytearray(trees_file())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    end = data.draw(st.sampled_from([len(content)] * 3 + list(range(0, len(content), 50))))
    document = changed(lambda d: d.update(onnx=onnx_entry(bytes(content[:end]))))
    try:
        model = load_boosted(document, PRODUCT)
    except ModelError:
        return
    (vector,) = small_document()["golden_vectors"]
    facts, _ = PRODUCT.dictionary.parse(vector["facts"])
    assert model.score(facts).score == vector["score"]


@given(st.binary(max_size=400))
def test_noise_is_no_model(noise: bytes) -> None:
    with pytest.raises(WireError):
        read_graph(noise, WIDTH)
