"""What lies where in a workspace's directory, and the settings that are fixed when it is made."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pyoxigraph import NamedNode

from kg.errors import WorkspaceError

__all__ = ["DEFAULT_BASE", "MEMORY", "Layout", "Settings", "checked_base", "checked_remote"]

MEMORY = "memory:"
DEFAULT_BASE = "http://localhost:8000/"
FORMAT = 1
_BASE_HINT = "a base IRI begins with http:// or https:// and a host, and ends with /, as https://kg.example.org/"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a workspace was made with: its base IRI, and the address of its store if that is remote."""

    base: str
    remote: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of a workspace in a directory."""

    folder: Path

    @property
    def settings(self) -> Path:
        """The file whose presence makes a directory a workspace."""
        return self.folder / "workspace.json"

    @property
    def catalogue(self) -> Path:
        """The SQLite file."""
        return self.folder / "catalogue.sqlite"

    @property
    def store(self) -> Path:
        """The directory of an embedded store."""
        return self.folder / "store"

    @property
    def snapshots(self) -> Path:
        """The directory of the snapshots."""
        return self.folder / "snapshots"

    @property
    def lock(self) -> Path:
        """The file that a writer holds locked."""
        return self.folder / "lock"

    def exists(self) -> bool:
        """Whether there is a workspace."""
        return self.settings.is_file()

    def read(self) -> Settings:
        """The workspace's settings. Raises WorkspaceError when there is none, or one of another format."""
        try:
            found = json.loads(self.settings.read_text("utf-8"))
        except FileNotFoundError as error:
            raise WorkspaceError(
                f"{self.folder}: there is no workspace", hint=f"make one: kg init --store {self.folder}"
            ) from error
        except (OSError, ValueError) as error:
            raise WorkspaceError(f"{self.settings}: {error}") from error
        if not isinstance(found, dict) or not isinstance(found.get("base"), str):
            raise WorkspaceError(f"{self.settings}: not the settings of a workspace", hint="restore it from a backup")
        if found.get("format") != FORMAT:
            raise WorkspaceError(
                f"{self.folder}: a workspace of format {found.get('format')}; this program reads format {FORMAT}",
                hint="use the version of newsgraph that wrote it",
            )
        return Settings(found["base"], found.get("remote") or None)

    def write(self, settings: Settings) -> None:
        """Make the directory a workspace, at once.

        The file is readable by its owner only, since a remote's URL may hold a password. Raises WorkspaceError when
        there is a workspace already, or files of something else.
        """
        folder = self.folder
        if self.settings.exists():
            raise WorkspaceError(f"{folder}: there is a workspace already", hint="open it, or choose another directory")
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise WorkspaceError(f"{folder}: not an empty directory", hint="choose a new directory for the workspace")
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # it holds articles that may not be published yet
        except OSError as error:
            raise WorkspaceError(f"{folder}: cannot be made: {error.strerror}") from error
        making = folder / f".{self.settings.name}"
        descriptor = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            json.dump({"format": FORMAT, **asdict(settings)}, out, indent=2)
            out.write("\n")
            out.flush()
            os.fsync(out.fileno())
        making.rename(self.settings)

    def remove(self) -> None:
        """Remove what a workspace that could not be made has left, and the directory if nothing else is in it."""
        self.settings.unlink(missing_ok=True)
        for path in (self.lock, *self.folder.glob(f"{self.catalogue.name}*")):
            path.unlink(missing_ok=True)
        shutil.rmtree(self.store, ignore_errors=True)
        with suppress(OSError):
            self.folder.rmdir()


def checked_remote(remote: str | None) -> str | None:
    """The address of a server, if it can be one. Raises WorkspaceError."""
    if remote and not remote.startswith(("http://", "https://")):
        raise WorkspaceError(f"{remote}: no address of a SPARQL server", hint="it begins with http:// or https://")
    return remote or None


def checked_base(base: str) -> str:
    """The base IRI, if everything of a workspace can be named below it. Raises WorkspaceError.

    It cannot end with #: an article's IRI would hold one then, and those of its passages two.
    """
    try:
        NamedNode(base)
        parts = urlsplit(base)
    except ValueError as error:
        raise WorkspaceError(f"{base}: no IRI: {error}", hint=_BASE_HINT) from error
    dots = {".", ".."}.intersection(parts.path.split("/"))
    if not (base.startswith(("http://", "https://")) and parts.hostname and base.endswith("/")) or dots or "?" in base:
        raise WorkspaceError(f"{base}: nothing can be named below this IRI", hint=_BASE_HINT)
    return base
