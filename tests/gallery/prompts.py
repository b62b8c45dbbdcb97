"""The Prompts panel: the library, the editor, and versions laid beside each other."""

from __future__ import annotations

from playground.core.prompts import Content, Prompt, Said
from playground.core.variables import Variable
from playground.ui.panels.prompts import PromptsPanel
from playground.ui.widgets.promptversions import UNSAVED
from tests.gallery.stage import Stage

NOON = 1_792_000_000.0
RULES = "Say which team a mail is for: {{teams}}. Answer with the one word."
LONG = "Answer in {{language}} and keep to what is asked. " * 200
HEBREW = "סכם את הטקסט הבא ב־{{words}} מילים לכל היותר."
CHINESE = "请用{{words}}个字以内总结下面的文字。"


def content(*said: tuple[str, str], variables: tuple[Variable, ...] = ()) -> Content:
    messages = tuple(Said.model_validate({"role": role, "text": text}) for role, text in said)
    return Content(messages=messages, variables=variables)


def sorting() -> Prompt:
    prompt = Prompt(id="prm_sort", title="Sort support mail", folder="Support")
    teams = Variable(name="teams", default="billing, shipping, other", help="Who there is")
    prompt.write(content(("developer", RULES), ("user", "{{mail}}")), NOON - 90_000)
    prompt.write(
        content(
            ("developer", RULES), ("user", "{{mail}}"), variables=(teams, Variable(name="mail"))
        ),
        NOON - 7_000,
        "The teams are declared",
    )
    prompt.write(
        content(
            ("developer", RULES.replace("the one word", "one word, in lower case")),
            ("user", "Where is my parcel?"),
            ("assistant", "shipping"),
            ("user", "{{mail}}"),
            variables=(teams, Variable(name="mail", help="The mail as it came")),
        ),
        NOON,
        "Lower case, and one mail that is sorted",
    )
    return prompt


def named(number: int, title: str, folder: str = "", *said: tuple[str, str]) -> Prompt:
    prompt = Prompt(id=f"prm_{number}", title=title, folder=folder)
    prompt.write(content(*(said or (("user", title),))), NOON - number)
    return prompt


async def opened(stage: Stage) -> PromptsPanel:
    """The panel on an empty library, which will be empty again."""
    stage.window.docks["inspector"].hide()
    stage.window.show_panel("prompts")
    panel = stage.window.panels["prompts"]
    assert isinstance(panel, PromptsPanel)
    await stage.settle()

    def leave() -> None:
        panel.library.search.clear()
        panel.library._typing.stop()
        panel._close()
        panel._drafts.unwritten.clear()
        stage.desk.settings.prompt_folders = []
        stage.desk.tasks.start(forget(stage), stage.desk)
        stage.window.show_panel("chat")

    stage.after.append(leave)
    return panel


async def forget(stage: Stage) -> None:
    prompts = stage.desk.prompts
    rows = [*await prompts.list(), *await prompts.list(trashed=True)]
    await prompts.forget(*(row.id for row in rows))


async def filled(stage: Stage) -> PromptsPanel:
    """A library with some things in it, and a prompt that is open."""
    panel = await opened(stage)
    rows = (
        sorting(),
        named(1, "Answer politely", "Support/Letters"),
        named(2, "Say no", "Support/Letters"),
        named(3, "Summarise a text", "Texts"),
        named(4, "Explain it to somebody"),
        named(5, "An old idea", "Texts"),
    )
    for prompt in rows:
        await stage.desk.prompts.save(prompt)
    stage.desk.settings.prompt_folders = ["Later"]
    await stage.desk.prompts.trash("prm_5")
    await panel.library.refresh()
    panel.library.tree.pick("prompt:prm_sort")
    panel.open("prm_sort")
    await stage.settle()
    return panel


async def empty(stage: Stage) -> None:
    await opened(stage)


async def library(stage: Stage) -> None:
    await filled(stage)


async def difference(stage: Stage) -> None:
    panel = await filled(stage)
    panel.versions.item(0).setSelected(True)


async def inline(stage: Stage) -> None:
    panel = await filled(stage)
    panel.compare(1, 3)
    panel.work.difference.ways.pick(1)
    stage.after.append(lambda: panel.work.difference.ways.pick(0))


async def unsaved(stage: Stage) -> None:
    """Changes of which no version is made yet, and not all of them well written."""
    panel = await filled(stage)
    text = panel.edit.messages[0].text
    text.setPlainText(
        f"{text.toPlainText()} Be {{{{tone}}}}, never {{{{two words}}}} or {{{{open}}."
    )
    panel.edit.note.setText("A tone")
    panel.edit.look()
    panel._edited()
    panel._keep()
    await stage.settle()


async def overtaken(stage: Stage) -> None:
    """Somebody else made a version meanwhile."""
    await unsaved(stage)
    panel = stage.window.panels["prompts"]
    assert isinstance(panel, PromptsPanel)
    other = sorting()
    other.write(content(("developer", RULES + " Be kind."), ("user", "{{mail}}")), NOON + 60)
    await stage.desk.prompts.save(other)
    panel.save()
    await stage.settle()
    assert panel.work.difference.pair == (4, UNSAVED)


async def foreign(stage: Stage) -> None:
    """A message of ten thousand characters, and others that run the other way."""
    panel = await filled(stage)
    title = "סיכום · 总结 · A title that is far too long for the little room that there is for it"
    made = named(
        9,
        title,
        "",
        ("developer", LONG),
        ("user", HEBREW),
        ("assistant", CHINESE),
        ("user", "{{x}}"),
    )
    await stage.desk.prompts.save(made)
    await panel.library.refresh()
    panel.library.tree.pick("prompt:prm_9")
    panel.open("prm_9")
    await stage.settle()


async def trash(stage: Stage) -> None:
    panel = await filled(stage)
    panel.library.tree.pick("trash:")
    panel.library.tree.expand(panel.library.model.index_of("trash:"))
    panel.library.tree.pick("thrown:prm_5")
    panel.open("prm_5")
    await stage.settle()
    stage.after.append(lambda: panel.library.tree.closed.add("trash:"))


async def found(stage: Stage) -> None:
    panel = await filled(stage)
    panel.library.search.setText("mail parcel")
    await stage.settle()
    panel.library._typing.stop()
    await panel.library.refresh()


async def values(stage: Stage) -> None:
    """Messages that are put in as said need their values at once."""
    panel = await filled(stage)
    said = (("user", "In {{language}}?"), ("assistant", "Oui."), ("user", "{{question}}"))
    await stage.desk.prompts.save(named(8, "Answer in a language", "", *said))
    await panel.library.refresh()
    panel.open("prm_8")
    await stage.settle()
    panel.use_it(new=True)
