"""Settings of limits, from variables that start with `LIMITS_`."""

from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """See `shared.settings`."""

    model_config = SettingsConfigDict(env_prefix="LIMITS_")

    api_port: int = 8104
    worker_port: int = 9104
