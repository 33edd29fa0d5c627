"""Settings of decision, from variables that start with `DECISION_`."""

import tempfile
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """See `shared.settings`; `scoring_url` and `scoring_key` are for callers that keep the application themselves.

    A backtest's process may use `backtest_memory` (as DuckDB reads it) and so many threads, and keeps what does not fit
    into memory below `backtest_scratch`. One that has not been heard of for `backtest_lease_seconds` is begun again.
    """

    model_config = SettingsConfigDict(env_prefix="DECISION_")

    api_port: int = 8103
    worker_port: int = 9103
    scoring_url: str = "http://127.0.0.1:8102"
    scoring_key: SecretStr = SecretStr("")
    scoring_timeout_seconds: float = 2.0
    backtest_memory: str = Field("1GB", pattern=r"^[1-9][0-9]{0,5}(MB|GB)$")
    backtest_threads: int = Field(2, ge=1, le=256)
    backtest_scratch: Path = Path(tempfile.gettempdir()) / "assay-backtests"
    backtest_lease_seconds: float = Field(15.0, ge=1)
