"""What holds is found by trying: each attempt does get through where nothing holds it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from playground.core.problem import Failure, Problem
from playground.jail import attempts, means, platform
from playground.jail.limits import Limits
from playground.jail.platform import Begun

linux = pytest.mark.skipif(sys.platform != "linux", reason="the attempts are those of Linux")


class Elsewhere:
    """A system on which nothing can be begun, or nothing be run at all."""

    WAYS = ("magic", "hope")

    def __init__(self, why: str = "") -> None:
        self.why = why

    def lacking(self) -> str:
        return self.why

    def begin(
        self,
        source: str,
        name: str,
        limits: Limits,
        path: Sequence[str],
        *,
        way: str,
        layers: Sequence[str],
        within: Path | None,
    ) -> Begun:
        raise Failure(Problem(title="No.", detail=f"{way} is not at home"))

    def remove(self, folder: Path) -> None:
        raise AssertionError


@linux
def test_every_attempt_gets_through_where_nothing_holds_it(tmp_path: Path) -> None:
    planted = tmp_path / "planted"
    planted.write_text("planted")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        told = {
            "planted": str(planted),
            "port": listener.getsockname()[1],
            "pid": os.getpid(),
            "memory": 1 << 20,
            "environment": [],
        }
        done = subprocess.run(
            [sys.executable, attempts.__file__],
            input=json.dumps(told),
            capture_output=True,
            text=True,
            pass_fds=[listener.fileno()],
            check=True,
            timeout=200,
        )
    through = set(json.loads(done.stdout)["through"])
    assert through == set(means.THROUGH) - ({"root"} if os.geteuid() else set())
    assert not planted.exists()


def test_every_attempt_has_its_words() -> None:
    assert [one.__name__ for one in attempts.ATTEMPTS if one.__name__ not in means.THROUGH] == []


def test_it_is_tried_once() -> None:
    assert means.tried() is means.tried()


@linux
def test_what_is_found_says_what_it_is() -> None:
    found = means.tried()
    assert found.words.endswith(".")
    assert bool(found.way) == bool(found.layers)
    if found.way:
        assert "Landlock" in found.layers or "namespaces" in found.layers
        assert found.words.startswith("It runs as ")


def test_each_way_says_why_not(monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = Elsewhere()
    monkeypatch.setattr("playground.jail.process.system", lambda: elsewhere)
    found = means.of(elsewhere, elsewhere.WAYS)
    assert (found.way, found.layers, found.several) == ("", (), False)
    assert found.words == (
        "Nothing here holds it for certain (magic: magic is not at home; "
        "hope: hope is not at home)."
    )


def test_where_there_is_no_python() -> None:
    found = means.of(Elsewhere("There is no Python."), ("magic",))
    assert (found.way, found.words) == ("", "There is no Python.")


def test_a_way_by_which_something_gets_through_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(means, "_trial", lambda way: (("a fence",), ["network", "root"]))
    found = means.of(Elsewhere(), ("hope",))
    assert (found.way, found.layers) == ("", ())
    assert "hope: it reached the network, it was still root" in found.words


def test_another_system_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert platform.system() is None
    assert means._tried.__wrapped__().words == (
        "On this system nothing is known yet that holds it."
    )


@linux
def test_a_packaged_program_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    found = platform.system()
    assert found is not None
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert means.of(found, found.WAYS).words.startswith("This is a packaged program")
