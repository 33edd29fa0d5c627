"""Writes the golden files that are missing."""

import sys
from pathlib import Path

from tests.contracts.golden import FOLDER, as_text, event_types, message_of, schema_of, schema_path, written
from tests.contracts.golden.examples import EXAMPLES


def main() -> None:
    """Write what is missing and name it."""
    documents = {schema_path(name): schema_of(model) for name, model in event_types().items()}
    for (event_type, name), example in EXAMPLES.items():
        documents[FOLDER / event_type / f"{name}.json"] = written(message_of(example))
    for path, document in documents.items():
        if not path.exists():
            _write(path, as_text(document))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    sys.stdout.write(f"wrote {path.relative_to(FOLDER)}\n")


if __name__ == "__main__":
    main()
