"""The files of a backup, and how they are written and read: a directory, or a tar file, plain or compressed.

The first is `manifest.json`, which lists the others with their SHA-256; reading checks each against it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, cast

import zstandard

from kg.errors import WorkspaceError

__all__ = ["Manifest", "digest_of", "read_archive", "write_archive"]

MANIFEST = "manifest.json"
FORMAT = 1
CHUNK = 1 << 20
MAX_MANIFEST = 16 << 20
_NAME = re.compile(r"(?!\.{1,2}(?:/|$))[A-Za-z0-9_.-]+(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9_.-]+)*")
_HINT = "is it a backup that kg backup made, and whole?"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is of and holds. `files` is name → (SHA-256, bytes)."""

    created: str
    newsgraph: str
    base: str
    remote: bool
    version: int
    articles: int
    statements: int
    files: Mapping[str, tuple[str, int]]

    @property
    def size(self) -> int:
        """The bytes of its files."""
        return sum(size for _, size in self.files.values())

    def to_json(self) -> bytes:
        """As it is written."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=2).encode()

    @classmethod
    def from_json(cls, text: bytes, source: Path) -> Manifest:
        """As it was written. Raises WorkspaceError."""
        try:
            found: dict[str, Any] = json.loads(text)
            number = found.pop("format")
            if number != FORMAT:
                raise WorkspaceError(f"{source}: a backup of format {number}; this program reads format {FORMAT}")
            files = {str(name): (str(digest), int(size)) for name, (digest, size) in found.pop("files").items()}
            if wrong := [name for name in files if not _NAME.fullmatch(name)]:
                raise ValueError(f"{wrong[0]!r} is no name of a file")
            return cls(files=files, **found)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise WorkspaceError(f"{source}: its {MANIFEST} cannot be read: {error}", hint=_HINT) from error


def digest_of(path: Path) -> tuple[str, int]:
    """The SHA-256 of a file and its bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size


def write_archive(manifest: Manifest, folder: Path, target: Path) -> None:
    """Write a manifest and the files of a folder to a target that is not there yet: all of it, or nothing is left.

    `NAME.tar`, `.tar.gz` and `.tar.zst` are files, readable by their owner only; any other name is a directory.
    """
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        if _is_file(target):
            with (
                _writing(partial, target) as out,
                tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT) as tar,
            ):
                _add(tar, MANIFEST, manifest.to_json())
                for name in manifest.files:
                    tar.add(folder / name, name, recursive=False, filter=_anonymous)
        else:
            partial.mkdir(mode=0o700)
            (partial / MANIFEST).write_bytes(manifest.to_json())
            for name in manifest.files:
                (partial / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(folder / name, partial / name)
                _sync(partial / name)
        if target.exists():
            raise WorkspaceError(f"{target}: is there already", hint="a backup overwrites nothing: choose a new name")
        partial.rename(target)
    finally:
        _remove(partial)


def read_archive(source: Path, folder: Path) -> Manifest:
    """Unpack a backup into an empty folder, each file checked; its manifest. Raises WorkspaceError.

    What is in `folder` after an error is of no use.
    """
    if not source.exists():
        raise WorkspaceError(f"{source}: there is no such file or directory")
    if source.is_dir():
        try:
            manifest = Manifest.from_json((source / MANIFEST).read_bytes(), source)
        except FileNotFoundError as error:
            raise WorkspaceError(f"{source}: holds no {MANIFEST}", hint=_HINT) from error
        for name in manifest.files:
            try:
                with (source / name).open("rb") as part:
                    _take(part, name, manifest, folder, source)
            except FileNotFoundError as error:
                raise WorkspaceError(f"{source}: lacks {name}", hint=_HINT) from error
        return manifest
    try:
        with _reading(source) as file, tarfile.open(fileobj=file, mode="r|") as tar:
            return _untar(tar, folder, source)
    except (tarfile.TarError, zstandard.ZstdError, EOFError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise WorkspaceError(f"{source}: cannot be unpacked: {error}", hint=_HINT) from error


def _untar(tar: tarfile.TarFile, folder: Path, source: Path) -> Manifest:
    manifest: Manifest | None = None
    missing: set[str] = set()
    for member in tar:
        file = tar.extractfile(member) if member.isreg() else None
        if file is None:
            raise WorkspaceError(f"{source}: {member.name} is no plain file", hint=_HINT)
        if manifest is None:
            if member.name != MANIFEST or member.size > MAX_MANIFEST:
                raise WorkspaceError(f"{source}: does not begin with {MANIFEST}", hint=_HINT)
            manifest = Manifest.from_json(file.read(), source)
            missing = set(manifest.files)
            continue
        if member.name not in missing:
            raise WorkspaceError(f"{source}: {member.name} is not in its {MANIFEST}, or twice in the file", hint=_HINT)
        missing.remove(member.name)
        _take(file, member.name, manifest, folder, source)
    if manifest is None or missing:
        raise WorkspaceError(f"{source}: lacks {min(missing, default=MANIFEST)}", hint=_HINT)
    return manifest


def _take(file: IO[bytes], name: str, manifest: Manifest, folder: Path, source: Path) -> None:
    """Write one file of a backup, and check it."""
    digest, size = manifest.files[name]
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    found, seen = hashlib.sha256(), 0
    with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:  # noqa: PTH123
        while seen <= size and (chunk := file.read(CHUNK)):
            seen += len(chunk)
            found.update(chunk)
            out.write(chunk)
    if (found.hexdigest(), seen) != (digest, size):
        raise WorkspaceError(f"{source}: {name} is damaged: its SHA-256 is not that of the manifest", hint=_HINT)


@contextmanager
def _writing(path: Path, target: Path) -> Iterator[IO[bytes]]:
    """The file to write, compressed as the target's name says; on the disk when the block ends."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw:  # noqa: PTH123
        if target.name.endswith(".zst"):
            with zstandard.ZstdCompressor(level=3).stream_writer(raw, closefd=False) as out:
                yield out
        elif target.name.endswith(".gz"):
            import gzip

            with gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=5) as packed:
                yield cast("IO[bytes]", packed)
        else:
            yield raw
        raw.flush()
        os.fsync(raw.fileno())


@contextmanager
def _reading(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of the tar file within a file, by what it begins with."""
    with path.open("rb") as raw:
        magic = raw.read(4)
        raw.seek(0)
        if magic == b"\x28\xb5\x2f\xfd":
            with zstandard.ZstdDecompressor().stream_reader(raw) as file:
                yield file
        elif magic[:2] == b"\x1f\x8b":
            import gzip

            with gzip.open(raw, "rb") as unpacked:
                yield cast("IO[bytes]", unpacked)
        else:
            yield raw


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    from io import BytesIO

    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), 0o600
    tar.addfile(info, BytesIO(content))


def _anonymous(info: tarfile.TarInfo) -> tarfile.TarInfo:
    """A member without its owner's name."""
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mode = 0o600
    return info


def _is_file(target: Path) -> bool:
    return target.name.endswith((".tar", ".tar.gz", ".tar.zst"))


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
