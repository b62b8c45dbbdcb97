"""Requests as forms: fields of every kind, what cannot be sent, models that end, code."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from PySide6.QtCore import QPoint

from playground.core.profile import Profile, Quirks
from playground.providers.models import Model
from tests.gallery.stage import Stage
from tests.gallery.tapes import Tape, run_of

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "forecast",
            "description": "The weather of one day in one city",
            "parameters": {
                "type": "object",
                "properties": {
                    "city": {"type": "string", "description": "Its name, as people there write it"},
                    "day": {"type": "string", "enum": ["today", "tomorrow"]},
                    "hours": {"type": "integer", "minimum": 1, "maximum": 24},
                },
                "required": ["city", "day"],
                "additionalProperties": False,
            },
            "strict": True,
        },
    }
]
"""A tool of some thirty lines."""


def use(stage: Stage, **call: Any) -> None:
    """These settings for the session on stage, as it would have them when it is opened."""
    bar = stage.settings.area.verticalScrollBar()
    stage.after.append(lambda: bar.setValue(0))
    session = stage.desk.session
    session.call = session.call.model_copy(update=call)
    stage.desk.session_shown.emit(session)


def scroll(stage: Stage, path: str) -> None:
    """Put the row of a field at the top of the dock."""
    row = stage.settings.rows[path]
    area = stage.settings.area
    inner = area.widget()
    assert inner is not None
    area.verticalScrollBar().setValue(row.mapTo(inner, row.rect().topLeft()).y())


async def groups(stage: Stage) -> None:
    """The groups of a dialect, two of them with something in them."""
    use(
        stage,
        api="chat",
        model="gpt-5.4-mini",
        fields={"temperature": 0.2, "reasoning_effort": "low", "stop": ["\n\n", "END"], "n": 2},
    )
    scroll(stage, "temperature")


async def tools(stage: Stage) -> None:
    use(stage, api="chat", model="gpt-5.4-mini", fields={"tools": TOOLS, "tool_choice": "auto"})
    await stage.settle()
    scroll(stage, "tools")


async def larger(stage: Stage) -> None:
    await tools(stage)
    field = stage.settings.rows["tools"].field
    editor = field.enlarge("tools · JSON")  # type: ignore[union-attr]
    stage.after.append(editor.close)


async def wrong(stage: Stage) -> None:
    """Values of every kind that cannot be sent, each with the reason."""
    use(stage, api="chat", fields={"response_format": {"type": "json_object"}, "n": 2})
    rows = stage.settings.rows
    for path, text in (("response_format", '{\n  "type": json_object\n}'), ("n", "0")):
        rows[path].field.write(text)
        rows[path]._edited()
    scroll(stage, "response_format")


async def found(stage: Stage) -> None:
    use(stage, api="chat", fields={"logprobs": True})
    stage.settings.form.filter.setText("prob")
    stage.after.append(stage.settings.form.filter.clear)


async def extras(stage: Stage) -> None:
    use(
        stage,
        api="chat",
        extra={"provider": {"order": ["a", "b"], "allow_fallbacks": False}, "transforms": []},
        headers={"X-Team": "seven"},
    )
    box = stage.settings._extras
    box.headers.text.replace("X-Team: seven\nX-Api-Key: abc")
    box.headers.settle()
    await stage.settle()
    bar = stage.settings.area.verticalScrollBar()
    bar.setValue(bar.maximum())


async def state(stage: Stage) -> None:
    """A server that keeps answers, over the dialect that builds on them."""
    keeps = Profile(id="keeps", name="A server that keeps answers", quirks=Quirks(state="stateful"))
    stage.app.adopt(keeps.model_copy(update={"base_url": "http://127.0.0.1:9/v1"}))
    stage.desk.use_profile("keeps")
    use(stage, api="responses", model="gpt-5.4", state="previous_response_id")


async def ending(stage: Stage) -> None:
    """Models that will be, or have been, shut down."""
    today = date.today()
    stage.desk.models[stage.desk.profile.id] = [
        Model("gpt-5.4-mini", context=400_000),
        Model("gpt-4-turbo-2024-04-09", shutdown_date=str(today + timedelta(days=40))),
        Model("gpt-4o-2024-08-06", shutdown_date=str(today + timedelta(days=300))),
        Model("gpt-3.5-turbo-instruct", shutdown_date=str(today - timedelta(days=3))),
    ]
    use(stage, model="gpt-4-turbo-2024-04-09")
    box = stage.settings.model
    box.showPopup()
    popup = box.view().window()  # there is less screen than window here
    popup.move(box.mapToGlobal(QPoint(box.width() - popup.width(), box.height())))
    stage.after.append(stage.settings.model.hidePopup)
    stage.after.append(stage.desk.models.clear)


async def code(stage: Stage, form: int = 0) -> None:
    """The next request, with what is being written in it."""
    tape = Tape().begin().wait(300).text("Hello. What would you like to know?").end()
    await stage.show(run_of(tape, "Hello."))
    fields = {"temperature": 0.2, "metadata": {"team": "seven"}}
    use(stage, instructions="Answer in two sentences.", fields=fields, model="gpt-5.4-mini")
    stage.chat._developer_fold.setChecked(False)
    stage.chat.composer.write("What should I wear in Oslo\nand in Rome tomorrow?")
    stage.chat._saving.stop()
    stage.chat.show_code(True)
    stage.after.append(lambda: stage.chat.show_code(False))
    stage.chat.code.forms.pick(form)
    await stage.settle()
    stage.chat.code.show_now()


async def curl(stage: Stage) -> None:
    await code(stage, 1)


async def python(stage: Stage) -> None:
    await code(stage, 2)


async def httpx(stage: Stage) -> None:
    await code(stage, 3)


async def long_code(stage: Stage) -> None:
    await code(stage)
    stage.chat.composer.write(json.dumps(TOOLS))
    stage.chat._saving.stop()
    stage.chat.code.forms.pick(4)
    await stage.settle()
