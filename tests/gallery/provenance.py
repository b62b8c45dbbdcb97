"""Provenance: what an event made stands out where the run is shown, and what was clicked leads to
its event."""

from __future__ import annotations

import json

from playground.core.items import Item, Message, ToolCall
from playground.core.session import Run
from playground.ui.widgets.cards.base import Card
from playground.ui.widgets.fold import Fold
from tests.gallery import structured
from tests.gallery.stage import Stage
from tests.gallery.tapes import Tape, run_of

PROMPT = "How do I lay out a summer school of one week?"
ANSWER = """\
## Mornings for lectures, afternoons for doing

Give every morning to **one subject** and one person who knows it well, and keep the afternoon for
*work in small groups*: that is what people remember, see [how others do it](https://a.example).

1. Arrive on Sunday, so that Monday begins on time.
2. Close on Friday at noon.

| day | morning | afternoon |
|-----|---------|-----------|
| Monday | `asyncio` from the ground | a small server |
| Tuesday | testing | tests for it |

```python
for day in week:
    print(day.subject, day.speaker)
```
"""
CITY = {"city": "Reykjavík", "days": 3, "unit": "celsius"}


async def _shown(stage: Stage, tape: Tape) -> Run:
    run = run_of(tape, PROMPT)
    await stage.show(run)
    stage.after.append(lambda: stage.inspector.looking.pick(-1))
    return run


def _item(run: Run, kind: type[Item]) -> Item:
    return next(item for item in run.transcript.items if isinstance(item, kind))


async def _point(stage: Stage, key: str, field: str, offset: int) -> None:
    stage.window.docks["inspector"].show()
    await stage.settle()
    stage.inspector.looking.point(key, field, offset)
    await stage.settle()


async def answer(stage: Stage, word: str = "one subject") -> None:
    """The event of a word that was clicked."""
    run = await _shown(stage, Tape().begin(PROMPT).text(ANSWER).end())
    await _point(stage, _item(run, Message).key, "text", ANSWER.index(word))


async def cell(stage: Stage) -> None:
    await answer(stage, "from the ground")


async def code(stage: Stage) -> None:
    await answer(stage, "speaker)")


async def edge(stage: Stage) -> None:
    """An event that brought no characters: the item as a whole."""
    run = await _shown(stage, Tape().begin(PROMPT).text(ANSWER).end())
    await stage.settle()
    added = next(n for n, event in enumerate(run.recording) if b"output_item.added" in event.raw)
    stage.inspector.looking.pick(added)


async def argument(stage: Stage) -> None:
    text = json.dumps(CITY, ensure_ascii=False)
    tape = Tape().begin(PROMPT).reasoning("The weather decides.").call("get_forecast", text).end()
    run = await _shown(stage, tape)
    await stage.settle()
    for card in stage.chat.view.findChildren(Card):
        if isinstance(card.item, ToolCall):
            card.findChildren(Fold)[0].setChecked(True)
    await _point(stage, _item(run, ToolCall).key, "arguments", text.index("kjav"))


async def field(stage: Stage, view: int = 0) -> None:
    """A field of a structured answer."""
    await structured.valid(stage)
    run = stage.structured.answer.run
    assert run is not None
    pane = stage.structured.answer
    pane.views.pick(view)
    stage.after.append(lambda: pane.views.pick(0))
    stage.after.append(lambda: stage.inspector.looking.pick(-1))
    await _point(stage, _item(run, Message).key, "text", run.answer.index("Papier"))


async def field_cells(stage: Stage) -> None:
    await field(stage, 1)
    run = stage.structured.answer.run
    assert run is not None
    await _point(stage, _item(run, Message).key, "text", run.answer.index("Stapler"))


async def field_text(stage: Stage) -> None:
    await field(stage, 2)
