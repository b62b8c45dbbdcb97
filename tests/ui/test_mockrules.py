"""Mock rules being edited: what fields say, what can be done with rules and sets, and a try."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QFileDialog,
    QInputDialog,
    QLineEdit,
    QPlainTextEdit,
)

from playground.core.problem import Problem
from playground.core.resources import resource
from playground.core.tools import Tool
from playground.schemas.validation import errors
from playground.tools import rules_file
from playground.tools.rules import ByFields, ByRegex, Condition, Reply, Rule, RuleFile, RuleSet
from playground.ui import theme
from playground.ui.tasks import Tasks
from playground.ui.widgets import mockdraft
from playground.ui.widgets.mockdraft import HINTS, Line, ReplyText
from playground.ui.widgets.mockfields import ConditionFields
from playground.ui.widgets.mocklist import ALL, ONE
from playground.ui.widgets.mockrules import MockRules
from tests.loop import until

WEATHER = Tool(
    source="mine",
    name="weather",
    parameters={"type": "object", "properties": {"city": {"type": "string"}}},
)
STOCK = Tool(source="mine", name="stock")
BOTH = [WEATHER, STOCK]


def rule(tool: str, value: Any, *when: dict[str, Any]) -> Rule:
    return Rule.model_validate(
        {"tool": tool, "when": list(when), "then": {"gives": "result", "value": value}}
    )


def city(name: str) -> dict[str, Any]:
    return {"by": "fields", "fields": {"city": name}}


RULES = RuleSet(
    name="Fine",
    about="All is well.",
    rules=(
        rule("weather", "snow", city("Oslo")),
        rule("stock", 12),
        rule("weather", "sun", city("Rome")),
        rule("weather", "rain"),
    ),
    defaults={"stock": rule("stock", 0).then},
)
FILE = RuleFile(version=1, sets=(RULES, RuleSet(name="Empty")))


def values(rules: RuleSet) -> list[Any]:
    return [getattr(one.then, "value", None) for one in rules.rules]


# What fields say.


def everything() -> list[Rule]:
    file = rules_file.load(resource("tools", "mock.json"))
    return [one for each in file.sets for one in each.rules]


def conditions() -> list[Condition]:
    return [condition for one in everything() for condition in one.when]


@pytest.mark.parametrize("one", conditions(), ids=lambda one: one.by)
def test_a_condition_reads_as_it_is_shown(one: Condition) -> None:
    at = getattr(one, "at", "")
    assert mockdraft.condition(one.by, at, mockdraft.text_of(one)) == (one, "")


def replies() -> list[Reply]:
    file = rules_file.load(resource("tools", "mock.json"))
    found = [one.then for one in everything()]
    return [*found, *(one for each in file.sets for one in each.defaults.values())]


@pytest.mark.parametrize("one", replies(), ids=lambda one: one.gives)
def test_a_reply_reads_as_it_is_shown(one: Reply) -> None:
    assert mockdraft.reply(mockdraft.reply_text(one)) == (one, "")


def test_the_demo_rules_try_these_tests_with_every_kind() -> None:
    assert {one.by for one in conditions()} == set(HINTS)
    assert {one.gives for one in replies()} == {kind for kind, _ in mockdraft.REPLIES}


@pytest.mark.parametrize(
    ("by", "at", "text", "words"),
    [
        ("fields", "", "{", "line 1"),
        ("fields", "", "{}", "at least 1"),
        ("fields", "", "[1]", "dictionary"),
        ("equality", "city", "1", "$"),
        ("equality", "", "", ""),
        ("regex", "", "(", "the pattern cannot be read"),
        ("regex", "", "", "it is empty"),
        ("regex", "", "a" * 3_000, "longer than"),
        ("jsonpath", "", "rows", "$"),
        ("jsonpath", "", " ", "it is empty"),
        ("schema", "", "nonsense", "line 1"),
    ],
)
def test_a_condition_that_cannot_be_says_why(by: str, at: str, text: str, words: str) -> None:
    made, wrong = mockdraft.condition(by, at, text)
    assert made is None and wrong and words in wrong


@pytest.mark.parametrize("by", list(HINTS))
def test_each_hint_is_a_condition(by: str) -> None:
    assert mockdraft.condition(by, "", HINTS[by])[1] == ""


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (ReplyText("result", "snow"), "text stands in double quotes"),
        (ReplyText("result", '"{{tools}}"'), "there is no placeholder"),
        (ReplyText("result", "1", "soon"), "milliseconds are a whole number"),
        (ReplyText("result", "1", "700000"), "less than or equal to 600000"),
        (ReplyText("error", "{{arguments.[}}"), "{{arguments.[}}"),
        (ReplyText("oversized", megabytes="much"), "megabytes are a number"),
        (ReplyText("oversized", megabytes="nan"), ""),
        (ReplyText("oversized", megabytes="0"), "greater than 0"),
        (ReplyText("malformed", "{"), "text stands in double quotes"),
    ],
)
def test_a_reply_that_cannot_be_says_why(told: ReplyText, words: str) -> None:
    made, wrong = mockdraft.reply(told)
    assert made is None and wrong and words in wrong


def test_rules_are_told_in_lines() -> None:
    assert mockdraft.lines(RULES, "weather") == [
        Line(0, "weather", 'city = "Oslo"', 'result "snow"'),
        Line(2, "weather", 'city = "Rome"', 'result "sun"'),
        Line(3, "weather", "always", 'result "rain"'),
    ]
    assert [line.key for line in mockdraft.lines(RULES, None)] == [0, 1, 2, 3, "stock"]
    assert mockdraft.lines(RULES, "stock")[-1] == Line("stock", "stock", "otherwise", "result 0")
    late = mockdraft.reply(ReplyText("error", "No.", "1500"))[0]
    assert late is not None and mockdraft.gives(late) == "error after 1,500 ms “No.”"


# What is done with rules and sets.


def test_a_new_rule_stands_behind_the_one_that_is_looked_at() -> None:
    made, key = mockdraft.added(RULES, "weather", 2)
    assert (key, values(made)) == (3, ["snow", 12, "sun", {}, "rain"])
    made, key = mockdraft.added(RULES, "stock", None)
    assert (key, made.rules[0].tool) == (0, "stock")


def test_a_rule_moves_over_those_of_its_own_tool() -> None:
    made, key = mockdraft.moved(RULES, 2, -1, "weather")
    assert (key, values(made)) == (0, ["sun", "snow", 12, "rain"])
    made, key = mockdraft.moved(RULES, 2, -1, None)
    assert (key, values(made)) == (1, ["snow", "sun", 12, "rain"])
    made, key = mockdraft.moved(RULES, 0, 1, "weather")
    assert (key, values(made)) == (2, [12, "sun", "snow", "rain"])
    assert mockdraft.moved(RULES, 0, -1, None) == (RULES, 0)
    assert mockdraft.moved(RULES, "stock", -1, None) == (RULES, "stock")


def test_rules_are_duplicated_and_removed() -> None:
    made, key = mockdraft.duplicated(RULES, 2)
    assert (key, values(made)) == (3, ["snow", 12, "sun", "sun", "rain"])
    made, key = mockdraft.duplicated(RULES, "stock")
    assert (key, made.rules[4].tool, made.rules[4].when) == (4, "stock", ())
    made, key = mockdraft.removed(RULES, 2, "weather")
    assert (key, values(made)) == (2, ["snow", 12, "rain"])
    made, key = mockdraft.removed(RULES, 3, "weather")
    assert key == 2
    made, key = mockdraft.removed(RULES, "stock", "stock")
    assert (key, made.defaults) == (1, {})
    made, key = mockdraft.removed(RuleSet(name="x", rules=(rule("a", 1),)), 0, None)
    assert (key, made.rules) == (None, ())


def test_names_of_sets_stay_apart() -> None:
    assert mockdraft.free(FILE, " Fine ") == "Fine 2"
    file = mockdraft.with_set(FILE, "Fine", RULES)
    assert [one.name for one in file.sets] == ["Fine", "Empty", "Fine 2"]
    assert file.sets[2].rules == RULES.rules
    assert [one.name for one in mockdraft.without_set(file, "Fine").sets] == ["Empty", "Fine 2"]
    only = mockdraft.with_set(None, "")
    assert [one.name for one in only.sets] == ["New set"]
    assert mockdraft.without_set(only, "New set") == only
    assert rules_file.read(rules_file.written(file)) == file


# The widget.


class Told:
    def __init__(self, view: MockRules) -> None:
        self.files: list[RuleFile] = []
        self.said: list[tuple[str, str]] = []
        view.changed.connect(self.files.append)
        for name in ("set_picked", "opened", "saved"):
            getattr(view, name).connect(lambda word, name=name: self.said.append((name, word)))

    @property
    def rules(self) -> RuleSet:
        return self.files[-1].sets[0]


def against(schema: Any, value: Any) -> list[str]:
    return [one.message for one in errors(value, schema)]


@pytest.fixture
def view(qapp: QApplication) -> Iterator[MockRules]:
    problems: list[Problem] = []
    one = MockRules(Tasks(problems.append), against)
    one.resize(360, 800)
    one.show_rules(FILE, "Fine", BOTH, WEATHER)
    one.show()
    one.activateWindow()
    yield one
    # At once: what is left over is dressed anew in every other theme, and that takes long.
    one.close()
    one.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert problems == []


@pytest.fixture
def told(view: MockRules) -> Told:
    return Told(view)


def cards(view: MockRules) -> list[str]:
    return [view.list.cards.item(row).text() for row in range(view.list.cards.count())]


def retype(field: QLineEdit | QPlainTextEdit, text: str) -> None:
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)


def pick(box: QComboBox, value: str) -> None:
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


def test_the_rules_of_the_tool_are_listed_in_order(view: MockRules) -> None:
    assert cards(view) == ['1  city = "Oslo"', '3  city = "Rome"', "4  always"]
    assert view.about.text() == "All is well."
    view.list.which.pick(ALL)
    assert cards(view)[1] == "2  stock: always" and cards(view)[-1] == "stock: otherwise"
    assert view.editor.tool.isVisible()


def test_the_first_rule_is_shown_and_keys_show_the_others(view: MockRules) -> None:
    (fields,) = view.editor.conditions
    assert json.loads(fields.text.toPlainText()) == {"city": "Oslo"}
    view.list.cards.setFocus()
    QTest.keyClick(view.list.cards, Qt.Key.Key_Down)
    assert json.loads(view.editor.conditions[0].text.toPlainText()) == {"city": "Rome"}
    QTest.keyClick(view.list.cards, Qt.Key.Key_Down)
    assert view.editor.conditions == [] and view.editor.always.isVisible()


def test_a_condition_is_edited_in_place(view: MockRules, told: Told) -> None:
    (fields,) = view.editor.conditions
    retype(fields.text, '{"city": "Bergen"')
    fields.settle()
    assert fields.wrong.isVisible() and told.files == []
    QTest.keyClicks(fields.text, "}")
    fields.settle()
    assert not fields.wrong.isVisible()
    assert told.rules.rules[0].when == (ByFields(by="fields", fields={"city": "Bergen"}),)
    assert cards(view)[0] == '1  city = "Bergen"'
    view.show_rules(told.files[-1], "Fine", BOTH, WEATHER)  # as the owner does
    assert view.editor.conditions == [fields] and fields.text.hasFocus()


def test_another_way_to_match_keeps_what_can_be_kept(view: MockRules, told: Told) -> None:
    (fields,) = view.editor.conditions
    assert fields.at.isHidden()
    pick(fields.by, "equality")
    assert fields.at.isVisible()
    assert told.rules.rules[0].when[0].by == "equality"
    assert json.loads(fields.text.toPlainText()) == {"city": "Oslo"}
    pick(fields.by, "jsonpath")
    assert fields.text.toPlainText() == HINTS["jsonpath"]
    pick(fields.by, "regex")
    retype(fields.at, "$.city")
    QTest.keyClick(fields.at, Qt.Key.Key_Return)
    retype(fields.text, "^o")
    view.settle()
    assert told.rules.rules[0].when == (ByRegex(by="regex", at="$.city", pattern="^o"),)


def test_conditions_come_and_go(view: MockRules, told: Told) -> None:
    view.editor.add.click()
    view.editor.conditions[0].remove.click()
    view.editor.conditions[0].remove.click()
    assert [len(file.sets[0].rules[0].when) for file in told.files] == [2, 1, 0]
    assert view.editor.always.isVisible()


@pytest.mark.parametrize(
    ("kind", "there"),
    [
        ("result", {"text", "latency", "verbatim"}),
        ("error", {"text", "latency"}),
        ("timeout", {"about"}),
        ("malformed", {"text", "latency", "how"}),
        ("oversized", {"latency", "megabytes"}),
    ],
)
def test_each_kind_of_reply_has_its_fields(
    view: MockRules, told: Told, kind: str, there: set[str]
) -> None:
    fields = view.editor.reply
    pick(fields.gives, "timeout")
    pick(fields.gives, kind)
    assert told.rules.rules[0].then.gives == kind
    every = ("text", "latency", "verbatim", "about", "how", "megabytes")
    assert {name for name in every if getattr(fields, name).isVisible()} == there


def test_a_reply_is_edited_in_place(view: MockRules, told: Told) -> None:
    fields = view.editor.reply
    retype(fields.text, "{{arguments.city}}")
    view.settle()
    assert "double quotes" in fields.wrong.text() and told.files == []
    retype(fields.text, '"{{arguments.city}}"')
    retype(fields.latency, "250")
    view.settle()
    made = told.rules.rules[0].then
    assert made.model_dump() == {
        "gives": "result", "value": "{{arguments.city}}", "latency_ms": 250, "verbatim": False,
    }  # fmt: skip
    fields.verbatim.click()
    assert told.rules.rules[0].then.model_dump()["verbatim"] is True
    retype(fields.latency, "soon")
    QTest.keyClick(fields.latency, Qt.Key.Key_Return)
    assert fields.wrong.text() == "Not kept: milliseconds are a whole number."


def test_what_is_being_typed_counts_before_another_rule_is_shown(
    view: MockRules, told: Told
) -> None:
    retype(view.editor.reply.text, '"hail"')
    assert view.editor.reply.text.pending
    view.list.cards.setCurrentRow(1)
    assert values(told.rules) == ["hail", 12, "sun", "rain"]
    assert view.editor.reply.text.toPlainText() == '"sun"'


def test_buttons_and_keys_do_the_same(view: MockRules, told: Told) -> None:
    view.list.cards.setFocus()
    alt, control = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(view.list.cards, Qt.Key.Key_Down, alt)
    assert values(told.rules) == [12, "sun", "snow", "rain"]
    view.list.buttons["up"].click()  # over the one before of the same tool
    assert values(told.rules) == [12, "snow", "sun", "rain"]
    QTest.keyClick(view.list.cards, Qt.Key.Key_D, control)
    view.list.buttons["duplicate"].click()
    assert values(told.rules) == [12, "snow", "snow", "snow", "sun", "rain"]
    QTest.keyClick(view.list.cards, Qt.Key.Key_Delete)  # and the one below is looked at
    view.list.buttons["remove"].click()
    assert values(told.rules) == [12, "snow", "snow", "rain"]
    view.list.cards.setCurrentRow(0)
    QTest.keyClick(view.list.cards, Qt.Key.Key_Insert)
    view.list.buttons["add"].menu().actions()[0].trigger()
    assert values(told.rules) == [12, "snow", {}, {}, "snow", "rain"]
    assert told.rules.rules[3].tool == "weather"


def test_what_cannot_be_done_is_not_offered(view: MockRules, told: Told) -> None:
    assert not view.list.buttons["up"].isEnabled() and view.list.buttons["down"].isEnabled()
    view.list.cards.setCurrentRow(2)
    assert view.list.buttons["up"].isEnabled() and not view.list.buttons["down"].isEnabled()
    view.show_rules(FILE, "Empty", BOTH, WEATHER)
    for wish in ("up", "down", "duplicate", "remove"):
        assert not view.list.buttons[wish].isEnabled()
        view.wish(wish)
    assert told.files == []


def test_what_a_tool_answers_otherwise_can_be_edited(view: MockRules, told: Told) -> None:
    _, otherwise = view.list.buttons["add"].menu().actions()
    assert otherwise.isEnabled()
    otherwise.trigger()
    assert cards(view)[-1] == "otherwise" and not view.editor.add.isVisible()
    retype(view.editor.reply.text, '"fog"')
    view.settle()
    assert told.rules.defaults["weather"].model_dump()["value"] == "fog"
    assert not otherwise.isEnabled()
    view.list.buttons["remove"].click()
    assert list(told.rules.defaults) == ["stock"]


def test_a_rule_may_be_given_to_another_tool(view: MockRules, told: Told) -> None:
    view.list.which.pick(ALL)
    retype(view.editor.tool, "stock")
    QTest.keyClick(view.editor.tool, Qt.Key.Key_Return)
    assert told.rules.rules[0].tool == "stock"
    retype(view.editor.tool, " ")
    QTest.keyClick(view.editor.tool, Qt.Key.Key_Return)
    assert view.editor.wrong.isVisible() and told.rules.rules[0].tool == "stock"


def test_a_tool_without_rules_gets_its_first(view: MockRules, told: Told) -> None:
    view.show_rules(FILE, "Empty", BOTH, STOCK)
    assert view.list.empty.isVisible() and "stock has no rules" in view.list.empty.text()
    view.list.buttons["add"].menu().actions()[0].trigger()
    assert told.files[-1].sets[1].rules[0].tool == "stock"
    assert not view.list.empty.isVisible() and view.editor.isVisible()


# Sets and files.


def menu(view: MockRules) -> dict[str, Any]:
    return {one.text(): one for one in view.head.more.menu().actions() if one.text()}


def asked(view: MockRules) -> QInputDialog:
    (dialog,) = [one for one in view.findChildren(QInputDialog) if one.isVisible()]
    return dialog


def test_another_set_can_be_picked(view: MockRules, told: Told) -> None:
    pick(view.head.sets, "Empty")
    assert told.said == [("set_picked", "Empty")] and cards(view) == []
    assert told.files == []


def test_sets_are_made_named_and_removed_without_holding_anything_up(
    view: MockRules, told: Told
) -> None:
    menu(view)["New set…"].trigger()
    asked(view).setTextValue("Fine")
    asked(view).accept()
    assert [one.name for one in told.files[-1].sets] == ["Fine", "Empty", "Fine 2"]
    assert told.said == [("set_picked", "Fine 2")]
    view.show_rules(told.files[-1], "Fine", BOTH, WEATHER)
    menu(view)["Rename set…"].trigger()
    assert asked(view).textValue() == "Fine"
    asked(view).setTextValue("Good")
    asked(view).accept()
    assert told.files[-1].sets[0] == RULES.model_copy(update={"name": "Good"})
    menu(view)["Duplicate set"].trigger()
    assert told.files[-1].sets[-1].rules == RULES.rules
    menu(view)["Remove set"].trigger()
    assert [one.name for one in told.files[-1].sets] == ["Good", "Empty", "Fine 2"]
    assert view.rules is not None and view.rules.name == "Good"


def test_the_last_set_stays(view: MockRules) -> None:
    view.show_rules(RuleFile(version=1, sets=(RULES,)), "Fine", BOTH, WEATHER)
    assert not menu(view)["Remove set"].isEnabled()


def test_files_are_asked_for_and_only_told(view: MockRules, told: Told, tmp_path: Path) -> None:
    path = str(tmp_path / "rules.json")
    for words in ("Open file…", "Save as…"):
        menu(view)[words].trigger()
        (dialog,) = [one for one in view.findChildren(QFileDialog) if one.isVisible()]
        dialog.fileSelected.emit(path)
        dialog.reject()
    assert told.said == [("opened", path), ("saved", path)]
    assert not (tmp_path / "rules.json").exists()


def test_a_file_that_cannot_be_read_says_why_and_what_can_be_done(
    view: MockRules, told: Told
) -> None:
    wrong = Problem(title="These are no mock rules.", detail="line 3: There is no field `x` here.")
    view.show_rules(None, "", BOTH, WEATHER, wrong)
    assert view.about.text() == f"{wrong.title} {wrong.detail}"
    assert view.file_button.isVisible() and not view.list.cards.isVisible()
    view.first.click()
    assert [one.name for one in told.files[-1].sets] == ["My rules"]
    assert view.list.buttons["add"].isVisible()


# A try.


async def test_a_try_says_which_rule_answers_and_what(view: MockRules, loop: object) -> None:
    view.fold.setChecked(True)
    assert json.loads(view.trial.arguments.toPlainText()) == {"city": "city"}  # by the schema
    retype(view.trial.arguments, '{"city": "Rome"}')
    view.trial.go.click()
    await until(lambda: view.trial.said.text() == "Rule 3 answers: a result.")
    assert view.trial.output.toPlainText() == "sun"
    assert view.list.cards.currentRow() == 1  # it is looked at
    retype(view.trial.arguments, "no JSON")
    view.trial.go.click()
    await until(lambda: view.trial.said.text() == "Rule 4 answers: a result.")


async def test_a_try_of_a_broken_rule_says_what_could_not_be_tried(
    view: MockRules, loop: object
) -> None:
    schema = {"by": "schema", "schema": {"type": 12}}
    rules = RuleSet(name="x", rules=(rule("weather", 1, schema),))
    view.show_rules(RuleFile(version=1, sets=(rules,)), "x", BOTH, WEATHER)
    view.fold.setChecked(True)
    view.trial.go.click()
    await until(lambda: "Rule 1 could not be tried." in view.trial.said.text())
    assert view.trial.said.text().startswith("No rule answers.")
    assert json.loads(view.trial.output.toPlainText()) == {"ok": True}


async def test_a_try_waits_for_nobody(view: MockRules, loop: object) -> None:
    late = rule("weather", 1).model_copy(
        update={"then": mockdraft.reply(ReplyText("error", "No {{tool}}.", "600000"))[0]}
    )
    never = mockdraft.reply(ReplyText("timeout"))[0]
    rules = RuleSet(name="x", rules=(late,))
    view.show_rules(RuleFile(version=1, sets=(rules,)), "x", BOTH, WEATHER)
    view.fold.setChecked(True)
    view.trial.go.click()
    await until(lambda: view.trial.said.text() == "Rule 1 answers: an error after 600,000 ms.")
    assert never is not None
    rules = RuleSet(name="x", defaults={"weather": never})
    view.show_rules(RuleFile(version=1, sets=(rules,)), "x", BOTH, WEATHER)
    assert not view.trial.output.isVisible()  # what stood there was of other rules
    view.trial.go.click()
    await until(lambda: view.trial.said.text() == "None of the rules; otherwise: no answer.")


@pytest.mark.parametrize(("name", "scale"), [("light", 1.0), ("dark", 1.0), ("contrast", 2.0)])
def test_everything_has_a_name_and_fits_at_every_width(
    view: MockRules, name: str, scale: float
) -> None:
    theme.apply(name, scale)
    view.fold.setChecked(True)
    view.list.which.pick(ONE)
    for by, _ in mockdraft.CONDITIONS:
        (fields,) = view.editor.conditions
        assert isinstance(fields, ConditionFields)
        pick(fields.by, by)
    for wide in (280, 420):
        view.resize(int(wide * scale), int(800 * scale))
        assert view.width() == int(wide * scale), view.minimumSizeHint()
        room = view._area.viewport().width()
        for gives, _ in mockdraft.REPLIES:
            pick(view.editor.reply.gives, gives)
            assert view.editor.minimumSizeHint().width() <= room, gives
    for kind in (QAbstractButton, QComboBox, QPlainTextEdit, QLineEdit):
        for one in view.findChildren(kind):
            if one.isVisible() and one.focusPolicy() != Qt.FocusPolicy.NoFocus:
                assert one.accessibleName() or one.property("text"), one
