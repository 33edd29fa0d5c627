"""Golden files of the events: per event type a JSON Schema and example messages, as the first consumer saw them.

`python -m tests.contracts.golden` writes the files that are missing and never touches one that is there.

- A new event type: add its class to `shared.contracts` and examples to `examples.py`, then run the command.
- A field that is added, and that consumers may ignore: give it a default, delete the type's `schema.json`, run the
  command and read the difference. Examples stay, because messages without the field are still under way.
- Any other change: leave the class alone, add a second one whose type ends in the next version, publish both until no
  consumer reads the old one.
"""

import importlib
import json
import pkgutil
from pathlib import Path
from typing import Any, Final

import shared.contracts
from shared.bus import Message
from shared.contracts.envelope import Contract

FOLDER: Final = Path(__file__).parent


def event_types() -> dict[str, type[Contract]]:
    """Return every published event by its type."""
    for module in pkgutil.iter_modules(shared.contracts.__path__, "shared.contracts."):
        importlib.import_module(module.name)
    found: dict[str, type[Contract]] = {}
    waiting: list[type[Contract]] = [Contract]
    while waiting:
        model = waiting.pop()
        waiting.extend(model.__subclasses__())
        if "type" in model.__dict__ and model.__module__.startswith("shared.contracts."):
            found[model.__dict__["type"]] = model
    return found


def schema_of(model: type[Contract]) -> dict[str, Any]:
    """Return the structure of what is written, as a JSON Schema without words: those may change."""
    schema = _without_words(model.model_json_schema(mode="serialization"))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _without_words(node: Any, *, names: bool = False) -> Any:
    """Drop titles and descriptions; below `properties` and `$defs` the keys are names and not keywords."""
    if isinstance(node, list):
        return [_without_words(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _without_words(value, names=key in ("properties", "$defs") and not names)
        for key, value in node.items()
        if names or key not in ("title", "description")
    }


def written(message: Message) -> dict[str, Any]:
    """Return a message in the form of its golden file."""
    return {
        "topic": message.topic,
        "key": message.key,
        "headers": dict(message.headers),
        "data": json.loads(message.value),
    }


def read(document: dict[str, Any]) -> Message:
    """Return the message of a golden file."""
    return Message(document["topic"], document["key"], document["headers"], json.dumps(document["data"]).encode())


def schema_path(event_type: str) -> Path:
    """Return where the schema of a type is."""
    return FOLDER / event_type / "schema.json"


def example_paths(event_type: str) -> list[Path]:
    """Return where the examples of a type are."""
    return sorted(path for path in (FOLDER / event_type).glob("*.json") if path.name != "schema.json")


def as_text(document: dict[str, Any]) -> str:
    """Return a golden file's text."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
