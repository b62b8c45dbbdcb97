"""The Settings dock, the Servers dialog and the preferences: click, then what would be sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDoubleSpinBox,
    QLineEdit,
    QListWidget,
    QWidget,
)

from playground.core.call import Call
from playground.core.problem import Failure
from playground.core.profile import SANDBOX, Api, Profile, Quirks
from playground.providers.models import Model
from playground.ui import theme
from playground.ui.panels.profiles import ServersDialog
from playground.ui.panels.settings import kept
from playground.ui.widgets.form import ParameterRow
from playground.ui.widgets.parameters import BEYOND
from tests.driver import FAST, Driver, prepare
from tests.loop import until
from tests.processes import Sandbox
from tests.window import Opening


@pytest.fixture(autouse=True)
def settings(home: Path, sandbox: Sandbox) -> None:
    prepare(home, sandbox.base_url)


def row(driver: Driver, path: str) -> ParameterRow:
    return driver.settings.rows[path]


def turn_on(driver: Driver, path: str) -> QWidget:
    """Click the switch; the field that appears, with the focus in it."""
    one = row(driver, path)
    driver.click(one.switch, QPoint(8, one.switch.height() // 2))
    assert one.switch.isChecked()
    assert one.field.isVisible() and not one.off.isVisible()
    return one.field


def put(driver: Driver, field: QWidget, text: str) -> None:
    line = field.lineEdit() if isinstance(field, QComboBox) else field
    assert isinstance(line, QLineEdit)
    line.selectAll()
    driver.press("Del", line)
    driver.type(text, line)
    driver.press("Return", line)


# Parameters.


async def test_what_is_off_is_not_sent_and_its_row_says_so(
    opening: Opening, sandbox: Sandbox
) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        assert row(driver, "temperature").off.text() == "not sent"
        await driver.ask("nothing is set")
        body = sandbox.log("nothing is set")[0]["body"]
        assert set(body) == {"model", "input", "stream", "sandbox"}
        put(driver, turn_on(driver, "temperature"), "0.25")
        put(driver, turn_on(driver, "reasoning.effort"), "high")
        await driver.ask("two are set")
        body = sandbox.log("two are set")[-1]["body"]
        assert body["temperature"] == 0.25
        assert body["reasoning"] == {"effort": "high"}
        one = row(driver, "temperature")
        driver.click(one.switch, QPoint(8, one.switch.height() // 2))
        assert one.off.isVisible()
        await driver.ask("one is off again")
        body = sandbox.log("one is off again")[-1]["body"]
        assert "temperature" not in body and "reasoning" in body
        await driver.idle()


@pytest.mark.parametrize("text", ["hot", "9", "-1", ""])
async def test_a_value_that_cannot_be_sent_is_marked_and_not_sent(
    text: str, opening: Opening
) -> None:
    async with opening() as driver:
        field = turn_on(driver, "temperature")
        put(driver, field, text)
        assert field.property("wrong") is True
        assert field.toolTip() != row(driver, "temperature").parameter.help
        assert driver.desk.session.call.fields["temperature"] == 1
        put(driver, field, "0.5")
        assert field.property("wrong") is False
        assert driver.desk.session.call.fields["temperature"] == 0.5


async def test_settings_belong_to_the_session_and_are_there_again(opening: Opening) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        put(driver, turn_on(driver, "max_output_tokens"), "77")
        await driver.ask("remember my settings")
        await driver.idle()
        session_id = driver.desk.session.id
    async with opening() as driver:
        assert "max_output_tokens" not in driver.desk.session.call.fields
        assert not row(driver, "max_output_tokens").switch.isChecked()
        driver.desk.open_session(session_id)
        await until(lambda: row(driver, "max_output_tokens").switch.isChecked())
        field = row(driver, "max_output_tokens").field
        assert isinstance(field, QLineEdit) and field.text() == "77"
        await driver.idle()


async def test_another_dialect_brings_its_own_parameters(
    opening: Opening, sandbox: Sandbox
) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        box = driver.find(QComboBox, "API", driver.settings)
        box.setCurrentText("Chat Completions")
        box.activated.emit(box.currentIndex())
        assert "stop" in driver.settings.rows and "truncation" not in driver.settings.rows
        await driver.ask("over the other dialect")
        assert sandbox.log("over the other dialect")[0]["path"] == "/v1/chat/completions"
        await driver.idle()


# What goes along, and what the server keeps.


async def test_extra_body_and_headers_go_along_and_secrets_do_not(
    opening: Opening, sandbox: Sandbox, home: Path
) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        driver.settings._find_extras()
        extras = driver.settings._extras
        assert extras.body.text.hasFocus()
        extras.body.text.replace('{"metadata": {"team": "seven"}, "sandbox": {"seed": 1}}')
        extras.headers.text.replace("X-Team: seven")
        extras.settle()
        await driver.ask("with extras")
        row = sandbox.log("with extras")[-1]
        assert row["body"]["metadata"] == {"team": "seven"}
        assert row["body"]["sandbox"] == {"per_second": 0, "seed": 1}, "objects are merged"
        assert row["headers"]["x-team"] == "seven"
        extras.headers.text.replace("X-Team: seven\nX-Api-Key: sk-test-MARKER-123")
        extras.settle()
        await driver.shows("X-Api-Key holds a secret")
        await driver.ask("without the secret")
        assert "x-api-key" not in sandbox.log("without the secret")[-1]["headers"]
        assert driver.desk.session.call.headers == {"X-Team": "seven"}
        await driver.idle()
    for path in home.rglob("*"):
        assert not path.is_file() or b"MARKER-123" not in path.read_bytes(), path


async def test_how_the_conversation_travels_is_a_choice_only_where_there_is_one(
    opening: Opening, home: Path, sandbox: Sandbox
) -> None:
    prepare(home, sandbox.base_url, quirks={"state": "stateful"})
    async with opening() as driver:
        driver.fields(**FAST)
        box = driver.find(QComboBox, "How the conversation reaches the server")
        assert box.isEnabled() and not driver.settings.why_state.isVisible()
        box.setCurrentIndex(1)
        box.activated.emit(1)
        assert driver.desk.session.call.state == "previous_response_id"
        await driver.ask("the first")
        await driver.ask("the second")
        body = sandbox.log("the second")[-1]["body"]
        assert body["previous_response_id"] and len(body["input"]) == 1
        driver.fields(store=False)
        await driver.shows("Nothing to build on")
        choose_api(driver, "Chat Completions")
        assert not box.isEnabled() and box.currentData() == "history"
        await driver.shows("Chat Completions sends it whole each time.")
        assert driver.desk.session.call.state == "previous_response_id", "not forgotten"
        choose_api(driver, "Responses")
        assert box.isEnabled() and box.currentData() == "previous_response_id"
        driver.desk.use_profile("ollama")
        choose_api(driver, "Responses")
        await driver.shows("This server keeps nothing")
        await driver.idle()


def choose_api(driver: Driver, title: str) -> None:
    driver.settings.api.setCurrentText(title)
    driver.settings.api.activated.emit(driver.settings.api.currentIndex())


@pytest.mark.parametrize(
    ("api", "state", "call", "keeps"),
    [
        ("responses", "stateful", {}, True),
        ("responses", "stateful", {"fields": {"store": True}}, True),
        ("responses", "stateful", {"fields": {"store": False}}, False),
        ("responses", "stateful", {"extra": {"store": False}}, False),
        ("responses", "stateless", {"fields": {"store": True}}, False),
        ("responses", "none", {}, False),
        ("chat", "stateful", {}, False),
        ("chat", "stateless", {"fields": {"store": True}}, True),
        ("chat", "stateful", {"fields": {"store": True}, "extra": {"store": False}}, False),
        ("completions", "stateful", {"fields": {"store": True}}, False),
    ],
)
def test_whether_the_server_keeps_the_answer_follows_what_is_sent(
    api: Api, state: Any, call: dict[str, Any], keeps: bool
) -> None:
    profile = Profile(id="p", name="P", quirks=Quirks(state=state))
    found, why = kept(Call(api=api, **call), profile)
    assert found is keeps and why


async def test_kept_stands_beside_the_model(opening: Opening, home: Path) -> None:
    prepare(home, "http://127.0.0.1:9/v1", quirks={"state": "stateful"})
    async with opening() as driver:
        assert driver.settings.kept.text() == "kept by the server"
        driver.fields(store=False)
        assert driver.settings.kept.text() == "not kept by the server"
        assert "store is off" in driver.settings.kept.toolTip()
        await driver.idle()


async def test_what_is_being_typed_belongs_to_the_session_it_was_typed_in(
    opening: Opening,
) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        await driver.ask("the first session")
        first = driver.desk.session
        field = turn_on(driver, "temperature")
        assert isinstance(field, QLineEdit)
        field.setFocus()
        field.selectAll()
        driver.type("0.75", field)
        driver.settings._extras.body.text.replace('{"a": 1}')
        driver.press("Ctrl+N")
        assert first.call.fields["temperature"] == 0.75 and first.call.extra == {"a": 1}
        second = driver.desk.session
        assert second is not first and second.call.extra == {}
        await driver.idle()


async def test_fields_of_another_dialect_are_not_sent_unseen(opening: Opening) -> None:
    async with opening() as driver:
        driver.fields(max_output_tokens=50)
        choose_api(driver, "Chat Completions")
        one = driver.settings.form.reveal("max_output_tokens")
        assert one is not None
        assert driver.settings.form.sections[BEYOND].fold.text() == f"{BEYOND} · 1 on"
        driver.click(one.switch, QPoint(8, one.switch.height() // 2))
        assert driver.desk.session.call.fields == {}
        await driver.idle()


async def test_a_model_that_ends_says_so_beside_its_name(opening: Opening) -> None:
    async with opening() as driver:
        settings = driver.settings
        settings.desk.models["here"] = [Model("old", shutdown_date="2020-01-01"), Model("new")]
        driver.model("old")
        await driver.shows("shut down")
        assert settings.end.property("token") == "error"
        driver.model("new")
        assert not settings.end.isVisible()
        await driver.idle()


async def test_nothing_in_the_dock_moves_sideways_when_the_bar_comes(opening: Opening) -> None:
    async with opening() as driver:
        settings = driver.settings
        bar = settings.area.verticalScrollBar()
        driver.window.resize(1440, 2600)
        await until(lambda: not bar.isVisible())
        before = settings.profile.width()
        driver.window.resize(1440, 800)
        await until(bar.isVisible)
        await until(lambda: settings.profile.width() == before)
        await driver.idle()


# Models and servers.


async def test_models_are_listed_by_the_server_and_any_name_may_be_typed(
    opening: Opening, sandbox: Sandbox
) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        box = driver.settings.model
        assert box.count() == 0
        driver.click(driver.button("Ask the server for its models"))
        await until(lambda: box.count() > 5)
        assert box.itemText(0) == "sandbox"
        await driver.shows(f"{box.count()} models listed")
        box.setCurrentIndex(box.findText("refusal"))
        box.activated.emit(box.currentIndex())
        run = await driver.ask("refuse this")
        assert run.transcript.outcome == "refused"
        driver.model("my-own-model")
        run = await driver.ask("a name of mine")
        assert sandbox.log("a name of mine")[0]["body"]["model"] == "my-own-model"
        await driver.shows("The server does not have this model.", "model_not_found")
        await driver.idle()


async def test_the_key_for_models_goes_to_the_box_and_asks_once(opening: Opening) -> None:
    async with opening() as driver:
        driver.window.docks["settings"].hide()
        driver.press("Ctrl+M")
        assert driver.window.docks["settings"].isVisible()
        line = driver.settings.model.lineEdit()
        assert line is not None and line.hasFocus()
        await until(lambda: driver.settings.model.count() > 5)
        driver.settings.model.hidePopup()
        await driver.idle()


async def test_a_server_that_does_not_answer_is_said_below_the_box(
    opening: Opening, home: Path
) -> None:
    prepare(home, "http://127.0.0.1:9/v1")
    async with opening() as driver:
        driver.click(driver.button("Ask the server for its models"))
        await driver.shows("Nothing answers at 127.0.0.1:9")
        await driver.idle()
        assert driver.settings.refresh.isEnabled()


async def test_the_server_is_chosen_at_the_top_or_in_the_dock(opening: Opening) -> None:
    async with opening() as driver:
        top = driver.find(QComboBox, "Server of this session")
        for box in (top, driver.settings.profile):
            for name in ("OpenAI", "Here"):
                box.setCurrentText(name)
                box.activated.emit(box.currentIndex())
                assert driver.desk.profile.name == name
                assert {top.currentText(), driver.settings.profile.currentText()} == {name}
        await driver.idle()


def servers(driver: Driver) -> ServersDialog:
    dialog = driver.dialog()
    assert isinstance(dialog, ServersDialog)
    return dialog


async def test_a_server_of_ones_own_is_added_tested_and_used(
    opening: Opening, sandbox: Sandbox, home: Path
) -> None:
    async with opening() as driver:
        driver.click(driver.button("Edit the servers"))
        dialog = servers(driver)
        driver.click(driver.button("Add a server", dialog))
        await until(dialog.form.base_url.hasFocus)
        dialog.form.name.selectAll()
        driver.type("Mine", dialog.form.name)
        driver.type(sandbox.base_url.removesuffix("/v1"), dialog.form.base_url)
        dialog.form.headers.setPlainText("X-Team: seven")
        driver.click(driver.button("Test", dialog))
        await until(lambda: dialog.said.text().startswith("It answers and lists"))
        driver.click(driver.button("Use", dialog))
        await until(lambda: driver.desk.profile.name == "Mine")
        driver.fields(**FAST)
        driver.model("sandbox")
        run = await driver.ask("to my own server")
        assert run.transcript.outcome == "completed"
        assert sandbox.log("to my own server")[0]["headers"]["x-team"] == "seven"
        await driver.idle()
    saved = json.loads((home / "settings.json").read_text())
    assert [profile["name"] for profile in saved["profiles"]] == ["Here", "Mine"]
    async with opening() as driver:
        assert driver.desk.profile.name == "Mine"


async def test_a_key_that_was_typed_is_kept_and_used_at_once(
    opening: Opening, sandbox: Sandbox
) -> None:
    async with opening() as driver:
        driver.desk.wanted.emit("servers")
        dialog = servers(driver)
        driver.type("sk-test-0123456789", dialog.form.key)
        driver.click(driver.button("Use", dialog))
        driver.fields(**FAST)
        await driver.shows("Key in memory: it is gone when Playground closes.")
        await driver.ask("with the key")
        assert sandbox.log("with the key")[0]["headers"]["authorization"] == "***"
        await driver.idle()
        driver.desk.wanted.emit("servers")
        driver.click(await removal(driver))
        await driver.shows("No key. None is sent.")
        servers(driver).close()
        await driver.ask("without a key")
        assert "authorization" not in sandbox.log("without a key")[0]["headers"]
        await driver.idle()


async def removal(driver: Driver) -> QAbstractButton:
    await until(lambda: "Remove the key" in driver.seen(servers(driver)))
    return driver.button("Remove the key", servers(driver))


async def test_a_preset_that_was_changed_can_be_put_back(opening: Opening) -> None:
    async with opening() as driver:
        driver.desk.wanted.emit("servers")
        dialog = servers(driver)
        choose(driver, "Ollama")
        assert not dialog.remove.isVisible()
        dialog.form.base_url.selectAll()
        driver.type("http://127.0.0.1:9999", dialog.form.base_url)
        driver.click(driver.button("Save", dialog))
        assert driver.desk.workspace.profile("ollama").base_url == "http://127.0.0.1:9999"
        driver.click(driver.button("Back to the preset", dialog))
        assert driver.desk.workspace.profile("ollama").base_url == "http://127.0.0.1:11434/v1"
        dialog.close()
        await driver.idle()


async def test_a_deleted_server_that_is_in_use_does_not_break_the_window(
    opening: Opening,
) -> None:
    async with opening() as driver:
        driver.desk.wanted.emit("servers")
        dialog = servers(driver)
        assert dialog.form.name.text() == "Here"
        driver.click(driver.button("Delete", dialog))
        await driver.shows("A server that was deleted")
        with pytest.raises(Failure):
            driver.desk.workspace.profile("here")
        choose(driver, "OpenAI")
        driver.click(driver.button("Use", dialog))
        await until(lambda: driver.desk.profile.id == "openai")
        await driver.idle()


def choose(driver: Driver, name: str) -> None:
    listing = driver.find(QListWidget, "Servers", servers(driver))
    (item,) = [listing.item(n) for n in range(listing.count()) if listing.item(n).text() == name]
    listing.setCurrentItem(item)


async def test_what_cannot_be_read_is_said_and_not_saved(opening: Opening) -> None:
    async with opening() as driver:
        driver.desk.wanted.emit("servers")
        dialog = servers(driver)
        dialog.form.headers.setPlainText("no colon here")
        driver.click(driver.button("Use", dialog))
        assert "no colon" in dialog.said.text()
        assert dialog.isVisible()
        assert dialog.form.headers.toPlainText() == "no colon here"
        dialog.close()
        await driver.idle()


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("headers", "X-Team: 7\nApi-Key: sk-test-MARKER-123", "The header Api-Key holds a secret"),
        ("base_url", "https://me:sk-test-MARKER-123@example.test", "The address holds a secret"),
        (
            "base_url",
            "https://example.test/v1?key=sk-test-MARKER-123",
            "The address holds a secret",
        ),
        ("key_env", "sk-test-MARKER-123", "the name of an environment variable"),
        ("key_header", "sk-test-MARKER-123", "the name of a header for keys"),
    ],
)
async def test_a_secret_in_the_wrong_field_is_not_saved(
    field: str, text: str, said: str, opening: Opening, home: Path
) -> None:
    async with opening() as driver:
        driver.desk.wanted.emit("servers")
        dialog = servers(driver)
        widget = getattr(dialog.form, field)
        (widget.setPlainText if field == "headers" else widget.setText)(text)
        driver.click(driver.button("Save", dialog))
        assert said in dialog.said.text()
        assert "MARKER" not in dialog.said.text()
        dialog.close()
        await driver.idle()
    assert "MARKER" not in (home / "settings.json").read_text()


async def test_our_own_servers_have_nothing_to_edit_and_take_no_key(opening: Opening) -> None:
    async with opening() as driver:
        driver.desk.wanted.emit("servers")
        dialog = servers(driver)
        choose(driver, "Sandbox (scripted)")
        assert not dialog.form.key.isEnabled() and not dialog.form.base_url.isEnabled()
        assert "never get a key" in dialog.form.key_state.text()
        dialog.close()
        driver.desk.use_profile("sandbox")
        driver.click(driver.button("Ask the server for its models"))
        await until(lambda: driver.settings.model.count() > 5)
        driver.desk.wanted.emit("key")
        assert servers(driver).form.name.text() == "OpenAI"
        await until(servers(driver).form.key.hasFocus)
        servers(driver).close()
        await driver.idle()


async def test_local_servers_are_only_looked_for_on_a_click(
    opening: Opening, sandbox: Sandbox, home: Path
) -> None:
    async with opening() as driver:
        ours = driver.desk.workspace.profile("lmstudio").model_copy(
            update={"base_url": sandbox.base_url}
        )
        dead = [
            driver.desk.workspace.profile(name).model_copy(
                update={"base_url": "http://127.0.0.1:9/v1"}
            )
            for name in ("ollama", "llamacpp")
        ]
        driver.desk.settings.profiles += [ours, *dead]
        before = sandbox.newest()
        driver.desk.wanted.emit("servers")
        dialog = servers(driver)
        await driver.idle()
        assert sandbox.since(before) == []
        driver.click(driver.button("Look for local servers", dialog))
        await until(lambda: dialog.said.text().startswith("Found LM Studio ("))
        assert len(sandbox.since(before)) == 1
        dialog.close()
        await driver.idle()


# Preferences.


async def test_preferences_take_effect_at_once_and_are_kept(opening: Opening, home: Path) -> None:
    async with opening() as driver:
        driver.press("Ctrl+,")
        dialog = driver.dialog()
        box = driver.find(QComboBox, "Theme", dialog)
        box.setCurrentText("Dark")
        box.activated.emit(box.currentIndex())
        assert theme.current().name == "dark"
        limit = driver.find(QDoubleSpinBox, "Silence at most", dialog)
        limit.setValue(12.5)
        assert driver.app.workspace.limits().idle == 12.5
        driver.click(driver.button("Close", dialog))
        await driver.idle()
    saved = json.loads((home / "settings.json").read_text())
    assert (saved["theme"], saved["limits"]["idle"]) == ("dark", 12.5)
    async with opening():
        assert theme.current().name == "dark"


async def test_the_layout_is_remembered(opening: Opening) -> None:
    async with opening() as driver:
        for keys, name in (("Ctrl+B", "sessions"), ("F12", "inspector"), ("F8", "settings")):
            assert driver.window.docks[name].isVisible()
            driver.press(keys)
            assert not driver.window.docks[name].isVisible()
        driver.press("F8")
    async with opening() as driver:
        shown = {name for name, dock in driver.window.docks.items() if dock.isVisible()}
        assert shown == {"settings"}


async def test_another_server_is_not_told_what_was_meant_for_the_one_before(
    opening: Opening,
) -> None:
    async with opening() as driver:
        desk = driver.desk
        headers = {"X-Api-Key": "not-a-key", "X-Trace": "7"}
        desk.session.call = desk.session.call.model_copy(update={"headers": headers})
        before = desk.session.call
        told: list[tuple[str, str, str, Callable[[], object]]] = []
        desk.told.connect(lambda *row: told.append(row))
        desk.use_profile(desk.session.profile)
        assert desk.session.call.headers == headers and not told, "it is the same server"
        desk.use_profile(SANDBOX)
        assert desk.session.call.headers == {"X-Trace": "7"}
        ((_, more, _, back),) = told
        assert "X-Api-Key" in more and "not-a-key" not in more
        back()
        assert desk.session.call.headers == headers
        assert desk.session.call.api == before.api
