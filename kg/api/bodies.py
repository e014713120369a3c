"""The bodies of requests: whole, in memory, or on disk, where they may be large."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from email import message_from_binary_file, policy
from email.message import EmailMessage
from pathlib import Path
from typing import cast

from starlette.types import Message, Receive

from kg.api.problems import Refusal

__all__ = ["body_of", "media_type_of", "spooled", "unpacked"]

IN_MEMORY = 1 << 16


async def chunks_of(receive: Receive, first: Message | None = None) -> AsyncIterator[bytes]:
    """Yield a request's body as it comes, of which the first message may have been taken already."""
    while True:
        message, first = first or await receive(), None
        if message["type"] == "http.disconnect":
            raise Refusal(400, "the client went away")
        if body := message.get("body", b""):
            yield body
        if not message.get("more_body", False):
            return


async def body_of(receive: Receive) -> bytes:
    """The whole body of a request; while it comes, what is long lies on disk: a thousand may come slowly at once."""
    first = await receive()
    if first["type"] == "http.request" and not first.get("more_body", False):
        return bytes(first.get("body", b""))
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        async for chunk in chunks_of(receive, first):
            file.write(chunk)
        file.seek(0)
        return file.read()


@asynccontextmanager
async def spooled(receive: Receive) -> AsyncIterator[Path]:
    """The body of a request as a file, in a directory of its own that goes with the block."""
    with tempfile.TemporaryDirectory(prefix="newsgraph-body-") as folder:
        path = Path(folder) / "body"
        with path.open("wb") as out:
            async for chunk in chunks_of(receive):
                await asyncio.to_thread(out.write, chunk)
        yield path


def media_type_of(content_type: str | None, known: Sequence[str], *, hint: str) -> str:
    """The media type of a body; raises a 415 for one that is not known, and for text that is not UTF-8."""
    media_type, _, rest = (content_type or "").partition(";")
    media_type = media_type.strip().lower()
    if media_type not in known:
        raise Refusal(
            415, f"a body of type {media_type or '(none)'}", hint=hint, headers={"Accept-Post": ", ".join(known)}
        )
    charset = rest.lower().partition("charset=")[2].partition(";")[0].strip(' "')
    if charset and charset not in ("utf-8", "utf8", "us-ascii"):
        raise Refusal(415, f"a body in {charset}: RDF and SPARQL are UTF-8 here")
    return media_type


def unpacked(path: Path, content_type: str) -> list[tuple[Path, str | None]]:
    """The parts of a multipart/form-data body (RFC 7578), each as a file with its content type. Raises a 400."""
    whole = path.with_name("multipart")
    with whole.open("wb") as out, path.open("rb") as body:
        out.write(f"Content-Type: {content_type}\r\n\r\n".encode("latin-1"))
        while chunk := body.read(1 << 20):
            out.write(chunk)
    with whole.open("rb") as source:
        message = message_from_binary_file(source, policy=policy.HTTP)
    if not message.is_multipart() or message.defects:
        raise Refusal(400, "the body is not the multipart/form-data that its Content-Type says")
    parts: list[tuple[Path, str | None]] = []
    for number, part in enumerate(cast("list[EmailMessage]", message.get_payload())):
        target = path.with_name(f"part{number}")
        payload = part.get_payload(decode=True)
        if not isinstance(payload, bytes):
            raise Refusal(400, "a part of the body is itself of many parts")
        target.write_bytes(payload)
        parts.append((target, part.get("content-type")))
    return parts
