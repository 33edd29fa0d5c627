"""Settings of scoring, from variables that start with `SCORING_`."""

from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """See `shared.settings`."""

    model_config = SettingsConfigDict(env_prefix="SCORING_")

    api_port: int = 8102
    worker_port: int = 9102
