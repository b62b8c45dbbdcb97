"""The form of a server: every field of a profile can be seen, changed and taken away again."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu, QToolButton
from pytestqt.qtbot import QtBot

from playground.core.profile import Fields, Profile, Quirks
from playground.providers.presets import GROUPS, PRESETS
from playground.ui.panels.profiles import ServersDialog
from playground.ui.widgets.quirks import QuirksForm, Rule, summary
from playground.ui.widgets.serverform import ServerForm, Unreadable
from tests.driver import Driver, prepare
from tests.window import Opening

FULL = Profile(
    id="p",
    name="P",
    provider="azure",
    base_url="https://h.example",
    api="chat",
    model="m",
    key_env="A_KEY",
    key_header="api-key",
    api_version="1",
    organization="o",
    project="q",
    at_once=3,
    headers={"X-A": "1", "X-B": "2"},
    quirks=Quirks(
        drop=["a", "b.c"],
        rename={"d": "e"},
        models={"m": Fields(drop=["top_p"]), "n": Fields(rename={"x": "y"})},
        system_role="developer",
        max_tokens="n_predict",
        stream_usage=False,
        state="none",
        reasoning_name="reasoning",
        send_reasoning=True,
    ),
)


@pytest.fixture
def form(qtbot: QtBot) -> ServerForm:
    made = ServerForm()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def quirks(qtbot: QtBot) -> QuirksForm:
    made = QuirksForm()
    qtbot.addWidget(made)
    return made


@pytest.mark.parametrize("profile", [*PRESETS, FULL, Profile(id="x", name="X")],
                         ids=lambda profile: profile.id)  # fmt: skip
def test_what_is_shown_is_read_back(profile: Profile, form: ServerForm) -> None:
    form.show_profile(FULL)
    form.show_profile(profile)
    assert form.read() == profile


def test_the_row_for_all_fields_differs_in_all_fields() -> None:
    plain = Profile(id="", name="")
    assert not [one for one in Profile.model_fields if getattr(FULL, one) == getattr(plain, one)]
    mine = FULL.quirks
    assert not [one for one in Quirks.model_fields if getattr(mine, one) == getattr(Quirks(), one)]


def test_the_version_is_asked_for_where_there_is_one(form: ServerForm) -> None:
    form.show_profile(Profile(id="x", name="X"))
    assert form.api_version.isHidden()
    form.provider.setCurrentIndex(form.provider.findData("azure"))
    form.provider.activated.emit(form.provider.currentIndex())
    assert not form.api_version.isHidden()
    assert "azure.com" in form.base_url.placeholderText()
    assert form.key_header.text() == "api-key"


def test_folds_say_what_is_in_them(form: ServerForm) -> None:
    form.show_profile(Profile(id="x", name="X"))
    assert (form.more.text(), form.differences.text()) == ("More", "Differences from OpenAI")
    form.show_profile(FULL)
    assert form.more.text() == "More · 3 at once · key in api-key · o · q · 2 headers"
    assert form.differences.text() == f"Differences from OpenAI · {summary(FULL.quirks)}"
    assert "no usage in streams · reasoning goes back · 5 fields" in form.differences.text()
    form.quirks.stream_usage.setChecked(True)
    form.organization.clear()
    assert "no usage" not in form.differences.text()
    assert form.more.text() == "More · 3 at once · key in api-key · q · 2 headers"


@pytest.mark.parametrize("name", ["X A", "sk-MARKER", "X-Team", "api_key:"])
def test_a_key_header_is_called_like_one(name: str, form: ServerForm) -> None:
    form.show_profile(FULL)
    form.key_header.setText(name)
    with pytest.raises(Unreadable) as caught:
        form.read()
    assert name not in str(caught.value)


def test_what_was_learnt_can_be_removed(quirks: QuirksForm) -> None:
    quirks.show_quirks(FULL.quirks)
    assert [rule.words for rule in quirks.rules] == [
        "a is not sent",
        "b.c is not sent",
        "d is sent as e",
        "m: top_p is not sent",
        "n: x is sent as y",
    ]
    removals = [one for one in quirks.findChildren(QToolButton) if not one.isHidden()]
    for word in ("d is sent", "m: top_p"):
        next(one for one in removals if word in one.accessibleName()).click()
    assert quirks.quirks() == FULL.quirks.model_copy(
        update={"rename": {}, "models": {"n": Fields(rename={"x": "y"})}}
    )


def test_a_rule_is_added_and_replaces_one_for_the_same_field(quirks: QuirksForm) -> None:
    quirks.show_quirks(Quirks(drop=["top_p"]))
    for path, to, model in (("top_p", "p", ""), ("seed", "", "m"), ("", "x", "y")):
        quirks.path.setText(path)
        quirks.to.setText(to)
        quirks.model.setText(model)
        quirks.add.click()
    assert quirks.rules == [Rule("top_p", "p"), Rule("seed", model="m")]
    quirks.path.setText("written, not added")
    assert "written, not added" in quirks.quirks().drop


def test_a_limit_may_have_any_name(quirks: QuirksForm) -> None:
    quirks.show_quirks(Quirks())
    assert quirks.quirks().max_tokens == ""
    quirks.max_tokens.setCurrentText(" n_predict ")
    assert quirks.quirks().max_tokens == "n_predict"
    quirks.max_tokens.setCurrentIndex(quirks.max_tokens.findData("max_tokens"))
    assert quirks.quirks().max_tokens == "max_tokens"


# The dialog.


def presets(driver: Driver, dialog: ServersDialog) -> QMenu:
    driver.click(driver.button("Add from a preset…", dialog))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def choose(menu: QMenu, name: str) -> None:
    actions = [*menu.actions(), *(one for sub in menu.findChildren(QMenu) for one in sub.actions())]
    next(one for one in actions if one.text() == name).trigger()
    menu.close()


async def test_presets_stand_in_groups_and_are_added_as_ones_own(
    opening: Opening, home: Path
) -> None:
    prepare(home, "http://127.0.0.1:9/v1")
    async with opening() as driver:
        driver.desk.wanted.emit("servers")
        dialog = driver.dialog()
        assert isinstance(dialog, ServersDialog)
        menu = presets(driver, dialog)
        assert {sub.title() for sub in menu.findChildren(QMenu)} == {
            title for title, group in GROUPS if len(group) > 1
        }
        choose(menu, "OpenAI (EU)")
        assert dialog.form.base_url.text() == "https://eu.api.openai.com/v1"
        choose(presets(driver, dialog), "Ollama")  # there is one already
        assert dialog.form.name.text() == "Ollama 2"
        choose(presets(driver, dialog), "Azure OpenAI (classic)")
        assert dialog.form.api_version.isVisible()
        dialog.form.base_url.setText("https://acme.openai.azure.com")
        driver.click(driver.button("Save", dialog))
        names = [dialog.list.item(row).text() for row in range(dialog.list.count())]
        assert {"OpenAI (EU)", "Ollama", "Ollama 2", "Azure OpenAI (classic)"} <= set(names)
        assert driver.desk.workspace.profile("azure").base_url == "https://acme.openai.azure.com"
        driver.click(driver.button("Delete", dialog))
        assert not dialog.list.findItems("Azure OpenAI (classic)", Qt.MatchFlag.MatchExactly)
        dialog.close()
        await driver.idle()
