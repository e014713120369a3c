"""The exported graph computes what the network computes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra train")
onnxruntime = pytest.importorskip("onnxruntime")

from kg.train.encoder import HEADS, WIDTH, Pairs  # noqa: E402
from kg.train.export import export_pairs  # noqa: E402

# torch would rather export by a way of its own
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")


@pytest.fixture(scope="module")
def pairs() -> Pairs:
    torch.manual_seed(5)
    made = Pairs().eval()
    with torch.no_grad():
        for weight in made.parameters():  # wide scores, as trained ones are
            weight.mul_(2.5)
    return made


@pytest.fixture(scope="module")
def session(pairs: Pairs, tmp_path_factory: pytest.TempPathFactory) -> onnxruntime.InferenceSession:
    path: Path = tmp_path_factory.mktemp("model") / "pairs.onnx"
    export_pairs(pairs, path)
    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])


@pytest.mark.parametrize(("pieces", "mentions", "count"), [(3, 1, 1), (12, 2, 2), (60, 9, 40), (256, 40, 700)], ids=str)
def test_pairs_score_the_same_in_the_graph(
    pairs: Pairs, session: onnxruntime.InferenceSession, pieces: int, mentions: int, count: int
) -> None:
    random = np.random.default_rng(pieces)
    attention = random.random((HEADS, pieces, pieces), dtype=np.float32) ** 8
    attention /= attention.sum(-1, keepdims=True)
    spans = np.zeros((mentions, pieces), dtype=np.float32)
    for row in spans:  # some overlap, some stand inside others
        a = int(random.integers(pieces))
        b = min(pieces, a + int(random.integers(1, 5)))
        row[a:b] = 1 / (b - a)
    given = {
        "states": random.standard_normal((pieces, WIDTH), dtype=np.float32),
        "attention": attention,
        "spans": spans,
        "kinds": random.integers(24, size=mentions),
        "subjects": random.integers(mentions, size=count),
        "objects": random.integers(mentions, size=count),
        "gaps": random.integers(25, size=count),
    }
    with torch.no_grad():
        expected = pairs(*(torch.from_numpy(array) for array in given.values())).numpy()
    (found,) = session.run(None, given)
    assert expected.std() > 0.5
    assert np.abs(found - expected).max() <= 1e-4
