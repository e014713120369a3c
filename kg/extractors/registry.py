"""A name → the extractor of that name: the package's own two, and what other packages offer as `kg.extractors`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import ExtractorError, KgError
from kg.types import Extractor

if TYPE_CHECKING:
    from kg.extractors.llm import LlmService

__all__ = ["DEFAULT", "LLM", "Known", "is_calibrated", "known_extractors", "open_extractor", "summary_of"]

GROUP = "kg.extractors"
DEFAULT, LLM = "model", "llm"
OWN = {
    DEFAULT: "the model in the package, or the one of --model; offline",
    LLM: "a chat service of KG_LLM_URL, OpenAI-compatible or Ollama; sends it the articles",
}
UNCALIBRATED = "uncalibrated"


@dataclass(frozen=True, slots=True)
class Known:
    """An extractor that can be asked for, and what it is or where it comes from."""

    name: str
    about: str


def known_extractors() -> list[Known]:
    """What `open_extractor` knows, our own first; plug-ins are listed without being loaded."""
    found = [Known(name, about) for name, about in OWN.items()]
    return found + [Known(point.name, f"{point.value}, of {_origin(point)}") for point in _plugins()]


def open_extractor(
    name: str = DEFAULT,
    *,
    model: Path | None = None,
    threads: int | None = None,
    llm: Callable[[], LlmService] | None = None,
) -> Extractor:
    """The extractor of a name. `model` and `threads` go to the one in the package and to plug-ins; `llm` gives the service.

    Raises ExtractorError for an unknown name (it lists the known ones) and for a plug-in that cannot be used, ModelError for the model.
    """
    if name == DEFAULT:
        from kg.extract import load_extractor

        return load_extractor(model, threads=threads)
    if name == LLM:
        from kg.extractors.llm import LlmExtractor

        if llm is None:
            raise ExtractorError("extractor llm: no service is named", hint="set KG_LLM_URL and KG_LLM_MODEL")
        return LlmExtractor(llm())
    points = [point for point in _plugins() if point.name == name]
    if not points:
        names = ", ".join(dict.fromkeys(known.name for known in known_extractors()))
        raise ExtractorError(f"there is no extractor {name}", hint=f"one of: {names}")
    if len(points) > 1:
        raise ExtractorError(
            f"extractor {name}: offered by {' and by '.join(map(_origin, points))}", hint="uninstall all but one"
        )
    return _load(points[0], model, threads)


def summary_of(extractor: Extractor) -> str | None:
    """What an extractor has to say of its work so far, if it says anything."""
    from kg.extractors.check import Checked

    inner = extractor.inner if isinstance(extractor, Checked) else extractor
    summary = getattr(inner, "summary", None)
    told = summary() if callable(summary) else None
    return str(told) if told else None


def is_calibrated(model: str) -> bool:
    """Whether the confidences of an extraction by this model mean what they say: adapters whose do not have it in their name.

    >>> is_calibrated("newsgraph-1"), is_calibrated("llm/1 some-model (uncalibrated)")
    (True, False)
    """
    return UNCALIBRATED not in model


def _plugins() -> list[EntryPoint]:
    """The entry points of other packages; a name of ours cannot be taken."""
    points = {(point.name, point.value, _origin(point)): point for point in entry_points(group=GROUP)}
    return [points[key] for key in sorted(points) if key[0] not in OWN]


def _origin(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist else "an unknown package"


def _load(point: EntryPoint, model: Path | None, threads: int | None) -> Extractor:
    from kg.extractors.check import Checked

    name = point.name
    try:
        inner: object = point.load()(model=model, threads=threads)
        if not isinstance(inner, Extractor) or not callable(inner.extract):
            raise TypeError(f"{point.value} gives no Extractor: it needs model and extract(document)")
        said: object = inner.model
        if not isinstance(said, str) or not said.strip():
            raise TypeError(f"its model {said!r} is no name")
    except KgError:
        raise
    except Exception as error:
        raise ExtractorError(
            f"extractor {name} ({_origin(point)}): {type(error).__name__}: {error}",
            hint=f"mend or uninstall {_origin(point)}; without it: --extractor {DEFAULT}",
        ) from error
    version = point.dist.version if point.dist else "0"
    return Checked(inner, name=name, model=f"{name}/{version} {said.strip()}")
