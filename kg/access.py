"""Who may write to a service, and where the service of a workspace is: two small files in the workspace, mode 0600.

* `keys.json` holds the SHA-256 of each API key, never the key: `kg key` shows a new one once. Keys are 256 random bits,
  so that a plain hash does; they are compared in constant time.
* `service.json` is there while `kg serve` runs: its address, and a token for the commands of whoever may read the file.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from kg.errors import WorkspaceError

__all__ = ["DEFAULT_STORE", "ApiKey", "KeyRing", "ServiceAddress", "new_token"]

DEFAULT_STORE = "kg-store"
"""The workspace of commands that name none."""

KEYS = "keys.json"
SERVICE = "service.json"


def new_token() -> str:
    """A fresh secret of 256 bits, safe in a URL and in a header."""
    return f"kg_{secrets.token_urlsafe(32)}"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is kept of a key: a name for people, its hash, and the day it was made."""

    name: str
    sha256: str
    created: str


class KeyRing:
    """The keys that open the writing routes of one workspace's service."""

    def __init__(self, folder: Path | None, further: Iterable[str] = ()) -> None:
        """The keys of a workspace folder (None: one in memory) and further ones, from the environment."""
        self._path = folder / KEYS if folder is not None else None
        self._further = tuple(_hash(key) for key in further)

    def __bool__(self) -> bool:
        return bool(self._further or self.list())

    def list(self) -> tuple[ApiKey, ...]:
        """The keys in the file, oldest first; read anew each time, so that a revoked key stops working at once."""
        if self._path is None or not self._path.exists():
            return ()
        try:
            return tuple(ApiKey(**entry) for entry in json.loads(self._path.read_text("utf-8"))["keys"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise WorkspaceError(
                f"{self._path}: unreadable: {error}", hint="remove the file and make new keys"
            ) from error

    def admits(self, secret: str) -> bool:
        """Whether the secret is one of the keys; takes the same time whichever it is, or none."""
        given = _hash(secret)
        known = (*self._further, *(key.sha256 for key in self.list()))
        return any([hmac.compare_digest(given, digest) for digest in known])  # noqa: C419 - all, in constant time

    def holder(self, secret: str) -> ApiKey | None:
        """The key that the secret is, without a name if it is not from the file; None if it is no key.

        Takes the same time whichever it is.
        """
        given = _hash(secret)
        known = (*(ApiKey("", digest, "") for digest in self._further), *self.list())
        found = [key for key in known if hmac.compare_digest(given, key.sha256)]
        return found[0] if found else None

    def name_of(self, secret: str) -> str | None:
        """The name of the key in the file that the secret is; None for another one."""
        given = _hash(secret)
        names = [key.name for key in self.list() if hmac.compare_digest(given, key.sha256)]
        return names[0] if names else None

    def add(self, name: str) -> str:
        """A new key of this name, which is shown once and kept only as a hash."""
        if any(key.name == name for key in self.list()):
            raise WorkspaceError(
                f"there is a key named {name} already", hint=f"kg key --revoke {name}, or take another name"
            )
        secret = new_token()
        created = datetime.now(UTC).isoformat(timespec="seconds")
        self._write((*self.list(), ApiKey(name, _hash(secret), created)))
        return secret

    def revoke(self, name: str) -> None:
        """Take the key of this name away."""
        keys = self.list()
        left = tuple(key for key in keys if key.name != name)
        if len(left) == len(keys):
            raise WorkspaceError(f"there is no key named {name}", hint="kg key --list names them")
        self._write(left)

    def _write(self, keys: Iterable[ApiKey]) -> None:
        if self._path is None:
            raise WorkspaceError("a workspace in memory keeps no keys", hint="set KG_API_KEY instead")
        _write_private(self._path, {"keys": [asdict(key) for key in keys]})


@dataclass(frozen=True, slots=True)
class ServiceAddress:
    """Where the service of a workspace listens, with the token that lets local commands write."""

    url: str
    token: str
    pid: int

    @classmethod
    def read(cls, folder: Path) -> ServiceAddress | None:
        """The address in a workspace folder, or None; it may be that of a service that was killed."""
        try:
            return cls(**json.loads((folder / SERVICE).read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def write(self, folder: Path) -> None:
        """Leave the address in a workspace folder, readable by its owner only."""
        _write_private(folder / SERVICE, asdict(self))

    def remove(self, folder: Path) -> None:
        """Take the address away again, unless another service has left its own."""
        if ServiceAddress.read(folder) == self:
            with suppress(OSError):
                (folder / SERVICE).unlink()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _write_private(path: Path, content: object) -> None:
    """Write a JSON file in one step; it is never readable by others, not even for a moment."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123
        json.dump(content, file, indent=2)
    draft.replace(path)
