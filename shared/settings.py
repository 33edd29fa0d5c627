"""Settings from the environment. A service's own variables carry its name, the bus's `BUS_`, everybody's `ASSAY_`."""

from enum import StrEnum
from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class BusKind(StrEnum):
    """Which implementation of the bus to use."""

    EMBEDDED = "embedded"
    KAFKA = "kafka"


class BusSettings(BaseSettings):
    """How to reach the bus."""

    model_config = SettingsConfigDict(env_prefix="BUS_")

    kind: BusKind = BusKind.EMBEDDED
    database_url: SecretStr = SecretStr("")
    owner_database_url: SecretStr = SecretStr("")
    kafka_bootstrap_servers: str = "127.0.0.1:9092"
    kafka_replication_factor: int = 1
    partitions: int = 6


class PlatformSettings(BaseSettings):
    """What all processes share."""

    model_config = SettingsConfigDict(env_prefix="ASSAY_")

    api_keys_file: Path = Path("/etc/assay/api_keys.json")
    log_level: str = "INFO"


class ServiceSettings(BaseSettings):
    """What every service needs; each subclasses it with its own prefix."""

    database_url: SecretStr = SecretStr("")
    owner_database_url: SecretStr = SecretStr("")
    host: str = "127.0.0.1"
    api_port: int = 8000
    worker_port: int = 9000
