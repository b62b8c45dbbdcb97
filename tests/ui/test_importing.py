"""Recordings come into the window from files and go out of it, and long work can be ended."""

from __future__ import annotations

import asyncio
import json
import random
import threading
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from playground.core.problem import Problem
from playground.core.resources import resource
from playground.endpoints import BY_ID
from playground.export import EXPORTERS, jsonl, reading
from playground.export.progress import Progress
from playground.ui.inspector import PAGES
from playground.ui.widgets.exports import ExportButton
from playground.ui.widgets.notice import NoticeBar
from playground.ui.widgets.progressnotice import PATIENCE, ProgressNotice
from tests.driver import Driver
from tests.loop import until
from tests.ui.conftest import Patient
from tests.window import Opening

DEMO = resource("demos", "weather-desk.jsonl")


def notices(driver: Driver, kind: type[Any]) -> list[Any]:
    return [one for one in driver.window.findChildren(kind) if not one.isHidden()]


def drop(driver: Driver, path: Path) -> bool:
    """Drag a file over the window and let it go; whether it was taken."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    plain = Qt.KeyboardModifier.NoModifier
    entered = QDragEnterEvent(QPoint(5, 5), copy, mime, left, plain)
    entered.ignore()
    QApplication.sendEvent(driver.window, entered)
    if entered.isAccepted():
        dropped = QDropEvent(QPointF(5, 5), copy, mime, left, plain)
        QApplication.sendEvent(driver.window, dropped)
    return entered.isAccepted()


def test_a_notice_of_long_work_comes_late_and_goes_with_it(qtbot: Patient) -> None:
    progress = Progress()
    notice = ProgressNotice("Reading a.jsonl", progress)
    qtbot.addWidget(notice)
    notice._timer.stop()
    assert notice.bar.maximum() == 0  # nobody knows how far it is
    progress.at(1, 4)
    for _ in range(PATIENCE - 1):
        notice.look()
    assert notice.isHidden()
    notice.look()
    assert notice.isVisible()
    assert notice.bar.value() / notice.bar.maximum() == 0.25
    notice.cancel.click()
    assert progress.cancelled and not notice.cancel.isEnabled()
    progress.over = True
    with qtbot.waitSignal(notice.destroyed):
        notice.look()


def test_a_dropped_recording_is_kept_and_shown(
    loop: asyncio.AbstractEventLoop, opening: Opening, tmp_path: Path
) -> None:
    async def work() -> None:
        async with opening() as driver:
            path = tmp_path / "some.jsonl"
            path.write_bytes(DEMO.read_bytes()[:20_000])
            before = driver.desk.session
            assert not drop(driver, path.with_suffix(".pdf"))
            assert drop(driver, path)
            await until(lambda: driver.desk.run)
            session, whole = driver.desk.session, jsonl.read(DEMO.read_bytes(), BY_ID)
            assert session is not before and driver.desk.run is not None
            assert driver.desk.run.id == whole.id and session.call.tools == []
            assert driver.desk.run.transcript.outcome == "truncated"
            assert not driver.app.workspace.running
            await until(lambda: notices(driver, NoticeBar))
            (bar,) = notices(driver, NoticeBar)
            assert bar.accessibleName().startswith("some.jsonl was read in part: ")
            kept = await driver.app.sessions.run(whole.id)
            assert kept.recording.events == driver.desk.run.recording.events

    loop.run_until_complete(work())


def test_reading_and_writing_can_be_ended(
    loop: asyncio.AbstractEventLoop,
    opening: Opening,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, go = threading.Event(), threading.Event()
    opened = reading.opened

    def slow(path: Path, endpoints: Any, progress: Progress) -> Any:
        begun.set()
        assert go.wait(200)
        return opened(path, endpoints, progress)

    async def work() -> None:
        async with opening() as driver:
            driver.shell.importing.read([DEMO])
            await until(lambda: driver.desk.run)
            run, session = driver.desk.run, driver.desk.session
            assert run is not None
            monkeypatch.setattr(reading, "opened", slow)
            driver.shell.importing.read([DEMO])
            await until(begun.is_set)
            await until(lambda: notices(driver, ProgressNotice))
            (notice,) = notices(driver, ProgressNotice)
            assert notice.accessibleName() == "Reading weather-desk.jsonl"
            notice.cancel.click()
            go.set()
            await until(lambda: not driver.desk.tasks._running)
            assert driver.desk.session is session
            assert len(await driver.app.sessions.list()) == 1

            button = driver.window.findChild(ExportButton)
            assert button is not None
            titles = [action.text() for action in button.menu().actions()]
            for exporter in EXPORTERS:
                assert f"Save as {exporter.title}…" in titles
                path = tmp_path / f"run{exporter.suffix}"
                button.write(exporter, run, path)
                await until(lambda: not driver.desk.tasks._running)
                assert path.stat().st_size > 100
            assert reading.read((tmp_path / "run.jsonl").read_bytes(), BY_ID).id == run.id

            old = (tmp_path / "run.har").read_bytes()
            driver.desk.busy.connect(lambda _, progress: setattr(progress, "cancelled", True))
            button.write(EXPORTERS[2], run, tmp_path / "run.har")
            await until(lambda: not driver.desk.tasks._running)
            assert (tmp_path / "run.har").read_bytes() == old
            assert not list(tmp_path.glob(".*"))

    loop.run_until_complete(work())


HOSTILE: tuple[Any, ...] = (
    None, -1, 1e308, "", "x" * 300, "\u202e\x00", "\ud83d", [], [[]], {}, {"a": []}, True, ["a"],
)  # fmt: skip


def changed(value: Any, chance: random.Random, share: float) -> Any:
    """A value in which some are something else."""
    if chance.random() < share:
        return chance.choice(HOSTILE)
    if isinstance(value, dict):
        return {name: changed(one, chance, share) for name, one in value.items()}
    return [changed(one, chance, share) for one in value] if isinstance(value, list) else value


def made_up(seed: int) -> bytes:
    """A recording in which somebody has changed much, so that each line of it is still JSON."""
    chance = random.Random(seed)
    rows = [json.loads(line) for line in DEMO.read_bytes().splitlines()]
    head, *events = rows
    head["call"]["fields"] |= {name: chance.choice(HOSTILE) for name in ("temperature", "text")}
    head["input"] = [changed(one, chance, 0.1) for one in head["input"] if isinstance(one, dict)]
    for row in events:
        if row["kind"] != "sse":
            row["raw"] = json.dumps(changed(json.loads(row["raw"]), chance, 0.1))
        elif chance.random() < 0.3:
            name, _, data = row["raw"].partition("data: ")
            text = json.dumps(changed(json.loads(data), chance, 0.1))
            row["raw"] = f"{name}data: {text}\n\n"
    return b"\n".join(json.dumps(row).encode() for row in rows) + b"\n"


def test_whatever_somebody_wrote_into_a_recording_every_view_shows_it(
    loop: asyncio.AbstractEventLoop, opening: Opening, tmp_path: Path
) -> None:
    async def work() -> None:
        async with opening() as driver:
            met: list[Problem] = []
            driver.desk.problem_met.connect(met.append)
            for seed in range(3):
                path = tmp_path / f"{seed}.jsonl"
                path.write_bytes(made_up(seed))
                driver.shell.importing.read([path])
                await until(lambda: not driver.desk.tasks._running)
                assert driver.desk.run is not None
                assert len(driver.desk.run.recording) > 50
                for page in range(len(PAGES)):
                    driver.inspector.tabs.pick(page)
                    await asyncio.sleep(0)
                for panel in ("structured", "tools", "chat"):
                    driver.window.show_panel(panel)
                    await asyncio.sleep(0)
                driver.desk.clock.look()
            assert len(await driver.app.sessions.list()) == 3
            assert [problem.title for problem in met if problem.bug] == []

    loop.run_until_complete(work())
