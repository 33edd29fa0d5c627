"""JSON logs on standard error: an event name, the trace id and named values; never personal data."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from shared.tracing import current_traceparent, trace_id


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
