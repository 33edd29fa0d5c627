"""Refusals: why the platform could not do what it was asked. HTTP statuses are chosen in `shared.http`.

A declined application or reservation is a value, never one of these.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The family of a refusal; one HTTP status each."""

    MALFORMED = "malformed"
    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    CONFLICT = "conflict"
    PRECONDITION_FAILED = "precondition_failed"
    TOO_LARGE = "too_large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    PRECONDITION_REQUIRED = "precondition_required"
    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Fault:
    """One located fault of the input: a JSON pointer (RFC 6901), a stable code and words without the value."""

    pointer: str
    code: str
    detail: str


class Refusal(Exception):
    """Raised when a use case cannot be carried out; `code` is stable and documented, `detail` is for people."""

    def __init__(self, kind: Kind, code: str, detail: str = "", faults: Sequence[Fault] = ()) -> None:
        super().__init__(detail or code)
        self.kind = kind
        self.code = code
        self.detail = detail
        self.faults = tuple(faults)


def invalid(code: str, detail: str = "", faults: Sequence[Fault] = ()) -> Refusal:
    """Return a refusal for input that is well-formed but not acceptable."""
    return Refusal(Kind.INVALID, code, detail, faults)


def not_found(code: str, detail: str = "") -> Refusal:
    """Return a refusal for something that does not exist."""
    return Refusal(Kind.NOT_FOUND, code, detail)


def conflict(code: str, detail: str = "") -> Refusal:
    """Return a refusal for a request that contradicts the current state."""
    return Refusal(Kind.CONFLICT, code, detail)


def unavailable(code: str, detail: str = "") -> Refusal:
    """Return a refusal for something that may work when tried again."""
    return Refusal(Kind.UNAVAILABLE, code, detail)
