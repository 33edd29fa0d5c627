"""What every source's entry in the file of sources has, and how it names what the environment holds."""

import ipaddress
from collections.abc import Mapping
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Scheme = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
_MAX_BYTES: Final = 1_000_000
_MOST_BYTES: Final = 2_000_000


class Document(BaseModel):
    """A part of the file; a key that it does not have is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Variable(Document):
    """The name of an environment variable. What is secret stands there and never in the file."""

    variable: str = Field(pattern=r"^[A-Z][A-Z0-9_]{0,98}$")

    def read(self, environment: Mapping[str, str]) -> str:
        """Return its value; raises `ValueError` when it is not set, or nothing that a header can hold."""
        value = environment.get(self.variable, "")
        if not value:
            raise ValueError(f"the variable {self.variable} is not set")
        if not (value.isascii() and value.isprintable()):
            raise ValueError(f"the variable {self.variable} is no line of printable ASCII")
        return value


class CostDocument(Document):
    """What one answer costs."""

    amount_minor: int = Field(ge=0, le=10**9, strict=True)
    currency: Currency


class BreakerDocument(Document):
    """When a source is left alone, and for how long (`services.intake.domain.breaker`)."""

    failures: int = Field(5, ge=1, le=1_000, strict=True)
    window_seconds: int = Field(60, ge=1, le=3_600, strict=True)
    pause_seconds: int = Field(30, ge=1, le=3_600, strict=True)
    probe_seconds: int = Field(60, ge=1, le=3_600, strict=True)


class SourceDocument(Document):
    """What sources of every type have."""

    base_url: str | Variable
    timeout_seconds: float = Field(5.0, gt=0, le=120)
    attempts: int = Field(2, ge=1, le=5, strict=True)
    concurrency: int = Field(8, ge=1, le=200, strict=True)
    max_bytes: int = Field(_MAX_BYTES, ge=1_000, le=_MOST_BYTES, strict=True)
    cost: CostDocument | None = None
    breaker: BreakerDocument = BreakerDocument()

    def url(self, environment: Mapping[str, str]) -> str:
        """Return the base URL: https, or http to this machine; raises `ValueError` for any other."""
        given = self.base_url if isinstance(self.base_url, str) else self.base_url.read(environment)
        parts = urlsplit(given)
        host = parts.hostname or ""
        if not host or parts.query or parts.fragment or parts.username is not None or "{" in given:
            raise ValueError("base_url: is a scheme, a host and a path, and nothing is filled in")
        if parts.scheme != "https" and not (parts.scheme == "http" and _is_this_machine(host)):
            raise ValueError("base_url: is https (http to this machine only)")
        return given


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
