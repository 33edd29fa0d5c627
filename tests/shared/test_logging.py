"""What a process writes to its log, seen from outside."""

import json
import subprocess
import sys
from typing import Any

_SCRIPT = """
import asyncio, logging
import structlog
from shared.logging import configure_logging
from shared.tracing import set_traceparent

log = structlog.get_logger()
configure_logging("intake", "api")
log.debug("not_shown")
log.info("started", port=8101)
set_traceparent("00-" + "a" * 32 + "-" + "b" * 16 + "-01")

def fail(facts):
    raise ValueError("no such thing")

try:
    fail({"name": "Erika Mustermann"})
except ValueError as error:
    log.error("request_failed", exc_info=error)
    logging.getLogger("asyncio").error("task failed", exc_info=error)
logging.getLogger("other").info("not_shown")
logging.getLogger("other").warning("two\\nlines %s", "\\u2603")
"""


def logged() -> list[dict[str, Any]]:
    """Run a process that logs, and return its lines."""
    done = subprocess.run([sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_a_log_is_one_json_object_a_line_with_service_level_and_trace() -> None:
    lines = logged()
    assert [line["event"] for line in lines] == ["started", "request_failed", "task failed", "two\nlines \u2603"]
    assert [line["level"] for line in lines] == ["info", "error", "error", "warning"]
    assert {(line["service"], line["role"]) for line in lines} == {("intake", "api")}
    assert [line.get("trace_id") for line in lines] == [None, "a" * 32, "a" * 32, "a" * 32]
    assert all(line["timestamp"].endswith("Z") for line in lines)
    assert lines[0]["port"] == 8101


def test_a_traceback_shows_where_and_never_the_values_of_variables() -> None:
    failures = [line for line in logged() if "exception" in line]
    assert len(failures) == 2
    for line in failures:
        assert "in fail" in line["exception"]
        assert "no such thing" in line["exception"]
        assert "Mustermann" not in json.dumps(line)
