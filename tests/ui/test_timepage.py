"""The Time page: bars, plots and figures as they are seen, clicked and walked through."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from playground.core import pace as pacing
from playground.core.pace import Pace
from playground.core.recording import Event, Recording
from playground.core.session import Run
from playground.core.spent import KINDS, Kind
from playground.core.spent_reading import Reading
from playground.core.usage import Usage
from playground.endpoints import chat, responses
from playground.ui import theme
from playground.ui.inspector.time import TimePage
from playground.ui.panels.inspector import InspectorPanel
from playground.ui.widgets import eventindex
from playground.ui.widgets.columnplot import ColumnPlot
from playground.ui.widgets.figures import Cell, Figure, Figures
from playground.ui.widgets.rateplot import shown as seen_tokens
from playground.ui.widgets.spentbar import Place, SpentBar
from playground.ui.widgets.spentfigures import SHOWN, pace_rows, stall_rows
from playground.ui.widgets.spentwords import SAID

MS = 1_000_000
LEFT = Qt.MouseButton.LeftButton
WORDS = ("It", "snows", "in", "Oslo", ",", "as", "it", "does", "in", "November", ".")
FRESH = {"ready_ms": 2.0, "tcp_ms": 20.0, "tls_ms": 30.0, "reused": False}


@pytest.fixture
def looped(tape: Any) -> Callable[..., Run]:
    """A call that was approved and run, and the answer; perhaps without the end."""

    def make(*, over: bool = True) -> Run:
        tape.request("chat/completions", {}).after(200).fact("connection", **FRESH).head()
        tape.after(300).chunked({"reasoning_content": "Weather is needed."})
        function = {"name": "get_weather", "arguments": '{"city": "Oslo"}'}
        calls = [{"index": 0, "id": "call_0", "type": "function", "function": function}]
        tape.after(100).chunked({"tool_calls": calls})
        tape.after(100).chunked({}, "tool_calls").fact("eof")
        tape.fact("tool.asked", call_id="call_0", tool="get_weather").after(1000)
        tape.fact("approval", call_id="call_0").fact("tool.started", call_id="call_0", mode="mock")
        tape.after(500).fact("tool.ended", call_id="call_0", state="done")
        tape.leg = 1
        tape.request("chat/completions", {}).after(150).head().after(50)
        for word in WORDS:
            tape.chunked({"content": f"{word} "}).after(20)
        if over:
            usage = {"prompt_tokens": 20, "completion_tokens": 30, "total_tokens": 50}
            tape.chunked({}, "stop", usage=usage).fact("eof")
            tape.fact("drawn", frames=40, p50_ms=9.4, p95_ms=17.5, max_ms=31.0, total_ms=400.0)
            tape.after(5).fact("ended")
        return tape.run(chat.reduce, api="chat", running=not over)

    return make


@pytest.fixture
def panel(qtbot: QtBot) -> InspectorPanel:
    made = InspectorPanel()
    qtbot.addWidget(made)
    made.resize(1100, 380)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def shown(panel: InspectorPanel, qtbot: QtBot) -> Callable[[Run], TimePage]:
    """The page, with a run on it that was read."""

    def show(run: Run) -> TimePage:
        panel.show_run(run)
        panel.show_page("time")
        page = panel.page("time")
        assert isinstance(page, TimePage)
        qtbot.waitUntil(lambda: not page.working and not panel.events.list.working)
        page.advance()
        return page

    return show


def place(bar: SpentBar, row: int, kind: Kind) -> QPoint:
    """The middle of a part."""
    (area,) = [area for one, area, part in bar.places() if one.row == row and part.kind == kind]
    return area.center().toPoint()


def said(figures: Figures) -> dict[str, list[str]]:
    return {row.words: [cell.text for cell in row.cells] for row in figures.rows}


def cell_at(figures: Figures, words: str, at: int) -> QPoint:
    row = next(number for number, one in enumerate(figures.rows) if one.words == words)
    (area,) = [where for r, c, where, _ in figures.cells() if (r, c) == (row, at)]
    return area.center().toPoint()


def tip(widget: QWidget, at: QPoint) -> str:
    QApplication.sendEvent(widget, QHelpEvent(QEvent.Type.ToolTip, at, widget.mapToGlobal(at)))
    return QToolTip.text()


# The bars and their list.


def test_a_bar_for_the_run_and_one_for_each_request(
    shown: Callable[[Run], TimePage], looped: Callable[..., Run]
) -> None:
    page = shown(looped())
    names = [name for name, _, _ in page.bar.rows]
    assert names == ["Run", "Request 1", "Request 2"]
    run, first, second = (total for _, total, _ in page.bar.rows)
    assert run == first + second == page.looking.run.recording.times[-1]  # type: ignore[union-attr]
    rows = said(page.legend)
    assert rows["Run"] == ["2625 ms", "100 %"]
    assert rows["Waiting for a person"] == ["1000 ms", "38.1 %"]
    assert rows["Tools here"] == ["500.0 ms", "19.0 %"]
    assert rows["Connecting"] == ["50.0 ms", "1.9 %"]


def test_parts_are_as_wide_as_they_took(
    shown: Callable[[Run], TimePage], looped: Callable[..., Run]
) -> None:
    page = shown(looped())
    wide = {(one.row, part.kind): area.width() for one, area, part in page.bar.places()}
    assert wide[0, "human"] == pytest.approx(2 * wide[0, "tools"], rel=0.01)
    assert wide[1, "human"] == pytest.approx(wide[0, "human"], rel=0.02)
    spans = [area for one, area, _ in page.bar.places() if one.row == 0]
    assert all(a.right() == pytest.approx(b.left()) for a, b in pairwise(spans))


def test_one_request_is_the_run(
    shown: Callable[[Run], TimePage], typed: Callable[..., Run]
) -> None:
    assert [name for name, _, _ in shown(typed()).bar.rows] == ["Run"]


def test_a_click_on_a_part_leads_to_its_first_event(
    shown: Callable[[Run], TimePage], looped: Callable[..., Run], qtbot: QtBot
) -> None:
    run = looped()
    page = shown(run)
    for kind, event in (("human", "tool.asked"), ("connect", "connection"), ("first", "head")):
        qtbot.mouseClick(page.bar.viewport(), LEFT, pos=place(page.bar, 0, kind))  # type: ignore[arg-type]
        assert run.recording.kinds[page.looking.number] == event
    assert run.recording[page.looking.number].leg == 0
    qtbot.mouseClick(page.bar.viewport(), LEFT, pos=place(page.bar, 2, "first"))
    assert run.recording[page.looking.number].leg == 1
    assert said(page.legend)["Request 2"][1] == "100 %"
    qtbot.mouseClick(page.bar.viewport(), LEFT, pos=QPoint(2, 2))
    assert page.bar.current is None
    assert "Run" in said(page.legend)


def test_the_list_and_the_bar_have_one_place(
    shown: Callable[[Run], TimePage], looped: Callable[..., Run], qtbot: QtBot
) -> None:
    page = shown(looped())
    pos = cell_at(page.legend, "Tools here", 0)
    qtbot.mouseClick(page.legend.viewport(), LEFT, pos=pos)
    assert page.bar.part is not None
    assert page.bar.part.kind == "tools"
    qtbot.keyClick(page.bar, Qt.Key.Key_Left)
    assert page.legend.current is not None
    row = page.legend.rows[page.legend.current[0]]
    assert row.words == SAID[page.bar.part.kind].title


def test_the_keyboard_goes_through_all_parts(
    shown: Callable[[Run], TimePage], looped: Callable[..., Run], qtbot: QtBot
) -> None:
    page = shown(looped())
    bar = page.bar
    heard = []
    for _ in range(20):
        qtbot.keyClick(bar, Qt.Key.Key_Right)
        heard.append(bar.accessibleDescription())
    parts = list(dict.fromkeys(heard))
    assert len(parts) == len(bar.rows[0][2])
    assert "Waiting for a person: 1000 ms, 38.1 % of the run" in parts
    qtbot.keyClick(bar, Qt.Key.Key_Down)
    assert bar.current is not None
    assert bar.current.row == 1
    assert "of request 1" in bar.accessibleDescription()
    qtbot.keyClick(bar, Qt.Key.Key_Home)
    qtbot.keyClick(bar, Qt.Key.Key_Return)
    assert page.looking.number == bar.rows[1][2][0].number


def test_a_part_explains_itself(
    shown: Callable[[Run], TimePage], looped: Callable[..., Run]
) -> None:
    page = shown(looped())
    text = tip(page.bar.viewport(), place(page.bar, 0, "human"))
    assert "Waiting for a person: 1000 ms, 38.1 % of the run. An approval" in text
    text = tip(page.legend.viewport(), cell_at(page.legend, "Tools here", 0))
    assert "parallel ones count once" in text
    assert "It happened once. Go to event" in text


def test_every_kind_has_its_words_and_looks_like_no_other() -> None:
    assert set(SAID) == set(KINDS)
    assert len({one.title for one in SAID.values()}) == len(SAID)
    looks = [(one.ground, one.frame) for one in SAID.values()]
    assert len(set(looks)) == len(looks)
    for name in theme.THEMES:
        colours = theme.THEMES[name]
        assert all(one in colours for look in looks for one in look if one)


def test_parts_are_painted_in_their_colours(
    shown: Callable[[Run], TimePage], looped: Callable[..., Run]
) -> None:
    page = shown(looped())
    for name in ("light", "dark"):
        look = theme.apply(name)
        image = page.bar.viewport().grab().toImage()
        areas = {part.kind: area for one, area, part in page.bar.places() if one.row == 0}
        for kind in ("tools", "human"):
            area = areas[kind]
            at = QPointF(area.right() - 5, area.center().y()).toPoint()
            found: QColor = image.pixelColor(at * image.devicePixelRatio())
            assert found == look.colour(SAID[kind].ground), (name, kind)  # type: ignore[index]


def test_a_very_short_part_can_still_be_seen_and_hit(
    shown: Callable[[Run], TimePage], tape: Any, qtbot: QtBot
) -> None:
    tape.fact("request").after(0.001).head().after(100_000).fact("ended")
    page = shown(tape.run(chat.reduce, api="chat"))
    (area,) = [area for one, area, part in page.bar.places() if part.kind == "server"]
    assert area.width() >= 1.9
    assert said(page.legend)["Server, until its head"][1] == "< 0.1 %"


# While it goes on.


def test_a_run_that_goes_on_grows(
    shown: Callable[[Run], TimePage], looped: Callable[..., Run]
) -> None:
    run = looped(over=False)
    page = shown(run)
    before = page.bar.spent
    assert before.total_ns >= run.recording.times[-1]
    assert sum(part.ns for part in before.parts) == before.total_ns
    assert "no tokens reported yet" in page.rates.picture.note
    run.note("eof")
    run.note("ended")
    page.advance()
    after = page.bar.spent
    assert after.total_ns == max(run.recording.times)
    page.advance()
    assert page.bar.spent == after, "it is over: nothing more is spent"


def test_before_anything_has_come(shown: Callable[[Run], TimePage], tape: Any) -> None:
    tape.request("chat/completions", {}).after(40).head()
    page = shown(tape.run(chat.reduce, api="chat", running=True))
    assert page.rates.picture.empty == "Nothing of an answer"
    assert page.gaps.picture.empty == "No two events of a stream"
    assert "Gap: no two events of a stream" in said(page.pace)
    page.grab()


def test_another_run_takes_the_place_of_the_first(
    shown: Callable[[Run], TimePage], looped: Callable[..., Run], typed: Callable[..., Run]
) -> None:
    page = shown(looped())
    page.bar.go_to(Place(1, 0))
    total = page.bar.spent.total_ns
    shown(typed())
    assert page.bar.spent.total_ns != total
    assert page.bar.current is None


def test_a_long_recording_is_read_in_slices(
    panel: InspectorPanel, long_run: Callable[[int], Run], qtbot: QtBot
) -> None:
    run = long_run(30_000)
    panel.show_run(run)
    panel.show_page("time")
    page = panel.page("time")
    assert isinstance(page, TimePage)
    assert page.working, "not all at once"
    assert page._status.text().endswith("% read")
    qtbot.waitUntil(lambda: not page.working)
    assert page._status.text() == ""
    assert said(page.pace)["Events"][0] == "30000"


# The plots.


def column(plot: ColumnPlot, number: int) -> QPoint:
    area = plot.where(number)
    return QPoint(round(area.center().x()), round(plot.area.center().y()))


def test_gaps_by_their_length(
    shown: Callable[[Run], TimePage], typed: Callable[..., Run], qtbot: QtBot
) -> None:
    run = typed()
    page = shown(run)
    picture = page.gaps.picture
    filled = [one for one in picture.columns if one.high]
    assert "2 gaps: what came in one piece" in [one.said for one in filled]
    assert sum(one.high for one in filled) == 65
    at = next(
        at for at, one in enumerate(picture.columns) if one.said == "1 gap of 200 ms to 500 ms"
    )
    qtbot.mouseClick(page.gaps, LEFT, pos=column(page.gaps, at))
    assert page.looking.number == 4
    assert picture.columns[at].parts[0][0] == "warn", "it is a stall"
    assert "1 gap of 200 ms to 500 ms. Go to event 4." in tip(page.gaps, column(page.gaps, at))
    assert [line.text for line in picture.lines] == ["50 %", "95 %"]
    assert "100 ms" in [text for _, text in picture.ticks]


def test_tokens_over_time_add_up(
    shown: Callable[[Run], TimePage], typed: Callable[..., Run]
) -> None:
    page = shown(typed())
    picture = page.rates.picture
    assert picture.title == "Tokens a second"
    begin, end = _ends(page)
    seconds = (end - begin) / 1e9 / len(picture.columns)
    total = sum(one.high for one in picture.columns) * seconds
    assert total == pytest.approx(96, rel=0.01)


def _ends(page: TimePage) -> tuple[int, int]:
    """Of the axis: that of the moments, in whole columns."""
    reading = page.reading
    assert reading is not None
    whole, count = reading.pace.moments.span, len(page.rates.picture.columns)
    assert whole is not None
    width = reading.pace.moments.width
    pack = next(p for p in range(1, 10_000) if len(reading.pace.moments.look(p * width)) == count)
    rows = reading.pace.moments.look(pack * width)
    return rows[0].begin, rows[-1].end


def test_where_an_event_is_in_time(
    shown: Callable[[Run], TimePage], typed: Callable[..., Run], qtbot: QtBot
) -> None:
    page = shown(typed())
    assert page.rates.picture.lines == []
    page.looking.pick(40)
    (line,) = page.rates.picture.lines
    assert 0 < line.at < 1
    begin, end = _ends(page)
    t = page.looking.run.recording.times[40]  # type: ignore[union-attr]
    assert line.at == pytest.approx((t - begin) / (end - begin))
    qtbot.mouseClick(page.rates, LEFT, pos=column(page.rates, len(page.rates.picture.columns) - 1))
    assert page.looking.number > 40


def test_the_keyboard_goes_from_column_to_column(
    shown: Callable[[Run], TimePage], typed: Callable[..., Run], qtbot: QtBot
) -> None:
    plot = shown(typed()).gaps
    heard = []
    for _ in range(20):
        qtbot.keyClick(plot, Qt.Key.Key_Right)
        heard.append(plot.accessibleDescription())
    filled = [one.said for one in plot.picture.columns if one.number >= 0]
    assert list(dict.fromkeys(heard)) == filled
    with qtbot.waitSignal(plot.picked) as picked:
        qtbot.keyClick(plot, Qt.Key.Key_Return)
    assert picked.args == [plot.picture.columns[plot.current].number]
    qtbot.keyClick(plot, Qt.Key.Key_Home)
    assert plot.accessibleDescription() == filled[0]


def test_without_reported_tokens_events_are_counted(
    shown: Callable[[Run], TimePage], broken: Run
) -> None:
    page = shown(broken)
    assert page.rates.picture.title == "Events a second"
    assert "no tokens reported" in page.rates.picture.note
    assert "No tokens reported" in said(page.pace)


def test_tokens_that_were_only_thought_are_not_spread_over_words() -> None:
    pace = Pace()
    pace.take(0, Event(0, "sse", b"x"), "writing", 100)
    used = Usage(input=1, output=120, reasoning=100)
    assert seen_tokens(pace, used) == (20, True)
    pace.take(1, Event(1, "sse", b"x"), "reasoning", 400)
    assert seen_tokens(pace, used) == (120, True)
    assert seen_tokens(pace, None) == (2, False)


# The figures.


def test_figures_lead_to_their_events(
    shown: Callable[[Run], TimePage], looped: Callable[..., Run], qtbot: QtBot
) -> None:
    run = looped()
    page = shown(run)
    assert said(page.pace)["Drawn after"] == ["9.4 ms", "17.5 ms", "31.0 ms"]
    view = page.pace.viewport()
    qtbot.mouseClick(view, LEFT, pos=cell_at(page.pace, "Drawn after", 1))
    assert run.recording.kinds[page.looking.number] == "drawn"
    qtbot.mouseClick(view, LEFT, pos=cell_at(page.pace, "Gap", 2))
    number = page.looking.number
    gap = run.recording.times[number] - run.recording.times[number - 1]
    assert said(page.pace)["Gap"][2] == f"{gap / MS:.1f} ms"


def test_what_is_in_one_piece(shown: Callable[[Run], TimePage], typed: Callable[..., Run]) -> None:
    rows = said(shown(typed()).pace)
    assert rows["Network chunks"][0] == "64"
    assert rows["Events"][0] == "66"
    assert rows["Events in a chunk"] == ["", "1", "2"]
    assert rows["Tokens"] == ["96"]
    assert rows["Tokens in an event"] == ["1.7"]


def test_nobody_looked_and_so_it_is_not_known(
    shown: Callable[[Run], TimePage], typed: Callable[..., Run]
) -> None:
    assert "Drawn after: not measured" in said(shown(typed()).pace)


def test_a_stall_leads_to_the_event_that_ended_it(
    shown: Callable[[Run], TimePage], broken: Run, qtbot: QtBot
) -> None:
    page = shown(broken)
    assert said(page.pace)["before event 16"][1] == "140.0 ms"
    qtbot.mouseClick(page.pace.viewport(), LEFT, pos=cell_at(page.pace, "before event 16", 0))
    assert page.looking.number == 16


def test_stalls_are_those_of_the_events(shown: Callable[[Run], TimePage], each_run: Run) -> None:
    page = shown(each_run)
    index = page.looking.index
    assert index is not None
    stalled = {f"before event {n}" for n in range(index.read) if index.stalled(n)}
    assert {row for row in said(page.pace) if row.startswith("before event")} == stalled
    assert (pacing.STALL_FACTOR, pacing.STALL_NS) == (eventindex.STALL_FACTOR, eventindex.STALL_NS)


def test_of_very_many_stalls_the_rest_is_counted() -> None:
    recording = Recording([Event(n * 10**9, "sse", b"x") for n in range(SHOWN + 6)])
    stalls = [pacing.Stall(10**9, number) for number in range(1, SHOWN + 6)]
    rows = stall_rows(stalls, recording)
    assert rows[0].words == f"Stalls: {SHOWN + 5}"
    assert rows[-1].words == "and 5 shorter ones"
    assert len(rows) == SHOWN + 2


@pytest.mark.parametrize("drawn", [{}, {"frames": "x"}, {"frames": 3, "p50_ms": None}])
def test_a_fact_that_was_edited_by_hand_breaks_nothing(drawn: dict[str, Any]) -> None:
    assert pace_rows(Pace(), None, drawn)


def test_the_arrows_go_from_number_to_number(qtbot: QtBot) -> None:
    figures = Figures("Numbers")
    qtbot.addWidget(figures)
    figures.resize(300, 80)
    figures.show_rows(
        [
            Figure("", (Cell("least"), Cell("most")), heading=True),
            *(Figure(f"row {n}", (Cell("1", n), Cell("2", 10 + n))) for n in range(8)),
        ]
    )
    figures.show()
    qtbot.keyClick(figures, Qt.Key.Key_Down)
    qtbot.keyClick(figures, Qt.Key.Key_Down)
    qtbot.keyClick(figures, Qt.Key.Key_Right)
    assert figures.accessibleDescription() == "row 1: least 1, most 2"
    with qtbot.waitSignal(figures.picked) as picked:
        qtbot.keyClick(figures, Qt.Key.Key_Return)
    assert picked.args == [11]
    qtbot.keyClick(figures, Qt.Key.Key_End)
    bottom = max(area.bottom() for row, _, area, _ in figures.cells() if row == 8)
    assert bottom <= figures.viewport().height() + 1, "it was brought into view"
    qtbot.keyClick(figures, Qt.Key.Key_Left)
    qtbot.keyClick(figures, Qt.Key.Key_Up)
    assert figures.current == (7, 0)


def test_parts_and_plots_have_names(
    shown: Callable[[Run], TimePage], looped: Callable[..., Run]
) -> None:
    page = shown(looped())
    for one in (page.bar, page.legend, page.rates, page.gaps, page.pace):
        assert one.accessibleName()
    assert page.bar.accessibleDescription().startswith("2625 ms, most of it: Waiting")
    assert "gaps, the longest" in page.gaps.accessibleDescription()


def test_the_page_fits_a_low_window(
    panel: InspectorPanel, shown: Callable[[Run], TimePage], looped: Callable[..., Run]
) -> None:
    panel.resize(900, 230)
    page = shown(looped())
    assert page.minimumSizeHint().height() <= 230 - 60
    assert page.minimumSizeHint().width() <= 860


def test_the_reading_is_that_of_the_engine(
    shown: Callable[[Run], TimePage], typed: Callable[..., Run]
) -> None:
    run = typed()
    page = shown(run)
    alone = Reading(run.recording, responses.reduce)
    alone.step(1 << 62)
    assert page.bar.spent == alone.look()
