"""Rows with only the members that a request names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from kg.api.models import Model
from kg.api.problems import Refusal

__all__ = [
    "selected",
]

_M = TypeVar("_M", bound=Model)


def selected(rows: Iterable[_M], model: type[_M], fields: str) -> tuple[dict[str, Any], ...]:
    """The members of rows that a request names. Raises a 400 for one that they do not have."""
    wanted = [tuple(name.strip().split(".")) for name in fields.split(",") if name.strip()]
    for path in wanted:
        _check_path(model.model_json_schema(), path)
    return tuple(_chosen(row.model_dump(mode="json"), wanted) for row in rows)


def _check_path(schema: Mapping[str, Any], path: tuple[str, ...]) -> None:
    """Raise a 400 unless the members of a path are in a model's schema."""
    definitions: Mapping[str, Any] = schema.get("$defs", {})
    here: Mapping[str, Any] | None = schema
    for name in path:
        if here is None or name not in here.get("properties", {}):
            known = ", ".join((here or {}).get("properties", {})) or "nothing"
            raise Refusal(400, f"fields= names {'.'.join(path)}, and there is no {name}", hint=f"there is {known}")
        here = _model_in(here["properties"][name], definitions)


def _model_in(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The schema of the model that a member holds, or holds a list of."""
    for one in (schema, schema.get("items", {}), *schema.get("anyOf", ())):
        if "$ref" in one:
            found: Mapping[str, Any] = definitions[one["$ref"].rpartition("/")[2]]
            return found
    return None


def _chosen(row: Any, wanted: list[tuple[str, ...]]) -> Any:
    if isinstance(row, list):
        return [_chosen(one, wanted) for one in row]
    if not isinstance(row, dict):
        return row
    names = dict.fromkeys(path[0] for path in wanted)
    rests = {name: [path[1:] for path in wanted if path[0] == name and len(path) > 1] for name in names}
    whole = {path[0] for path in wanted if len(path) == 1}
    return {name: row[name] if name in whole else _chosen(row[name], rests[name]) for name in names if name in row}
