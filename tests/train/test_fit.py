"""Training runs, goes on where it stopped as if it never had, and teaches what it is shown. Needs the extra `train`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kg.extract.labels import NAME_TAGS, PREDICATES, STATUSES
from kg.extract.model import SHIPPED
from kg.extract.tokens import WordPieces
from kg.train.corpora import to_example
from kg.train.examples import items, pair_targets

torch = pytest.importorskip("torch", reason="the extra `train` is not installed")
save_file = pytest.importorskip("safetensors.torch").save_file

from kg.errors import ModelError  # noqa: E402
from kg.train import fit  # noqa: E402
from kg.train.build import _weights_of, averaged  # noqa: E402
from kg.train.data import CORPORA  # noqa: E402
from kg.train.encoder import INNER, LAYERS, WIDTH, Network  # noqa: E402
from kg.train.workers import Team, TrainingError  # noqa: E402

ONLY_OWN = frozenset(CORPORA) - {"own"}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base model of random weights, with the names and shapes of the real one."""
    torch.manual_seed(0)
    vocabulary = np.load(SHIPPED / "words.npz")["rows"].shape[0]
    sizes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (vocabulary, WIDTH),
        "embeddings.position_embeddings.weight": (512, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
        "embeddings.LayerNorm.weight": (WIDTH,),
        "embeddings.LayerNorm.bias": (WIDTH,),
    }
    for i in range(LAYERS):
        at = f"encoder.layer.{i}."
        for name in ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"):
            sizes |= {f"{at}{name}.weight": (WIDTH, WIDTH), f"{at}{name}.bias": (WIDTH,)}
        sizes |= {f"{at}intermediate.dense.weight": (INNER, WIDTH), f"{at}intermediate.dense.bias": (INNER,)}
        sizes |= {f"{at}output.dense.weight": (WIDTH, INNER), f"{at}output.dense.bias": (WIDTH,)}
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            sizes |= {f"{at}{name}.weight": (WIDTH,), f"{at}{name}.bias": (WIDTH,)}
    path = tmp_path_factory.mktemp("base") / "model.safetensors"
    save_file({name: 0.02 * torch.randn(size) for name, size in sizes.items()}, str(path))
    return path


@pytest.fixture
def plan(base: Path, tmp_path: Path) -> fit.Plan:
    return fit.Plan(
        data=tmp_path,
        base=base,
        tokenizer=SHIPPED / "tokenizer.json",
        out=tmp_path / "run",
        steps=4,
        tokens=256,
        without=ONLY_OWN,
        share_of_own=0.1,
        save_every=2,
    )


def weights(network: Network) -> dict[str, Any]:
    return {name: value.clone() for name, value in network.state_dict().items()}


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_that_was_interrupted_goes_on_as_if_it_never_was(
    plan: fit.Plan, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    plan = replace(plan, workers=workers)
    whole = weights(fit.train(replace(plan, out=plan.out / "whole")))
    real, calls = Team.backward, 0

    def interrupted(self: Any, **how: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise KeyboardInterrupt
        return real(self, **how)

    monkeypatch.setattr(Team, "backward", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fit.train(plan)
    monkeypatch.setattr(Team, "backward", real)
    with pytest.raises(TrainingError, match=f"a run of {workers} workers"):
        fit.train(replace(plan, workers=3))
    resumed = weights(fit.train(plan))
    assert whole.keys() == resumed.keys()
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)


def test_two_workers_find_the_gradient_that_one_finds(plan: fit.Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for workers in (1, 2):
        torch.manual_seed(3)
        network = Network()
        network.load_base(plan.base)
        for module in network.modules():  # what is drawn at random differs between workers
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
        with Team(replace(plan, workers=workers, tokens=2048), network) as team:
            team.backward(hard=False)
        found.append(torch.cat([w.grad.flatten() for w in network.parameters() if w.grad is not None]))
    one, two = found
    assert torch.nn.functional.cosine_similarity(one, two, dim=0) > 0.95
    assert abs(one.norm() - two.norm()) <= 0.1 * one.norm()


def test_the_mean_of_runs_is_taken_of_one_network_alone(base: Path) -> None:
    one, other = ({"a": torch.full((2, 3), value)} for value in (1.0, 4.0))
    assert torch.equal(averaged([one, other])["a"], torch.full((2, 3), 2.5))
    with pytest.raises(ModelError, match="another network"):
        averaged([one, {"a": torch.zeros(3, 2)}])
    with pytest.raises(ModelError, match=r"model\.safetensors: no checkpoint"):
        _weights_of(base)


def test_a_worker_that_dies_ends_the_run(plan: fit.Plan) -> None:
    network = Network()
    network.load_base(plan.base)
    with Team(replace(plan, workers=2), network) as team:
        team._processes[0].kill()
        with pytest.raises(TrainingError, match="training process 1 ended"):
            team.backward(hard=False)


def test_another_seed_gives_another_model(plan: fit.Plan) -> None:
    one = weights(fit.train(replace(plan, steps=1, out=plan.out / "1")))
    other = weights(fit.train(replace(plan, steps=1, seed=2, out=plan.out / "2")))
    assert any(not torch.equal(one[name], other[name]) for name in one)


def record(source: str, flags: list[str] | None = None) -> dict[str, Any]:
    text = "Ana Diaz leads the Harbour Union."
    info: dict[str, Any] = {"evidence": [0], "co": [0]}
    if flags is not None:
        info["flags"] = [flags]
    return {
        "id": "a",
        "source": source,
        "text": text,
        "sents": [[0, len(text)]],
        "mentions": [
            {"start": 0, "end": 8, "type": "Person", "cluster": "P1", "kind": "name"},
            {"start": 19, "end": 32, "type": "Group", "cluster": "G1", "kind": "name"},
        ],
        "entities": [
            {"cluster": "P1", "type": "Person", "names": ["Ana Diaz"]},
            {"cluster": "G1", "type": "Group", "names": ["Harbour Union"]},
        ],
        "triples": [["P1", "leads", "G1", info]],
        "annotated": {"triples": "all", "mentions": "all"},
    }


def targets(source: str, flags: list[str] | None = None) -> Any:
    (item,) = items(to_example(record(source, flags)), WordPieces(SHIPPED / "tokenizer.json"))
    return pair_targets(item, [], np.random.default_rng(0))


def test_statuses_that_a_corpus_does_not_mark_are_unknown_and_the_others_absent() -> None:
    (row,) = targets("Re-DocRED").statuses
    of = dict(zip(STATUSES, row, strict=True))
    assert (of["denied"], of["alleged"], of["planned"]) == (0, 0, 0)
    assert np.isnan(of["former"])
    (row,) = targets("newsgraph", ["former"]).statuses
    assert dict(zip(STATUSES, row, strict=True))["former"] == 1


def test_names_that_a_corpus_leaves_out_are_unknown_and_those_it_marks_are_taught() -> None:
    (item,) = items(to_example(record("KnowledgeNet")), WordPieces(SHIPPED / "tokenizer.json"))
    assert item.allowed is not None
    inside = item.pieces[0][0]
    assert item.allowed[inside].sum() == 1
    lower = item.pieces[1][0] - 1  # "the": no name, though it may be part of a date
    tags = [NAME_TAGS[k] for k in np.flatnonzero(item.allowed[lower])]
    assert tags == ["O", "B-Date", "I-Date"]
    unmarked = {**record("KnowledgeNet"), "mentions": record("KnowledgeNet")["mentions"][:1]}
    (item,) = items(to_example(unmarked), WordPieces(SHIPPED / "tokenizer.json"))
    assert item.allowed is not None
    assert item.allowed[lower + 1].all()  # "Harbour" may be a name


def test_mistaken_names_take_part_in_nothing() -> None:
    (item,) = items(to_example(record("KnowledgeNet")), WordPieces(SHIPPED / "tokenizer.json"))
    from kg.types import EntityClass, MentionKind

    found = pair_targets(item, [(3, 4, EntityClass.GROUP, MentionKind.NAME)], np.random.default_rng(0))
    assert found is not None
    leads = [t for t, o in zip(found.targets, found.outputs, strict=True) if o == PREDICATES.index("leads")]
    assert sorted(leads) == [0, 1]
