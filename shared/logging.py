"""JSON logs on standard error: an event name, the trace id and named values; never personal data.

The code logs ids and codes only. For whatever slips through all the same, `masked` stands before the writer: names of
fields that hold personal data, values that are no plain scalars, and texts that look like what identifies a person.
"""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

import structlog

from shared.tracing import current_traceparent, trace_id

_MASK: Final = "***"
_PERSONAL: Final = frozenset(
    {
        *("name", "names", "first_name", "last_name", "full_name", "born_on", "date_of_birth"),
        *("identifier", "identifiers", "ssn", "tax_id", "passport", "id_number"),
        *("address", "addresses", "street", "lines", "city", "postal_code"),
        *("contact", "contacts", "phone", "email", "bank_account", "iban", "card", "card_number", "device_id"),
        *("external_ref", "customer_number", "facts", "body", "payload", "raw", "filename"),
        *("password", "secret", "token", "api_key", "authorization", "cookie", "set-cookie"),
    }
)
_LOOKS_PERSONAL: Final = re.compile(
    r"""
      [\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+      # an e-mail address
    | (?<![\w.])\+\d[\d ().-]{6,18}\d                  # a telephone number with its country
    | (?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])             # a social security number
    | (?<!\w)\d{17}[\dXx](?!\w)                        # a Chinese identity number
    | (?<![\w.-])(?:\d[ -]?){12,18}\d(?![\w-])          # a card or account number
    | \bck_(?:test_)?[\w-]{20,}                         # an API key
    | (?i:\bbearer)\s+[\w.~+/=-]{8,}
    """,
    re.VERBOSE,
)
_MOST_TEXT: Final = 20_000
_OWN: Final = frozenset({"timestamp", "level", "service", "role", "trace_id"})


def masked(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take out of a log's line what may be personal; a processor of structlog."""
    for name, value in event.items():
        if name not in _OWN and not name.startswith("_"):
            event[name] = _MASK if name.lower() in _PERSONAL else _safe(value)
    return event


def _safe(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | Decimal | date):
        return value
    if isinstance(value, str):
        return _LOOKS_PERSONAL.sub(_MASK, value[:_MOST_TEXT])
    if isinstance(value, Mapping):
        return {str(name): _MASK if str(name).lower() in _PERSONAL else _safe(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_safe(entry) for entry in value]
    # Anything else may show its fields; its type says enough.
    return type(value).__name__


def configure_logging(service: str, role: str, level: str = "INFO") -> None:
    """Send structlog's and the standard library's records to standard error as one JSON object a line."""

    def identify(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["service"], event["role"] = service, role
        traceparent = current_traceparent()
        if traceparent is not None:
            event["trace_id"] = trace_id(traceparent)
        return event

    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        identify,
        structlog.processors.format_exc_info,
        masked,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
