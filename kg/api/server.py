"""Serve a workspace over HTTP until told to stop."""

from __future__ import annotations

import gc
import ipaddress
import logging
import os
import signal
import socket
import time
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

import uvicorn

from kg.access import KeyScope, ServiceAddress, new_token
from kg.api.app import create_app, create_plain_app
from kg.api.connections import connection_limit, limited
from kg.api.express import Express
from kg.api.middleware import Envelope
from kg.api.pages import prepare
from kg.api.service import GraphService, Service
from kg.errors import KgError
from kg.settings import Settings
from kg.types import Extractor
from kg.workspace import Workspace
from kg.workspace.plain import PlainStore

__all__ = ["is_loopback", "serve", "serve_plain"]

log = logging.getLogger(__name__)

BACKLOG = 1024
CLOSING_S = 1  # for connections to close, once the requests under way have had their time


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
    loopback = is_loopback(settings.host)
    if not loopback and not _has_key(service):
        service.writer.close()
        raise KgError(
            f"{settings.host} can be reached from other machines, and no key protects the routes that write",
            hint="make a key with kg key create, or set KG_API_KEY; or bind 127.0.0.1",
        )
    listener, url = _bind(settings.host, settings.port)
    address = ServiceAddress(url, token, os.getpid())

    def announce() -> None:
        if workspace.folder is not None:
            address.write(workspace.folder)
        ready(url)

    try:
        _run(create_app(service, loopback=loopback), service, listener, announce)
    finally:
        if workspace.folder is not None:
            address.remove(workspace.folder)


def serve_plain(
    location: str, settings: Settings, *, ready: Callable[[str, bool], None] = lambda url, writable: None
) -> None:
    """Serve an ordinary store, in a directory or `memory:`, until SIGINT or SIGTERM.

    Its base IRI is KG_BASE_IRI, else its address. `ready` is called with the address, and whether a key lets anybody
    write. Raises KgError when the store cannot be opened or the address cannot be bound.
    """
    listener, url = _bind(settings.host, settings.port)
    with listener:
        base = settings.base_iri if "base_iri" in settings.model_fields_set else url
        with PlainStore(location, base=base) as store:
            service = GraphService(store, settings)
            app = create_plain_app(service, loopback=is_loopback(settings.host))
            _run(app, service, listener, lambda: ready(url, bool(service.keys)))


def _run(app: Envelope, service: GraphService, listener: socket.socket, announce: Callable[[], None]) -> None:
    """Run uvicorn on a socket until told to stop."""
    settings = service.settings
    config = uvicorn.Config(
        app,
        http=limited(connection_limit(settings.max_connections), Express(app.answer_now)),
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        ws="none",
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=CLOSING_S,
    )
    before = signal.signal(signal.SIGTERM, _leave)  # uvicorn raises the signal again when it is done
    try:
        with listener:
            _Server(config, service, started_=announce).run(sockets=[listener])
    finally:
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
    """uvicorn's server, which says when it has started, and gives what runs its time when it is told to stop.

    Meanwhile it goes on listening, so that who comes hears 503 and when to come again, and not nothing. A second signal
    ends it at once.
    """

    def __init__(self, config: uvicorn.Config, service: GraphService, *, started_: Callable[[], None]) -> None:
        super().__init__(config)
        self._service = service
        self._announce = started_
        self._until = 0.0

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            prepare()
            gc.freeze()  # what was loaded stays: each full collection went through it, for 50 to 80 ms of some request
            self._announce()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._service.stopping:
            super().handle_exit(sig, frame)
            self.should_exit = True
            return
        self._captured_signals.append(sig)  # raised again at the end
        self._until = time.monotonic() + self._service.settings.shutdown_grace_s
        self._service.stopping = True
        log.info("stopping: %d requests under way", len(self.server_state.tasks))

    async def on_tick(self, counter: int) -> bool:
        if self._service.stopping and (not self.server_state.tasks or time.monotonic() > self._until):
            self.should_exit = True
        return await super().on_tick(counter)


def _has_key(service: Service) -> bool:
    """Whether somebody but this machine's commands may write: the local token does not count."""
    return bool(service.settings.api_key or any(key.scope.reaches(KeyScope.WRITE) for key in service.keys.list()))


def _bind(host: str, port: int) -> tuple[socket.socket, str]:
    """A listening socket and its URL. Raises KgError."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise KgError(
            f"cannot listen on {host}:{port}: {error.strerror or error}",
            hint="take another --port, or 0 for a free one",
        ) from error
    bound, number = listener.getsockname()[:2]
    return listener, f"http://{f'[{bound}]' if ':' in bound else bound}:{number}/"


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)
