"""What all tests share: --update-golden; properties are not timed."""

from __future__ import annotations

import pytest
from hypothesis import settings

# Machines are noisy: how long an example takes says nothing about the property. And a run says something about the change, not about its
# luck: the examples are the same ones until the test changes. To look for new ones: pytest --hypothesis-profile=search
settings.register_profile("newsgraph", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None)
settings.load_profile("newsgraph")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden files; review the diff")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be rewritten."""
    return bool(request.config.getoption("--update-golden"))
