"""`kg train`: build the extraction model from annotated corpora."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kg.cli.options import MisuseError
from kg.cli.output import note


def command(
    data: Annotated[
        Path, typer.Option("--data", metavar="DIR", help="Folder of the public corpora (*.train.jsonl.gz).")
    ],
    base: Annotated[Path, typer.Option("--base", metavar="DIR", help="Folder of all-MiniLM-L6-v2.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the model's folder is written.")],
    steps: Annotated[int, typer.Option("--steps", min=1, help="Length of the run.")] = 6000,
    seed: Annotated[int, typer.Option("--seed", help="Of the run: equal seeds give equal models.")] = 1,
    without: Annotated[
        list[str] | None, typer.Option("--without", metavar="CORPUS", help="Leave a corpus out.")
    ] = None,
    own_share: Annotated[
        float,
        typer.Option("--own-share", min=0, max=1, help="Of our own training texts: how much do more of them help?"),
    ] = 1.0,
    average: Annotated[
        list[Path] | None,
        typer.Option(
            "--average", metavar="CHECKPOINT", help="Of another run of this seed: take the mean of the weights."
        ),
    ] = None,
    version: Annotated[str, typer.Option("--model-version", help="Goes into the manifest and every extraction.")] = "1",
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Processes that share the work. [default: one for each core]")
    ] = None,
) -> None:
    """Train the extraction model, export it and calibrate it; goes on where an interrupted run with the same --out stopped.

    Needs the extra `train` (pip install "newsgraph[train]"). About an hour on two cores.

    \b
    Example:
      kg train --data corpora --base minilm --out model
    """
    import logging
    import os

    try:
        from kg.train.build import base_model, build
        from kg.train.data import CORPORA
        from kg.train.fit import Plan
    except ModuleNotFoundError as error:
        raise MisuseError(f"kg train needs {error.name}", hint='pip install "newsgraph[train]"') from error
    if unknown := set(without or ()) - CORPORA.keys():
        raise MisuseError(f"no such corpus: {', '.join(sorted(unknown))}", hint=f"one of {', '.join(CORPORA)}")
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    weights, tokenizer = base_model(base)
    left_out = frozenset(without or ())
    run = out / "run"
    plan = Plan(
        data,
        weights,
        tokenizer,
        run,
        steps=steps,
        seed=seed,
        without=left_out,
        share_of_own=own_share,
        workers=workers or os.cpu_count() or 1,
    )
    build(plan, out, version=version, others=average or ())
    note(f"wrote {out}; try it with kg extract --model {out} ARTICLE")
