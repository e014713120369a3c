"""Shares of requests: the bucket itself, and what clients hear of it."""

from __future__ import annotations

import re

import pytest

from kg.api.limits import RateLimiter, address_of, client_of
from kg.api.problems import Refusal, problem_of


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_client_may_ask_so_often_a_minute_and_then_as_tokens_come() -> None:
    clock = Clock()
    limiter = RateLimiter(60, now=clock)
    for _ in range(60):
        limiter.take("a")
    with pytest.raises(Refusal) as raised:
        limiter.take("a")
    assert limiter.take("b")  # another one has its own
    clock.now += 1.01
    limiter.take("a")
    with pytest.raises(Refusal):
        limiter.take("a")
    assert limiter.refused == 2
    problem = problem_of(raised.value)
    assert (problem.status, problem.headers["Retry-After"]) == (429, "1")
    assert problem.type == "https://iana.org/assignments/http-problem-types#quota-exceeded"
    assert problem.extra["violated-policies"] == ["requests"]


def test_the_fields_tell_policy_rest_and_time() -> None:
    clock = Clock()
    limiter = RateLimiter(120, now=clock)
    limiter.take("a")
    clock.now += 0.5
    fields = [limiter.take("a") for _ in range(10)][-1]
    assert fields["RateLimit-Policy"] == '"requests";q=120;w=60'
    assert re.fullmatch(r'"requests";r=110;t=5', fields["RateLimit"])


@pytest.mark.parametrize("limit", [None, 0])
def test_without_a_limit_nothing_is_counted_or_told(limit: int | None) -> None:
    limiter = RateLimiter(limit)
    assert [limiter.take("a") for _ in range(1000)] == [{}] * 1000


def test_buckets_of_those_long_gone_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.api.limits.MAX_CLIENTS", 10)
    limiter = RateLimiter(5)
    for number in range(1000):
        limiter.take(str(number))
    assert len(limiter._buckets) == 10


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True, id="one network of IPv6"),
        pytest.param("2001:db8:1:2::1", "2001:db8:1:3::1", False, id="two networks of IPv6"),
        pytest.param("192.0.2.1", "192.0.2.2", False, id="two of IPv4"),
        pytest.param("::ffff:192.0.2.1", "192.0.2.1", True, id="IPv4 in IPv6"),
    ],
)
def test_addresses_are_counted_by_network(one: str, other: str, same: bool) -> None:
    assert (address_of(one) == address_of(other)) is same


def test_a_key_is_a_client_wherever_it_is_used() -> None:
    scope = {"client": ("192.0.2.1", 1)}
    assert client_of(scope, "newsroom") == client_of({"client": ("192.0.2.2", 2)}, "newsroom")
    assert client_of(scope) == "key newsroom"  # known from then on
