"""The gallery: every state as a picture, light and dark, at 100 % and 200 %.

`PLAYGROUND_GALLERY` names another folder for it than out/gallery. The pictures are for people; what
can be said of them without looking is asserted here.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.gallery import page
from tests.gallery.states import STATES
from tests.processes import environment, kill, start

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("PLAYGROUND_GALLERY") or ROOT / "out" / "gallery")
KINDS = ("light-100", "dark-100", "light-200", "dark-200")
PYTHON = (sys.executable, "-W", "error")

LIMIT = 1800
"""Seconds for all pictures on a machine that has other things to do; alone they take 40."""

Rows = list[dict[str, Any]]

pytestmark = pytest.mark.timeout(LIMIT + 20)


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """What is in each picture and what is wrong with it. One process for each scale factor, side
    by side."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    home = str(tmp_path_factory.mktemp("gallery"))
    command = (*PYTHON, "-m", "tests.gallery.shoot")
    photographers = [
        start(str(FOLDER), env=environment(QT_SCALE_FACTOR=factor, HOME=home), command=command)
        for factor in ("1", "2")
    ]
    rows: Rows = []
    try:
        for photographer in photographers:
            out, err = photographer.communicate(timeout=LIMIT)
            assert photographer.returncode == 0, err
            rows += json.loads(out.strip().split("\n")[-1])
    finally:
        for photographer in photographers:
            if photographer.poll() is None:
                kill(photographer)
    page.write(FOLDER, rows)
    return rows


@pytest.mark.parametrize("state", [state.name for state in STATES])
def test_a_state_can_be_seen(state: str, gallery: Rows) -> None:
    shots = {row["kind"]: row for row in gallery if row["state"] == state}
    assert set(KINDS) <= set(shots)
    for row in shots.values():
        assert (FOLDER / row["file"]).stat().st_size > 5_000
        assert row["faults"] == [], row["file"]


def test_some_are_also_seen_large_and_in_high_contrast(gallery: Rows) -> None:
    for kind, wanted in (
        ("light-large", {state.name for state in STATES if state.large}),
        ("contrast-100", {state.name for state in STATES if state.contrast}),
    ):
        assert {row["state"] for row in gallery if row["kind"] == kind} == wanted != set()


def test_the_page_shows_every_picture(gallery: Rows) -> None:
    text = (FOLDER / "index.html").read_text(encoding="utf-8")
    assert [row["file"] for row in gallery if f'src="{row["file"]}"' not in text] == []
    assert {path.name for path in FOLDER.glob("*.png")} == {row["file"] for row in gallery}


def test_themes_do_not_look_alike(gallery: Rows) -> None:
    for state in ("done", "refused-key", "servers"):
        light, dark = (FOLDER / f"{state}.{name}-100.png" for name in ("light", "dark"))
        assert light.read_bytes() != dark.read_bytes()
