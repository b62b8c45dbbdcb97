"""Files that could not be read are told by name, and together."""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from playground.core.problem import Problem
from playground.ui import refusals
from playground.ui.importing import _files, _recordings
from playground.ui.widgets.notice import MOST, NoticeBar, Notices
from tests.driver import Driver
from tests.loop import until
from tests.window import Opening

WRONG = Problem(title="It is none.", detail="Line 1: " + "x" * 500, remedy="change_request")


def test_one_is_told_by_its_name_and_many_by_a_few_lines() -> None:
    one = refusals.told({Path("/a/b.json"): WRONG}, 3)
    assert (one.title, one.detail, one.remedy) == ("b.json: It is none.", WRONG.detail, "")
    named = Problem(title="b.json is not a file.")
    assert refusals.told({Path("/a/b.json"): named}, 1).title == named.title

    many = refusals.told({Path(f"/a/{at}.json"): WRONG for at in range(refusals.MOST + 2)}, 90)
    first, *_, last = many.detail.split("\n")
    assert many.title == "8 of 90 files could not be read." and last == "And 2 more."
    assert first.startswith("0.json: Line 1: xxx")
    assert len(first) == refusals.WIDE and len(many.detail.split("\n")) == refusals.MOST + 1
    assert len(many.facts) == 8


def test_a_folder_stands_for_what_may_be_read_in_it(tmp_path: Path) -> None:
    for name in ("b.json", "a.jsonl", "c.txt"):
        (tmp_path / name).write_text("")
    (tmp_path / "deep.json").mkdir()
    assert _recordings([QUrl.fromLocalFile(str(tmp_path))]) == [tmp_path]
    assert not _recordings([QUrl.fromLocalFile(str(tmp_path / "c.txt"))])
    gone = tmp_path / "gone"
    assert _files([tmp_path, gone]) == [tmp_path / "a.jsonl", tmp_path / "b.json", gone]


def test_notices_leave_room_and_go_when_they_are_over(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    notices = Notices(QVBoxLayout(window))
    notices.problem(Problem(title="No value", remedy="fill_in"), lambda _: None)
    for at in range(MOST):
        notices.say(f"{at}")

    def shown() -> list[str]:
        return [b.accessibleName() for b in window.findChildren(NoticeBar) if not b.isHidden()]

    assert shown() == [f"{at}" for at in range(MOST)]
    notices.say("0")
    assert len(shown()) == MOST
    notices.problem(Problem(title="No value", remedy="fill_in"), lambda _: None)
    assert "No value" in shown()
    notices.remedied("fill_in")
    assert "No value" not in shown() and len(shown()) == MOST - 1


def test_a_folder_of_broken_files_is_one_notice_and_the_good_one_is_read(
    loop: asyncio.AbstractEventLoop, opening: Opening, tmp_path: Path
) -> None:
    for at, text in enumerate(("{", "hello", '{"input": 1e999}', "curl 'x", "\0")):
        (tmp_path / f"{at}.json").write_text(text)
    (tmp_path / "z.json").write_text('{"model": "m", "input": "good"}')

    async def work() -> None:
        async with opening() as driver:
            driver.shell.importing.read([tmp_path])
            await until(lambda: driver.desk.session.draft == "good")
            await driver.idle()
            (bar,) = notices(driver)
            assert bar.accessibleName() == "5 of 6 files could not be read."
            assert all(f"{at}.json" in driver.seen(bar) for at in range(5))

    loop.run_until_complete(work())


def notices(driver: Driver) -> list[NoticeBar]:
    return [one for one in driver.window.findChildren(NoticeBar) if not one.isHidden()]
