"""A trained network → the folder that `kg.extract.model` loads: two ONNX graphs, the word vectors, the tokenizer, a manifest."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from kg.extract.labels import PAIR_OUTPUTS
from kg.extract.model import FILES, FORMAT
from kg.train.encoder import HEADS, WIDTH, Network, quantised_words

__all__ = ["export"]


class _Encoder(nn.Module):
    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, words: Tensor, shapes: Tensor) -> tuple[Tensor, ...]:
        states, attention = self.network.encode(words, shapes)
        return (states, attention, *self.network.tag(states))


def export(
    network: Network, base: Path, tokenizer: Path, out: Path, *, name: str, version: str, more: Mapping[str, Any]
) -> None:
    """Write the artifact to `out`; weights int8, activations scaled dynamically. `more` joins the manifest (calibration, data, seed)."""
    network = network.eval()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        full = Path(scratch) / "encoder.onnx"
        torch.onnx.export(
            _Encoder(network),
            (torch.randn(1, 20, WIDTH), torch.ones(1, 20, dtype=torch.long)),
            str(full),
            input_names=["words", "shapes"],
            output_names=["states", "attention", "names", "nominals", "triggers", "types"],
            dynamic_axes={
                "words": {1: "n"},
                "shapes": {1: "n"},
                "states": {1: "n"},
                "attention": {2: "n", 3: "n"},
                "names": {1: "n"},
                "nominals": {1: "n"},
                "triggers": {1: "n"},
                "types": {1: "n"},
            },
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(str(full), str(out / "encoder.onnx"), weight_type=QuantType.QInt8, per_channel=True)
    torch.onnx.export(
        network.pairs,
        (
            torch.randn(20, WIDTH),
            torch.rand(HEADS, 20, 20),
            torch.rand(4, 20),
            torch.ones(4, dtype=torch.long),
            torch.tensor([0, 1, 2]),
            torch.tensor([1, 2, 3]),
            torch.tensor([12, 12, 12]),
        ),
        str(out / "pairs.onnx"),
        input_names=["states", "attention", "spans", "kinds", "subjects", "objects", "gaps"],
        output_names=["logits"],
        dynamic_axes={
            "states": {0: "n"},
            "attention": {1: "n", 2: "n"},
            "spans": {0: "m", 1: "n"},
            "kinds": {0: "m"},
            "subjects": {0: "p"},
            "objects": {0: "p"},
            "gaps": {0: "p"},
            "logits": {0: "p"},
        },
        opset_version=17,
        dynamo=False,
    )
    if not (out / "words.npz").exists():  # frozen: the file of the base model never changes
        rows, scales = quantised_words(base)
        np.savez_compressed(out / "words.npz", rows=rows, scales=scales)
    if not (out / "tokenizer.json").exists():
        shutil.copyfile(tokenizer, out / "tokenizer.json")
    manifest = {
        "format": FORMAT,
        "name": name,
        "version": version,
        "outputs": list(PAIR_OUTPUTS),
        **more,
        "files": {file: sha256((out / file).read_bytes()).hexdigest() for file in FILES},
    }
    (out / "model.json").write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", encoding="utf-8")
