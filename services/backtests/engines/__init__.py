"""How policies run over millions of applications."""

from services.backtests.engines.database import open_database

__all__ = ["open_database"]
