"""Keys and the address of a running service."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from kg.access import KeyRing, ServiceAddress
from kg.errors import WorkspaceError


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_key_opens_and_is_kept_only_as_a_hash(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    secret = ring.add("newsroom")
    assert ring.admits(secret)
    assert not ring.admits(secret + "x")
    assert not ring.admits("")
    assert secret not in (tmp_path / "keys.json").read_text()
    assert _mode(tmp_path / "keys.json") == 0o600


def test_a_revoked_key_stops_working_at_once(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    secret = ring.add("newsroom")
    KeyRing(tmp_path).revoke("newsroom")
    assert not ring.admits(secret)
    with pytest.raises(WorkspaceError, match="no key named newsroom"):
        ring.revoke("newsroom")


def test_two_keys_cannot_share_a_name(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    ring.add("newsroom")
    with pytest.raises(WorkspaceError, match="already"):
        ring.add("newsroom")


def test_keys_from_the_environment_open_too() -> None:
    ring = KeyRing(None, further=["from-the-environment"])
    assert ring
    assert ring.admits("from-the-environment")
    assert not KeyRing(None)


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
