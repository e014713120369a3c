"""Serve a workspace over HTTP until told to stop."""

from __future__ import annotations

import ipaddress
import logging
import os
import signal
import socket
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

import uvicorn

from kg.access import ServiceAddress, new_token
from kg.api.app import create_app
from kg.api.service import Service
from kg.errors import KgError
from kg.settings import Settings
from kg.types import Extractor
from kg.workspace import Workspace

__all__ = ["is_loopback", "serve"]

log = logging.getLogger(__name__)

BACKLOG = 512
GRACE_S = 5  # for answers under way, when told to stop


def serve(
    workspace: Workspace,
    settings: Settings,
    *,
    load: Callable[[], Extractor],
    ready: Callable[[str], None] = lambda url: None,
) -> None:
    """Serve until SIGINT or SIGTERM. `ready` is called with the address once requests are answered.

    Raises KgError when the address cannot be bound, or is public while no key protects the writing routes.
    """
    token = new_token()
    service = Service(workspace, settings, token=token, load=load)
    if not is_loopback(settings.host) and not _has_key(service):
        raise KgError(
            f"{settings.host} can be reached from other machines, and no key protects the routes that write",
            hint="make a key with kg key, or set KG_API_KEY; or bind 127.0.0.1",
        )
    listener = _bind(settings.host, settings.port)
    host, port = listener.getsockname()[:2]
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
    address = ServiceAddress(url, token, os.getpid())
    config = uvicorn.Config(
        create_app(service),
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        ws="none",
        timeout_graceful_shutdown=GRACE_S,
    )
    before = signal.signal(signal.SIGTERM, _leave)  # uvicorn raises the signal again when it is done
    try:
        with listener:
            _Server(config, started_=lambda: _announce(workspace, address, ready)).run(sockets=[listener])
    finally:
        if workspace.folder is not None:
            address.remove(workspace.folder)
        signal.signal(signal.SIGTERM, before)


def is_loopback(host: str) -> bool:
    """Whether an address is reached from this machine only; a name is, if all its addresses are.

    >>> is_loopback("127.0.0.1"), is_loopback("0.0.0.0")
    (True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        pass
    try:
        found = {info[4][0] for info in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    return all(ipaddress.ip_address(str(address).partition("%")[0]).is_loopback for address in found)


class _Server(uvicorn.Server):
    """uvicorn's server, which says when it has started."""

    def __init__(self, config: uvicorn.Config, *, started_: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = started_

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce()


def _has_key(service: Service) -> bool:
    """Whether somebody but this machine's commands may write: the local token does not count."""
    return bool(service.settings.api_key or service.keys.list())


def _announce(workspace: Workspace, address: ServiceAddress, ready: Callable[[str], None]) -> None:
    if workspace.folder is not None:
        address.write(workspace.folder)
    ready(address.url)


def _bind(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise KgError(
            f"cannot listen on {host}:{port}: {error.strerror or error}",
            hint="take another --port, or 0 for a free one",
        ) from error


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)
