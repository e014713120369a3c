"""Keys and the address of a running service."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kg.access import KeyRing, KeyScope, ServiceAddress
from kg.errors import WorkspaceError


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_key_opens_and_is_kept_only_as_a_hash(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    secret = ring.add("newsroom")
    holder = ring.holder(secret)
    assert holder is not None
    assert (holder.name, holder.scope, holder.expires) == ("newsroom", KeyScope.WRITE, None)
    assert ring.holder(secret + "x") is None
    assert ring.holder("") is None
    assert secret not in (tmp_path / "keys.json").read_text()
    assert _mode(tmp_path / "keys.json") == 0o600


def test_a_revoked_key_stops_working_at_once(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    secret = ring.add("newsroom")
    KeyRing(tmp_path).revoke("newsroom")
    assert ring.holder(secret) is None
    with pytest.raises(WorkspaceError, match="no key named newsroom"):
        ring.revoke("newsroom")


def test_two_keys_cannot_share_a_name(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    ring.add("newsroom")
    with pytest.raises(WorkspaceError, match="already"):
        ring.add("newsroom")


def test_keys_from_the_environment_open_too() -> None:
    ring = KeyRing(None, {"(environment)": "from-the-environment"})
    assert ring
    holder = ring.holder("from-the-environment")
    assert holder is not None
    assert (holder.scope, holder.given) == (KeyScope.ADMIN, True)
    assert not KeyRing(None)


def test_a_key_has_a_scope_and_an_end(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    now = datetime.now(UTC)
    secret = ring.add("dashboard", scope=KeyScope.READ, expires=now + timedelta(days=2))
    holder = KeyRing(tmp_path).holder(secret)
    assert holder is not None
    assert holder.scope is KeyScope.READ
    assert not holder.has_expired(now)
    assert holder.has_expired(now + timedelta(days=3))


def test_keys_made_at_the_same_time_are_all_kept(tmp_path: Path) -> None:
    def make(number: int) -> None:
        while True:
            with contextlib.suppress(WorkspaceError):  # another one is changing the keys
                KeyRing(tmp_path).add(f"key {number}")
                return
            time.sleep(0.01)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(make, range(16)))
    assert {key.name for key in KeyRing(tmp_path).list()} == {f"key {number}" for number in range(16)}


def test_the_service_address_is_private_and_goes_with_the_service(tmp_path: Path) -> None:
    address = ServiceAddress("http://127.0.0.1:1", "token", os.getpid())
    address.write(tmp_path)
    assert _mode(tmp_path / "service.json") == 0o600
    assert ServiceAddress.read(tmp_path) == address
    ServiceAddress("http://127.0.0.1:2", "other", 1).remove(tmp_path)
    assert ServiceAddress.read(tmp_path) == address
    address.remove(tmp_path)
    assert ServiceAddress.read(tmp_path) is None


def test_a_damaged_key_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [{"nonsense": 1}]}))
    with pytest.raises(WorkspaceError, match=r"keys\.json"):
        KeyRing(tmp_path).list()
