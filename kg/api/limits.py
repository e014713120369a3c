"""How often a client may ask: a token bucket for each key, else for each address.

The fields RateLimit and RateLimit-Policy are those of draft-ietf-httpapi-ratelimit-headers-11, the problem type is the
one that it registers.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from kg.api.problems import Refusal

__all__ = ["PUBLIC_LIMIT", "RateLimiter", "address_of", "client_of"]

PUBLIC_LIMIT = 600
"""Requests a minute where other machines reach the service and nothing else is said."""

WINDOW_S = 60
MAX_CLIENTS = 50_000  # 10 MB of buckets; beyond, the client unseen for longest begins anew
_CLIENT = "newsgraph.client"


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class RateLimiter:
    """`limit` requests a minute for each client, all at once if it likes; None or 0 for any number.

    Used on the event loop alone.
    """

    def __init__(self, limit: int | None, *, now: Callable[[], float] = time.monotonic) -> None:
        self.limit = limit or 0
        self.refused = 0
        self._now = now
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, client: str) -> Mapping[str, str]:
        """The fields that tell a client how many requests it has left, one having been taken; raises Refusal (429)."""
        if not self.limit:
            return {}
        bucket = self._bucket(client)
        granted = bucket.tokens >= 1
        if granted:
            bucket.tokens -= 1
        per_second = self.limit / WINDOW_S
        full_s = math.ceil((self.limit - bucket.tokens) / per_second)
        fields = {
            "RateLimit-Policy": f'"requests";q={self.limit};w={WINDOW_S}',
            "RateLimit": f'"requests";r={int(bucket.tokens)};t={full_s}',
        }
        if granted:
            return fields
        self.refused += 1
        retry_s = max(1, math.ceil((1 - bucket.tokens) / per_second))
        raise Refusal(
            429,
            f"more than {self.limit} requests a minute",
            hint=f"try again in {retry_s} s, and then more slowly",
            headers={**fields, "Retry-After": str(retry_s)},
            kind="quota-exceeded",
            extra={"violated-policies": ["requests"]},
        )

    def has_room(self, client: str) -> bool:
        """Whether `take` would let the client in."""
        return not self.limit or self._bucket(client).tokens >= 1

    def _bucket(self, client: str) -> _Bucket:
        """A client's bucket, filled for the time that went by."""
        now = self._now()
        bucket = self._buckets.get(client)
        if bucket is None:
            bucket = self._buckets[client] = _Bucket(self.limit, now)
            if len(self._buckets) > MAX_CLIENTS:
                self._buckets.popitem(last=False)
            return bucket
        self._buckets.move_to_end(client)
        bucket.tokens = min(self.limit, bucket.tokens + (now - bucket.at) * self.limit / WINDOW_S)
        bucket.at = now
        return bucket


def client_of(scope: MutableMapping[str, Any], key: str | None = None) -> str:
    """Who asks: the key's name if there is one, else the address; the same for the whole of a request."""
    if _CLIENT not in scope:
        scope[_CLIENT] = f"key {key}" if key is not None else address_of((scope.get("client") or ("",))[0])
    return str(scope[_CLIENT])


@lru_cache(maxsize=4096)
def address_of(host: str) -> str:
    """An address as limits count it: who has an IPv6 address has the 64 bits behind its network too.

    >>> address_of("2001:db8::1:2:3:4") == address_of("2001:db8::5"), address_of("192.0.2.7")
    (True, '192.0.2.7')
    """
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
