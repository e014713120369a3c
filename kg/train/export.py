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
from kg.train.encoder import HEADS, WIDTH, Network, Pairs, quantised_words

__all__ = ["export", "export_encoder", "export_pairs"]


# What ECB+'s annotators would call an action is a trigger too where the head that learnt it is so much surer, in log odds: on our fold
# F1 of triggers stays as it is (0.706, 0.704), on the news of ecbplus.dev it rises from 0.51 to 0.54 (November 2026).
ACTION_MARGIN = 1.5


class _Encoder(nn.Module):
    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, words: Tensor, shapes: Tensor) -> tuple[Tensor, ...]:
        states, attention = self.network.encode(words, shapes)
        names, nominals, triggers, types = self.network.tag(states)
        _, actions = self.network.tag_as_others(states)
        return states, attention, names, nominals, torch.maximum(triggers, actions - ACTION_MARGIN), types


class _Pairs(nn.Module):
    """What `Pairs` computes, in an order that costs a third of its multiplications.

    What depends on one mention or one distance goes through the hidden layer once for each, not once for each pair; states are
    projected before they are mixed; the context of a pair is that of the pair turned round; only the pieces of mentions are averaged.
    """

    def __init__(self, pairs: Pairs) -> None:
        super().__init__()
        self.pairs = pairs

    def forward(
        self,
        states: Tensor,
        attention: Tensor,
        spans: Tensor,
        kinds: Tensor,
        subjects: Tensor,
        objects: Tensor,
        gaps: Tensor,
    ) -> Tensor:
        pairs = self.pairs
        width = pairs.context.out_features
        parts = pairs.hidden.weight.split([width, width, width, width, pairs.distance.embedding_dim], dim=1)
        of_subject, of_object, of_both, of_context, of_distance = (part.T for part in parts)

        inside = spans.sum(0).nonzero().squeeze(-1)
        spans = spans.index_select(1, inside)
        mentions = torch.cat([spans @ states.index_select(0, inside), pairs.kind(kinds)], -1)
        u, v = torch.tanh(pairs.subject(mentions)), torch.tanh(pairs.object(mentions))

        count = spans.shape[0]
        either_way = torch.minimum(subjects, objects) * count + torch.maximum(subjects, objects)
        either_way, place = torch.unique(either_way, return_inverse=True)
        # of each piece what every two mentions attend to, summed over the heads: one product instead of one row for each pair and head
        attended = (spans @ attention.index_select(1, inside)).permute(2, 1, 0)
        shared = (attended @ attended.transpose(1, 2)).flatten(1).index_select(1, either_way)
        context = (states @ pairs.context.weight.T).T @ shared / (shared.sum(0) + 1e-9)
        context = torch.tanh(context.T + pairs.context.bias)

        x = (u.index_select(0, subjects) * v.index_select(0, objects)) @ of_both
        x = x + (u @ of_subject).index_select(0, subjects) + (v @ of_object).index_select(0, objects)
        x = x + (pairs.distance.weight @ of_distance + pairs.hidden.bias).index_select(0, gaps)
        x = x + (context @ of_context).index_select(0, place)
        return pairs.output(nn.functional.gelu(x))


def export(
    network: Network, base: Path, tokenizer: Path, out: Path, *, name: str, version: str, more: Mapping[str, Any]
) -> None:
    """Write the artifact to `out`; weights int8, activations scaled dynamically. `more` joins the manifest (calibration, data, seed)."""
    network = network.eval()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        full = Path(scratch) / "encoder.onnx"
        export_encoder(network, full)
        quantize_dynamic(str(full), str(out / "encoder.onnx"), weight_type=QuantType.QInt8, per_channel=True)
    export_pairs(network.pairs, out / "pairs.onnx")
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


def export_encoder(network: Network, path: Path) -> None:
    """Write the graph of the encoder and its tags, in float32."""
    torch.onnx.export(
        _Encoder(network).eval(),
        (torch.randn(1, 20, WIDTH), torch.ones(1, 20, dtype=torch.long)),
        str(path),
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


def export_pairs(pairs: Pairs, path: Path) -> None:
    """Write the graph that scores mention pairs."""
    torch.onnx.export(
        _Pairs(pairs).eval(),
        (
            torch.randn(20, WIDTH),
            torch.rand(HEADS, 20, 20),
            torch.rand(4, 20),
            torch.ones(4, dtype=torch.long),
            torch.tensor([0, 1, 2]),
            torch.tensor([1, 2, 3]),
            torch.tensor([12, 12, 12]),
        ),
        str(path),
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
