"""Several contents in one file, with a table of what lies where in front of them.

To make a file durable costs the disk and the system ten times as much as a few kilobytes of content, so those that come
together go together.
"""

import json
import os
from collections.abc import Mapping
from typing import Final

_LENGTH_BYTES: Final = 8
_MOST_TABLE_BYTES: Final = 1024 * 1024


def parts(contents: Mapping[str, bytes]) -> list[bytes]:
    """Return what a file that holds these contents by key is made of, in order."""
    table = json.dumps({key: len(data) for key, data in contents.items()}).encode()
    return [len(table).to_bytes(_LENGTH_BYTES), table, *contents.values()]


def located(descriptor: int, key: str) -> tuple[int, int] | None:
    """Return where in an open file the content of a key begins and how long it is; None where it is not in there."""
    size = int.from_bytes(os.pread(descriptor, _LENGTH_BYTES, 0))
    if size > _MOST_TABLE_BYTES:
        return None
    try:
        table = json.loads(os.pread(descriptor, size, _LENGTH_BYTES))
        begins = _LENGTH_BYTES + size
        for name, length in table.items():
            if name == key:
                is_whole = length >= 0 and begins + length <= os.fstat(descriptor).st_size
                return (begins, int(length)) if is_whole else None
            begins += int(length)
    except (ValueError, TypeError, AttributeError):
        return None
    return None
