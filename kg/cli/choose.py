"""How commands get the extractor that was asked for, and print what it has to say of its work."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kg.cli.output import note, plain, put

if TYPE_CHECKING:
    from kg.extractors.llm import LlmService
    from kg.settings import Settings
    from kg.types import Extractor

__all__ = ["choose", "list_extractors", "llm_service", "tell"]


def choose(name: str | None, model: Path | None, threads: int | None) -> Extractor:
    """The extractor of `--extractor` or KG_EXTRACTOR, with `--model` and `--threads`. Raises ExtractorError, ModelError."""
    from kg.extractors import DEFAULT, open_extractor

    return open_extractor(name or DEFAULT, model=model, threads=threads, llm=llm_service)


def llm_service(settings: Settings | None = None) -> LlmService:
    """The chat service that the KG_LLM_ variables name. Raises SettingsError, or ExtractorError when they do not."""
    from kg.extractors.llm import LlmService
    from kg.settings import read_settings

    found = settings or read_settings()
    return LlmService.of(
        url=found.llm_url,
        model=found.llm_model,
        key=found.llm_key.get_secret_value() if found.llm_key else None,
        timeout_s=found.llm_timeout_s,
        window_words=found.llm_window_words,
    )


def list_extractors(asked: bool) -> None:
    """Print the extractors there are, and end the command: the callback of `--list-extractors`."""
    if not asked:
        return
    import typer

    from kg.extractors import known_extractors

    for known in known_extractors():
        put(f"{plain(known.name):12} {plain(known.about)}")
    raise typer.Exit


def tell(extractor: Extractor | None) -> None:
    """Print on stderr what the extractor says of its work, if anything."""
    from kg.extractors import summary_of

    if extractor is not None and (summary := summary_of(extractor)):
        note(plain(summary))
