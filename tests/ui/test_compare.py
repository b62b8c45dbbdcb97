"""The Compare panel in the real window: columns that are asked together and alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.core.items import Message
from playground.core.profile import Profile
from playground.core.prompts import Content, Prompt, Said
from playground.core.variables import Variable
from playground.store.settings import Settings
from playground.ui.panels.compare import BESIDE, DIFFERENCES, ComparePanel
from playground.ui.widgets.comparecolumn import CompareColumn
from playground.ui.widgets.comparefoot import WAITS
from tests.driver import FAST, Driver, prepare
from tests.loop import until
from tests.processes import Sandbox
from tests.window import Opening

LOAD = {"sandbox": {"events": 2000, "per_second": 1000}}
PICTURE = {"type": "input_image", "image_url": "https://example.org/a.png"}
DOWN = Profile(id="down", name="Down", base_url="http://127.0.0.1:9/v1", model="m")


@pytest.fixture(autouse=True)
def settings(home: Path, sandbox: Sandbox) -> None:
    prepare(home, sandbox.base_url)


def compare(driver: Driver, columns: int = 2) -> ComparePanel:
    """The panel with columns at the scripted server, which answers several at once."""
    driver.desk.use_profile("sandbox")
    driver.fields(**FAST)
    driver.click(driver.chat.compare)
    panel = driver.window.panels["compare"]
    assert isinstance(panel, ComparePanel)
    panel.empty.buttons["here"].click()
    while len(panel.columns) < columns:
        panel.more.click()
    return panel


def use(column: CompareColumn, **values: object) -> None:
    """Other settings for a column, as its sheet makes them."""
    one = column.branch.column
    if "profile" in values:
        one.profile = str(values.pop("profile"))
    one.call = one.call.model_copy(update=values)
    column.show_column()


async def over(driver: Driver, panel: ComparePanel) -> None:
    await until(lambda: not panel.running and not driver.desk.clock.ticking, saying=driver.seen)


async def test_all_are_asked_at_once_and_one_is_kept(opening: Opening) -> None:
    async with opening() as driver:
        panel = compare(driver)
        use(panel.columns[1], api="chat", model="reasoning")
        panel.composer.draft.setFocus()
        driver.type("Why is the sky blue?")
        assert driver.button("Run all", panel).text() == "Run all"
        driver.press("Return")
        assert panel.composer.empty
        await over(driver, panel)
        runs = [run for run in panel.answers if run is not None]
        assert [run.call.api for run in runs] == ["responses", "chat"]
        assert {run.parent for run in runs} == {None}
        assert all(run.transcript.outcome == "completed" for run in runs)
        for column in panel.columns:
            numbers = driver.seen(column.foot.chips)
            assert "TTFT" in numbers and " out" in numbers
        assert sum("fastest" in column.foot.state.whole for column in panel.columns) <= 1
        assert driver.desk.session.leaf is None  # the chat is where it was
        panel.views.pick(DIFFERENCES)
        panel.tell()
        marked = [column.text.told for column in panel.columns]
        assert all(told is not None and told.spots for told in marked)
        panel.views.pick(BESIDE)
        await until(lambda: panel.pair.page.comparison is not None)
        assert panel.pair.page.sides == (runs[0], runs[1])
        panel.views.pick(0)
        driver.click(driver.button("Keep column B", panel))
        assert driver.window.panel == "chat"
        assert driver.desk.session.leaf == runs[1].id
        assert driver.desk.session.call.api == "chat"
        assert not driver.desk.session.comparison.columns
        assert driver.chat.view.cards()[-1].run is runs[1]
        driver.click(driver.button("Undo"))
        assert driver.desk.session.leaf is None
        assert len(driver.desk.session.comparison.columns) == 2
        await driver.idle()


async def test_four_columns_stream_at_once_and_each_recording_is_whole(opening: Opening) -> None:
    async with opening() as driver:
        panel = compare(driver, 4)
        for column, api in zip(panel.columns, ("responses", "chat") * 2, strict=True):
            use(column, api=api, model="load", fields=LOAD)
        panel.composer.write("Four times at once")
        panel.run_all()
        runs = [run for run in panel.answers if run is not None]
        await until(lambda: all(run.transcript.timing.first_token for run in runs))
        assert all(run.running for run in runs)  # side by side, not one after another
        await over(driver, panel)
        for run, column in zip(runs, panel.columns, strict=True):
            delta = b"output_text.delta" if run.call.api == "responses" else b'{"content"'
            assert sum(delta in event.raw for event in run.recording) == 2000
            stored = await driver.app.sessions.recording(run.id)
            assert [event.raw for event in stored] == [event.raw for event in run.recording]
            assert run.transcript.outcome == "completed"
            assert run.answer.split()[-1] in driver.seen(column.view)
        await driver.idle()


async def test_a_local_server_is_asked_one_by_one_and_whoever_waits_says_so(
    opening: Opening,
) -> None:
    async with opening() as driver:
        panel = compare(driver)
        for column in panel.columns:
            use(column, profile="here", model="load", fields=LOAD)
        panel.composer.write("In a line")
        panel.run_all()
        first, second = (run for run in panel.answers if run is not None)
        await until(lambda: first.transcript.timing.first_token is not None)
        panel.tell()
        assert panel.columns[1].foot.state.whole == WAITS
        assert second.transcript.legs == 0
        panel.columns[0].stop()
        await until(lambda: second.transcript.timing.first_token is not None)
        assert "queued" in second.recording.kinds
        driver.press("Esc")
        await over(driver, panel)
        assert [run.transcript.outcome for run in (first, second)] == ["stopped", "stopped"]
        await driver.idle()


async def test_a_column_is_asked_alone_and_a_server_that_is_down_says_why(
    opening: Opening,
) -> None:
    async with opening() as driver:
        driver.desk.keep_profile(DOWN)
        panel = compare(driver)
        one, other = panel.columns
        use(other, profile="down", model="m")
        driver.click(driver.button("Ask column A with the others", panel))
        assert not one.branch.column.synced
        assert driver.window.focusWidget() is one.own.field
        driver.type("Only for you")
        driver.press("Return")
        await over(driver, panel)
        assert panel.answers[0] is not None and panel.answers[1] is None
        assert one.own.field.toPlainText() == ""
        panel.composer.write("Are you there?")
        panel.run_all()
        await over(driver, panel)
        answered, failed = panel.answers
        assert answered is not None and failed is not None
        assert answered.transcript.outcome == "completed"  # it was not asked a second time
        assert len(one.branch.path) == 1
        assert failed.transcript.outcome == "failed"
        assert "Failed" in other.foot.state.whole
        await driver.idle()


async def test_what_cannot_be_asked_is_not_lost(opening: Opening) -> None:
    async with opening() as driver:
        panel = compare(driver)
        one, other = panel.columns
        use(one, variables=[Variable(name="city")], values={"city": "Oslo"})
        use(other, variables=[Variable(name="city")])
        panel.composer.write("Is it cold in {{city}}?")
        panel.run_all()
        assert other.refused and other.branch.column.draft == "Is it cold in {{city}}?"
        assert panel.composer.empty
        await over(driver, panel)
        assert one.branch.last is not None and other.branch.last is None
        assert "city" in driver.seen(other)
        use(one, values={})
        one.branch.column.draft = ""
        panel.composer.write("And in {{city}} tomorrow?")
        other.branch.column.synced = False
        other.branch.column.draft = ""
        panel.run_all()
        assert panel.composer.text == "And in {{city}} tomorrow?"  # nobody was told
        await driver.idle()


async def test_what_was_attached_for_a_column_that_refused_goes_with_it_later(
    opening: Opening,
) -> None:
    async with opening() as driver:
        panel = compare(driver)
        one, other = panel.columns
        use(other, variables=[Variable(name="city")])
        use(one, variables=[Variable(name="city")], values={"city": "Oslo"})
        panel.composer.attachments.show_parts([PICTURE])
        panel.composer.write("Is this {{city}}?")
        panel.run_all()
        await over(driver, panel)
        assert panel.composer.attachments.empty
        assert other.own.attachments.parts == [PICTURE]
        use(other, values={"city": "Rome"})
        driver.click(other.own.send)
        await over(driver, panel)
        assert other.own.attachments.empty and other.branch.last is not None
        said = other.branch.last.input[0]
        assert isinstance(said, Message) and said.parts == [PICTURE]
        await driver.idle()


async def test_what_was_done_elsewhere_is_seen_when_the_panel_is_shown_again(
    opening: Opening,
) -> None:
    async with opening() as driver:
        panel = compare(driver)
        panel.composer.write("Are you there?")
        panel.run_all()
        await over(driver, panel)
        one, run = panel.columns[0], panel.columns[0].branch.last
        assert run is not None and one.view.cards()
        driver.window.show_panel("chat")
        await driver.desk.workspace.trash(driver.desk.session, run)
        driver.desk.tree_changed.emit(driver.desk.session)
        driver.window.show_panel("compare")
        await until(lambda: not one.view.cards())
        assert one.branch.column.leaf is None
        driver.desk.replay(panel.columns[1].branch.path[0])
        await until(lambda: driver.desk.replaying is not None)
        assert driver.window.panel == "chat"
        driver.window.show_panel("compare")
        assert driver.window.panel == "compare" and driver.desk.replaying is None
        assert panel.isVisible() and len(panel.columns) == 2
        await driver.idle()


async def test_both_apis_beside_each_other_by_one_command(opening: Opening) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        asked = await driver.ask("Both ways")
        driver.chat._compare_apis()
        panel = driver.window.panels["compare"]
        assert isinstance(panel, ComparePanel)
        await over(driver, panel)
        chat, responses = panel.answers
        assert chat is not None and responses is asked
        assert chat.call.api == "chat" and chat.parent == asked.parent
        assert chat.transcript.outcome == "completed"
        panel.views.pick(BESIDE)
        await until(lambda: panel.pair.page.comparison is not None)
        assert panel.pair.page.sides == (chat, responses)
        await driver.idle()


async def test_columns_and_drafts_are_there_again(opening: Opening, home: Path) -> None:
    async with opening() as driver:
        panel = compare(driver, 3)
        use(panel.columns[2], api="chat", instructions="Be brief.")
        panel.composer.write("for all")
        panel.columns[1].own.field.setPlainText("for one")
        session_id = driver.desk.session.id
        driver.desk.keep()
        await driver.idle()
    async with opening() as driver:
        driver.desk.open_session(session_id)
        await until(lambda: driver.desk.session.id == session_id)
        driver.window.show_panel("compare")
        panel = driver.window.panels["compare"]
        assert isinstance(panel, ComparePanel)
        assert panel.composer.text == "for all"
        assert [column.own.field.toPlainText() for column in panel.columns] == ["", "for one", ""]
        assert panel.columns[2].branch.column.call.instructions == "Be brief."
        panel.columns[0].wanted.emit("remove")
        assert [column.name for column in panel.columns] == ["A", "B"]
        assert panel.columns[0].own.field.toPlainText() == "for one"
        driver.press("Alt+PgDown")
        assert panel.row.current == 1
        panel.close_comparison()
        assert not panel.columns and driver.desk.session.comparison.columns == []
        await driver.idle()
    assert Settings.model_validate_json((home / "settings.json").read_text())


async def test_the_sheet_of_a_column_changes_that_one_alone(opening: Opening) -> None:
    prompt = Prompt(id="p1", title="Weather")
    told = (Said(role="developer", text="Be brief."), Said(role="user", text="In {{city}}?"))
    prompt.write(Content(messages=told, variables=(Variable(name="city"),)), 1.0)
    prompt.write(Content(messages=(Said(role="developer", text="Be long."),)), 2.0)
    async with opening() as driver:
        await driver.desk.prompts.save(prompt)
        panel = compare(driver)
        one, other = panel.columns
        before = one.branch.column.model_copy(deep=True)
        driver.click(other.head.settings)
        sheet = panel.shaping.sheet
        assert sheet is not None
        await until(lambda: sheet.prompts.prompt.count() == 2)
        sheet.form.rows["max_output_tokens"].changed.emit("max_output_tokens", True, 64)
        sheet.api.setCurrentIndex(sheet.api.findData("chat"))
        sheet.api.activated.emit(sheet.api.currentIndex())
        column = other.branch.column
        assert column.call.api == "chat" and column.call.fields["max_completion_tokens"] == 64
        sheet.prompts.prompt.setCurrentIndex(1)
        sheet.prompts.prompt.activated.emit(1)
        await until(lambda: column.version == 2)
        assert column.call.instructions == "Be long."
        sheet.prompts.version.setCurrentIndex(sheet.prompts.version.findData(1))
        sheet.prompts.version.activated.emit(sheet.prompts.version.currentIndex())
        assert column.call.instructions == "Be brief." and column.draft == "In {{city}}?"
        assert "version 1" in other.head.about.whole
        sheet.shared.setChecked(False)
        assert not column.shared
        sheet.accept()
        assert one.branch.column == before
        await until(lambda: panel.shaping.sheet is None)
        driver.click(driver.button("Undo"))  # of the prompt, when the sheet is gone
        assert not column.prompt and "version" not in other.head.about.whole
        await driver.idle()
