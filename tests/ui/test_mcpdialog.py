"""The dialog for an MCP server: what is read, what is never kept, and who starts anything."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDialog,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from playground.core.tools import Tool
from playground.tools.mcp_values import Listed, McpSpec, Offer, Status, Trial
from playground.ui import theme
from playground.ui.widgets.mcpdialog import (
    NAMES,
    McpDialog,
    cautions,
    guessed,
    joined,
    pasted,
    split_command,
)

SECRET = "ghp_5ecret5ecret"
FILES = McpSpec(
    id="mcp_1", name="files", command="npx", args=("-y", "server-files", "/my files"),
    env=("ROOT",), cwd="/work", seconds=12.5, on=True,
)  # fmt: skip
HTTP = McpSpec(
    id="mcp_2", name="desk", transport="http", url="https://desk.example/mcp", headers=("X-Team",)
)
OFFER = Offer(
    "everything 2.0",
    "2025-11-25",
    tools=(Tool(source="files", name="echo"), Tool(source="files", name="add")),
    resources=(Listed("readme"),),
    notes=("sum is called add here.",),
)
GOOD = Trial(
    True, "It has 2 tools.", Status("ready", "", "/bin/npx -y x", "The PATH is ours.", OFFER),
    "a warning\nanother", ("Hello!",),
)  # fmt: skip
BAD = Trial(False, "It could not be started.", Status("crashed", offer=OFFER), "no such module")

Opened = Callable[..., McpDialog]


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    theme.apply("light")
    parent = QWidget()
    parent.resize(1000, 800)
    qtbot.addWidget(parent)
    return parent


@pytest.fixture
def opened(parent: QWidget) -> Opened:
    def make(spec: McpSpec | None = None, **more: Any) -> McpDialog:
        dialog = McpDialog(spec, parent, **more)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        dialog.open()
        return dialog

    return make


def told(dialog: McpDialog) -> list[tuple[str, Any]]:
    """What the dialog asks for, as it comes."""
    found: list[tuple[str, Any]] = []
    dialog.saved.connect(lambda spec: found.append(("saved", spec)))
    dialog.test_wanted.connect(lambda spec: found.append(("test", spec)))
    dialog.stop_wanted.connect(lambda: found.append(("stop", None)))
    return found


def on_screen(widget: QWidget) -> str:
    """All text of all its widgets, shown or not."""
    texts = [one.text() for one in widget.findChildren(QLabel)]
    texts += [one.text() + one.placeholderText() for one in widget.findChildren(QLineEdit)]
    texts += [one.toPlainText() for one in widget.findChildren(QPlainTextEdit)]
    texts += [one.toPlainText() for one in widget.findChildren(QTextEdit)]
    return "\n".join(texts)


# JSON of others.


def only(text: str) -> tuple[McpSpec, tuple[str, ...], tuple[str, ...]]:
    found = pasted(text)
    assert len(found) == 1
    return found[0].spec, found[0].dropped, found[0].notes


STDIO = {"command": "npx", "args": ["-y", "x"], "env": {"TOKEN": SECRET, "EMPTY": ""}}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"mcpServers": {"git": STDIO}}),
        json.dumps({"servers": {"git": {"type": "stdio", **STDIO}}, "inputs": []}),
        json.dumps({"mcp": {"servers": {"git": STDIO}}}),
        json.dumps({"git": STDIO}),
        f'"mcpServers": {json.dumps({"git": STDIO})},',
        f'"git": {json.dumps(STDIO)}',
        json.dumps({"mcp": {"git": {"command": ["npx", "-y", "x"], "environment": STDIO["env"]}}}),
        json.dumps(
            {
                "context_servers": {
                    "git": {"command": {"path": "npx", "args": ["-y", "x"], "env": STDIO["env"]}}
                }
            }
        ),
    ],
)
def test_a_program_in_the_shapes_of_others(text: str) -> None:
    spec, dropped, _ = only(text)
    assert (spec.name, spec.transport, spec.command, spec.args) == (
        "git", "stdio", "npx", ("-y", "x"),
    )  # fmt: skip
    assert spec.env == ("TOKEN", "EMPTY")
    assert dropped == ("TOKEN",)
    assert SECRET not in spec.model_dump_json()


@pytest.mark.parametrize("name", ["url", "serverUrl", "httpUrl"])
def test_an_address_in_the_shapes_of_others(name: str) -> None:
    row = {name: "https://a.example/mcp", "headers": {"Authorization": f"Bearer {SECRET}"}}
    spec, dropped, _ = only(json.dumps({"mcpServers": {"a": row}}))
    assert (spec.transport, spec.url) == ("http", "https://a.example/mcp")
    assert spec.headers == dropped == ("Authorization",)
    assert SECRET not in spec.model_dump_json()


def test_a_server_may_be_called_like_what_holds_servers() -> None:
    spec, _, _ = only('{"mcpServers": {"mcp": {"command": "x"}}}')
    assert spec.name == "mcp"


def test_one_server_without_a_name() -> None:
    assert only('{"command": "x"}')[0].name == ""


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"type": "sse", "url": "https://a.example/sse"}, "SSE"),
        ({"command": "x", "envFile": ".env"}, ".env"),
        ({"command": "x", "args": ["${workspaceFolder}"]}, "${…}"),
    ],
)
def test_what_is_another_thing_there_is_said(row: dict[str, Any], said: str) -> None:
    (note,) = only(json.dumps(row))[2]
    assert said in note


@pytest.mark.parametrize(
    "row",
    [
        {"command": "x", "args": "no list", "env": 4, "cwd": 3},
        {"command": "x", "args": [1, None, {}], "env": [["a"], "B=c"]},
        {"command": ["x"], "env": {"not a name": "x"}},
        {"command": [], "args": []},
        {"url": "x", "headers": "no object"},
    ],
)
def test_rubbish_costs_only_itself(row: dict[str, Any]) -> None:
    spec, _, _ = only(json.dumps(row))
    assert spec.cwd == ""
    assert " " not in "".join((*spec.env, *spec.headers))


@pytest.mark.parametrize("text", ["{", "[]", "7", "{}", '{"mcpServers": {}}', '{"a": {"b": 1}}',
                                  "[" * 100_000])  # fmt: skip
def test_what_has_no_server_says_so(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        pasted(text)


# Command lines.


@pytest.mark.parametrize("windows", [False, True])
@pytest.mark.parametrize(
    "words",
    [["npx", "-y", "a b"], ["x", ""], ["x", "it's", '"'], ["x", "#1"], [r"C:\Program Files\x.exe"]],
)
def test_a_command_line_is_split_as_it_was_joined(words: list[str], windows: bool) -> None:
    assert split_command(joined(words), windows=windows) == words


def test_folders_of_windows_are_no_escapes() -> None:
    assert split_command(r'C:\tools\x.exe "C:\my files"', windows=True) == [
        r"C:\tools\x.exe", r"C:\my files",
    ]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), [('x "a', "quotation"), ("x \\", "backslash")])
def test_a_command_line_that_ends_too_early(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        split_command(text, windows=False)


def command(line: str) -> McpSpec:
    program, *args = split_command(line, windows=False)
    return McpSpec(id="a", name="", command=program, args=tuple(args))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("x | tee log", "|"),
        ("TOKEN=1 x", "variable"),
        (f"x --api-key {SECRET}", "--api-key"),
        (f"x --token={SECRET}", "token"),
        (f"docker run -e GITHUB_TOKEN={SECRET} i", "GITHUB_TOKEN"),
        (f"x --header 'Authorization: Bearer {SECRET}'", "Authorization"),
        (f"x https://a.example/mcp?key={SECRET}", "key"),
    ],
)
def test_what_may_not_be_meant_is_said(line: str, said: str) -> None:
    (caution,) = cautions(command(line))
    assert said in caution
    assert SECRET not in caution


@pytest.mark.parametrize(
    "line",
    ["npx -y x", "docker run -i -e GITHUB_TOKEN i", "x --token -v", "x --header 'Key: ${KEY}'",
     "x 'a|b'", "x --max 5"],
)  # fmt: skip
def test_what_is_usual_is_not_warned_of(line: str) -> None:
    assert cautions(command(line)) == []


def test_only_an_open_way_to_another_computer_is_warned_of() -> None:
    def of(url: str) -> list[str]:
        return cautions(HTTP.model_copy(update={"url": url}))

    assert of("http://a.example/mcp")
    assert not of("http://127.0.0.1:8000/mcp")
    assert not of("https://a.example/mcp")


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        (command("npx -y @scope/server-files@1.2 /tmp"), "server-files"),
        (command("uvx mcp-server-git"), "mcp-server-git"),
        (command("/usr/bin/python3 server.py"), "python3"),
        (HTTP, "desk.example"),
        (McpSpec(id="a", name=""), ""),
    ],
)
def test_a_name_is_guessed(spec: McpSpec, name: str) -> None:
    assert guessed(spec) == name


# The form.


@pytest.mark.parametrize("spec", [FILES, HTTP])
def test_a_description_is_read_back_as_it_was(opened: Opened, spec: McpSpec) -> None:
    assert opened(spec).read() == spec


def test_a_new_server_has_an_id_of_its_own_and_a_guessed_name(opened: Opened) -> None:
    specs = []
    for _ in range(2):
        dialog = opened()
        dialog.command.setText("npx -y @scope/server-files")
        specs.append(dialog.read())
    assert [spec.name for spec in specs] == ["server-files"] * 2
    assert specs[0].id != specs[1].id


def test_saving_tells_the_description_and_starts_nothing(opened: Opened) -> None:
    dialog = opened(FILES)
    said = told(dialog)
    dialog.name.setText("mine")
    dialog.save.click()
    assert said == [("saved", FILES.model_copy(update={"name": "mine"}))]
    assert dialog.result() == QDialog.DialogCode.Accepted


def test_cancelling_keeps_nothing(opened: Opened) -> None:
    dialog = opened(FILES)
    said = told(dialog)
    dialog.cancel.click()
    assert said == []
    assert not dialog.isVisible()


@pytest.mark.parametrize(
    ("spec", "field", "text", "why"),
    [
        (FILES, "command", "", "command line"),
        (FILES, "command", "x 'a", "quotation"),
        (FILES, "env", f"TOKEN={SECRET}", "names"),
        (FILES, "seconds", "0", "Seconds"),
        (FILES, "seconds", "nan", "Seconds"),
        (FILES, "seconds", "soon", "Seconds"),
        (HTTP, "headers", f"Authorization: Bearer {SECRET}", "names"),
        (HTTP, "url", "a.example/mcp", "https://"),
        (HTTP, "url", "http://[", "https://"),
        (HTTP, "url", f"https://a.example/mcp?api_key={SECRET}", "secret"),
        (HTTP, "url", f"https://me:{SECRET}@a.example/mcp", "secret"),
    ],
)
def test_what_cannot_be_kept_is_said_and_neither_saved_nor_started(
    opened: Opened, spec: McpSpec, field: str, text: str, why: str
) -> None:
    dialog = opened(spec)
    said = told(dialog)
    getattr(dialog, field).setText(text)
    for button in (dialog.save, dialog.test):
        button.click()
        assert why in dialog.said.text()
        assert SECRET not in dialog.said.text()
    assert said == []
    assert dialog.isVisible()


def test_only_what_its_kind_has_is_asked_for(opened: Opened) -> None:
    dialog = opened(FILES)
    assert dialog.command.isVisible()
    assert not dialog.url.isVisible()
    at = dialog.transport.findData("http")
    dialog.transport.setCurrentIndex(at)
    dialog.transport.activated.emit(at)
    assert dialog.url.isVisible()
    assert not dialog.env.isVisible()


def test_how_the_command_line_is_read_stands_below_it(opened: Opened) -> None:
    dialog = opened(FILES)
    assert "/my files" in dialog.about_command.text()
    dialog.command.setText("x 'a")
    assert "quotation" in dialog.about_command.text()
    assert dialog.about_command.property("token") == "error"


def test_names_without_a_value_in_the_environment_are_said(opened: Opened) -> None:
    dialog = opened(FILES, environ={"HOME"})
    dialog.env.setText("HOME TOKEN")
    assert dialog.read().env == ("HOME", "TOKEN")
    assert "never kept" in dialog.about_env.text()
    assert dialog.about_env.text().endswith("Not in the environment now: TOKEN.")


def test_a_folder_is_asked_for_without_waiting(opened: Opened) -> None:
    dialog = opened(FILES)
    asked: QFileDialog = dialog.ask_for_folder()
    asked.fileSelected.emit("/elsewhere")
    asked.reject()
    assert dialog.read().cwd == "/elsewhere"


# What is pasted.


def test_pasted_json_fills_the_form_and_its_values_are_gone(opened: Opened) -> None:
    dialog = opened()
    said = told(dialog)
    dialog.json.setPlainText(json.dumps({"mcpServers": {"git": STDIO}}))
    spec = dialog.read()
    assert (spec.name, spec.command, spec.args, spec.env) == (
        "git", "npx", ("-y", "x"), ("TOKEN", "EMPTY"),
    )  # fmt: skip
    assert "TOKEN" in dialog.taken.text()
    assert SECRET not in on_screen(dialog)
    dialog.json.undo()
    assert SECRET not in on_screen(dialog)
    assert said == []


def test_of_several_pasted_servers_one_is_picked(opened: Opened) -> None:
    dialog = opened(FILES)
    rows = {"a": {"command": "one"}, "b": {"url": "https://b.example/mcp"}}
    dialog.json.setPlainText(json.dumps({"mcpServers": rows}))
    assert dialog.read().command == "one"
    assert dialog.which.isVisible()
    dialog.which.activated.emit(1)
    spec = dialog.read()
    assert (spec.id, spec.transport, spec.url) == (FILES.id, "http", "https://b.example/mcp")
    assert spec.seconds == FILES.seconds


def test_json_that_is_not_whole_yet_changes_nothing(opened: Opened) -> None:
    dialog = opened(FILES)
    dialog.json.setPlainText('{"mcpServers": {')
    assert "not JSON yet" in dialog.taken.text()
    assert dialog.read() == FILES


# The test start.


def test_a_test_start_is_asked_for_and_shown(opened: Opened) -> None:
    dialog = opened(FILES)
    said = told(dialog)
    dialog.test.click()
    assert said == [("test", FILES)]
    assert dialog.test.text() == "Stop"
    dialog.show_progress("Asking the shell for its PATH")
    assert dialog.trial.words.toPlainText() == "Asking the shell for its PATH"
    dialog.show_trial(GOOD)
    assert dialog.test.text() == "Test start"
    facts = {name: fact.text.toPlainText() for name, fact in dialog.trial.facts.items()}
    assert facts == {
        "Runs": "/bin/npx -y x",
        "PATH": "The PATH is ours.",
        "Server": "everything 2.0 · MCP 2025-11-25",
        "Tools": "2: echo, add",
        "Resources": "1: readme",
        "Prompts": "none",
        "Notes": "sum is called add here.",
    }
    assert dialog.trial.diagnostics.text.toPlainText() == "a warning\nanother"
    assert dialog.trial.noise.text.toPlainText() == "Hello!"
    dialog.cancel.click()
    assert said == [("test", FILES)]  # there was nothing left to stop


def test_a_start_that_failed_shows_why_and_no_older_offer(opened: Opened) -> None:
    dialog = opened(FILES)
    dialog.test.click()
    dialog.show_trial(BAD)
    assert dialog.trial.words.toPlainText() == "It could not be started."
    assert dialog.trial.diagnostics.text.toPlainText() == "no such module"
    assert not dialog.trial.facts["Tools"].isVisible()
    assert not dialog.trial.noise.isVisible()


def test_a_test_start_is_stopped_and_says_no_more(opened: Opened) -> None:
    dialog = opened(FILES)
    said = told(dialog)
    dialog.test.click()
    dialog.test.click()
    assert [what for what, _ in said] == ["test", "stop"]
    dialog.show_progress("too late")
    dialog.show_trial(GOOD)
    assert dialog.trial.words.toPlainText() == "It was stopped."


@pytest.mark.parametrize("leave", ["cancel", "save"])
def test_a_test_start_ends_with_the_dialog(opened: Opened, leave: str) -> None:
    dialog = opened(FILES)
    said = told(dialog)
    dialog.test.click()
    getattr(dialog, leave).click()
    assert said[-1] == ("stop", None)


def test_a_result_says_when_it_is_of_another_description(opened: Opened) -> None:
    dialog = opened(FILES)
    dialog.test.click()
    dialog.show_trial(GOOD)
    assert not dialog.trial.stale.isVisible()
    dialog.command.setText("other")
    assert dialog.trial.stale.isVisible()


def test_of_very_many_tools_it_is_said_how_many(opened: Opened) -> None:
    tools = tuple(Tool(source="files", name=f"t{n}") for n in range(NAMES + 5))
    trial = Trial(True, "", Status("ready", offer=Offer(tools=tools)))
    dialog = opened(FILES)
    dialog.test.click()
    dialog.show_trial(trial)
    shown = dialog.trial.facts["Tools"].text.toPlainText()
    assert shown.startswith(f"{NAMES + 5}: t0, ")
    assert shown.endswith("and 5 more")


def test_every_control_has_a_name_and_foreign_text_is_plain(opened: Opened) -> None:
    dialog = opened(FILES)
    dialog.test.click()
    dialog.show_trial(GOOD)
    for kind in (QLineEdit, QComboBox, QAbstractButton, QPlainTextEdit, QTextEdit):
        for control in dialog.findChildren(kind):
            if control.focusPolicy() & Qt.FocusPolicy.TabFocus:
                assert control.accessibleName(), control
    dialog.command.setText("<b>x</b>")
    assert "<b>x</b>" in dialog.about_command.text()
    assert dialog.about_command.textFormat() == Qt.TextFormat.PlainText


def test_the_keyboard_goes_through_it_as_one_reads(opened: Opened) -> None:
    dialog = opened(FILES)
    dialog.paste.setFocus()
    seen = []
    for _ in range(7):
        QTest.keyClick(dialog, Qt.Key.Key_Tab)
        seen.append(dialog.focusWidget())
    assert seen == [
        dialog.name, dialog.transport, dialog.command, dialog.env, dialog.cwd, dialog.choose,
        dialog.seconds,
    ]  # fmt: skip


def test_in_a_narrow_window_nothing_is_wider_than_the_dialog(
    opened: Opened, parent: QWidget
) -> None:
    parent.resize(480, 500)
    dialog = opened(FILES)
    dialog.test.click()
    dialog.show_trial(GOOD)
    area = dialog.findChild(QScrollArea)
    inside = area.widget() if area is not None else None
    assert area is not None
    assert inside is not None
    assert inside.minimumSizeHint().width() <= area.viewport().width()
