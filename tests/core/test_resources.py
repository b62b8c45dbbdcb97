from __future__ import annotations

import sys
from pathlib import Path

import pytest

from playground.core import resources
from playground.core.resources import resource


def test_a_checkout_has_the_scenarios() -> None:
    assert resource("scenarios").is_dir()
    assert resource("scenarios", "sandbox.json").is_file()


def test_what_is_missing_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=r"resources/no/such\.thing"):
        resource("no", "such.thing")


def test_a_wheel_has_its_own_and_never_looks_first_beside_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site-packages" / "playground"
    for folder in (package / "_resources", package.parent / "resources"):
        folder.mkdir(parents=True)
        (folder / "a.txt").write_text(folder.name)
    monkeypatch.setattr(resources, "PACKAGE", package)
    assert resource("a.txt").read_text() == "_resources"


@pytest.mark.parametrize("place", ["playground/_resources", "resources"])
def test_a_frozen_build_has_them_where_it_was_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    (tmp_path / place / "icons").mkdir(parents=True)
    (tmp_path / place / "icons" / "x.svg").write_text("<svg/>")
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert resource("icons", "x.svg") == tmp_path / place / "icons" / "x.svg"
