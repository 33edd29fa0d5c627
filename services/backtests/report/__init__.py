"""A backtest's report for people and programs: tables in a terminal, JSON, and one self-contained HTML file."""

from services.backtests.report.as_json import to_json
from services.backtests.report.page import html
from services.backtests.report.schema import schema
from services.backtests.report.terminal import terminal
from shared.pages.page import CONTENT_SECURITY_POLICY

__all__ = ["CONTENT_SECURITY_POLICY", "html", "schema", "terminal", "to_json"]
