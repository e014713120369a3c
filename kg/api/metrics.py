"""What the service counts, for Prometheus: `/metrics` in the text format of prometheus-client.

Counters that others keep anyway (the query pool's, the cache's) are read when they are asked for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

__all__ = ["CONTENT_TYPE", "Metrics", "Reading"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
PREFIX = "newsgraph"


@dataclass(frozen=True, slots=True)
class Reading:
    """A number that is read at the time of asking; `label` names the label of those in `values`."""

    name: str
    help: str
    values: Callable[[], float | Mapping[str, float]]
    label: str | None = None
    counter: bool = False


class Metrics:
    """The metrics of one service, in a registry of their own: two services in one process do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.requests = Counter(
            f"{PREFIX}_http_requests", "Requests", ("method", "route", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            f"{PREFIX}_http_request_seconds",
            "Time from the request to the end of its answer",
            ("route",),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._observed: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self.under_way = Gauge(f"{PREFIX}_http_requests_under_way", "Requests being answered", registry=self.registry)
        self.articles = Counter(
            f"{PREFIX}_articles",
            "Articles sent to the service, by what came of them",
            ("outcome",),
            registry=self.registry,
        )
        self.reading = Histogram(
            f"{PREFIX}_article_seconds",
            "Time to read an article into the graph",
            buckets=BUCKETS,
            registry=self.registry,
        )

    def observe(self, method: str, route: str, status: int, begun: float) -> None:
        """Count a request that is done; `begun` is in monotonic seconds."""
        key = _method(method), route, status
        if (found := self._observed.get(key)) is None:
            found = self.requests.labels(key[0], route, str(status)), self.seconds.labels(route)
            self._observed[key] = found
        counter, seconds = found
        counter.inc()
        seconds.observe(time.monotonic() - begun)

    def read(self, readings: Iterable[Reading]) -> None:
        """Show further numbers, read when they are asked for."""
        self.registry.register(_Readings(tuple(readings)))

    def exposition(self) -> bytes:
        """All of them, in Prometheus' text format."""
        return generate_latest(self.registry)


class _Readings(Collector):
    """Readings as prometheus-client collects them."""

    def __init__(self, readings: tuple[Reading, ...]) -> None:
        self._readings = readings

    def collect(self) -> Iterable[Metric]:
        """Read each number now."""
        for reading in self._readings:
            family = (CounterMetricFamily if reading.counter else GaugeMetricFamily)(
                f"{PREFIX}_{reading.name}", reading.help, labels=[reading.label] if reading.label else []
            )
            found = reading.values()
            if isinstance(found, Mapping):
                for value, number in sorted(found.items()):
                    family.add_metric([value], number)
            else:
                family.add_metric([], found)
            yield family


def _method(method: str) -> str:
    """The method, if it is one that is known: labels must not grow with what strangers send."""
    return method if method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH") else "other"
