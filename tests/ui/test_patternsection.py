"""Patterns in the window: the section among the settings, what stands under an answer, and what the
inspector shows of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QStyleOptionComboBox
from pytestqt.qtbot import QtBot

from playground.core.patterns import Patterns, Rule, Target
from playground.core.profile import Profile
from playground.core.recording import fact
from playground.export.html_events import says
from playground.ui.widgets.eventrow import summary
from playground.ui.widgets.patternline import PatternLine
from playground.ui.widgets.patternsection import SHOWN, PatternSection
from playground.ui.widgets.patternwords import HOW, LONGEST, duration, seconds_of
from playground.ui.widgets.patternwords import summary as said
from playground.ui.widgets.serverform import ServerForm, Unreadable
from tests.driver import Driver, prepare
from tests.loop import until
from tests.processes import Sandbox
from tests.window import Opening

SERVERS = [("a", "A"), ("b", "B")]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90), ("90 s", 90), ("15 min", 900), ("2H", 7200), ("3 days", 259_200), ("0", 0),
        ("30 d", LONGEST), ("31 d", None), ("", None), ("soon", None), ("-1", None),
        ("1.5 h", None), ("9" * 40, None),
    ],
)  # fmt: skip
def test_a_time_is_read(text: str, seconds: int | None) -> None:
    assert seconds_of(text) == seconds
    if seconds:
        assert seconds_of(duration(seconds)) == seconds


def test_a_session_has_its_patterns_on_one_line() -> None:
    assert said(Patterns()) == "none"
    patterns = Patterns(rules=[Rule()], picker=Target(), fallback=[Target()] * 2, reuse=600)
    assert said(patterns) == "1 rule · a model picks · fallback to 2 · answers reused for 10 min"


@pytest.fixture
def section(qtbot: QtBot) -> PatternSection:
    """One that keeps what it is told, as the settings do."""
    made = PatternSection()
    qtbot.addWidget(made)
    made.told = []  # type: ignore[attr-defined]

    def keep(update: dict[str, Any]) -> None:
        made.told.append(update["patterns"])  # type: ignore[attr-defined]
        made.show_patterns(update["patterns"], SERVERS, fresh=False)

    made.changed.connect(keep)
    made.show_patterns(Patterns(), SERVERS, fresh=True)
    made.show()
    return made


def write(line: QLineEdit, text: str) -> None:
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, text)
    line.editingFinished.emit()


def test_it_is_closed_and_empty_until_there_is_something(section: PatternSection) -> None:
    assert section.fold.text() == "Patterns · none"
    assert not section.fold.isChecked()
    assert section.findChildren(QLineEdit) == []
    section.show_patterns(Patterns(reuse=60), SERVERS, fresh=True)
    assert section.fold.isChecked()
    assert section.reuse.currentText() == "1 min"


def test_rules_are_added_written_moved_and_removed(section: PatternSection) -> None:
    section.fold.setChecked(True)
    section.add_rule.click()
    (rule,) = section.rules
    assert rule.why.text() == "Needs words."
    write(rule.value, "translate")
    assert not rule.why.isVisible()
    rule.server.setCurrentIndex(rule.server.findData("b"))
    rule.server.activated.emit(rule.server.currentIndex())
    write(rule.model, "m2")
    section.add_rule.click()
    second = section.rules[1]
    second.sign.setCurrentIndex(second.sign.findData("always"))
    second.sign.activated.emit(second.sign.currentIndex())
    assert not second.value.isVisible()
    second.moved.emit()
    told = section.told[-1]  # type: ignore[attr-defined]
    assert told.rules == [
        Rule(sign="always"),
        Rule(value="translate", target=Target(profile="b", model="m2")),
    ]
    assert not section.rules[0].up.isEnabled() and section.rules[1].up.isEnabled()
    section.rules[0].removed.emit()
    assert [row.rule().value for row in section.rules] == ["translate"]


def test_what_is_wrong_is_said_where_it_stands(section: PatternSection) -> None:
    rules = [
        Rule(sign="matches", value="(open"),
        Rule(sign="longer", value="many"),
        Rule(sign="always", target=Target(profile="gone")),
    ]
    section.show_patterns(Patterns(rules=rules, picker=Target()), SERVERS, fresh=True)
    first, second, third = section.rules
    assert first.why.text().startswith("Passed over. The pattern cannot be read: missing )")
    assert "whole number" in second.why.text()
    assert "no such server" in third.why.text()
    assert third.server.currentText() == "gone: gone"
    assert third.rule() == rules[2], "it is kept as it is"
    assert "nothing to pick from" in section.picker.why.text()


def test_a_model_picks_among_choices(section: PatternSection) -> None:
    section.fold.setChecked(True)
    section.picks.click()
    assert len(section.choices) == 2
    about = section.choices[1].about
    assert about is not None
    write(about, "code")
    write(section.picker.model, "small")
    told = section.told[-1]  # type: ignore[attr-defined]
    assert told.picker == Target(model="small")
    assert told.choices == [Target(), Target(about="code")]
    section.picks.click()
    told = section.told[-1]  # type: ignore[attr-defined]
    assert told.picker is None and told.choices, "what was written is there when it is wanted again"
    assert not section.choices[0].isVisible()


def test_a_time_of_ones_own(section: PatternSection) -> None:
    section.fold.setChecked(True)
    section.reuse.setCurrentIndex(section.reuse.count() - 1)
    section.reuse.activated.emit(section.reuse.currentIndex())
    write(section.custom, "soon")
    assert section.why.text() == HOW
    assert section.told == []  # type: ignore[attr-defined]
    write(section.custom, "15 min")
    assert not section.why.isVisible()
    assert section.told[-1].reuse == 900  # type: ignore[attr-defined]
    assert section.custom.isVisible()


def test_requests_at_once_are_part_of_a_server(qtbot: QtBot) -> None:
    form = ServerForm()
    qtbot.addWidget(form)
    form.show_profile(Profile(id="p", name="P", at_once=3))
    assert form.read().at_once == 3
    assert "3 at once" in form.more.text()
    form.at_once.setText("")
    assert form.read().at_once == 0
    form.at_once.setText("a few")
    with pytest.raises(Unreadable, match="At once"):
        form.read()


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        ("routed", {"words": "Sent to m at S: so it is.", "rule": "rule 2"}, "Sent to m at S"),
        ("queued", {"words": "Waiting for a free place", "seconds": 2.5}, "Waiting for a free"),
        ("reused", {"words": "A recorded answer.", "body": "x" * 5000}, "A recorded answer."),
        ("fallback", {"words": "m at S: The server failed."}, "m at S: The server failed."),
    ],
)
def test_each_fact_has_its_words_in_the_inspector_and_on_a_page(
    kind: str, data: dict[str, Any], words: str
) -> None:
    event = fact(0, kind, data)
    assert summary(event, kind).delta.startswith(words)
    assert says(event).startswith(words)


async def test_a_fallback_and_a_recorded_answer_are_seen(
    opening: Opening, home: Path, sandbox: Sandbox
) -> None:
    prepare(home, sandbox.base_url)
    async with opening() as driver:
        patterns = Patterns(fallback=[Target(model="prose")], reuse=600)
        call = driver.desk.session.call
        driver.desk.session.call = call.model_copy(
            update={"patterns": patterns, "model": "patterns/down"}
        )
        driver.fields(sandbox={"per_second": 0})
        run = await driver.ask("Seen in the window")
        assert run.transcript.outcome == "completed"
        assert line(driver).startswith("fallback patterns/down at Here: The server failed (500).")
        assert "fallback" in list(run.recording.kinds)
        driver.click(driver.button("Response", driver.inspector))
        await until(lambda: "Request 1, try 2" in driver.seen(driver.inspector))
        await driver.shows("then asked elsewhere")

        driver.desk.session.leaf = None
        again = await driver.ask("Seen in the window")
        assert again.transcript.reused == {0}
        assert "recorded answer, " in line(driver) and "Nothing was sent" in line(driver)
        assert "$0" in driver.seen(driver.chat)
        await until(lambda: "nothing was sent" in driver.seen(driver.inspector))
        assert "Request 1, try 2, not sent" in driver.seen(driver.inspector)
        await driver.idle()


def line(driver: Driver) -> str:
    """What stands under the last answer."""
    return driver.chat.findChildren(PatternLine)[-1].text


def test_a_long_name_is_shortened_and_whole_in_the_tip(section: PatternSection) -> None:
    name = "A server with a name that nobody has room for <b>" * 3
    section.show_patterns(Patterns(fallback=[Target(profile="a")]), [("a", name)], fresh=True)
    section.resize(300, 800)
    section.show()
    server = section.fallback[0].server
    option = QStyleOptionComboBox()
    server.initStyleOption(option)
    assert option.currentText.endswith("…") and name.startswith(option.currentText[:-1])
    assert "nobody has room for &lt;b&gt;" in server.toolTip()
    assert server.currentText() == name
    server.setCurrentIndex(0)
    assert server.toolTip() == "" or server.currentText() in server.toolTip()


def test_what_a_file_has_too_much_of_is_kept_and_not_shown(section: PatternSection) -> None:
    many = [Rule(value=f"word {number}", target=Target(profile="a")) for number in range(5000)]
    patterns = Patterns(rules=many, fallback=[Target(profile="b")] * SHOWN, reuse=10**400)
    section.show_patterns(patterns, SERVERS, fresh=True)
    assert len(section.rules) == len(section.fallback) == SHOWN
    assert section.add_rule.text() == f"{5000 - SHOWN} more are not shown"
    assert not section.add_rule.isEnabled() and not section.add_fallback.isEnabled()
    assert section.custom.text() == "30 d"
    section.settle()
    assert section.told == []  # type: ignore[attr-defined]
    section.rules[0].value.setText("other")
    section.rules[0].value.editingFinished.emit()
    kept = section.told[-1]  # type: ignore[attr-defined]
    assert kept.rules == [many[0].model_copy(update={"value": "other"}), *many[1:]]
    assert kept.reuse == 10**400
    section.rules[1].removed.emit()
    assert section.told[-1].rules == [kept.rules[0], *many[2:]]  # type: ignore[attr-defined]
    assert section.rules[1].value.text() == "word 2"
