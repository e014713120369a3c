"""Who may do what at a service, and where the service of a workspace is: two small files in the workspace, mode 0600.

* `keys.json` holds the SHA-256 of each API key, never the key: `kg key create` shows a new one once. Keys are 256 random
  bits, so that a plain hash does; they are compared in constant time.
* `service.json` is there while `kg serve` runs: its address, and a token for the commands of whoever may read the file.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from kg.errors import WorkspaceError
from kg.filelock import FileLock

__all__ = ["DEFAULT_STORE", "KEYS", "ApiKey", "KeyRing", "KeyScope", "ServiceAddress", "new_token"]

DEFAULT_STORE = "kg-store"
"""The workspace of commands that name none."""

KEYS = "keys.json"
SERVICE = "service.json"
LOCK = "keys.lock"


def new_token() -> str:
    """A fresh secret of 256 bits, safe in a URL and in a header."""
    return f"kg_{secrets.token_urlsafe(32)}"


class KeyScope(StrEnum):
    """What a key is for; each holds the one before."""

    READ = "read"
    """Where reading is not open to all."""
    WRITE = "write"
    """Articles, decisions, the user's own graphs."""
    ADMIN = "admin"
    """Tasks that take the whole service: resolve, rebuild."""

    def reaches(self, needed: KeyScope) -> bool:
        """Whether a key of this scope may do what needs the other.

        >>> KeyScope.WRITE.reaches(KeyScope.READ), KeyScope.WRITE.reaches(KeyScope.ADMIN)
        (True, False)
        """
        order = list(KeyScope)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is kept of a key: a name for people, its hash, when it was made, its scope, and when it ends, if ever."""

    name: str
    sha256: str
    created: str
    scope: KeyScope = KeyScope.WRITE
    expires: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "scope", KeyScope(self.scope))
        if self.expires is not None and datetime.fromisoformat(self.expires).tzinfo is None:
            raise ValueError(f"{self.expires} is a time of no time zone")

    def has_expired(self, now: datetime) -> bool:
        """Whether its time is over."""
        return self.expires is not None and datetime.fromisoformat(self.expires) <= now

    @property
    def given(self) -> bool:
        """Whether it comes from the environment or is the token of local commands: it is in no file."""
        return self.created == ""


class KeyRing:
    """The keys of one workspace's service."""

    def __init__(self, folder: Path | None, further: Mapping[str, str] | None = None) -> None:
        """The keys of a workspace folder (None: one in memory), and further ones, name → secret, that may do all."""
        self._folder = folder
        self._path = folder / KEYS if folder is not None else None
        self._further = tuple(ApiKey(name, _hash(key), "", KeyScope.ADMIN) for name, key in (further or {}).items())

    def __bool__(self) -> bool:
        return bool(self._further or self.list())

    def list(self) -> tuple[ApiKey, ...]:
        """The keys in the file, oldest first; read anew each time, so that a revoked key stops working at once."""
        if self._path is None:
            return ()
        try:
            return tuple(ApiKey(**entry) for entry in json.loads(self._path.read_text("utf-8"))["keys"])
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise WorkspaceError(
                f"{self._path}: unreadable: {error}", hint="remove the file and make new keys"
            ) from error

    def holder(self, secret: str) -> ApiKey | None:
        """The key that the secret is, in force or not; None if it is no key. Takes the same time whichever it is."""
        given = _hash(secret)
        found = [key for key in (*self._further, *self.list()) if hmac.compare_digest(given, key.sha256)]
        return found[0] if found else None

    def add(self, name: str, *, scope: KeyScope = KeyScope.WRITE, expires: datetime | None = None) -> str:
        """A new key of this name, which is shown once and kept only as a hash. `expires` has a time zone."""
        if name.startswith("("):  # as keys that are in no file
            raise WorkspaceError(f"a key cannot be named {name}", hint="take a name that says who uses it, as newsroom")
        secret = new_token()
        now = datetime.now(UTC).isoformat(timespec="seconds")
        until = expires.astimezone(UTC).isoformat(timespec="seconds") if expires else None
        with _Turn(self._folder):
            if any(key.name == name for key in self.list()):
                raise WorkspaceError(
                    f"there is a key named {name} already", hint=f"kg key revoke {name}, or take another name"
                )
            self._write((*self.list(), ApiKey(name, _hash(secret), now, scope, until)))
        return secret

    def revoke(self, name: str) -> None:
        """Take the key of this name away."""
        with _Turn(self._folder):
            keys = self.list()
            left = tuple(key for key in keys if key.name != name)
            if len(left) == len(keys):
                raise WorkspaceError(f"there is no key named {name}", hint="kg key list names them")
            self._write(left)

    def _write(self, keys: Iterable[ApiKey]) -> None:
        if self._path is None:
            raise WorkspaceError("a workspace in memory keeps no keys", hint="set KG_API_KEY instead")
        _write_private(self._path, {"keys": [asdict(key) for key in keys]})


class _Turn:
    """One command at a time changes the keys of a folder, so that none is lost."""

    def __init__(self, folder: Path | None) -> None:
        self._lock = FileLock(folder / LOCK) if folder is not None else None

    def __enter__(self) -> None:
        if self._lock is not None and not self._lock.acquire():
            raise WorkspaceError("another command is changing the keys", hint="try again")

    def __exit__(self, *_: object) -> None:
        if self._lock is not None:
            self._lock.release()


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
    return hashlib.sha256(secret.encode(errors="surrogateescape")).hexdigest()


def _write_private(path: Path, content: object) -> None:
    """Write a JSON file in one step; it is never readable by others, not even for a moment."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123
        json.dump(content, file, indent=2)
    draft.replace(path)
