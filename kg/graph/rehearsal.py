"""What may go wrong without end is tried first in a process that can be killed: searching updates, and RDF of strangers.

Nothing cancels an update from Python, and it must run on the one store that is open for writing. So an update whose cost
does not follow from its length (`… WHERE`, COPY) runs first on a copy of the store (hard links: 0.1 s), without a
network, with a deadline and a limit of memory; what it took there it takes again on the store itself. Documents are
parsed here for the same reason: 100,000 nested triple terms overflow the parser's stack, nested RDF/XML takes minutes
(measured, pyoxigraph 0.5.13).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyoxigraph import DefaultGraph, Quad, RdfFormat, Store, Triple, parse, serialize

from kg.errors import KgError, QueryTimeout, QueryTooLarge, RdfSyntaxError
from kg.graph.diagnosis import death, failure
from kg.graph.sandbox import Watchdog, leave_network, limit_address_space, memory

__all__ = ["STACK_BYTES", "RehearsalLimits", "parse_document", "rehearse_update"]

STACK_BYTES = 128 << 20
"""Stack of a thread that runs updates, here and where they count: long chains of operators need much of it."""

MAX_NESTING = 32
"""Triple terms within triple terms."""


@dataclass(frozen=True, slots=True)
class RehearsalLimits:
    """What one update, or one document, may use."""

    timeout_s: float = 30.0
    memory_bytes: int = 1 << 30
    max_triples: int = 500_000


def rehearse_update(copy: Path, sparql: str, base: str, limits: RehearsalLimits) -> None:
    """Run an update on a copy of the store, which is changed by it.

    Raises QuerySyntaxError, QueryTimeout, QueryTooLarge, or QueryError when the engine fails.
    """
    told = _run({"job": "update", "store": str(copy), "base": base}, sparql, limits)
    if told["reason"]:
        raise failure(
            told["reason"], told["message"], query=sparql, memory_bytes=limits.memory_bytes, max_result_bytes=0
        )


def parse_document(source: Path, form: RdfFormat, base: str, limits: RehearsalLimits) -> str:
    """The triples of a document as N-Triples, its blank nodes named anew.

    Raises RdfSyntaxError, with the parser's message; QueryTooLarge and QueryTimeout for one that takes too much.
    """
    target = source.with_suffix(".nt")
    job = {"job": "parse", "source": str(source), "target": str(target), "media_type": form.media_type, "base": base}
    try:
        try:
            told = _run({**job, "max_triples": limits.max_triples}, "", limits)
        except QueryTimeout as error:
            raise QueryTooLarge(
                f"the document takes more than {limits.timeout_s:g} s to read", hint="send it in parts, by POST"
            ) from error
        match told["reason"]:
            case "":
                return target.read_text("utf-8")
            case "many":
                raise QueryTooLarge(
                    f"the document has more than {limits.max_triples:,} triples", hint="send it in parts, by POST"
                )
            case "memory":
                raise QueryTooLarge("the document takes too much memory", hint="send it in parts, by POST")
        raise RdfSyntaxError(f"not {form.name}: {told['message']}")
    finally:
        target.unlink(missing_ok=True)


def _run(job: dict[str, Any], text: str, limits: RehearsalLimits) -> dict[str, str]:
    """What the process says of its job: a reason, empty when all is well, and a message."""
    config = json.dumps({**job, "memory_bytes": limits.memory_bytes})
    home = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join([home, *(entry for entry in sys.path if entry)])
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "kg.graph.rehearsal", config],
            input=text.encode(),
            capture_output=True,
            timeout=limits.timeout_s,
            env={**os.environ, "PYTHONPATH": path, "RUST_BACKTRACE": "0", "MALLOC_ARENA_MAX": "2"},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise QueryTimeout(limits.timeout_s, hint="do it in smaller steps; nothing was changed") from error
    try:
        told: dict[str, str] = json.loads(done.stdout)
    except ValueError:
        raise _died(done, job["job"], limits) from None
    return told


def _died(done: subprocess.CompletedProcess[bytes], job: str, limits: RehearsalLimits) -> KgError:
    """What the process died of. A document that kills the parser is nested too deep."""
    error = death(done.returncode, done.stderr, memory_bytes=limits.memory_bytes)
    if job == "parse" and isinstance(error, QueryTooLarge):
        return RdfSyntaxError("the document is nested too deep, or takes too much memory", hint="send it in parts")
    return error


def main() -> None:
    """Do one job and say on standard output how it went."""
    config = json.loads(sys.argv[1])
    text = sys.stdin.buffer.read().decode()
    out = os.dup(1)
    os.dup2(2, 1)
    leave_network()
    told: dict[str, str] = {}
    threading.stack_size(STACK_BYTES)
    thread = threading.Thread(target=lambda: told.update(_do(config, text)), name="job")
    thread.start()
    thread.join()
    os.write(out, json.dumps(told).encode())
    os._exit(0)  # without taking the copy apart: it is thrown away


def _do(config: dict[str, Any], text: str) -> dict[str, str]:
    try:
        store = Store(config["store"]) if config["job"] == "update" else None
        watchdog = Watchdog(memory()[1] + config["memory_bytes"])
        watchdog.begin()
        limit_address_space(config["memory_bytes"] + (256 << 20))
        if store is not None:
            store.update(text, base_iri=config["base"])
        else:
            _convert(config)
    except SyntaxError as error:
        return {"reason": "syntax", "message": str(error)}
    except MemoryError:
        return {"reason": "memory", "message": ""}
    except _TooMany:
        return {"reason": "many", "message": ""}
    except (OSError, RuntimeError, ValueError) as error:
        return {"reason": "engine", "message": str(error)}
    return {"reason": "", "message": ""}


class _TooMany(Exception):
    """More triples than allowed."""


def _convert(config: dict[str, Any]) -> None:
    """Write a document as N-Triples."""
    form = RdfFormat.from_media_type(config["media_type"])
    assert form is not None
    left = config["max_triples"]

    def triples(quads: Any) -> Any:
        """Yield the triples, and stop at the first one too many."""
        nonlocal left
        for quad in quads:
            left -= 1
            if left < 0:
                raise _TooMany
            yield _checked(quad)

    quads = parse(path=config["source"], format=form, base_iri=config["base"], rename_blank_nodes=True)
    serialize(triples(quads), config["target"], RdfFormat.N_TRIPLES)


def _checked(quad: Quad) -> Triple:
    """A quad's triple; raises ValueError for one of a named graph, or nested too deep."""
    if not isinstance(quad.graph_name, DefaultGraph):
        raise ValueError(f"it names a graph, {quad.graph_name}, and is to be the content of one")
    inner: object = quad.object
    for _ in range(MAX_NESTING):
        if not isinstance(inner, Triple):
            return quad.triple
        inner = inner.object
    raise ValueError(f"triple terms are nested more than {MAX_NESTING} deep")


if __name__ == "__main__":
    main()
