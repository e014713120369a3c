"""Training: one seeded run over all corpora → a checkpoint. `kg train` calls it."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from kg.extract.tokens import WordPieces
from kg.train.data import Sampler
from kg.train.encoder import Network, quantised_words
from kg.train.examples import pair_targets
from kg.train.losses import Losses

__all__ = ["Plan", "train", "use_threads"]

log = logging.getLogger(__name__)

HARD_FROM = 0.25  # share of a run after which the model's own mistaken mentions are shown to it


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does. Durations are steps: a run is a function of its plan, its corpora and its seed."""

    data: Path
    base: Path
    tokenizer: Path
    out: Path
    steps: int = 3000
    tokens: int = 2048
    rate: float = 2.5e-4
    head_rate: float = 1e-3
    seed: int = 1
    without: frozenset[str] = frozenset()
    share_of_own: float = 1.0  # of our training stories: less than all of them shows what the rest is worth
    resume: bool = True
    save_every: int = 250


def use_threads(count: int) -> None:
    """Let training use so many threads."""
    torch.set_num_threads(count)


def train(plan: Plan) -> Network:
    """Train from the base model, or go on from the checkpoint in `plan.out`; the checkpoint is rewritten as it goes."""
    torch.manual_seed(plan.seed)
    rng, batch_rng = np.random.default_rng([plan.seed, 1]), np.random.default_rng(plan.seed)
    tokenizer = WordPieces(plan.tokenizer)
    words, scales = (torch.from_numpy(x) for x in quantised_words(plan.base))
    network = Network()
    network.load_base(plan.base)
    sampler = Sampler(plan.data, plan.without, tokenizer, share_of_own=plan.share_of_own)
    losses = Losses(network, words, scales)
    heads = [p for n, p in network.named_parameters() if n.split(".")[0] not in ("layers", "positions", "norm")]
    body = [p for n, p in network.named_parameters() if n.split(".")[0] in ("layers", "positions", "norm")]
    optimiser = torch.optim.AdamW(
        [{"params": body, "lr": plan.rate}, {"params": heads, "lr": plan.head_rate}],
        weight_decay=0.01,
        betas=(0.9, 0.98),
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / 100, max(0.02, 1 - step / plan.steps))
    )
    step, checkpoint = 0, plan.out / "checkpoint.pt"
    plan.out.mkdir(parents=True, exist_ok=True)
    if plan.resume and checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(saved["network"])
        optimiser.load_state_dict(saved["optimiser"])
        schedule.load_state_dict(saved["schedule"])
        step = saved["step"]
        rng.bit_generator.state = saved["rng"]
        torch.set_rng_state(saved["torch_rng"])
    network.train()
    means: dict[str, float] = {}
    began, seen = time.monotonic(), 0
    batches = sampler.batches(plan.tokens, batch_rng)
    for _ in range(step):
        next(batches)
    while step < plan.steps:
        batch = next(batches)
        losses.hard = step >= HARD_FROM * plan.steps
        for item in batch:
            if item.pairs is None and not item.example.incidents:
                item.pairs = pair_targets(item, [], np.random.default_rng(plan.seed))
        parts = losses(batch, [item.pairs for item in batch], rng)
        if not parts:  # passages whose corpus annotates nothing that their window holds
            step += 1
            continue
        total = torch.stack(list(parts.values())).sum()
        optimiser.zero_grad(set_to_none=True)
        total.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        step += 1
        seen += sum(len(item.ids) for item in batch)
        for name, value in parts.items():
            means[name] = 0.98 * means.get(name, value.item()) + 0.02 * value.item()
        if step % 25 == 0:
            rate = seen / (time.monotonic() - began)
            log.info(
                "step %d of %d, %.0f pieces/s, %s",
                step,
                plan.steps,
                rate,
                " ".join(f"{k} {v:.3f}" for k, v in means.items()),
            )
        if step % plan.save_every == 0 or step == plan.steps:
            state = {
                "network": network.state_dict(),
                "optimiser": optimiser.state_dict(),
                "schedule": schedule.state_dict(),
            }
            partial = checkpoint.with_suffix(".new")
            torch.save(
                {**state, "step": step, "rng": rng.bit_generator.state, "torch_rng": torch.get_rng_state()}, partial
            )
            partial.replace(checkpoint)
    return network.eval()
