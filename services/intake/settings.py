"""Settings of intake, from variables that start with `INTAKE_`."""

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """See `shared.settings`.

    `keys_file` holds the keys of the vault (`services.intake.vault`), `sources_file` the sources that applicants are
    looked up at (empty: none). Documents lie at `files_url`: `file:///folder`, or `s3://bucket` with `files_endpoint`,
    `files_region` and a key pair; one has at most `document_max_bytes`, and all that are on their way at a time
    `document_room_bytes` together. clamd at `scanner_url` (`tcp://host:3310`) scans them; empty: nobody does. Limits is
    asked for exposure at `limits_url`, and is a source of what is owed in each of `exposure_currencies` (`USD,EUR`).
    How long records are kept stands in `retention_file` (empty: the defaults).
    """

    model_config = SettingsConfigDict(env_prefix="INTAKE_")

    api_port: int = 8101
    worker_port: int = 9101
    keys_file: Path = Path("/etc/assay/intake_keys.json")
    sources_file: str = ""
    files_url: str = "file:///var/lib/assay/files"
    files_endpoint: str = ""
    files_region: str = "us-east-1"
    files_access_key: SecretStr = SecretStr("")
    files_secret_key: SecretStr = SecretStr("")
    document_max_bytes: int = 25_000_000
    document_room_bytes: int = 100_000_000
    scanner_url: str = ""
    retention_file: str = ""
    limits_url: str = "http://127.0.0.1:8104"
    limits_key: SecretStr = SecretStr("")
    exposure_currencies: str = ""
