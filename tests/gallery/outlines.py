"""The outline of a session, and what came with one out of a file."""

from __future__ import annotations

from playground.core.call import Withheld
from playground.core.session import Run
from playground.core.tools import Tool
from tests.gallery.stage import Stage
from tests.gallery.tapes import Tape, run_of

BEGAN = 1_791_000_000.0
LONG = (
    "Tell me everything there is to know about the harbour of Lisbon, from the Phoenicians to the "
    "container terminal, with years, names, tonnage and the colours of the cranes. " * 4
)
RTL = "ما هو أفضل وقت لزيارة أوسلو؟"
CJK = "東京からオスロまでの一番安い行き方を教えてください。"


def turn(
    number: int, said: str, answer: str, parent: Run | None = None, model: str = "gpt-5.4-mini"
) -> Run:
    tape = Tape(model).begin(said).wait(300).text(answer)
    tape.end()
    run = run_of(tape, said)
    run.created = BEGAN + 97 * number
    run.parent = parent.id if parent is not None else None
    return run


def branched() -> list[Run]:
    """A conversation in which things were asked again, and one of them went wrong."""
    root = turn(1, "What should I wear in Oslo tomorrow?", "A warm coat: it snows at −3 °C.")
    rome = turn(2, "And in Rome?", "A light jacket; it is clear at 19 °C.", root)
    again = turn(3, "And in Rome?", "Rome is mild: a jacket over a shirt.", root, "gpt-5.4")
    how = turn(4, "How far is it from one to the other?", "About 2,010 km as the crow flies.", rome)
    train = turn(5, "By train?", "Around 36 hours with four changes.", how)
    arabic = turn(6, RTL, "من يونيو إلى أغسطس.", again)
    long = turn(7, LONG, "Lisbon’s harbour lies on the Tagus. " * 20, again, "gpt-5.4")
    failed = Tape().begin(CJK).wait(300).event("error", code="server_error", message="Overloaded")
    failed.ended()
    wrong = run_of(failed, CJK)
    wrong.created, wrong.parent = BEGAN + 800, long.id
    miles = turn(9, "In miles, please", "About 1,250 miles.", how)
    gone = turn(10, "Forget about Rome", "Gladly.", root)
    gone.trashed = True
    return [root, rome, again, how, train, arabic, long, wrong, gone, miles]


async def opened(stage: Stage) -> None:
    await stage.show(*branched(), title="What to wear")
    stage.chat.as_outline.setChecked(True)
    outline = stage.chat.outline

    def undo() -> None:
        outline.filter.clear()
        outline.forks.setChecked(False)
        outline.deleted.setChecked(False)
        stage.chat.as_outline.setChecked(False)

    stage.after.append(undo)


async def forks(stage: Stage) -> None:
    await opened(stage)
    stage.chat.outline.forks.setChecked(True)


async def deleted(stage: Stage) -> None:
    await opened(stage)
    stage.chat.outline.deleted.setChecked(True)


async def found(stage: Stage) -> None:
    await opened(stage)
    stage.chat.outline.filter.setText("lis")


async def nothing_found(stage: Stage) -> None:
    await opened(stage)
    stage.chat.outline.filter.setText("Zanzibar")


async def menu(stage: Stage) -> None:
    await opened(stage)
    outline = stage.chat.outline
    outline.list._ask(outline.list.current)


async def long(stage: Stage) -> None:
    runs: list[Run] = []
    for number in range(400):
        parent = runs[-1] if runs and number % 25 else runs[number // 2] if runs else None
        said = f"Question {number + 1} of many"
        runs.append(turn(number, said, f"The answer to number {number + 1}.", parent))
    await opened(stage)
    await stage.show(*runs, title="Four hundred turns")
    stage.chat.outline.refresh()


async def empty(stage: Stage) -> None:
    stage.desk.new_session()
    await opened(stage)
    stage.desk.new_session()
    stage.chat.outline.refresh()


async def withheld(stage: Stage) -> None:
    session = await stage.show(*branched(), title="From a file")
    tools = [Tool(source="demo", name=name) for name in ("get_weather", "convert_units")]
    aside = Withheld(tools=tools, fields={"tools": [{"type": "web_search"}]})
    session.call = session.call.model_copy(update={"withheld": aside})
    stage.desk.settings_changed.emit()
