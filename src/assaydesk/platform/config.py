"""Settings of the process, from the environment (design.md 5). What an administrator changes at run time are rows
in `domains/settings`."""

import os
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

# Small matrices are slower on many threads, far slower while others work, and sums in another order give other last
# digits: what is learned is to be the same on any machine. Read by numpy when it is loaded, which is after this.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


class Config(BaseSettings):
    """Read once at the start and passed in. Nothing has to be set."""

    model_config = SettingsConfigDict(env_prefix="ASSAYDESK_", extra="ignore", env_ignore_empty=True)

    data_dir: Path = Field(Path(".assaydesk"), description="Folder with the embedded database, keys and files.")
    database_url: SecretStr | None = Field(None, description="A PostgreSQL 15+ of your own; empty: the embedded one.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8700, ge=1, le=65535, description="Port to listen on.")
    public_url: str | None = Field(None, description="Address under which people reach this instance.")
    llm_url: str | None = Field(None, description="Base address of an OpenAI-compatible server, with /v1.")
    llm_model: str | None = Field(None, description="Name of the model there.")
    llm_key: SecretStr | None = Field(None, description="Its key, when it wants one.")
    llm_timeout_seconds: float = Field(60.0, gt=0, description="Time limit of one call of the model.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")
    log_format: Literal["auto", "json", "console"] = Field(
        "auto", description="auto: console on a terminal, else JSON."
    )
    metrics_allow: str = Field("127.0.0.1,::1", description="Addresses that may read /metrics, comma-separated.")
    db_pool_size: int = Field(10, ge=1, le=200, description="Database connections kept by each process.")
    db_pool_timeout_seconds: float = Field(10.0, gt=0, description="Wait for a free connection before 503 busy.")
    worker_concurrency: int = Field(4, ge=1, le=100, description="Jobs that one worker process runs at a time.")
    job_heartbeat_seconds: float = Field(10.0, gt=0, description="How often a worker says that it lives.")
    job_stalled_seconds: float = Field(60.0, gt=0, description="Silence after which a worker counts as dead.")
    database_fsync: bool = Field(True, description="Only tests turn this off: embedded database without fsync.")
    sign_in_attempts_per_address: int = Field(
        5, ge=1, description="Failed sign-ins of one e-mail address in 15 minutes."
    )
    sign_in_attempts_per_ip: int = Field(20, ge=1, description="Failed sign-ins from one IP address in 15 minutes.")
    secret_key: SecretStr | None = Field(
        None, min_length=16, description="Key under which passwords of mailboxes are sealed; empty: a file."
    )
    allow_private_hosts: str = Field(
        "", description="Private hosts that may be fetched from: names, addresses, networks; comma-separated."
    )
    allow_insecure_mail: bool = Field(False, description="Only tests turn this on: mail servers without encryption.")
    sign_in_hint: str = Field("", description="Text on the sign-in page; `demo` says there where the passwords are.")
    embedding: Literal["auto", "hashed"] = Field("auto", description="hashed: never load the built-in language model.")

    @field_validator("host", "public_url", "llm_url", mode="after")
    @classmethod
    def _trimmed(cls, value: str | None) -> str | None:
        return value.strip().rstrip("/") if value else value

    @cached_property
    def data_path(self) -> Path:
        """The data folder as an absolute path."""
        return self.data_dir.expanduser().resolve()

    @property
    def base_url(self) -> str:
        """Address of the instance, without a slash at the end."""
        if self.public_url:
            return self.public_url
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def llm_configured(self) -> bool:
        return bool(self.llm_url and self.llm_model)


def explain(config: Config) -> list[tuple[str, str, str, str]]:
    """One row a setting: variable, value (secrets masked), where it comes from, what it is for."""
    rows: list[tuple[str, str, str, str]] = []
    for name, field in Config.model_fields.items():
        value: Any = getattr(config, name)
        shown = "********" if isinstance(value, SecretStr) else "" if value is None else str(value)
        source = "set" if name in config.model_fields_set else "default"
        rows.append((f"ASSAYDESK_{name.upper()}", shown, source, field.description or ""))
    return rows
