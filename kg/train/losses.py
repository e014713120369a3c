"""The loss of one batch: tags, and mention pairs pooled into facts, each masked to what the text's corpus annotates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from kg.extract.events import event_types_of
from kg.extract.labels import CLASSES, NOMINAL_CLASSES, PREDICATES
from kg.extract.tokens import MASK
from kg.train.encoder import Network
from kg.train.examples import Item, PairTargets, is_incident, pair_targets
from kg.types import EntityClass, MentionKind

__all__ = ["Losses"]

# Share of the word pieces that the network is not shown: what is left has to tell. Few texts of ours are seen often, and are else learnt by
# heart (1,000 steps on half of them: own.dev 0.38 → 0.40, news 0.265 → 0.273, redocred 0.34 → 0.35, knowledgenet 0.55 → 0.52)
HIDDEN = 0.15
TITLE_CASE = 0.06  # share of sentences shown in Headline Case; the vocabulary is uncased, so only shapes change
# Corpora whose texts are also shown with the names that the model finds and the annotators do not have: those take part in nothing.
# In reference works only names are sure to: a nominal or a verb there is merely not annotated.
MISTAKEN = frozenset({"newsgraph", "Re-DocRED", "KnowledgeNet"})
SEPARATE = True
NAMES_ALONE = MISTAKEN - {"newsgraph"}
# predicates that are rare or matter most weigh more when they hold (feasibility study: leads 11 → 37, involves 35 → 49)
POSITIVE = {"leads": 3.0, "locatedIn": 2.0, "involves": 2.5, "involvesPerson": 2.0, "occurredAt": 2.0, "foundedBy": 2.0,
            "memberOf": 1.5, "spouseOf": 1.5, "childOf": 1.5, "partOf": 1.5}  # fmt: skip

STATUS = 2.0  # most facts are plainly told


class Losses:
    """The loss of one batch, from the network's outputs and the targets of its windows."""

    def __init__(self, network: Network, words: Tensor, scales: Tensor) -> None:
        self.network = network
        self.words, self.scales = words, scales
        self.hard = False  # also show texts with the model's own mistaken mentions, which take part in nothing
        self.positive = torch.ones(len(PREDICATES) + 1)
        for name, weight in POSITIVE.items():
            self.positive[PREDICATES.index(name)] = weight

    def embed(self, ids: Tensor) -> Tensor:
        """Word vectors (…, 384) of word pieces (…)."""
        return self.words[ids].float() * self.scales[ids]

    def __call__(
        self, batch: Sequence[Item], prepared: Sequence[PairTargets | None], rng: np.random.Generator
    ) -> dict[str, Tensor]:
        """Loss by name ("names", "pairs", …). prepared: the pair targets of each window's annotated mentions."""
        length = max(len(item.ids) for item in batch)
        ids = torch.zeros(len(batch), length, dtype=torch.long)
        shapes = torch.zeros_like(ids)
        mask = torch.full((len(batch), 1, 1, length), -1e4)
        for row, item in enumerate(batch):
            n = len(item.ids)
            ids[row, :n] = torch.from_numpy(item.ids)
            shapes[row, :n] = torch.from_numpy(_headline_case(item, rng))
            mask[row, ..., :n] = 0
        ids.masked_fill_(torch.from_numpy(rng.random(ids.shape) < HIDDEN) & (ids > MASK), MASK)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            states, attention = self.network.encode(self.embed(ids), shapes, mask)
            names, nominals, triggers, types = (x.float() for x in self.network.tag(states))
            phrases, actions = (x.float() for x in self.network.tag_as_others(states))
        found: dict[str, list[Tensor]] = {
            "names": [],
            "nominals": [],
            "triggers": [],
            "types": [],
            "pairs": [],
            "statuses": [],
        }
        # one row at a time from here; a slice of the whole would have its gradient filled up with zeros for each
        each = list(zip(states.float().unbind(), attention.float().unbind(), strict=True))
        for row, item in enumerate(batch):
            ours = item.source == "newsgraph" or not SEPARATE
            of_source = (nominals, triggers) if ours else (phrases, actions)
            self._tag_losses(item, row, names, *of_source, types, found)
            targets = prepared[row]
            if item.example.incidents or (self.hard and item.source in MISTAKEN and rng.random() < 0.5):
                mistaken = _silver(item, names[row], nominals[row])
                if item.source in NAMES_ALONE:
                    mistaken = [found for found in mistaken if found[3] is MentionKind.NAME]
                if mistaken or item.example.incidents:
                    targets = pair_targets(item, mistaken, rng)
            if targets is not None and len(targets.outputs):
                n = len(item.ids)
                self._pair_losses(each[row][0][:n], each[row][1][:, :n, :n], targets, found)
        weights = {"names": 1.0, "nominals": 0.7, "triggers": 1.0, "types": 0.3, "pairs": 1.0, "statuses": 0.05}
        return {
            name: weights[name] * torch.stack(values).sum() / len(batch) for name, values in found.items() if values
        }

    def _tag_losses(
        self,
        item: Item,
        row: int,
        names: Tensor,
        nominals: Tensor,
        triggers: Tensor,
        types: Tensor,
        found: dict[str, list[Tensor]],
    ) -> None:
        n = len(item.ids)
        if item.allowed is not None:
            allowed = torch.from_numpy(item.allowed)
            log_p = names[row, :n].log_softmax(-1).masked_fill(~allowed, -1e4)
            found["names"].append(-log_p.logsumexp(-1).mean() * 4)
        if item.nominals is not None:
            found["nominals"].append(
                nn.functional.cross_entropy(nominals[row, :n], torch.from_numpy(item.nominals)) * 4
            )
        if item.triggers is not None:
            target = torch.from_numpy(item.triggers)
            known = ~target.isnan()
            if known.any():
                loss = nn.functional.binary_cross_entropy_with_logits(
                    triggers[row, :n][known], target[known], reduction="sum"
                )
                found["triggers"].append(loss / n * 4)
            typed = torch.from_numpy(item.types)
            if (typed >= 0).any():
                weight = 1.0 if item.example.triggers == "typed" else 0.3
                found["types"].append(weight * nn.functional.cross_entropy(types[row, :n], typed, ignore_index=-100))

    def _pair_losses(
        self, states: Tensor, attention: Tensor, targets: PairTargets, found: dict[str, list[Tensor]]
    ) -> None:
        spans = torch.zeros(len(targets.pieces), states.shape[0])
        for index, (a, b) in enumerate(targets.pieces):
            spans[index, a:b] = 1 / (b - a)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = self.network.pairs(
                states,
                attention,
                spans,
                torch.from_numpy(targets.kinds),
                torch.from_numpy(targets.subjects),
                torch.from_numpy(targets.objects),
                torch.from_numpy(targets.gaps),
            ).float()
        outputs, bag_of = torch.from_numpy(targets.outputs), torch.from_numpy(targets.bag_of)
        values = logits[torch.from_numpy(targets.members), outputs[bag_of]]
        top = torch.full((len(outputs),), -1e9).scatter_reduce(0, bag_of, values.detach(), "amax")
        pooled = top + torch.zeros(len(outputs)).index_add(0, bag_of, (values - top[bag_of]).exp()).log()
        target = torch.from_numpy(targets.targets)
        weight = torch.from_numpy(targets.weights) * torch.where(target > 0, self.positive[outputs], torch.ones(()))
        loss = nn.functional.binary_cross_entropy_with_logits(pooled, target, weight=weight, reduction="sum")
        found["pairs"].append(loss / 15)
        if len(targets.status_pairs):
            chosen = logits[torch.from_numpy(targets.status_pairs), len(PREDICATES) + 1 :]
            wanted = torch.from_numpy(targets.statuses)
            known = ~wanted.isnan()
            weight = torch.where(wanted > 0, STATUS, 1.0)
            # a sum, as that of the pairs: of the mean over a window hardly anything reached the encoder, and "denied" was not
            # even learnt by heart (average precision 0.17 on what it was trained on)
            found["statuses"].append(
                nn.functional.binary_cross_entropy_with_logits(
                    chosen[known], wanted[known], weight=weight[known], reduction="sum"
                )
            )


def _headline_case(item: Item, rng: np.random.Generator) -> np.ndarray:
    """The shapes of a window, some of its sentences as a headline would have them."""
    if rng.random() > 0.35:
        return item.shapes
    shapes = item.shapes.copy()
    chosen = [s for s in np.unique(item.sentence_of) if rng.random() < TITLE_CASE / 0.35]
    length = item.ends - item.starts
    shapes[np.isin(item.sentence_of, chosen) & (shapes == 1) & ((length > 3) | ~item.first)] = 2
    return shapes


def _silver(item: Item, names: Tensor, nominals: Tensor) -> list[tuple[int, int, EntityClass, MentionKind]]:
    """What the model itself finds in a window outside the annotated mentions, and the words that may tell of an incident."""
    taken = np.zeros(len(item.ids), dtype=bool)
    for a, b in item.pieces:
        taken[a:b] = True
    found: list[tuple[int, int, EntityClass, MentionKind]] = []
    for logits, classes, kind in ((names, CLASSES, MentionKind.NAME), (nominals, NOMINAL_CLASSES, MentionKind.NOMINAL)):
        tags = logits[: len(item.ids)].argmax(-1).tolist()
        a = 0
        while a < len(tags):
            b = a + 1
            if tags[a]:
                cls = (tags[a] - 1) // 2
                while b < len(tags) and tags[b] == 2 * cls + 2:
                    b += 1
                keep = classes[cls] in (EntityClass.PERSON, EntityClass.GROUP, EntityClass.PLACE, EntityClass.POLITY)
                if keep and not taken[a:b].any():
                    found.append((a, b, classes[cls], kind))
                    taken[a:b] = True
            a = b
    text = item.example.text
    for a in np.flatnonzero(item.first).tolist():
        b = a + 1
        while b < len(item.ids) - 1 and not item.first[b]:
            b += 1
        types = event_types_of(text[item.starts[a] : item.ends[b - 1]])
        if not taken[a] and (is_incident(types) if item.example.incidents else types):
            found.append((a, b, EntityClass.EVENT, MentionKind.TRIGGER))
    return found
