"""The gallery: every state as a picture, light and dark, at 100 % and 200 %.

`PLAYGROUND_GALLERY` names another folder for it than out/gallery. The pictures are for people; what
can be said of them without looking is asserted here.
"""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from tests.gallery import page
from tests.gallery.states import STATES
from tests.processes import environment, kill, start

MODULE = sys.modules[__name__]
ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("PLAYGROUND_GALLERY") or ROOT / "out" / "gallery")
QUICK = (("1", "light-100"), ("1", "dark-100"))
SLOW = (("2", "light-200"), ("2", "dark-200"), ("1", "contrast-100"), ("1", "light-large"))
"""(scale factor, kind of picture): a process each, two at a time."""
PYTHON = (sys.executable, "-W", "error")

LIMIT = 1800
"""Seconds for all pictures on a machine that has other things to do; alone they take 60."""

Rows = list[dict[str, Any]]

pytestmark = pytest.mark.timeout(2 * LIMIT + 20)


@pytest.fixture(scope="module")
def gallery(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """What is in each picture and what is wrong with it; those at other sizes only where slow tests
    run. Of several processes that run tests the first to come takes the pictures for all."""
    slow = any(
        "slow" in item.keywords
        for item in request.session.items
        if getattr(item, "module", None) is MODULE
    )
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    finished = shared / "gallery.json"
    try:
        (shared / "gallery.lock").touch(exist_ok=False)
    except FileExistsError:
        return _awaited(finished)
    rows: Rows | None = None
    try:
        rows = _taken(
            [*QUICK, *SLOW] if slow else [*QUICK], str(tmp_path_factory.mktemp("gallery"))
        )
    finally:  # nobody waits for pictures that could not be taken
        finished.with_suffix(".part").write_text(json.dumps(rows))
        finished.with_suffix(".part").replace(finished)
    return rows


def _awaited(finished: Path) -> Rows:
    end = monotonic() + 2 * LIMIT
    while not finished.exists():
        assert monotonic() < end, "whoever takes the pictures does not come back"
        sleep(0.2)
    rows: Rows | None = json.loads(finished.read_text())
    assert rows is not None, "the pictures could not be taken; another test says why"
    return rows


def _taken(jobs: list[tuple[str, str]], home: str) -> Rows:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    with ThreadPoolExecutor(2) as both:
        rows = [
            row
            for made in both.map(lambda job: _photographed(job[0], job[1], home), jobs)
            for row in made
        ]
    page.write(FOLDER, rows)
    return rows


def _photographed(factor: str, kind: str, home: str) -> Rows:
    command = (*PYTHON, "-m", "tests.gallery.shoot")
    env = environment(QT_SCALE_FACTOR=factor, HOME=home)
    photographer = start(str(FOLDER), "--kinds", kind, env=env, command=command)
    try:
        out, err = photographer.communicate(timeout=LIMIT)
        assert photographer.returncode == 0, err
        rows: Rows = json.loads(out.strip().split("\n")[-1])
        return rows
    finally:
        if photographer.poll() is None:
            kill(photographer)


@pytest.mark.parametrize("state", [state.name for state in STATES])
def test_a_state_can_be_seen(state: str, gallery: Rows) -> None:
    shots = {row["kind"]: row for row in gallery if row["state"] == state}
    assert {kind for _, kind in QUICK} <= set(shots)
    for row in shots.values():
        assert (FOLDER / row["file"]).stat().st_size > 5_000
        assert row["faults"] == [], row["file"]


@pytest.mark.slow
def test_all_are_also_seen_twice_as_fine(gallery: Rows) -> None:
    for kind in ("light-200", "dark-200"):
        assert [row["state"] for row in gallery if row["kind"] == kind] == [s.name for s in STATES]
    assert [row["file"] for row in gallery if row["faults"]] == []


@pytest.mark.slow
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
