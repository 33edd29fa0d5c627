"""YAML is read strictly and in bounded time, whoever wrote it."""

import re

import pytest
import yaml

from shared.yaml import compose, load_yaml


def doubling(levels: int) -> str:
    """A text whose value doubles at each level, though the text hardly grows."""
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, levels)]
    return "\n".join(lines)


def test_what_a_mapping_merges_in_can_be_overridden() -> None:
    assert load_yaml("base: &b {x: 1, y: 2}\nmore: {<<: *b, y: 3}")["more"] == {"x": 1, "y": 3}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\nb: 2\na: 3", "line 3: the key 'a' stands twice"),
        ("[" * 100_000, "nested deeper than 50 levels"),
        ("- " * 5_000 + "x", "nested deeper than 50 levels"),
        ("&a [*a]", "`*a` stands for nothing before it"),
        (doubling(40), "more than 300,000 values"),
        ("x" * 10_000_001, "longer than 10,000,000 characters"),
        ("a: !!python/object/apply:os.system [ls]", "could not determine a constructor"),
        ("[a]: 1", "can't be a key"),
    ],
)
def test_hostile_yaml_is_refused(text: str, words: str) -> None:
    with pytest.raises(yaml.YAMLError, match=re.escape(words)):
        load_yaml(text)


def test_nodes_are_bounded_like_values() -> None:
    with pytest.raises(yaml.YAMLError, match="more than"):
        compose(doubling(40))
