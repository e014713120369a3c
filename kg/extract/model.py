"""The shipped model: load, check, run. The only importer of onnxruntime; arrays in, arrays out."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from kg.errors import ModelError
from kg.extract.tokens import CLS, SEP, Pieces, WordPieces
from kg.extract.windows import Window

__all__ = ["FORMAT", "SHIPPED", "Model", "Outputs"]

FORMAT = 1  # of the artifact; raised when its arrays change their meaning
SHIPPED = Path(__file__).parent / "model"
FILES = ("encoder.onnx", "pairs.onnx", "words.npz", "tokenizer.json")


@dataclass(frozen=True, slots=True)
class Outputs:
    """What the network says of one window of n pieces, without [CLS] and [SEP] where they are per piece.

    names (n, 13), nominals (n, 7), triggers (n,) and types (n, 31) are logits; states (n + 2, 384) and attention
    (12, n + 2, n + 2) are kept for the pairs.
    """

    names: NDArray[np.float32]
    nominals: NDArray[np.float32]
    triggers: NDArray[np.float32]
    types: NDArray[np.float32]
    states: NDArray[np.float32]
    attention: NDArray[np.float32]


class Model:
    """The network in a folder written by `kg train`.

    Raises ModelError where a file is missing, was changed since the folder was written, or has another format.
    """

    def __init__(self, folder: Path = SHIPPED, *, threads: int | None = None) -> None:
        self.manifest = read_manifest(folder)
        self.name = f"{self.manifest['name']}-{self.manifest['version']}"
        self.tokenizer = WordPieces(folder / "tokenizer.json")
        with np.load(folder / "words.npz") as words:
            self._words, self._scales = words["rows"], words["scales"]
        self._threads = threads or _cores()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # windows are run beside each other, which wastes less than sharing one out
        options.log_severity_level = 3
        # windows of one article differ in length: an arena would keep the largest of each for ever
        options.enable_cpu_mem_arena = False
        self._encoder, self._pairs = (
            onnxruntime.InferenceSession(folder / name, options, providers=["CPUExecutionProvider"])
            for name in ("encoder.onnx", "pairs.onnx")
        )

    def encode(self, pieces: Pieces, window: Window) -> Outputs:
        """Run the encoder on one window, alone: int8 activations are scaled by what shares a batch, so nothing does."""
        at = slice(window.start, window.end)
        ids = np.concatenate([[CLS], pieces.ids[at], [SEP]])
        shapes = np.concatenate([[0], pieces.shapes[at], [0]])
        words = self._words[ids].astype(np.float32) * self._scales[ids]
        states, attention, *tags = self._encoder.run(None, {"words": words[None], "shapes": shapes[None]})
        names, nominals, triggers, types = (tag[0, 1:-1] for tag in tags)
        return Outputs(names, nominals, triggers, types, states[0], attention[0])

    def encode_all(self, pieces: Pieces, windows: Iterable[Window]) -> Iterator[tuple[Window, Outputs]]:
        """Each window with what `encode` says of it, in order; with several threads the next ones are computed meanwhile."""
        if self._threads == 1:
            yield from ((window, self.encode(pieces, window)) for window in windows)
            return
        ahead: deque[tuple[Window, Future[Outputs]]] = deque()
        with ThreadPoolExecutor(self._threads, thread_name_prefix="window") as threads:
            for window in windows:
                ahead.append((window, threads.submit(self.encode, pieces, window)))
                if len(ahead) > self._threads:
                    done, outputs = ahead.popleft()
                    yield done, outputs.result()
            for done, outputs in ahead:
                yield done, outputs.result()

    def pairs(
        self,
        outputs: Outputs,
        spans: NDArray[np.float32],
        kinds: NDArray[np.int64],
        subjects: NDArray[np.int64],
        objects: NDArray[np.int64],
        gaps: NDArray[np.int64],
    ) -> NDArray[np.float32]:
        """Logits (p, outputs) of ordered mention pairs of a window.

        spans (m, n + 2): weights that average each mention's pieces; kinds (m,): class and kind; subjects, objects, gaps (p,).
        """
        (logits,) = self._pairs.run(
            None,
            {
                "states": outputs.states,
                "attention": outputs.attention,
                "spans": spans,
                "kinds": kinds,
                "subjects": subjects,
                "objects": objects,
                "gaps": gaps,
            },
        )
        found: NDArray[np.float32] = logits
        return found


def _cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def read_manifest(folder: Path) -> Mapping[str, Any]:
    """The folder's `model.json`, after every file that it lists has been checked against its SHA-256."""
    path = folder / "model.json"
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(
            f"{folder}: no model here ({error.strerror})", hint="give a folder written by `kg train`"
        ) from error
    except ValueError as error:
        raise ModelError(f"{path}: not JSON: {error}", hint="restore the file or train again") from error
    if manifest.get("format") != FORMAT:
        raise ModelError(
            f"{path}: format {manifest.get('format')}, this version reads {FORMAT}",
            hint="train again with this version",
        )
    for name in FILES:
        try:
            digest = sha256((folder / name).read_bytes()).hexdigest()
        except OSError as error:
            raise ModelError(f"{folder / name}: {error.strerror}", hint="reinstall, or train again") from error
        if digest != manifest["files"].get(name):
            raise ModelError(f"{folder / name}: changed since the model was written", hint="reinstall, or train again")
    return manifest
