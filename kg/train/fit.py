"""Training: one seeded run over all corpora → a checkpoint. `kg train` calls it."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from kg.train.encoder import Network
from kg.train.workers import Team, TrainingError

__all__ = ["Plan", "train"]

log = logging.getLogger(__name__)

HARD_FROM = 0.25  # share of a run after which the model's own mistaken mentions are shown to it


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does. Durations are steps: a run is a function of its plan, its corpora and its seed."""

    data: Path
    base: Path
    tokenizer: Path
    out: Path
    steps: int = 4200
    tokens: int = 2048
    rate: float = 2.5e-4
    head_rate: float = 1e-3
    seed: int = 1
    without: frozenset[str] = frozenset()
    share_of_own: float = 1.0  # of our training stories: less than all of them shows what the rest is worth
    resume: bool = True
    save_every: int = 250
    workers: int = 1  # processes that share each batch
    threads: int = 1  # of each


def train(plan: Plan) -> Network:
    """Train from the base model, or go on from the checkpoint in `plan.out`; the checkpoint is rewritten as it goes.

    Raises TrainingError when a process of `plan.workers` fails.
    """
    torch.set_num_threads(plan.threads)
    torch.manual_seed(plan.seed)
    network = Network()
    network.load_base(plan.base)
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
    step, states, checkpoint = 0, None, plan.out / "checkpoint.pt"
    plan.out.mkdir(parents=True, exist_ok=True)
    if plan.resume and checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        if len(saved["states"]) != plan.workers:
            raise TrainingError(
                f"{checkpoint}: a run of {len(saved['states'])} workers",
                hint="go on with as many, or begin anew elsewhere",
            )
        network.load_state_dict(saved["network"])
        optimiser.load_state_dict(saved["optimiser"])
        schedule.load_state_dict(saved["schedule"])
        step, states = saved["step"], saved["states"]
    network.train()
    means: dict[str, float] = {}
    began, seen = time.monotonic(), 0
    with Team(plan, network, step=step, states=states) as team:
        while step < plan.steps:
            optimiser.zero_grad(set_to_none=True)
            pieces, losses = team.backward(hard=step >= HARD_FROM * plan.steps)
            step += 1
            seen += pieces
            if all(weight.grad is None for weight in network.parameters()):
                continue
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            for name, value in losses.items():
                means[name] = 0.98 * means.get(name, value) + 0.02 * value
            if step % 25 == 0:
                rate = seen / (time.monotonic() - began)
                table = " ".join(f"{k} {v:.3f}" for k, v in means.items())
                log.info("step %d of %d, %.0f pieces/s, %s", step, plan.steps, rate, table)
            if step % plan.save_every == 0 or step == plan.steps:
                state = {
                    "network": network.state_dict(),
                    "optimiser": optimiser.state_dict(),
                    "schedule": schedule.state_dict(),
                    "step": step,
                    "states": team.states(),
                }
                partial = checkpoint.with_suffix(".new")
                torch.save(state, partial)
                partial.replace(checkpoint)
    return network.eval()
