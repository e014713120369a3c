"""The examples of a systemd unit and of a container file: well-formed, and of settings and commands that exist."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import kg
from kg.cli import COMMANDS
from kg.settings import Settings

DEPLOY = Path(kg.__file__).parent / "deploy"
UNIT = DEPLOY / "newsgraph.service"
CONTAINER = DEPLOY / "Containerfile"
FIELDS = {f"KG_{name.upper()}": name for name in Settings.model_fields}


def unit_of(path: Path) -> dict[str, list[tuple[str, str]]]:
    """Section → its settings in order, as systemd.syntax(7) has them."""
    sections: dict[str, list[tuple[str, str]]] = {}
    current: list[tuple[str, str]] | None = None
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith(("#", ";")):
            continue
        if header := re.fullmatch(r"\[(\w+)\]", line):
            current = sections.setdefault(header[1], [])
            continue
        setting = re.fullmatch(r"([A-Z]\w*)=(.*)", line)
        assert setting, f"line {number}: {line}"
        assert current is not None
        current.append((setting[1], setting[2]))
    return sections


def instructions_of(path: Path) -> list[tuple[str, str]]:
    """The instructions of a container file, its continued lines joined."""
    text = "\n".join(line for line in path.read_text("utf-8").splitlines() if not line.startswith("#"))
    lines = re.sub(r"\\\n\s*", " ", text).splitlines()
    return [(line.partition(" ")[0], line.partition(" ")[2].strip()) for line in lines if line.strip()]


def test_the_unit_is_well_formed() -> None:
    sections = unit_of(UNIT)
    assert list(sections) == ["Unit", "Service", "Install"]
    service = dict(sections["Service"])
    assert service["ExecStart"].split()[1] in COMMANDS
    assert int(service["TimeoutStopSec"]) > Settings().shutdown_grace_s


def test_settings_of_the_examples_exist_and_are_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    of_unit = [value for name, value in unit_of(UNIT)["Service"] if name == "Environment"]
    of_container = [part for name, value in instructions_of(CONTAINER) if name == "ENV" for part in value.split()]
    assert of_unit
    assert of_container
    for given in (of_unit, of_container):
        for pair in given:
            name, _, value = pair.partition("=")
            assert name in FIELDS
            monkeypatch.setenv(name, value)
        settings = Settings()
        assert settings.log_format == "json"
        assert settings.port == 8000
    for path in (UNIT, CONTAINER):
        assert set(re.findall(r"KG_[A-Z_]+", path.read_text("utf-8"))) <= FIELDS.keys()


def test_the_container_file_has_known_instructions_and_runs_the_service() -> None:
    instructions = instructions_of(CONTAINER)
    known = {
        "FROM",
        "RUN",
        "COPY",
        "USER",
        "WORKDIR",
        "VOLUME",
        "ENV",
        "EXPOSE",
        "STOPSIGNAL",
        "HEALTHCHECK",
        "ENTRYPOINT",
        "CMD",
    }
    assert {name for name, _ in instructions} <= known
    assert instructions[0][0] == "FROM"
    assert dict(instructions)["ENTRYPOINT"] == '["kg"]'
    assert dict(instructions)["CMD"] == '["serve"]'
    assert dict(instructions)["USER"] == "newsgraph"  # not root


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    unit.write_text(re.sub(r"^ExecStart=.*", "ExecStart=/bin/true", UNIT.read_text("utf-8"), flags=re.MULTILINE))
    run = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True)
    assert [line for line in run.stderr.splitlines() if str(unit) in line] == []
