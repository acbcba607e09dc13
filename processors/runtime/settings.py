"""Settings: from the environment (`LOYALTY_…`) and a TOML file, read once, then frozen."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from processors.runtime.broker.config import MOST_REPLICAS
from processors.runtime.broker.ports import address
from processors.runtime.faults import Exit, Fault
from schemas.topics import Names

PREFIX = "LOYALTY_"
FILE = "loyalty.toml"
FILE_VARIABLE = "LOYALTY_CONFIG"
"""Names another file than that of the folder."""
BROKER = "broker"
USUAL = "127.0.0.1:9092"
Seconds = Annotated[float, Field(gt=0)]


class Settings(BaseSettings):
    """How one deployment runs. A variable beats the file, the file beats the default."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    home: Path = Path.home() / ".loyalty"
    """Where the local broker keeps its data."""
    broker: str = Field(default_factory=lambda known: _local(known["home"]))
    """Bootstrap servers, separated by commas. Without them, where the local broker listens."""
    program: str = "starter"
    """The program's id under programs/, or a path to its file."""
    app_id: str = "loyalty-ledger"
    """Consumer group, and the first part of every transactional id."""
    input_prefix: str = ""
    output_prefix: str = ""
    partitions: Annotated[int, Field(ge=1, le=1024)] = 6
    """Of every topic. Fixed for life."""
    replicas: Annotated[int, Field(ge=1, le=9)] = Field(
        default_factory=lambda known: min(MOST_REPLICAS, known["broker"].count(",") + 1)
    )
    """Of every topic. Without it, as many as brokers are named, at most three."""
    clock: Literal["wall", "stream"] = "wall"
    """`wall` for production; `stream` for imports and demos: time passes with events alone."""
    alias_secret: SecretStr = SecretStr("")
    """Keys the hashes by which aliases are kept."""
    run_records: Annotated[int, Field(ge=1, le=50_000)] = 2_000
    run_bytes: Annotated[int, Field(ge=1)] = 4 << 20
    """A run ends with the record that reaches either."""
    waiting_records: Annotated[int, Field(ge=1)] = 8_000
    waiting_bytes: Annotated[int, Field(ge=1)] = 8 << 20
    """One partition of one topic is not fetched while so many records or bytes of it wait."""
    cached_accounts: Annotated[int, Field(ge=1)] = 20_000
    lag_records: Annotated[int, Field(ge=0)] = 10_000
    """Ledger records by which an account's snapshot may be behind: the most that a recovery folds
    beyond the snapshots of a partition."""
    future_limit_seconds: Seconds = 3600
    session_timeout_seconds: Seconds = 10
    transaction_timeout_seconds: Seconds = 15
    request_timeout_seconds: Seconds = 12
    drain_seconds: Seconds = 8
    watchdog_seconds: Seconds = 60
    connect_seconds: Seconds = 30
    web_host: str = "127.0.0.1"
    web_port: Annotated[int, Field(ge=0, le=65535)] = 6066
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @property
    def broker_home(self) -> Path:
        """The folder of the local broker."""
        return self.home / BROKER

    @property
    def names(self) -> Names:
        """The topics' names."""
        return Names(self.input_prefix, self.output_prefix)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then the file."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, _file())


def origin_of(settings: Settings, name: str) -> str:
    """Where a setting's value comes from: `environment`, the file's name, or `default`."""
    if variable_of(name) in {variable.upper() for variable in os.environ}:
        return "environment"
    return str(_file()) if name in settings.model_fields_set else "default"


def variable_of(name: str) -> str:
    """The variable that sets a setting."""
    return PREFIX + name.upper()


def unknown_variables() -> list[str]:
    """Variables that look like settings and are none: typing errors, or somebody else's."""
    known = {variable_of(name) for name in Settings.model_fields} | {FILE_VARIABLE}
    found = {name.upper() for name in os.environ if name.upper().startswith(PREFIX)}
    return sorted(found - known)


def _file() -> Path:
    """The file of settings. Raises Fault if one is named and not there."""
    file = Path(os.environ.get(FILE_VARIABLE, FILE))
    if FILE_VARIABLE in os.environ and not file.is_file():
        raise Fault(f"{file} is not there", f"{FILE_VARIABLE} must name a TOML file.", Exit.USAGE)
    return file


def _local(home: Path) -> str:
    """Where the local brokers of this home listen, or did last; else where most brokers do."""
    return address(home / BROKER) or USUAL
