"""Variables: their values and declarations among the settings, and a preset that is opened."""

from __future__ import annotations

from typing import Any

from playground.core.call import Call
from playground.core.presets import Opened, preset_of
from playground.core.prompts import Said
from playground.core.tools import Tool
from playground.core.variables import Variable
from playground.ui import theme
from playground.ui.widgets.variablerow import VariableRow
from tests.gallery.stage import Stage

CODE = "Write a template for a letter: it begins with Dear {{name}}, and ends with {{ greeting }}."
FIVE = [
    Variable(name="city", help="Where the journey goes", default="Lisboa"),
    Variable(name="days", type="integer", default=3),
    Variable(name="budget", type="number"),
    Variable(name="pace", type="choice", choices=["slow", "brisk"], default="slow"),
    Variable(name="interests", type="json"),
    Variable(name="with_children", type="boolean"),
]
VALUES: dict[str, Any] = {
    "city": "Ålesund — 青い町, “the town that burned”",
    "budget": 1250.5,
    "interests": ["art nouveau", {"sea": True}],
    "with_children": False,
}
DEVELOPER = (
    "You plan journeys to {{city}} for {{days}} days, at a {{pace}} pace. "
    "With children: {{with_children}}. Never say \\{{city}}."
)
DRAFT = "Plan my journey: {{interests}}, for {{budget}} EUR at most."


def template(stage: Stage, draft: str = DRAFT, **changes: Any) -> None:
    """The session on screen asks by a template."""
    session = stage.desk.session
    told = {"instructions": DEVELOPER, "variables": FIVE, "values": VALUES, **changes}
    session.call = session.call.model_copy(update=told)
    session.draft = draft
    stage.desk.show_again()
    stage.desk.changed()
    bar = stage.settings.area.verticalScrollBar()
    stage.after.append(lambda: bar.setValue(0))


async def at_section(stage: Stage) -> None:
    """Scrolled to the variables, with nothing in focus but the draft."""
    await stage.settle()
    area, section = stage.settings.area, stage.settings.variables
    top = section.mapTo(area.widget(), section.rect().topLeft()).y()
    area.verticalScrollBar().setValue(top - theme.current().px(12))


async def section(stage: Stage) -> None:
    template(stage)
    await at_section(stage)


async def missing(stage: Stage) -> None:
    """Two have no value, one a wrong one, and a place has no variable."""
    values = {**VALUES, "days": "three"}
    del values["interests"]
    template(stage, f"{DRAFT} We leave on {{{{day}}}}.", values=values)
    await at_section(stage)


async def wrong(stage: Stage) -> None:
    """Something is typed that is no value, and the last one is used."""
    template(stage)
    await at_section(stage)
    row = row_of(stage, "interests")
    assert row.value is not None
    row.value.editor.setPlainText('["art nouveau", ')  # type: ignore[union-attr]
    row.settle()


async def declaring(stage: Stage) -> None:
    template(stage)
    await at_section(stage)
    row_of(stage, "pace").edit.setChecked(True)
    await at_section(stage)


async def offered(stage: Stage) -> None:
    """Text that only looks like a template."""
    stage.chat.composer.write(CODE)
    stage.desk.typed.emit()
    await at_section(stage)


def row_of(stage: Stage, name: str) -> VariableRow:
    return stage.settings.variables.form.rows[name]


TOOL = Tool(source="demo", name="get_weather", description="The weather in {{city}}")
FILE = Opened(
    preset_of(
        "Journeys",
        Call(
            model="gpt-5.4-mini",
            instructions=DEVELOPER,
            variables=FIVE,
            tools=[TOOL],
            fields={"temperature": 0.4},
        ),
        (Said(role="user", text=DRAFT),),
    ),
    (
        "Of the tool get_weather was left out, as no file may say it: mode, origin.",
        "The header Authorization was left out: a preset holds no key.",
    ),
)


async def preset(stage: Stage) -> None:
    box = stage.shell.importing.presets.offer(FILE)
    stage.after.append(box.close)


async def preset_used(stage: Stage) -> None:
    stage.shell.importing.presets.use(FILE)
    await stage.settle()
