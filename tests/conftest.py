"""What holds for every test: no network, no real home, no real keyring, and nothing unexpected.

A log record of WARNING or above, a Qt warning or a Python warning fails the test in which it comes.
"""

from __future__ import annotations

import gc
import logging
import os
import socket
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

pytest_plugins = ("tests.loop", "tests.window")

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"

settings.register_profile("untimed", settings(), deadline=None)
settings.load_profile("untimed")

ALLOWED = ("This plugin does not support",)
"""What the offscreen platform says of itself."""


def pytest_configure(config: pytest.Config) -> None:
    for name in list(os.environ):
        if name.upper().endswith("_PROXY") or (
            name.startswith("OPENAI_") or name.endswith("_API_KEY")
        ):
            del os.environ[name]


def pytest_collection_finish() -> None:
    # Thousands of tests that wait are looked through by every full collection, and some tests ask
    # for one. They stay until the end anyhow.
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_report_to_serializable() -> Generator[None, Any, Any]:
    """What a test printed may hold half a surrogate pair, which cannot go to another process."""
    return _encodable((yield))


def _encodable(value: Any) -> Any:
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode()
        case dict():
            return {_encodable(name): _encodable(one) for name, one in value.items()}
        case list() | tuple():
            return type(value)(map(_encodable, value))
        case _:
            return value


@pytest.fixture(autouse=True)
def a_home_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only loopback answers; anything else is an error that says so."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = str(address[0])
            if not (host.startswith("127.") or host in ("::1", "localhost")):
                raise OSError(f"tests do not reach {host}")
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)


class Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(autouse=True)
def nothing_unexpected(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that expects a log record uses `caplog` and says so by the marker `logs`."""
    kept = Kept()
    logging.getLogger().addHandler(kept)
    yield
    logging.getLogger().removeHandler(kept)
    if request.node.get_closest_marker("logs") is None:
        said = [
            record.getMessage()
            for record in kept.records
            if not record.getMessage().startswith(ALLOWED)
        ]
        assert said == []
