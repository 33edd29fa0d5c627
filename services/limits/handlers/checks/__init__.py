"""Credit checks: plain questions, of which nothing stays, and checks of documents, which are recorded."""

from services.limits.handlers.checks.asking import Answered, ask, check_in, check_limits
from services.limits.handlers.checks.reading import get_check, list_checks

__all__ = ["Answered", "ask", "check_in", "check_limits", "get_check", "list_checks"]
