"""Patterns: the section among the settings, and what they did with a request, as it is seen."""

from __future__ import annotations

from decimal import Decimal

from playground.core.patterns import Patterns, Rule, Target
from playground.core.profile import Profile
from playground.core.recording import fact
from playground.core.usage import Cost
from playground.engine.accounting import REUSED
from playground.ui.panels.profiles import ServersDialog
from tests.gallery import tapes
from tests.gallery.stage import Stage
from tests.gallery.tapes import run_of
from tests.gallery.words import ANSWER, QUESTION

MINI = "gpt-5.4-mini"
LOCAL = "local"
BODY = (
    b'{"error": {"message": "The server had an error while processing your request.",'
    b' "type": "server_error", "code": "server_error"}}'
)
ALL = Patterns(
    rules=[
        Rule(value="translate", target=Target(model=MINI)),
        Rule(sign="matches", value=r"(?i)\bsum(marise|mary)\b", target=Target(profile=LOCAL)),
        Rule(sign="longer", value="4000", target=Target(profile="openai", model="gpt-5.4")),
    ],
    picker=Target(profile=LOCAL),
    choices=[
        Target(model=MINI, about="short questions, translations"),
        Target(model="gpt-5.4", about="code, and whatever has to be thought over"),
    ],
    fallback=[Target(profile="openai", model=MINI), Target(profile=LOCAL)],
    reuse=600,
)
WRONG = Patterns(
    rules=[
        Rule(sign="matches", value="(open", target=Target(model=MINI)),
        Rule(sign="longer", value="many", target=Target(profile="srv_of_last_year")),
        Rule(),
    ],
    picker=Target(),
    fallback=[Target(profile="srv_of_last_year", model="اَلْعَرَبِيَّةُ 汉语 " * 20)],
    reuse=5400,
)


def section(stage: Stage, patterns: Patterns) -> None:
    """The section, in sight."""
    session = stage.desk.session
    session.call = session.call.model_copy(update={"patterns": patterns})
    stage.desk.settings_changed.emit()
    found = stage.settings.patterns
    found.fold.setChecked(True)


async def _scrolled(stage: Stage, patterns: Patterns) -> None:
    section(stage, patterns)
    await stage.settle()
    bar = stage.settings.area.verticalScrollBar()
    bar.setValue(bar.maximum())
    stage.after.append(lambda: stage.settings.patterns.fold.setChecked(False))


async def filled(stage: Stage) -> None:
    await _scrolled(stage, ALL)


async def mistaken(stage: Stage) -> None:
    """What can be wrong with it, said in place."""
    await _scrolled(stage, WRONG)


async def none(stage: Stage) -> None:
    """Nothing is set: one line."""
    section(stage, Patterns())
    stage.settings.patterns.fold.setChecked(False)
    await stage.settle()
    bar = stage.settings.area.verticalScrollBar()
    bar.setValue(bar.maximum())


class Tape(tapes.Tape):
    def fails(self, attempt: int = 0) -> Tape:
        """A request that is answered with 500."""
        self.wait(2).request(QUESTION, attempt=attempt).wait(130)
        self.head(500, "Internal Server Error", **{"content-type": "application/json"})
        self.raw(BODY).fact("eof")
        return self

    def turns(self) -> Tape:
        """To the next of the list."""
        words = f"gpt-5.4 at OpenAI: The server failed (500). Asked instead: {MINI} at OpenRouter."
        self.wait(2).fact("fallback", profile="openrouter", model=MINI, words=words, crossed=True)
        return self

    def answers(self, attempt: int = 0) -> Tape:
        self.wait(2).request(QUESTION, attempt=attempt).wait(240).head().wait(3)
        self.event("response.created", response=self._response("in_progress"))
        self.wait(300).text(ANSWER).end()
        return self


async def routed(stage: Stage) -> None:
    tape = Tape()
    words = f"Sent to {MINI} at OpenAI: the message has fewer than 200 characters (rule 2)."
    tape.fact("routed", profile="openai", model=MINI, rule="rule 2", words=words)
    await stage.show(run_of(tape.answers(), QUESTION))


async def turned(stage: Stage) -> None:
    await stage.show(run_of(Tape().fails().turns().answers(1), QUESTION))
    stage.inspector.tabs.pick(0)


async def all_failed(stage: Stage) -> None:
    tape = Tape().fails().turns().fails(1)
    await stage.show(run_of(tape.ended(), QUESTION, priced=False))


async def reused(stage: Stage) -> None:
    """A recorded answer, which cost nothing."""
    tape = Tape().answers()
    run = run_of(None, QUESTION, priced=False)
    sent, _ = next(one for one in tape.events if one.kind == "request").json()
    assert isinstance(sent, dict)
    said = {
        "run": "run_0mfr3k2v8q1x4t",
        "leg": 0,
        "created": run.created - 190,
        "words": "A recorded answer, 3 min old, was used again. Nothing was sent.",
    }
    rest = [one._replace(t=0) for one in tape.events if one.kind != "request"]
    run.take([fact(0, "reused", {**sent, **said}), *rest])
    run.cost = Cost(basis="calculated", usd=Decimal(0), source=REUSED, saved=Decimal("0.001041"))
    await stage.show(run)


async def queued(stage: Stage) -> None:
    tape = Tape()
    tape.fact("queued", words="Waiting for a free place at OpenAI (2nd)")
    await stage.show(run_of(tape, QUESTION, seconds=4.2, priced=False))


async def limited(stage: Stage) -> None:
    """The server said that nothing is left until a moment."""
    tape = Tape()
    tape.fact("queued", words="Waiting until OpenAI takes requests again", seconds=12.0)
    await stage.show(run_of(tape, QUESTION, seconds=4.2, priced=False))


async def at_once(stage: Stage) -> None:
    """The number of requests at once, among what more there is of a server."""
    profile = Profile(
        id="srv_lab", name="Lab", base_url="https://lab.example.org/v1", api="chat", at_once=2
    )
    stage.desk.settings.profiles.append(profile)
    stage.after.append(lambda: stage.desk.settings.profiles.remove(profile))
    dialog = ServersDialog(stage.desk, stage.window)
    dialog._fill(profile.id)
    dialog.form.more.setChecked(True)
    dialog.open()
    await stage.settle()
