"""Settings of decision, from variables that start with `DECISION_`."""

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """See `shared.settings`; `scoring_url` and `scoring_key` are for callers that keep the application themselves."""

    model_config = SettingsConfigDict(env_prefix="DECISION_")

    api_port: int = 8103
    worker_port: int = 9103
    scoring_url: str = "http://127.0.0.1:8102"
    scoring_key: SecretStr = SecretStr("")
    scoring_timeout_seconds: float = 2.0
