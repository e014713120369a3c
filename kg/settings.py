"""What the environment says: `KG_*` variables, read once at an entry point and passed on as plain arguments.

Imported by `kg.api` and `kg.cli` only. A command line option wins over its variable, a variable over the default here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from kg.errors import KgError

__all__ = ["DEFAULT_BASE_IRI", "DEFAULT_STORE", "Settings", "SettingsError", "read_settings"]

DEFAULT_STORE = "kg-store"
DEFAULT_BASE_IRI = "http://localhost:8000/"


class SettingsError(KgError):
    """A `KG_*` variable with a value that cannot be used; the message names it."""


def _base_iri(value: str) -> str:
    """The value, if entity IRIs can be made by appending to it."""
    if not value.startswith(("http://", "https://")) or not value.endswith("/"):
        raise ValueError("must be an http(s) IRI that ends with /")
    if any(c in value for c in '<>"{}|\\^` '):
        raise ValueError("must be an IRI, without spaces, quotes or brackets")
    return value


class Settings(BaseSettings):
    """The settings of one process; a wrong value fails at start."""

    model_config = SettingsConfigDict(env_prefix="KG_", env_ignore_empty=True, frozen=True, extra="ignore")

    store: str = Field(
        default=DEFAULT_STORE, description="The workspace: a directory, or memory: for a throw-away one."
    )
    base_iri: Annotated[str, AfterValidator(_base_iri)] = Field(
        default=DEFAULT_BASE_IRI,
        description="What the graph's own IRIs begin with; fixed when the workspace is created.",
    )
    model: Path | None = Field(default=None, description="A model directory to use instead of the one in the package.")
    extractor: str = Field(default="model", description="What reads articles: model, llm, or the name of a plug-in.")
    threads: int | None = Field(
        default=None, ge=1, le=256, description="Threads of the extractor; as many as cores if unset."
    )

    llm_url: str | None = Field(default=None, description="The chat service of the extractor llm.")
    llm_model: str | None = Field(default=None, description="The model that this service is asked for.")
    llm_key: SecretStr | None = Field(default=None, description="The key that it wants, if it wants one.")
    llm_timeout_s: float = Field(default=120.0, gt=0, le=3600, description="Seconds that one of its answers may take.")
    llm_window_words: int = Field(
        default=500, ge=20, le=20_000, description="Words of an article that it is asked about at a time."
    )

    host: str = Field(default="127.0.0.1", description="The address that kg serve binds.")
    port: int = Field(default=8000, ge=0, le=65535, description="The port that kg serve binds; 0 takes a free one.")
    api_key: SecretStr | None = Field(default=None, description="A key that may do all, beside those of kg key create.")
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Web origins whose pages may read the service in a browser, comma-separated; * for any.",
    )

    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Host names, beside this machine's own, under which requests may come, comma-separated; * for any.",
    )

    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("127.0.0.1", "::1"),
        description="Addresses or networks of proxies whose X-Forwarded-For is believed, comma-separated.",
    )
    max_connections: int = Field(default=2000, ge=10, le=100_000, description="Connections that may be open at once.")
    read_key: Literal["open", "required"] = Field(
        default="open", description="Whether reading needs a key too: open or required."
    )
    rate_limit: int | None = Field(
        default=None,
        ge=0,
        le=1_000_000,
        description="Requests a minute for each key or address, 0 for any number; unset: 600 where other machines reach "
        "the service, any number on loopback.",
    )

    query_workers: int = Field(default=3, ge=1, le=64, description="Query processes; one is kept for short queries.")
    query_timeout_s: float = Field(
        default=10.0, gt=0, le=3600, description="Seconds after which a query is killed, unless it asks for others."
    )
    query_timeout_max_s: float = Field(
        default=60.0, gt=0, le=3600, description="Seconds that a query may ask for, and that an update may take."
    )
    query_queue: int = Field(default=128, ge=0, le=1024, description="Queries that may wait for a worker.")
    queries_per_client: int = Field(
        default=16, ge=1, le=1024, description="Queries of one key or address that may run or wait."
    )
    service_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="Hosts (name or name:port) that queries may call by SERVICE, comma-separated."
    )
    query_memory_mb: int = Field(default=1024, ge=64, description="Memory that one query may use.")
    query_result_mb: int = Field(default=256, ge=1, description="Size that one answer may have.")
    query_cache_mb: int = Field(
        default=64, ge=0, description="Memory for answers given again while the graph is unchanged."
    )
    max_article_mb: int = Field(default=20, ge=1, le=20, description="Size of one article sent to the service.")

    max_graph_mb: int = Field(default=32, ge=1, le=1024, description="Size of one document sent to the graph store.")

    shutdown_grace_s: float = Field(
        default=30.0, ge=0, le=3600, description="Seconds that requests under way get when the service is told to stop."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="warning", description="What is logged on stderr; info has a line for each request."
    )
    log_format: Literal["text", "json"] = Field(default="text", description="Lines of text, or of JSON for programs.")

    @field_validator("cors_origins", "allowed_hosts", "trusted_proxies", "service_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _maximum(self) -> Self:
        if self.query_timeout_max_s < self.query_timeout_s:
            if "query_timeout_max_s" in self.model_fields_set:
                raise ValueError("KG_QUERY_TIMEOUT_MAX_S is less than KG_QUERY_TIMEOUT_S")
            object.__setattr__(self, "query_timeout_max_s", self.query_timeout_s)  # who sets one number means it
        return self


def read_settings() -> Settings:
    """The settings of this process; raises SettingsError that names each wrong variable."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(
            f"KG_{str(e['loc'][0]).upper()}: {e['msg']}" if e["loc"] else e["msg"] for e in error.errors()
        )
        raise SettingsError(f"wrong settings: {wrong}", hint="correct or unset the variable") from error
