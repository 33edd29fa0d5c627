"""Writes the golden files that are missing."""

import sys
from pathlib import Path

from shared.bus import Message
from shared.contracts.envelope import to_message
from tests.contracts.golden import FOLDER, as_text, event_types, schema_of, schema_path, written
from tests.contracts.golden.example import Example
from tests.contracts.golden.examples import EXAMPLES


def main() -> None:
    """Write what is missing and name it."""
    documents = {schema_path(name): schema_of(model) for name, model in event_types().items()}
    for (event_type, name), example in EXAMPLES.items():
        documents[FOLDER / event_type / f"{name}.json"] = written(_message(example))
    for path, document in documents.items():
        if not path.exists():
            _write(path, as_text(document))


def _message(example: Example) -> Message:
    """Return the message that carries an example."""
    return to_message(
        event_id=example.event_id,
        event_type=example.data.__class__.__dict__["type"],
        source=example.source,
        aggregate_type=example.aggregate_type,
        aggregate_id=example.aggregate_id,
        time=example.time,
        payload=example.data.model_dump_json(),
        traceparent=example.traceparent,
    )


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    sys.stdout.write(f"wrote {path.relative_to(FOLDER)}\n")


if __name__ == "__main__":
    main()
