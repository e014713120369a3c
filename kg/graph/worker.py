"""The query worker: a process that opens a store read-only and answers one query after the other until it is killed.

Started by `kg.graph.process` as `python -m kg.graph.worker CONFIG`. Requests come on standard input, each a length
(4 bytes) and JSON; frames go to standard output, each a kind (1 byte), a length (4 bytes) and a payload:

    R ready {protections}   F failed to start: text   M media type   D data   E end   X error {reason, message}

Query and serialisation run on one thread, as the engine demands, straight to bytes. A worker that has grown says so in
its last frame (E with payload `r`) and leaves.
"""

from __future__ import annotations

import json
import os
import re
import signal
import struct
import sys
import threading
from collections.abc import Callable
from typing import IO, Any, cast

from pyoxigraph import (
    NamedNode,
    QueryResultsFormat,
    QueryTriples,
    RdfFormat,
    Store,
    serialize,
)

from kg.graph.sandbox import Watchdog, leave_network, limit_address_space, memory

__all__ = ["main"]

_STACK_BYTES = 128 << 20  # chains of 20,000 operators overflow 8 MB; this is address space, not memory
_FRAME_BYTES = 1 << 16
_PREFIX = re.compile(r"(?:^|[\s>])PREFIX\s+([A-Za-z][\w-]*)?:\s*<([A-Za-z][A-Za-z0-9+.-]*:[^<>\s\\]+)>", re.IGNORECASE)
_PREFIXED = (RdfFormat.TURTLE, RdfFormat.TRIG, RdfFormat.N3, RdfFormat.RDF_XML)


class _TooMuch(Exception):
    """The answer is longer than allowed."""


class _Frames:
    """What the engine writes to: gathers small writes into frames and counts them."""

    def __init__(self, out: int, media_type: str, limit: int) -> None:
        self._out = out
        self._pending = bytearray(frame(b"M", media_type.encode()))
        self._data = bytearray()
        self._left = limit

    def write(self, data: bytes) -> int:
        """Take a piece of the answer."""
        self._left -= len(data)
        if self._left < 0:
            raise _TooMuch
        self._data += data
        if len(self._data) >= _FRAME_BYTES:
            self._send()
        return len(data)

    def flush(self) -> None:
        """The engine calls it at the end, when `end` is about to send the rest anyway."""

    def end(self, note: bytes) -> None:
        """Send what is left and the end of the answer, in one write when it is short."""
        if self._data:
            self._pending += frame(b"D", self._data)
        send(self._out, self._pending + frame(b"E", note))

    def _send(self) -> None:
        send(self._out, self._pending + frame(b"D", self._data))
        self._pending.clear()
        self._data.clear()


def frame(kind: bytes, payload: bytes | bytearray) -> bytes:
    """One frame."""
    return kind + struct.pack(">I", len(payload)) + payload


def send(out: int, data: bytes | bytearray) -> None:
    """Write all of it."""
    view = memoryview(data)
    while view:
        view = view[os.write(out, view) :]


def main() -> None:
    """Serve until standard input ends. Standard output carries only frames: stray prints go to standard error."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's: it kills us
    out = os.dup(1)
    os.dup2(2, 1)
    config = json.loads(sys.argv[1])
    protections = leave_network()
    threading.stack_size(_STACK_BYTES)
    thread = threading.Thread(target=_serve, args=(config, protections, out), name="queries")
    thread.start()
    thread.join()
    os._exit(0)  # without taking the store apart: the snapshot is read-only


def _serve(config: dict[str, Any], protections: dict[str, bool], out: int) -> None:
    try:
        store = _open(config["source"])
    except (OSError, RuntimeError, SyntaxError, ValueError, MemoryError) as error:
        send(out, frame(b"F", f"{config['source']}: {error}".encode()))
        return
    mapped, resident = memory()
    threading.stack_size(0)
    # The watchdog gives the clear answer first; the hard limit is for what grows faster than it looks.
    watchdog = Watchdog(resident + config["memory_bytes"])
    protections["memory_watchdog"] = True
    protections["memory_limit"] = limit_address_space(config["memory_bytes"] + (256 << 20)) and mapped > 0
    send(out, frame(b"R", json.dumps(protections).encode()))
    outgrown = resident + config["memory_bytes"] // 2
    source = cast("IO[bytes]", os.fdopen(0, "rb"))
    while len(head := source.read(4)) == 4:
        request = json.loads(source.read(struct.unpack(">I", head)[0]))
        watchdog.begin()
        going_on = _answer(store, request, out, lambda: watchdog.seen_bytes > outgrown < memory()[1])
        watchdog.end()
        if not going_on:
            return


def _open(source: str) -> Store:
    """The store of a snapshot directory, or one filled from a dump in N-Quads."""
    if os.path.isdir(source):  # noqa: PTH112 - pathlib would be one more import
        return Store.read_only(source)
    store = Store()
    store.bulk_load(path=source, format=RdfFormat.N_QUADS)
    return store


def _answer(store: Store, request: dict[str, Any], out: int, outgrown: Callable[[], bool]) -> bool:
    """Answer one request; whether to go on with this process, which may have grown too large."""
    try:
        frames = _run(store, request, out)
    except SyntaxError as error:
        send(out, _failure("syntax", str(error)))
    except _TooMuch:
        send(out, _failure("result", ""))
    except _Unfit as error:
        send(out, _failure("format", str(error)))
    except MemoryError:
        send(out, _failure("memory", "", kind=b"Z"))
        return False
    except (OSError, RuntimeError, ValueError) as error:
        send(out, _failure("engine", str(error)))
    else:
        leaving = outgrown()
        frames.end(b"r" if leaving else b"")
        return not leaving
    return True


class _Unfit(Exception):
    """No format that the client accepts can carry this kind of answer."""


def _run(store: Store, request: dict[str, Any], out: int) -> _Frames:
    dataset: dict[str, Any] = {}
    if request["dataset"] is not None:
        # SPARQL 1.1 Protocol 2.1.4: given by the request, the dataset is exactly this, whatever FROM says.
        default, named = ([NamedNode(iri) for iri in graphs] for graphs in request["dataset"])
        dataset = {"default_graph": default, "named_graphs": named}
    results = store.query(request["query"], base_iri=request["base"], prefixes=request["prefixes"], **dataset)
    media_type = request["triples" if isinstance(results, QueryTriples) else "solutions"]
    if media_type is None:
        raise _Unfit("triples" if isinstance(results, QueryTriples) else "rows")
    frames = _Frames(out, media_type, request["limit"])
    output = cast("IO[bytes]", frames)
    if not isinstance(results, QueryTriples):
        results.serialize(output, QueryResultsFormat.from_media_type(media_type))
        return frames
    form = RdfFormat.from_media_type(media_type)
    if form in _PREFIXED:
        prefixes = request["prefixes"] | dict(_PREFIX.findall(request["query"]))
        serialize(results, output, form, prefixes=prefixes)
    else:
        results.serialize(output, form)
    return frames


def _failure(reason: str, message: str, *, kind: bytes = b"X") -> bytes:
    return frame(kind, json.dumps({"reason": reason, "message": message}).encode())


if __name__ == "__main__":
    main()
