"""The network: MiniLM with a shape embedding, and heads for names, nominals, triggers, event types and pairs of mentions.

Encoder: all-MiniLM-L6-v2 (Wang et al. 2020, MiniLM; Reimers and Gurevych 2019), word embeddings frozen. Pairs: localised
context pooling after ATLOP (Zhou et al. 2021) over the last layer's attention, on mentions instead of entities, so that a fact
has a place in the text; entities are scored by logsumexp over their mention pairs.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from kg.extract.labels import CLASSES, EVENT_TYPES, KINDS, NAME_TAGS, NOMINAL_TAGS, PAIR_OUTPUTS
from kg.extract.tokens import SHAPES

__all__ = ["Network", "Pairs", "quantised_words"]

LAYERS, WIDTH, HEADS, INNER = 6, 384, 12, 1536


def quantised_words(weights: Path) -> tuple[np.ndarray, np.ndarray]:
    """The base model's word embeddings as int8 rows (V, 384) and float32 scales (V, 1): 12 MB instead of 47."""
    words = load_file(weights)["embeddings.word_embeddings.weight"].numpy()
    scales = (np.abs(words).max(axis=1, keepdims=True) / 127).astype(np.float32)
    return np.round(words / scales).astype(np.int8), scales


class Layer(nn.Module):
    """One transformer layer in BERT's order (attention, add & norm, feed forward, add & norm)."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.norm1 = nn.LayerNorm(WIDTH, eps=1e-12)
        self.up = nn.Linear(WIDTH, INNER)
        self.down = nn.Linear(INNER, WIDTH)
        self.norm2 = nn.LayerNorm(WIDTH, eps=1e-12)
        self.dropout = nn.Dropout(0.1)

    def forward(self, x: Tensor, mask: Tensor | None, attend: bool) -> tuple[Tensor, Tensor | None]:
        """x: (B, L, 384); mask: (B, 1, 1, L) additive or None. With `attend` also the attention, (B, 12, L, L)."""
        batch, length, _ = x.shape
        q, k, v = self.qkv(x).view(batch, length, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4).unbind()
        q = q * (WIDTH // HEADS) ** -0.5
        if mask is not None:
            # as one more dimension of the product: adding it to the scores afterwards costs twice as much
            q = torch.cat([q, torch.ones_like(q[..., :1])], -1)
            k = torch.cat([k, mask.transpose(-1, -2).to(k.dtype).expand(-1, HEADS, -1, -1)], -1)
        # torch's fused attention is slower to train here, and dropping weights of attention took a third of a step
        attention = (q @ k.transpose(-1, -2)).softmax(-1, dtype=torch.float32 if attend else q.dtype)
        mixed = attention.to(v.dtype) @ v
        x = self.norm1(x + self.dropout(self.out(mixed.transpose(1, 2).reshape(batch, length, WIDTH))))
        return self.norm2(x + self.dropout(self.down(nn.functional.gelu(self.up(x))))), attention if attend else None


class Pairs(nn.Module):
    """Scores of ordered mention pairs of one window."""

    def __init__(self, hidden: int = 384, projected: int = 192) -> None:
        super().__init__()
        features = 24
        self.subject = nn.Linear(WIDTH + features, projected)
        self.object = nn.Linear(WIDTH + features, projected)
        self.kind = nn.Embedding(len(CLASSES) * len(KINDS), features)
        self.distance = nn.Embedding(25, features)
        self.context = nn.Linear(WIDTH, projected)
        self.hidden = nn.Linear(4 * projected + features, hidden)
        self.output = nn.Linear(hidden, len(PAIR_OUTPUTS))
        self.dropout = nn.Dropout(0.15)

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
        """Logits (p, outputs).

        states (L, 384); attention (12, L, L); spans (m, L) weights that average a mention's pieces; kinds (m,) class and kind;
        subjects, objects (p,) mention indexes; gaps (p,) distance buckets.
        """
        mentions = spans @ states
        kind = self.kind(kinds)
        mentions = torch.cat([mentions, kind], -1)
        attended = torch.einsum("ml,hlk->mhk", spans, attention)
        shared = (attended[subjects] * attended[objects]).sum(1)
        shared = shared / (shared.sum(-1, keepdim=True) + 1e-9)
        u, v = torch.tanh(self.subject(mentions))[subjects], torch.tanh(self.object(mentions))[objects]
        c = torch.tanh(self.context(shared @ states))
        x = torch.cat([u, v, u * v, c, self.distance(gaps)], -1)
        return self.output(self.dropout(nn.functional.gelu(self.hidden(self.dropout(x)))))


class Network(nn.Module):
    """Encoder and heads. Word embeddings come in as vectors: they are frozen and live in a file of their own."""

    def __init__(self) -> None:
        super().__init__()
        self.positions = nn.Embedding(512, WIDTH)
        self.shapes = nn.Embedding(len(SHAPES), WIDTH)
        nn.init.zeros_(self.shapes.weight)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.dropout = nn.Dropout(0.1)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.names = nn.Linear(WIDTH, len(NAME_TAGS))
        self.nominals = nn.Linear(WIDTH, len(NOMINAL_TAGS))
        self.triggers = nn.Linear(WIDTH, 1)
        self.types = nn.Linear(WIDTH, len(EVENT_TYPES))
        # GUM's and re3d's noun phrases and ECB+'s actions are marked by other rules than our nominals and triggers: what they teach goes
        # into the encoder, their habits into heads of their own; the second is shipped behind a margin (kg.train.export)
        self.phrases = nn.Linear(WIDTH, len(NOMINAL_TAGS))
        self.actions = nn.Linear(WIDTH, 1)
        self.pairs = Pairs()

    def load_base(self, weights: Path) -> None:
        """Start from the base model's weights (safetensors, BERT names)."""
        base = load_file(weights)
        copy = {
            "positions.weight": base["embeddings.position_embeddings.weight"]
            + base["embeddings.token_type_embeddings.weight"][0],
            "norm.weight": base["embeddings.LayerNorm.weight"],
            "norm.bias": base["embeddings.LayerNorm.bias"],
        }
        for i in range(LAYERS):
            at = f"encoder.layer.{i}."
            for part in ("weight", "bias"):
                copy[f"layers.{i}.qkv.{part}"] = torch.cat(
                    [base[f"{at}attention.self.{name}.{part}"] for name in ("query", "key", "value")]
                )
                copy[f"layers.{i}.out.{part}"] = base[f"{at}attention.output.dense.{part}"]
                copy[f"layers.{i}.norm1.{part}"] = base[f"{at}attention.output.LayerNorm.{part}"]
                copy[f"layers.{i}.up.{part}"] = base[f"{at}intermediate.dense.{part}"]
                copy[f"layers.{i}.down.{part}"] = base[f"{at}output.dense.{part}"]
                copy[f"layers.{i}.norm2.{part}"] = base[f"{at}output.LayerNorm.{part}"]
        missing, unexpected = self.load_state_dict(copy, strict=False)
        if unexpected or any(name.startswith("layers") for name in missing):
            raise ValueError(f"{weights}: not the expected base model ({missing}, {unexpected})")

    def encode(self, words: Tensor, shapes: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """States (B, L, 384) and the last layer's attention (B, 12, L, L). words (B, L, 384), shapes (B, L), mask (B, 1, 1, L)."""
        x = words + self.positions.weight[: words.shape[1]] + self.shapes(shapes)
        x = self.dropout(self.norm(x))
        attention = None
        for i, layer in enumerate(self.layers):
            x, attention = layer(x, mask, attend=i == LAYERS - 1)
        assert attention is not None
        return x, attention

    def tag(self, states: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Logits of names, nominals, triggers and event types for each piece."""
        return self.names(states), self.nominals(states), self.triggers(states).squeeze(-1), self.types(states)

    def tag_as_others(self, states: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of nominals and triggers by the rules of the public corpora."""
        return self.phrases(states), self.actions(states).squeeze(-1)
