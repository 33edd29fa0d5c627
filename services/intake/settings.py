"""Settings of intake, from variables that start with `INTAKE_`."""

from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """See `shared.settings`."""

    model_config = SettingsConfigDict(env_prefix="INTAKE_")

    api_port: int = 8101
    worker_port: int = 9101
