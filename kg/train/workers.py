"""Gradients of one batch by several processes, a core each.

One process with two threads spends much of its time on operations too small to be split: on two cores two processes of one thread
train nearly twice as fast (November 2026). The weights lie in shared memory; each process draws the same batches, takes its share of
each, and leaves its gradients in a row of shared memory for the first one, which alone changes the weights. What each draws at random
follows from the seed and its number, so a run is a function of its plan, the number of workers included.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch
from torch import Tensor, multiprocessing

from kg.errors import KgError
from kg.extract.tokens import WordPieces
from kg.train.data import Sampler
from kg.train.encoder import Network, quantised_words
from kg.train.examples import Item, pair_targets
from kg.train.losses import Losses

if TYPE_CHECKING:
    from types import TracebackType

    from kg.train.fit import Plan

__all__ = ["Share", "Team", "TrainingError"]

LOOK_S = 5.0  # between two looks at whether the other side still lives


class TrainingError(KgError):
    """A training process ended before its time."""


class Share:
    """The part of each batch that one process computes: every `plan.workers`-th window, from the `number`-th."""

    def __init__(self, plan: Plan, network: Network, number: int = 0) -> None:
        self._plan, self._number = plan, number
        tokenizer = WordPieces(plan.tokenizer)
        words, scales = (torch.from_numpy(x) for x in quantised_words(plan.base))
        self._losses = Losses(network, words, scales)
        self._rng = np.random.default_rng([plan.seed, 1 + number])
        torch.manual_seed(plan.seed + 7919 * number)
        sampler = Sampler(plan.data, plan.without, tokenizer, share_of_own=plan.share_of_own)
        self._batches: Iterator[list[Item]] = sampler.batches(plan.tokens, np.random.default_rng(plan.seed))

    def skip(self, steps: int) -> None:
        """Pass over the batches of a run that is resumed."""
        for _ in range(steps):
            next(self._batches)

    def backward(self, *, hard: bool) -> tuple[int, Mapping[str, float]]:
        """Leave the gradients of the share of the next batch in the weights' `grad`: (pieces of the batch, loss by name).

        No losses: the windows belong to corpora which annotate nothing that they hold.
        """
        batch = next(self._batches)
        mine = batch[self._number :: self._plan.workers]
        for item in mine:
            if item.pairs is None and not item.example.incidents:
                item.pairs = pair_targets(item, [], np.random.default_rng(self._plan.seed))
        self._losses.hard = hard
        parts = self._losses(mine, [item.pairs for item in mine], self._rng) if mine else {}
        if parts:
            torch.stack(list(parts.values())).sum().mul(len(mine) / len(batch)).backward()
        return sum(len(item.ids) for item in batch), {name: value.item() for name, value in parts.items()}

    def state(self) -> dict[str, Any]:
        """Where its random numbers are."""
        return {"rng": self._rng.bit_generator.state, "torch_rng": torch.get_rng_state()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from there."""
        self._rng.bit_generator.state = state["rng"]
        torch.set_rng_state(state["torch_rng"])


class Team:
    """All workers of a run: this process and `plan.workers - 1` others, which end with it."""

    def __init__(
        self, plan: Plan, network: Network, *, step: int = 0, states: list[dict[str, Any]] | None = None
    ) -> None:
        self._weights = [p for p in network.parameters() if p.requires_grad]
        context = multiprocessing.get_context("spawn")
        others = plan.workers - 1
        if others:
            network.share_memory()
        sizes = sum(p.numel() for p in self._weights)
        self._gradients = torch.zeros(others, sizes).share_memory_()
        pipes = [context.Pipe() for _ in range(others)]
        self._pipes: list[Connection] = [here for here, _ in pipes]
        self._processes = [
            context.Process(
                target=_work,
                args=(plan, network, number, step, states, self._gradients[number - 1], there),
                daemon=True,
            )
            for number, (_, there) in enumerate(pipes, 1)
        ]
        for process, (_, there) in zip(self._processes, pipes, strict=True):
            process.start()
            there.close()  # so that reading ends when the process does
        self._share = Share(plan, network)
        self._share.skip(step)
        if states:
            self._share.restore(states[0])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join()

    def backward(self, *, hard: bool) -> tuple[int, Mapping[str, float]]:
        """As `Share.backward`, for the whole batch; losses are those of this process's share. Raises TrainingError."""
        self._ask("backward", hard)
        found = self._share.backward(hard=hard)
        for number, row in enumerate(self._gradients):
            at = 0
            for weight, has in zip(self._weights, self._answer(number), strict=True):
                if has:
                    more = row[at : at + weight.numel()].view_as(weight)
                    weight.grad = more.clone() if weight.grad is None else weight.grad.add_(more)
                at += weight.numel()
        return found

    def states(self) -> list[dict[str, Any]]:
        """Where the random numbers of all workers are."""
        self._ask("state", None)
        return [self._share.state(), *(self._answer(number) for number in range(len(self._pipes)))]

    def _ask(self, what: str, how: bool | None) -> None:
        for pipe in self._pipes:
            with suppress(OSError):  # it has ended: its answer will say so
                pipe.send((what, how))

    def _answer(self, number: int) -> Any:
        """What another process says. Raises TrainingError when it has ended."""
        pipe, process = self._pipes[number], self._processes[number]
        while not pipe.poll(LOOK_S) and process.is_alive():
            pass
        try:
            return pipe.recv()
        except (EOFError, OSError) as error:
            process.join(LOOK_S)
            raise TrainingError(
                f"training process {number + 1} ended (exit status {process.exitcode})",
                hint="what it said is above; with too little memory for several: --workers 1",
            ) from error


def _work(
    plan: Plan,
    network: Network,
    number: int,
    step: int,
    states: list[dict[str, Any]] | None,
    gradients: Tensor,
    pipe: Connection,
) -> None:
    """What another process does, for as long as it is asked: gradients of its share, into `gradients` (n,)."""
    parent = os.getppid()
    torch.set_num_threads(plan.threads)
    share = Share(plan, network.train(), number)
    share.skip(step)
    if states:
        share.restore(states[number])
    weights = [p for p in network.parameters() if p.requires_grad]
    while True:
        while not pipe.poll(LOOK_S):
            if os.getppid() != parent:
                return
        try:
            asked, hard = pipe.recv()
        except EOFError:
            return
        if asked == "state":
            pipe.send(share.state())
            continue
        network.zero_grad(set_to_none=True)
        share.backward(hard=hard)
        at = 0
        for weight in weights:
            if weight.grad is not None:
                gradients[at : at + weight.numel()].view_as(weight).copy_(weight.grad)
            at += weight.numel()
        pipe.send([weight.grad is not None for weight in weights])
