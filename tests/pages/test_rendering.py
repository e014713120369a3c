"""Templates are compiled once for a machine, and where nothing can be kept each time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from kg.api.operation import problem_list
from kg.api.pages import rendering

BASE = "http://localhost:8000/"


@pytest.fixture(autouse=True)
def anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A cache folder of the test's own, and an environment that has read nothing."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(rendering.platformdirs, "user_cache_path", lambda name: tmp_path / "cache" / name)
    rendering._environment.cache_clear()
    yield
    rendering._environment.cache_clear()


def page() -> str:
    return rendering.render("problems.html", BASE, problems=problem_list(None))


def test_compiled_templates_are_kept_for_the_user_alone(tmp_path: Path) -> None:
    first = page()
    (folder,) = (tmp_path / "cache" / "newsgraph").iterdir()
    assert folder.stat().st_mode & 0o077 == 0
    kept = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert kept
    rendering._environment.cache_clear()
    assert page() == first
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == kept, "read, not made anew"


def test_without_a_folder_to_keep_them_pages_are_shown_all_the_same(tmp_path: Path) -> None:
    first = page()
    rendering._environment.cache_clear()
    (tmp_path / "cache" / "newsgraph").rename(tmp_path / "old")
    (tmp_path / "cache" / "newsgraph").write_text("a file where the folder should be")
    assert page() == first


def test_a_folder_that_cannot_be_written_later_does_no_harm(tmp_path: Path) -> None:
    environment = rendering._environment()
    (folder,) = (tmp_path / "cache" / "newsgraph").iterdir()
    folder.rmdir()
    assert environment.get_template("problems.html") is not None


def test_a_folder_that_others_may_write_is_not_read(tmp_path: Path) -> None:
    first = page()
    (folder,) = (tmp_path / "cache" / "newsgraph").iterdir()
    for path in folder.iterdir():
        path.unlink()
    folder.chmod(0o777)
    rendering._environment.cache_clear()
    assert page() == first
    assert list(folder.iterdir()) == []


def test_what_is_only_denied_has_no_modality_of_a_supporting_claim() -> None:
    relation = SimpleNamespace(
        supporting_articles=0,
        supporting_sources=0,
        asserted=False,
        confidence=None,
        first_reported=None,
        last_reported=None,
    )
    strength = rendering._environment().get_template("parts.html").make_module().strength
    relation.claims = (SimpleNamespace(supports=False, modality="stated"),)
    assert 'class="modality' not in strength(relation)
    relation.claims += (SimpleNamespace(supports=True, modality="reported"),)
    assert 'class="modality reported"' in strength(relation)
