"""The right to write: an API key in the request's headers."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import Headers

from kg.access import ApiKey, KeyRing
from kg.api.audit import note
from kg.api.problems import Refusal

__all__ = ["authorise"]


def authorise(keys: KeyRing, scope: MutableMapping[str, Any]) -> ApiKey:
    """The key that may write and that the request carries, its name noted; else raise Refusal (401, 403)."""
    headers = Headers(scope=scope)
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    given = secret.strip() if scheme.lower() == "bearer" else headers.get("x-api-key")
    if not given:
        raise Refusal(
            401,
            "writing needs an API key",
            hint="send Authorization: Bearer KEY; kg key makes one",
            headers={"WWW-Authenticate": 'Bearer realm="newsgraph"'},
        )
    holder = keys.holder(given)
    if holder is None:
        raise Refusal(403, "this API key opens nothing here", hint="kg key --list names the keys of the workspace")
    note(scope, key=holder.name or "(environment)")
    return holder
