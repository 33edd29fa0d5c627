"""A route that writes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

FUZZED: Final = "fuzzed-loan"
"""The product whose catalogue documents tests may spoil; nothing of it is ever live."""


@dataclass(frozen=True, slots=True, eq=False)
class WriteRoute:
    """`template` is the route, `path` one that leads to it; `personal` when bodies may hold data of an applicant.

    A `small` one has little in its body that could be spoilt.
    """

    service: str
    template: str
    path: str
    client: str
    body: Mapping[str, Any]
    keyed: bool = True
    personal: bool = True
    method: str = "POST"
    small: bool = False

    @property
    def raw(self) -> bytes:
        """The body as bytes."""
        return json.dumps(self.body).encode()
