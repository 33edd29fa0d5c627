"""The environment variables that the settings classes read."""

import importlib
from typing import Any, Final

from pydantic_settings import BaseSettings

from services.migrate import SERVICES
from shared.settings import BusSettings, PlatformSettings, ServiceSettings


def of(service: str) -> ServiceSettings:
    """Return the settings of a service as they are when no variable is set."""
    settings: ServiceSettings = importlib.import_module(f"services.{service}.settings").Settings.model_construct()
    return settings


def defaults(settings: type[BaseSettings]) -> dict[str, Any]:
    """Return the variables of a settings class with their defaults."""
    prefix = settings.model_config["env_prefix"]
    return {f"{prefix}{name}".upper(): field.default for name, field in settings.model_fields.items()}


SERVICE: Final = {service: defaults(type(of(service))) for service in SERVICES}
ALL: Final = (
    defaults(BusSettings) | defaults(PlatformSettings) | {k: v for own in SERVICE.values() for k, v in own.items()}
)
