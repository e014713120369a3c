"""Which names a service answers to: a page whose name was pointed at this machine must not read it (DNS rebinding).

A browser lets a page ask its own origin. Once the name of that origin resolves to 127.0.0.1, the page reaches whatever
listens there, and only the Host header tells. So a service on loopback answers to this machine's own names alone.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from kg.api.problems import Refusal

__all__ = ["host_check"]


def host_check(bound: str, base: str, further: Iterable[str], *, loopback: bool) -> Callable[[str | None], None]:
    """A function that raises Refusal (421) for a Host header that names somebody else.

    Allowed are this machine's own names, the host of the base IRI, and `further` (`*`: any). Where other machines reach
    the service, it is `further` that turns the check on: nobody knows the names under which they do.
    """
    more = {name.lower() for name in further}
    if "*" in more or (not loopback and not more):
        return lambda host: None
    allowed = more | {"localhost", bound.lower(), (urlsplit(base).hostname or "").lower()}

    def check(host: str | None) -> None:
        """Raise Refusal for a name that is none of ours."""
        if host is None:  # HTTP/1.0; browsers always send one
            return
        name = _name(host)
        if name not in allowed and not _is_loopback(name):
            raise Refusal(
                421,
                f"a request for {host}, which is not a name of this service",
                hint="kg serve --allow-host NAME, or KG_ALLOWED_HOSTS, adds one",
            )

    return check


def _name(host: str) -> str:
    """A Host header without its port.

    >>> _name("[::1]:8000"), _name("Example.org:80"), _name("example.org.")
    ('::1', 'example.org', 'example.org')
    """
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].rstrip(".").lower()


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
