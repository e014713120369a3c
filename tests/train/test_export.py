"""The exported graph computes what the network computes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra train")
onnxruntime = pytest.importorskip("onnxruntime")

from kg.train.encoder import HEADS, WIDTH, Network, Pairs  # noqa: E402
from kg.train.export import ACTION_MARGIN, export_encoder, export_pairs  # noqa: E402

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


def test_the_encoder_says_the_same_in_the_graph_at_any_length(tmp_path: Path) -> None:
    torch.manual_seed(6)
    network = Network().eval()
    export_encoder(network, tmp_path / "encoder.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "encoder.onnx"), providers=["CPUExecutionProvider"])
    for length in (3, 60, 256):
        words, shapes = torch.randn(1, length, WIDTH), torch.randint(7, (1, length))
        with torch.no_grad():
            states, attention = network.encode(words, shapes)
            names, nominals, triggers, types = network.tag(states)
            triggers = torch.maximum(triggers, network.tag_as_others(states)[1] - ACTION_MARGIN)
            expected = (states, attention, names, nominals, triggers, types)
        found = session.run(None, {"words": words.numpy(), "shapes": shapes.numpy()})
        for one, other in zip(expected, found, strict=True):
            assert one.shape == other.shape
            assert np.abs(one.numpy() - other).max() <= 1e-4


def test_padding_changes_nothing() -> None:
    torch.manual_seed(7)
    network = Network().eval()
    words, shapes = torch.randn(2, 30, WIDTH), torch.randint(7, (2, 30))
    mask = torch.zeros(2, 1, 1, 30)
    mask[1, ..., 20:] = -1e4
    with torch.no_grad():
        states, attention = network.encode(words, shapes, mask)
        alone, of_alone = network.encode(words[1:, :20], shapes[1:, :20])
    assert (states[1, :20] - alone[0]).abs().max() <= 1e-4
    assert (attention[1, :, :20, :20] - of_alone[0]).abs().max() <= 1e-5
    assert attention[1, :, :20, 20:].abs().max() == 0
