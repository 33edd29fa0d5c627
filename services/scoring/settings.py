"""Settings of scoring, from variables that start with `SCORING_`."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """See `shared.settings`.

    Live models are measured every `monitoring_interval` seconds, by the plan in the YAML file `monitoring_plan`, or by
    the defaults of `services.scoring.domain.monitoring.plan` where it is empty.
    """

    model_config = SettingsConfigDict(env_prefix="SCORING_")

    api_port: int = 8102
    worker_port: int = 9102
    monitoring_interval: float = Field(86_400.0, ge=1)
    monitoring_plan: str = ""
