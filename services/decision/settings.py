"""Settings of decision, from variables that start with `DECISION_`."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """See `shared.settings`; `scoring_url` and `scoring_key` are for callers that keep the application themselves.

    A backtest's process may use `backtest_memory` (as DuckDB reads it) and so many threads, and keeps what does not fit
    into memory below `backtest_scratch`. One that has not been heard of for `backtest_lease_seconds` is begun again.
    A file that is uploaded may have `upload_max_bytes`; none is taken in while all that are kept have
    `upload_space_bytes`.
    """

    model_config = SettingsConfigDict(env_prefix="DECISION_")

    api_port: int = 8103
    worker_port: int = 9103
    scoring_url: str = "http://127.0.0.1:8102"
    scoring_key: SecretStr = SecretStr("")
    scoring_timeout_seconds: float = 2.0
    backtest_memory: str = Field("1GB", pattern=r"^[1-9][0-9]{0,5}(MB|GB)$")
    backtest_threads: int = Field(2, ge=1, le=256)
    # Run folders in it are made for their owner only.
    backtest_scratch: Path = Path("/var/tmp/assay-backtests")  # noqa: S108
    backtest_lease_seconds: float = Field(15.0, ge=1)
    upload_max_bytes: int = Field(200_000_000, ge=1)
    upload_space_bytes: int = Field(20_000_000_000, ge=1)
