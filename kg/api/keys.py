"""What a request may do: the API key in its headers, and the scope that a route needs."""

from __future__ import annotations

import base64
import binascii
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any

from kg.access import ApiKey, KeyRing, KeyScope
from kg.api.audit import note
from kg.api.headers import header
from kg.api.problems import Refusal

__all__ = ["authorise", "key_of", "may_read"]

_FOUND = "newsgraph.key"
CHALLENGE = 'Bearer realm="newsgraph"'
READ_CHALLENGE = f'{CHALLENGE}, Basic realm="newsgraph", charset="UTF-8"'


def authorise(keys: KeyRing, scope: MutableMapping[str, Any], needed: KeyScope = KeyScope.WRITE) -> ApiKey:
    """The key of that scope that the request carries, its name noted for the audit log; else raise Refusal (401, 403).

    A password that a browser sends by itself does not count: the page of another site could make it write.
    """
    secret = _secret_of(scope)
    if secret is None:
        raise Refusal(
            401,
            f"this needs an API key of scope {needed}" if needed is not KeyScope.WRITE else "writing needs an API key",
            hint="send Authorization: Bearer KEY; kg key create makes one",
            headers={"WWW-Authenticate": CHALLENGE},
            kind="key-required",
        )
    return _admitted(keys.holder(secret), scope, needed)


def may_read(keys: KeyRing, scope: MutableMapping[str, Any]) -> None:
    """Raise Refusal (401, 403) unless the request carries a key, which may also be the password of a browser."""
    secret = _secret_of(scope) or _password_of(scope)
    if secret is None:
        raise Refusal(
            401,
            "reading needs an API key here",
            hint="send Authorization: Bearer KEY, or give the key as the password in a browser, with any user name",
            headers={"WWW-Authenticate": READ_CHALLENGE},
            kind="key-required",
        )
    _admitted(keys.holder(secret), scope, KeyScope.READ, writing=False)


def key_of(keys: KeyRing, scope: MutableMapping[str, Any]) -> ApiKey | None:
    """The key in force that the request carries, if it does: looked up once."""
    if _FOUND not in scope:
        secret = _secret_of(scope) or _password_of(scope)
        holder = keys.holder(secret) if secret is not None else None
        scope[_FOUND] = None if holder is None or holder.has_expired(datetime.now(UTC)) else holder
    found: ApiKey | None = scope[_FOUND]
    return found


def _admitted(
    holder: ApiKey | None, scope: MutableMapping[str, Any], needed: KeyScope, *, writing: bool = True
) -> ApiKey:
    """The key, if it may."""
    if holder is None:
        raise Refusal(
            403,
            "this API key opens nothing here",
            hint="kg key list names the keys of the workspace",
            kind="key-unknown",
        )
    if writing:
        note(scope, key=holder.name)
    if holder.has_expired(datetime.now(UTC)):
        raise Refusal(403, f"the key {holder.name} ended {holder.expires}", kind="key-expired")
    if not holder.scope.reaches(needed):
        raise Refusal(
            403,
            f"the key {holder.name} is of scope {holder.scope}, and this needs {needed}",
            hint=f"kg key create NAME --scope {needed} makes one",
            kind="key-scope",
        )
    return holder


def _secret_of(scope: MutableMapping[str, Any]) -> str | None:
    """The key that a program sends."""
    scheme, _, secret = (header(scope, b"authorization") or "").partition(" ")
    given = secret.strip() if scheme.lower() == "bearer" else header(scope, b"x-api-key")
    return given or None


def _password_of(scope: MutableMapping[str, Any]) -> str | None:
    """The password that a browser sends (RFC 7617)."""
    scheme, _, encoded = (header(scope, b"authorization") or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")[2] or None
    except (binascii.Error, ValueError):
        return None
