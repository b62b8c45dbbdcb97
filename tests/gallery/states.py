"""Every state that the window can be in, each as a scene to be set."""

from __future__ import annotations

import asyncio
import os
import socket
import sqlite3
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

from playground.core.problem import Problem, from_exception
from playground.core.profile import LOCAL, SANDBOX, Profile
from playground.core.session import Run, new_id
from playground.desktop import Desktop
from playground.ui.widgets.chips import Chip
from playground.ui.widgets.fold import Fold
from playground.ui.widgets.footer import Footer
from tests.gallery import (
    answers,
    compare,
    files,
    forms,
    money,
    offers,
    outlines,
    patterns,
    presented,
    prompts,
    provenance,
    repeats,
    replays,
    rundiffs,
    sessions,
    spend,
    structured,
    timelines,
    tools,
    variables,
    words,
)
from tests.gallery import events as event_states
from tests.gallery import requests as request_states
from tests.gallery import times as spent
from tests.gallery.stage import SIZE, Stage
from tests.gallery.tapes import Tape, run_of


@dataclass(frozen=True, slots=True)
class State:
    name: str
    title: str
    """What somebody sees who looks at the picture."""
    make: Callable[[Stage], Awaitable[Any]]
    size: tuple[int, int] = SIZE
    large: bool = False
    """Also with type of double size, in a window of 1920 × 1200."""
    contrast: bool = False
    """Also in high contrast."""


def answered(prompt: str = words.QUESTION, answer: str = words.ANSWER, **more: Any) -> Run:
    return run_of(Tape().begin(prompt).wait(420).text(answer).end(**more), prompt)


def chips(stage: Stage, text: str) -> Chip:
    """The chip of the last answer that has this text in it."""
    footers = [card for card in stage.chat.view.cards() if isinstance(card, Footer)]
    return next(chip for chip in footers[-1].findChildren(Chip) if text in chip.text())


def unfold(stage: Stage) -> None:
    for card in stage.chat.view.cards():
        for fold in card.findChildren(Fold):
            fold.setChecked(True)


# A first start, and nothing yet.


async def first_start(stage: Stage) -> None:
    stage.desk.settings.profile = ""
    stage.desk.new_session()


async def key_in_environment(stage: Stage) -> None:
    os.environ["OPENAI_API_KEY"] = "sk-gallery-0123456789abcdef"
    stage.after.append(lambda: os.environ.pop("OPENAI_API_KEY"))
    stage.desk.settings.profile = ""
    stage.desk.new_session()


async def filled(stage: Stage) -> None:
    """Sessions of some days, one of them running, as everybody finds them who comes back."""
    store, now = stage.app.sessions, time.time()
    for number, (title, days) in enumerate(words.TITLES):
        tape = Tape().begin(title).wait(420).text("Not much to say.", open_=number == 1)
        if number != 1:
            tape.end(given=640 + 977 * number, made=40 + 61 * number)
        run = run_of(tape, title)
        run.session, run.created = new_id("ses"), now - days * 86_400
        session = stage.app.workspace.new_session(stage.app.profile("openai"))
        session.id, session.title = run.session, title
        session.created = session.changed = run.created
        session.leaf = run.id
        await store.save(session)
        if number == 1:
            run.owner = stage.app.owner.id
        await store.begin(run)
        if number != 1:
            await store.finish(run)
    stage.desk.sessions_changed.emit()
    await stage.settle()
    stage.sessions.list.clicked.emit(stage.sessions.model.index(1))


async def loading_models(stage: Stage) -> None:
    quiet = socket.create_server(("127.0.0.1", 0))  # takes connections and never answers
    stage.after.append(quiet.close)
    where = f"http://127.0.0.1:{quiet.getsockname()[1]}/v1"
    stage.app.adopt(Profile(id="quiet", name="A server that thinks", base_url=where))
    stage.desk.use_profile("quiet")
    stage.settings.list_models()
    stage.going_on = 1
    stage.after.append(stop_tasks(stage))


def stop_tasks(stage: Stage) -> Callable[[], None]:
    def stop() -> None:
        for task in list(stage.desk.tasks._running):
            task.cancel()

    return stop


# A run on its way.


async def starting(stage: Stage) -> None:
    tape = Tape("smollm2-135m-instruct").fact("starting", text="loading the bundled model, 61 %")
    await going(stage, run_of(tape, words.QUESTION, seconds=3.4, profile=LOCAL))


async def queued(stage: Stage) -> None:
    await going(stage, run_of(None, words.QUESTION, seconds=0))


async def connecting(stage: Stage) -> None:
    await going(stage, run_of(Tape().wait(2).request(), words.QUESTION, seconds=2.2))


async def waiting(stage: Stage) -> None:
    tape = Tape().wait(2).request().wait(240).head()
    await going(stage, run_of(tape, words.QUESTION, seconds=42.4))


async def retrying(stage: Stage) -> None:
    tape = Tape().wait(2).request().wait(120).head(429, "Too Many Requests", retry_after="20")
    tape.raw(b'{"error":{"message":"Rate limit reached"}}').fact("eof")
    tape.fact("retry", after=20, why="429 Too Many Requests")
    await going(stage, run_of(tape, words.QUESTION, seconds=8.1))


async def reasoning(stage: Stage) -> None:
    tape = Tape().begin().wait(300).reasoning(words.THOUGHT, open_=True)
    await going(stage, run_of(tape, words.QUESTION, seconds=4.2))
    unfold(stage)


async def writing(stage: Stage) -> None:
    tape = Tape().begin().wait(300).reasoning(words.THOUGHT)
    tape.text(words.ANSWER[:330], open_=True)
    await going(stage, run_of(tape, words.QUESTION, seconds=5.5))


async def writing_code(stage: Stage) -> None:
    tape = Tape().begin().wait(300).text(words.CODE_ANSWER[:420], open_=True)
    await going(stage, run_of(tape, words.CODE_QUESTION, seconds=3.1))


async def going(stage: Stage, run: Run) -> None:
    """A turn that goes on, after one that is done."""
    await stage.show(answered("Hello.", "Hello. What would you like to know?"), run)
    stage.desk.show_run(run)


# A run that is over.


async def done(stage: Stage) -> None:
    tape = Tape().begin().wait(300).reasoning(words.THOUGHT).text(words.ANSWER)
    await stage.show(run_of(tape.end(thought=64), words.QUESTION), top=True)


async def reasoning_open(stage: Stage) -> None:
    await done(stage)
    unfold(stage)


async def code(stage: Stage) -> None:
    await stage.show(answered(words.CODE_QUESTION, words.CODE_ANSWER))


async def tokens(stage: Stage) -> None:
    await opened_chip(stage, " in / ")


async def cost(stage: Stage) -> None:
    await opened_chip(stage, "$")


async def times(stage: Stage) -> None:
    await opened_chip(stage, "TTFT")


async def opened_chip(stage: Stage, text: str) -> None:
    await stage.show(answered("Hello.", "Hello. What would you like to know?"))
    chips(stage, text).click()


async def versions(stage: Stage) -> None:
    first = answered("Say hello.", "Hello.")
    rows = [answered("Say it in Norwegian.", text) for text in ("Hei.", "Hallo.", "God dag.")]
    for number, run in enumerate(rows):
        run.parent = first.id
        run.created += number
    session = await stage.show(first, *rows)
    session.leaf = rows[1].id
    stage.desk.tree_changed.emit(session)


async def hovered(stage: Stage) -> None:
    """The pointer over the message and over the end of the turn."""
    await stage.show(answered("Hello.", "Hello."), answered(answer="Coat and shirt."))
    for card in stage.chat.view.cards():
        card.warmed(True)


async def editing(stage: Stage) -> None:
    run = answered()
    await stage.show(run, top=True)
    stage.chat.turns.do("edit", run, run.input[0])


async def developer(stage: Stage) -> None:
    stage.desk.session.call = stage.desk.session.call.model_copy(
        update={"instructions": "Answer in two sentences.\nNever apologise."}
    )
    stage.desk.session_shown.emit(stage.desk.session)


async def roles(stage: Stage) -> None:
    await stage.show(
        run_of(None, "You are a weather desk. Be brief.", role="system"),
        run_of(None, "Use metric units.", role="developer"),
        run_of(None, words.QUESTION),
        run_of(None, "Oslo: a coat. Rome: a shirt.", role="assistant"),
        answered("And in Bergen?", "An umbrella, always."),
        top=True,
    )


async def tool_call(stage: Stage) -> None:
    tape = Tape().begin().wait(300).call("forecast", '{"city": "Oslo", "day": "tomorrow"}')
    tape.call("forecast", '{"city": "Rome", "day": "tomorrow", "unit": "celsius"}').end()
    await stage.show(run_of(tape, words.QUESTION))
    folds = [fold for card in stage.chat.view.cards() for fold in card.findChildren(Fold)]
    folds[-1].setChecked(True)


async def unknown(stage: Stage) -> None:
    tape = Tape().begin().wait(300)
    tape.unknown("sparkle_call", status="completed", sparkle={"kind": "blue", "count": 3})
    await stage.show(run_of(tape.text("That was a sparkle.").end(), "Use the new tool."))
    unfold(stage)


async def refusal(stage: Stage) -> None:
    tape = Tape().begin().wait(300).refusal("I can't help with that request.").end(made=9)
    await stage.show(run_of(tape, "Tell me something that you may not tell."))


async def truncated(stage: Stage) -> None:
    tape = Tape().begin().wait(300).text(words.ANSWER[:300])
    tape.end("incomplete", incomplete_details={"reason": "max_output_tokens"})
    await stage.show(run_of(tape, words.QUESTION))


async def filtered(stage: Stage) -> None:
    tape = Tape().begin().wait(300).text("The recipe begins with")
    tape.end("incomplete", incomplete_details={"reason": "content_filter"})
    await stage.show(run_of(tape, "How is it made?"))


async def cancelled(stage: Stage) -> None:
    tape = Tape().begin().wait(300).text(words.ANSWER[:160], open_=True).fact("stopped")
    await stage.show(run_of(tape, words.QUESTION))


async def broken(stage: Stage) -> None:
    tape = Tape().begin().wait(300).text(words.ANSWER[:300], open_=True)
    tape.broke(
        "cut",
        Problem(
            title="The connection broke in the middle of the answer.",
            detail="peer closed connection without sending complete message body"
            " (incomplete chunked read)",
            remedy="retry",
            request_id="req_7d1f0c2e9b1a4c55",
        ),
    )
    await stage.show(run_of(tape, words.QUESTION))


async def interrupted(stage: Stage) -> None:
    tape = Tape().begin().wait(300).text(words.ANSWER[:300], open_=True).fact("interrupted")
    await stage.show(run_of(tape, words.QUESTION))


# A run that failed.


async def refused_key(stage: Stage) -> None:
    body = (
        b'{"error":{"message":"Incorrect API key provided: sk-ab***************yz. You can find'
        b' your API key at https://platform.example.com/account/api-keys.","type":'
        b'"invalid_request_error","param":null,"code":"invalid_api_key"}}'
    )
    await stage.show(run_of(Tape().refused(401, "Unauthorized", body), words.QUESTION))


async def rate_limited(stage: Stage) -> None:
    body = b'{"error":{"message":"Rate limit reached for requests","code":"rate_limit_exceeded"}}'
    tape = Tape().refused(429, "Too Many Requests", body, retry_after="20")
    await stage.show(run_of(tape, words.QUESTION))


async def no_model(stage: Stage) -> None:
    body = (
        b'{"error":{"message":"The model `gpt-6-nano` does not exist or you do not have access to'
        b' it.","type":"invalid_request_error","param":"model","code":"model_not_found"}}'
    )
    await stage.show(run_of(Tape("gpt-6-nano").refused(404, "Not Found", body), words.QUESTION))


async def html(stage: Stage) -> None:
    tape = Tape().wait(2).request().wait(130).head(200, "OK", **{"content-type": "text/html"})
    tape.raw(words.HTML).fact("eof").ended()
    await stage.show(run_of(tape, words.QUESTION))


async def dead_host(stage: Stage) -> None:
    tape = Tape().wait(2).request()
    tape.broke(
        "failed",
        Problem(
            title="There is no answer from api.openai.com: nothing listens there.",
            detail="[Errno 111] Connection refused",
            remedy="edit_profile",
            facts={"address": "https://api.openai.com:443"},
        ),
    )
    await stage.show(run_of(tape, words.QUESTION))


async def long_error(stage: Stage) -> None:
    body = (
        b'{"error":{"message":"%s","type":"invalid_request_error","param":"input","code":'
        b'"context_length_exceeded"}}' % words.LONG_ERROR.encode()
    )
    await stage.show(run_of(Tape().refused(400, "Bad Request", body), words.QUESTION))


async def no_key(stage: Stage) -> None:
    tape = Tape().broke(
        "failed",
        Problem(
            title="There is no key for OpenAI.",
            detail="Add one, or set OPENAI_API_KEY before starting Playground.",
            remedy="add_key",
        ),
    )
    await stage.show(run_of(tape, words.QUESTION))


# Notices, dead ends, dialogs.


async def fallback(stage: Stage) -> None:
    tape = Tape("sandbox").fact(
        "notice",
        text="The bundled model cannot be had: its packages are not installed. The scripted"
        " sandbox answers in its place.",
    )
    tape.begin().text("I am the sandbox: everything I say is scripted.").end(cached=0, made=12)
    await stage.show(run_of(tape, "Who are you?", profile=SANDBOX, priced=False))


async def undo(stage: Stage) -> None:
    await done(stage)
    stage.desk.done.emit("Deleted “Release notes”.", lambda: None)


async def full_disk(stage: Stage) -> None:
    await done(stage)
    stage.desk.report(from_exception(OSError(28, "No space left on device")))


async def newer_database(stage: Stage) -> None:
    home = stage.app.home.path.with_name("newer")
    home.mkdir(mode=0o700, exist_ok=True)
    with sqlite3.connect(home / stage.app.home.database.name) as connection:
        connection.execute("PRAGMA user_version = 4711")
    connection.close()
    other = Desktop(str(home), None)
    other.window.show()
    await other.furnish()
    stage.subject = other.window

    def gone() -> None:
        other.window.hide()
        other.window.deleteLater()

    stage.after.append(gone)


async def servers(stage: Stage) -> None:
    stage.desk.wanted.emit("servers")


async def no_keyring(stage: Stage) -> None:
    stage.desk.wanted.emit("key")
    await stage.settle()
    dialog = stage.shell._dialog
    assert dialog is not None
    dialog.form.key.setText("sk-gallery-0123456789abcdef")  # type: ignore[attr-defined]
    dialog.save.click()  # type: ignore[attr-defined]


async def preferences(stage: Stage) -> None:
    stage.desk.wanted.emit("preferences")


async def about(stage: Stage) -> None:
    stage.shell._about()


async def shortcuts(stage: Stage) -> None:
    stage.shell._shortcuts()


async def palette(stage: Stage) -> None:
    await done(stage)
    stage.shell.palette()
    await stage.settle()
    box = next(widget for widget, _ in stage.shown() if widget.property("role") == "popup")
    box.query.setText("th")  # type: ignore[attr-defined]


async def menu(stage: Stage) -> None:
    await done(stage)
    drop(stage, stage.window.menu("&View"))


async def export(stage: Stage) -> None:
    await done(stage)
    drop(stage, stage.chat.export.menu(), below=stage.chat.export)


def drop(stage: Stage, menu: Any, below: QWidget | None = None) -> None:
    bar = stage.window.menus
    at = bar.actionGeometry(menu.menuAction()).bottomLeft() if below is None else QPoint()
    source: QWidget = bar
    if below is not None:
        source, at = below, QPoint(0, below.height())
    menu.popup(source.mapToGlobal(at))


async def search(stage: Stage) -> None:
    stage.sessions.search.setText("say")
    await stage.settle()


async def search_nothing(stage: Stage) -> None:
    stage.sessions.search.setText("zebra")


async def parameters(stage: Stage) -> None:
    rows = {"temperature": 0.2, "max_output_tokens": 800, "reasoning.effort": "low", "store": True}
    stage.desk.session.call = stage.desk.session.call.model_copy(
        update={"fields": rows, "model": "gpt-5.4-mini"}
    )
    stage.desk.settings_changed.emit()
    row = stage.settings.rows["top_p"]
    row.switch.click()
    row.field.setText("much")  # type: ignore[attr-defined]
    row._edited()


# Much of it, and awkward texts.


async def long_conversation(stage: Stage) -> None:
    runs = [
        answered(f"Question {n}: what is {n} × {n}?", f"It is **{n * n}**. " * (1 + n % 5))
        for n in range(1, 121)
    ]
    await stage.show(*runs)
    stage.chat.view.reveal(runs[60])


async def long_code(stage: Stage) -> None:
    await stage.show(answered("The whole client, please.", words.LONG_CODE))


async def rtl(stage: Stage) -> None:
    await stage.show(answered(words.RTL_QUESTION, words.RTL_ANSWER), top=True)


async def cjk(stage: Stage) -> None:
    await stage.show(answered(words.CJK_QUESTION, words.CJK_ANSWER), top=True)


async def awkward(stage: Stage) -> None:
    await stage.show(answered(words.AWKWARD_QUESTION, words.AWKWARD_ANSWER), top=True)


async def draft(stage: Stage) -> None:
    await done(stage)
    stage.chat.composer.write("\n".join(f"Line {n} of something longer." for n in range(1, 9)))


async def tabbed(stage: Stage) -> None:
    """The focus on the primary button, as the keyboard gets there."""
    stage.chat.composer.write("Hello")
    stage.chat.composer.run.setFocus(Qt.FocusReason.TabFocusReason)


# The inspector.


async def events(stage: Stage) -> None:
    await done(stage)
    stage.inspector.events.list.go_to(42)


async def raw_event(stage: Stage) -> None:
    await events(stage)
    stage.inspector.events.detail.show_raw(True)


async def request(stage: Stage) -> None:
    await done(stage)
    stage.inspector.show_page("request")


async def response(stage: Stage) -> None:
    await done(stage)
    stage.inspector.show_page("response")


async def event_filter(stage: Stage) -> None:
    await done(stage)
    stage.inspector.events.filter.text.setText("reasoning")
    await asyncio.sleep(0)


NARROW, SLIM = (1024, 700), (720, 600)

STATES: tuple[State, ...] = (
    State(
        "first-start", "A first start: no key, no network", first_start, large=True, contrast=True
    ),
    State("first-start-narrow", "The same at 1024 × 700", first_start, NARROW),
    State("key-in-environment", "A first start with OPENAI_API_KEY set", key_in_environment),
    State("sessions", "Sessions of some days, one running", filled, large=True, contrast=True),
    State("search", "Search as you type, with what was found", search),
    State("search-nothing", "A search that finds nothing", search_nothing),
    State("negotiation", "A refused field, and how it would be taken", offers.negotiation),
    State("attaching", "What goes with the next message", offers.attached),
    State("limits", "Few requests left", offers.limits),
    State("loading-models", "Asking a server for its models", loading_models),
    State("parameters", "Parameters that are sent, and one that cannot be", parameters, large=True),
    State("form", "Request fields in groups", forms.groups, large=True, contrast=True),
    State("form-narrow", "Request fields at 1024 × 700", forms.groups, NARROW),
    State("form-json", "A tool of thirty lines among the settings", forms.tools, large=True),
    State("form-larger", "The same in a window of its own", forms.larger),
    State("form-wrong", "Values that cannot be sent, and why", forms.wrong, large=True),
    State("form-found", "Fields found by what they do", forms.found),
    State("form-extras", "Extra body, and a header that holds a secret", forms.extras, large=True),
    State("form-state", "A server that keeps the conversation", forms.state),
    State("models-ending", "Models that are shut down", forms.ending, large=True),
    State("developer", "A developer message, open", developer, large=True),
    State("queued", "Queued", queued),
    State("starting", "The bundled model is being started", starting),
    State("connecting", "Connecting", connecting),
    State("waiting", "Waiting for the first token, with a clock", waiting),
    State("retrying", "429: trying again in so many seconds", retrying),
    State("reasoning", "Reasoning, opened while it comes", reasoning),
    State("writing", "Writing, with a caret", writing, contrast=True),
    State("writing-code", "Writing code", writing_code),
    State(
        "done", "Done, with reasoning closed and the line of chips", done, large=True, contrast=True
    ),
    State("reasoning-open", "Done, reasoning opened", reasoning_open),
    State("code", "An answer with code", code),
    State("tokens", "Where the tokens come from", tokens, large=True),
    State("cost", "How the cost was calculated", cost),
    State("times", "Where the times come from", times),
    State("versions", "Several versions of a turn", versions),
    State("hover", "What can be done with a turn, under the pointer", hovered),
    State("editing", "A message being edited", editing, large=True),
    State("roles", "Inserted messages of all roles", roles),
    State("tool-call", "Tool calls that were not run", tool_call),
    State("unknown-item", "An item of a kind not known to this version", unknown),
    State("hosted", "Calls of hosted tools, one of which failed", answers.hosted, large=True),
    State("searches", "What was searched for and found", answers.searches),
    State("interpreter", "Code that ran, and a patch", answers.interpreter),
    State("approval", "A call that asks for approval", answers.approval, contrast=True),
    State("painted", "A picture that was made", answers.painted, large=True),
    State("sources", "Commentary, and an answer with its sources", answers.sources, contrast=True),
    State("stored", "What can be done with a stored answer", answers.stored),
    State("exhausted", "The whole limit went to reasoning", answers.exhausted),
    State("background", "Queued in the background", answers.background),
    State("attached", "A message with pictures and a file", answers.attached, large=True),
    State("choices", "The second of three choices", answers.choices),
    State("tokens-tinted", "Tokens by their probability", answers.tokens, large=True),
    State("sound", "A spoken answer", answers.sound),
    State("refusal", "Refused by the model", refusal),
    State("truncated", "Cut off by the limit of tokens", truncated),
    State("filtered", "Cut off by the content filter", filtered),
    State("cancelled", "Stopped by the user", cancelled),
    State("broken", "Cut off by a broken connection", broken, large=True),
    State("interrupted", "Found at the start after a crash", interrupted),
    State("refused-key", "401", refused_key, contrast=True),
    State("rate-limited", "429, after all retries", rate_limited),
    State("no-model", "404: no such model", no_model),
    State("html", "HTML where JSON belongs", html),
    State("dead-host", "Nothing listens there", dead_host),
    State("long-error", "A long error in the server's words", long_error, large=True),
    State("no-key", "No key", no_key),
    State("fallback", "The sandbox in place of the bundled model", fallback),
    State("undo", "Something deleted, and the way back", undo, large=True),
    State("full-disk", "The disk is full", full_disk),
    State("newer-database", "A home of a newer version", newer_database, large=True),
    State("servers", "Servers", servers, large=True, contrast=True),
    State("no-keyring", "A key where there is no keyring", no_keyring),
    State("preferences", "Preferences", preferences, large=True),
    State("about", "About", about, large=True),
    State("shortcuts", "Shortcuts", shortcuts, large=True),
    State("palette", "The command palette", palette, large=True),
    State("menu", "A menu", menu),
    State("export", "What can be exported", export),
    State("code-json", "The next request, as its body", forms.code, large=True),
    State("code-curl", "The same as a command of the shell", forms.curl),
    State("code-python", "The same as a program", forms.python, large=True),
    State("code-httpx", "The same with nothing in between", forms.httpx),
    State("code-narrow", "The same at 1024 × 700", forms.python, NARROW),
    State("code-long", "A longer one", forms.long_code),
    State("structured-empty", "Before there is a schema", structured.empty, large=True),
    State("structured-empty-narrow", "The same at 1024 × 700", structured.empty, NARROW),
    State("structured-ready", "A schema, and no answer yet", structured.ready),
    State("structured-waiting", "Nothing has come yet", structured.waiting),
    State("structured-first", "The first fields arrive", structured.arriving(70, 0.9)),
    State("structured-second", "In the middle", structured.arriving(190, 1.4), contrast=True),
    State("structured-third", "Almost there", structured.arriving(250, 1.6)),
    State("structured-valid", "Valid", structured.valid, large=True, contrast=True),
    State("structured-valid-narrow", "The same at 1024 × 700", structured.valid, NARROW),
    State(
        "structured-invalid",
        "Fields, and when they went wrong",
        structured.invalid,
        large=True,
        contrast=True,
    ),
    State("structured-invalid-narrow", "The same at 1024 × 700", structured.invalid, NARROW),
    State("structured-truncated", "Cut off, and what is missing", structured.truncated),
    State("structured-broken", "A connection that broke", structured.broken),
    State("structured-refused", "Refused", structured.refused),
    State("structured-commentary", "Words before the answer", structured.commentary),
    State("structured-fence", "JSON in a fence, with prose around", structured.fence),
    State("structured-attempts", "Right when it was asked again", structured.attempts),
    State("structured-attempt", "The attempt before", structured.attempt, large=True),
    State("structured-unsupported", "A server that takes no schema", structured.unsupported),
    State("structured-text", "As it came, with what is wrong in it", structured.text),
    State("structured-table", "An answer that is a list", structured.table, large=True),
    State("structured-foreign", "Awkward names and values", structured.foreign, large=True),
    State(
        "structured-lint", "What strict servers refuse", structured.lint, large=True, contrast=True
    ),
    State("structured-lint-narrow", "The same at 1024 × 700", structured.lint, NARROW),
    State("structured-not-json", "A schema that cannot be read", structured.not_json),
    State("structured-repair", "What a repair would change", structured.repair, large=True),
    State("structured-tree", "The schema as a tree", structured.tree, large=True),
    State("structured-tree-narrow", "The same at 1024 × 700", structured.tree, NARROW),
    State("structured-tree-marked", "The tree with its problems", structured.tree_marked),
    State("structured-tree-wrong", "A tree of a text with an error", structured.tree_wrong),
    State("structured-code", "A program that parses the answer", structured.code),
    State("structured-output", "The form of the answer, in the settings", structured.output),
    State("sources-examples", "A schema from the examples", structured.sources_examples),
    State("sources-paste", "From Pydantic source", structured.sources_paste, large=True),
    State("sources-run", "From source that has to be run", structured.sources_run),
    State("sources-samples", "From samples", structured.sources_samples),
    State("sources-answer", "From an earlier answer", structured.sources_answer),
    State("sources-words", "From words", structured.sources_words, contrast=True),
    State("sources-asking", "While a model is asked", structured.sources_asking),
    State("outline", "The tree of a session as an outline", outlines.opened, large=True),
    State("outline-narrow", "The same at 1024 × 700", outlines.opened, NARROW, contrast=True),
    State("outline-forks", "Only where the tree branches, and ends", outlines.forks),
    State("outline-deleted", "With what lies in the trash", outlines.deleted),
    State("outline-found", "Turns that say something", outlines.found),
    State("outline-nothing", "No turn says that", outlines.nothing_found),
    State("outline-menu", "What can be done with a turn", outlines.menu),
    State("outline-long", "Four hundred turns", outlines.long),
    State("outline-empty", "Nothing was said yet", outlines.empty),
    State("session-withheld", "What came with a session and is not offered", outlines.withheld),
    State("sessions-folders", "Folders, pins and tags", sessions.folders, contrast=True),
    State("sessions-narrow", "The same where there is little room", sessions.narrow),
    State("sessions-several", "Several are selected", sessions.several, contrast=True),
    State("sessions-menu", "What can be done with them", sessions.menu),
    State("sessions-tags", "Tags are given to all of them", sessions.tags),
    State("sessions-folder", "A new folder for them", sessions.folder),
    State("sessions-renaming", "A folder is renamed in its row", sessions.renaming),
    State("sessions-archive", "The archive", sessions.archive),
    State("sessions-trash", "The trash", sessions.trash),
    State("sessions-empty-trash", "Asked before the trash is emptied", sessions.empty_trash),
    State(
        "sessions-found", "What was searched for, in list and answer", sessions.found, contrast=True
    ),
    State("sessions-filtered", "Filters are set", sessions.filtered),
    State("sessions-filters", "What can be filtered by", sessions.filters),
    State("sessions-nothing", "Filters that nothing satisfies, one malformed", sessions.nothing),
    State("patterns-none", "No patterns: one line among the settings", patterns.none),
    State("patterns", "Rules, a picker, fallback and reuse", patterns.filled, large=True),
    State("patterns-wrong", "What can be wrong with them", patterns.mistaken, contrast=True),
    State("patterns-narrow", "The same as it should be at 1024 × 700", patterns.filled, NARROW),
    State("patterns-routed", "An answer that a rule sent elsewhere", patterns.routed),
    State(
        "patterns-fallback", "A server failed, another one answered", patterns.turned, large=True
    ),
    State("patterns-fallback-slim", "The same at 720 × 600", patterns.turned, SLIM),
    State("patterns-failed", "All that were asked failed", patterns.all_failed),
    State("patterns-reused", "A recorded answer, which cost nothing", patterns.reused),
    State("patterns-queued", "A request waits for a free place", patterns.queued),
    State("patterns-limited", "A request waits for a rate limit", patterns.limited),
    State("patterns-at-once", "How many requests at once a server gets", patterns.at_once),
    State("compare-empty", "Before anything is compared", compare.empty),
    State("compare-begun", "Two columns, one of them asked alone", compare.begun),
    State(
        "compare-done", "The same question in two columns", compare.done, large=True, contrast=True
    ),
    State("compare-narrow", "The same at 720 × 600", compare.done, SLIM),
    State("compare-differences", "Words that differ", compare.differences, contrast=True),
    State("compare-values", "Values of JSON that differ", compare.values),
    State("compare-beside", "The two requests and streams", compare.beside),
    State("compare-running", "Two stream, and two wait for a local server", compare.running),
    State("compare-down", "A server that is down, and one that was deleted", compare.down),
    State("compare-four", "Four columns, in words of all kinds", compare.four),
    State("compare-four-narrow", "The same at 1024 × 700", compare.four, NARROW),
    State("compare-sheet", "The settings of one column", compare.sheet),
    State("tools-empty", "Before anything was asked of a tool", tools.empty),
    State("tools-list", "Tools, and what the model is told of one", tools.offered, large=True),
    State("tools-list-narrow", "The same at 1024 × 700", tools.offered, NARROW),
    State("tools-bench", "A call by hand, and its result", tools.bench, contrast=True),
    State("tools-bench-failed", "A call by hand that failed", tools.bench_failed),
    State("tools-approval", "A call waits for approval", tools.approval, large=True),
    State("tools-approvals", "Two calls wait at once", tools.approvals, contrast=True),
    State("tools-approval-narrow", "A call waits at 1024 × 700", tools.approval, NARROW),
    State("tools-approval-edited", "Arguments changed against the schema", tools.approval_edited),
    State("tools-paused", "Stands at a breakpoint", tools.paused),
    State("tools-editing", "Arguments are changed there", tools.editing, large=True),
    State("tools-editing-narrow", "The same at 1024 × 700", tools.editing, NARROW),
    State("tools-running", "One is done, the other tells how far it is", tools.running),
    State("tools-done", "Done, with its lanes", tools.done, large=True, contrast=True),
    State("tools-done-narrow", "The same at 1024 × 700", tools.done, NARROW),
    State("tools-rewound", "As it was before its calls", tools.rewound),
    State("tools-denied", "One denied, one failed", tools.denied),
    State("tools-limited", "No more steps are allowed", tools.limited),
    State("variables", "Values of six types", variables.section, large=True, contrast=True),
    State("variables-narrow", "The same at 1024 × 700", variables.section, NARROW),
    State(
        "variables-missing", "Without a value, and a place without a variable", variables.missing
    ),
    State("variables-wrong", "What is typed is no value", variables.wrong),
    State("variables-declaring", "How one is declared", variables.declaring),
    State("preset", "What a preset holds, and where to use it", variables.preset),
    State("preset-notices", "In this session; its tools wait", variables.preset_used),
    State("variables-offered", "Text that looks like a template", variables.offered),
    State("tools-code", "The loop as a program", tools.code),
    State("prompts-empty", "Before anything is kept", prompts.empty, large=True),
    State("prompts", "A library, a prompt, its versions", prompts.library, contrast=True),
    State("prompts-narrow", "The same at 1024 × 700", prompts.library, NARROW),
    State("prompts-unsaved", "Changes that are no version yet", prompts.unsaved, large=True),
    State("prompts-overtaken", "Somebody else made a version meanwhile", prompts.overtaken),
    State(
        "prompts-difference", "Two versions beside each other", prompts.difference, contrast=True
    ),
    State("prompts-difference-narrow", "The same at 1024 × 700", prompts.difference, NARROW),
    State("prompts-inline", "Two versions as lines with signs", prompts.inline),
    State("prompts-foreign", "Long texts, and such as run the other way", prompts.foreign),
    State("prompts-trash", "What was thrown away, and can be taken back", prompts.trash),
    State("prompts-found", "Found by its words", prompts.found),
    State("prompts-values", "Values that are needed at once", prompts.values),
    State("money-empty", "Before anything was run", money.nothing),
    State("money-month", "A month, by model", money.month, large=True, contrast=True),
    State("money-servers", "The same by server", money.by_server),
    State("money-narrow", "The same at 1024 × 700", money.month, NARROW),
    State("money-unknown", "Nobody knows what anything cost", money.unknown),
    State("money-runs", "The runs of one model", money.runs, large=True),
    State("money-messages", "The messages of one session", money.messages),
    State("money-arithmetic", "What one run cost", money.arithmetic, contrast=True),
    State("money-total", "What the sum adds up", money.total),
    State("money-none", "No runs in these days", money.custom),
    State("money-speed", "How fast, and how often it failed", money.speed, contrast=True),
    State("money-speed-narrow", "The same at 1024 × 700", money.speed, NARROW),
    State("replay-playing", "A run is shown again", replays.playing, large=True, contrast=True),
    State("replay-asked", "Stands where a call was asked about", replays.asked),
    State("replay-running", "Stands in the middle of a call", replays.running),
    State("replay-running-narrow", "The same at 1024 × 700", replays.running, NARROW),
    State("replay-over", "At its end, where it stays", replays.over),
    State("replay-answering", "A structured answer, half of it", replays.answering),
    State("import-broken", "A recording that was read in part", files.broken, contrast=True),
    State("import-unknown", "Files that cannot be read", files.unknown),
    State("import-long", "A long import and a long export go on", files.long, large=True),
    State("present-first", "A recorded run, told from its question", presented.first),
    State("present-approval", "What somebody decided", presented.approval, contrast=True),
    State("present-result", "What a tool answered, as a table", presented.result, large=True),
    State("present-query", "A long argument of a call", presented.query),
    State("present-end", "The answer, with its table", presented.end, large=True),
    State("present-end-narrow", "The same at 1024 × 700", presented.end, NARROW),
    State("present-waiting", "It goes on: a call waits", presented.waiting),
    State("present-form", "A structured answer, half of it", presented.form),
    State("present-long", "More than fits", presented.long),
    State("present-trouble", "It went wrong", presented.trouble),
    State("present-replay", "A replay, where somebody was asked", presented.asked, large=True),
    State("present-playing", "A replay in the middle of an answer", presented.playing),
    State("lit-answer", "What an event brought, in the answer", provenance.answer, contrast=True),
    State("lit-cell", "The same in a table", provenance.cell),
    State("lit-code", "The same in code", provenance.code, large=True),
    State("lit-edge", "An event that brought no characters", provenance.edge),
    State("lit-argument", "The same in the arguments of a call", provenance.argument),
    State("lit-field", "A field of a structured answer", provenance.field, contrast=True),
    State("lit-field-cells", "The same in the table", provenance.field_cells),
    State("lit-field-text", "The same in the text", provenance.field_text),
    State("long-conversation", "In the middle of 120 turns", long_conversation),
    State("long-code", "Code longer and wider than the window", long_code),
    State("rtl", "Hebrew, Arabic and English", rtl),
    State("cjk", "Japanese, Korean, Chinese and emoji", cjk),
    State("awkward", "Very long words, URLs and hidden characters", awkward, large=True),
    State("draft", "A longer draft", draft),
    State("focus", "The keyboard on the Run button", tabbed, contrast=True),
    State("events", "An event and its JSON", events, large=True, contrast=True),
    State("raw-event", "An event and its bytes", raw_event),
    State("sent", "What was set and what was sent", request_states.differences, large=True),
    State("sent-narrow", "The same at 1024 × 700", request_states.differences, NARROW),
    State("sent-unexplained", "Only what differs", request_states.only_differences, contrast=True),
    State("sent-by-hand", "A body that was written by hand", request_states.by_hand),
    State("sent-tree", "The body as a tree", request_states.tree),
    State("resend", "A body is changed by hand", request_states.edit, large=True),
    State("resend-wrong", "It is no JSON", request_states.edit_wrong, contrast=True),
    State("resend-narrow", "The same at 1024 × 700", request_states.edit_wrong, NARROW),
    State("attempts", "An answer after a refusal", request_states.attempts, large=True),
    State("attempts-narrow", "The same at 1024 × 700", request_states.attempts, NARROW),
    State("timeline", "The lanes of a loop", timelines.loop, large=True),
    State("timeline-narrow", "The same at 1024 × 700", timelines.loop, NARROW),
    State("timeline-near", "A part of it, from close by", timelines.near, contrast=True),
    State("timeline-waiting", "It goes on: a call waits", timelines.waiting),
    State("timeline-trouble", "Refused, tried again, stalled, cut", timelines.trouble),
    State("timeline-long", "A long answer from afar", timelines.long),
    State("timeline-long-near", "So close that chunks are seen", timelines.long_near),
    State("repeat", "The Repeat panel, empty", repeats.nothing),
    State("repeat-values", "Answers in JSON, value by value", repeats.values, contrast=True),
    State("repeat-texts", "Answers in words; one failed, one goes on", repeats.texts, large=True),
    State("repeat-calls", "Tools that were called in another order", repeats.calls),
    State("repeat-narrow", "Values at 1024 × 700", repeats.values, NARROW),
    State("diff", "Two versions of a turn beside each other", rundiffs.events, contrast=True),
    State("diff-narrow", "The same at 1024 × 700", rundiffs.events, NARROW),
    State("diff-text", "Their texts, word by word", rundiffs.text, large=True),
    State("diff-json", "Structured answers and arguments", rundiffs.values),
    State("diff-requests", "What was sent for each", rundiffs.requests),
    State("diff-numbers", "Times, tokens, cost", rundiffs.numbers),
    State("diff-identical", "Two that say the same", rundiffs.identical),
    State("diff-running", "One of them goes on", rundiffs.running),
    State("diff-choice", "What a run can be held beside", rundiffs.choice),
    State("diff-alone", "A turn with one version", rundiffs.alone),
    State("time", "Where the time of a loop went", spent.loop, large=True, contrast=True),
    State("time-narrow", "The same at 1024 × 700", spent.loop, NARROW),
    State("time-leg", "A part of its second request", spent.leg),
    State("time-long", "A long answer, its rate, gaps and stalls", spent.long),
    State("time-trouble", "Refused, tried again, stalled, cut", spent.trouble),
    State("time-running", "It goes on", spent.running),
    State("time-waiting", "Nothing of the answer has come", spent.waiting),
    State("request", "What was sent", request),
    State("response", "What answered", response),
    State("filter", "Filtered events", event_filter),
    State("events-flags", "Events that are flagged, and why", event_states.flags, contrast=True),
    State("events-stall", "A stall, and what came after it", event_states.stall, large=True),
    State("events-find", "What is found, without narrowing", event_states.find, contrast=True),
    State("events-regex", "An expression that is none", event_states.regex),
    State("events-pinned", "Pinned events, and a selection", event_states.pinned),
    State("events-types", "Which types are shown", event_states.types, large=True),
    State("events-menu", "What can be done with an event", event_states.menu),
    State("events-tree", "The JSON of an event, folded", event_states.tree),
    State("events-value", "What stands behind base64", event_states.value),
    State("events-hex", "Its bytes as numbers", event_states.numbers),
    State("events-built", "What was built so far", event_states.built, large=True),
    State("events-narrow", "The same at 1024 × 700", event_states.narrow, NARROW),
    State("estimate", "What the next request will cost", spend.estimate, contrast=True),
    State("estimate-about", "About as many tokens, after a turn", spend.estimate_about),
    State("estimate-unknown", "A price that nobody knows", spend.estimate_unknown),
    State("estimate-too-long", "More than the model can read", spend.estimate_too_long),
    State("estimate-slim", "The same at 720 × 600", spend.estimate_too_long, SLIM),
    State("estimate-missing", "A variable without a value", spend.estimate_missing),
    State("estimate-details", "The arithmetic of an estimate", spend.arithmetic, large=True),
    State("estimate-details-narrow", "The same at 1024 × 700", spend.arithmetic, NARROW),
    State("budgets", "What may be used, and what was", spend.budgets, large=True, contrast=True),
    State("budgets-wrong", "Numbers that are none, and a budget of 0", spend.budgets_wrong),
    State("budget-stop", "A run that a budget ended", spend.stopped, contrast=True),
    State("budget-stop-narrow", "The same at 1024 × 700", spend.stopped, NARROW),
    State("cache", "What a cache should have had, and had", spend.cache_hit, contrast=True),
    State("cache-missed", "It should have had it, and had not", spend.cache_missed),
    State("cache-broken", "The developer message differs", spend.cache_broken, large=True),
    State("cache-broken-narrow", "The same at 1024 × 700", spend.cache_broken, NARROW),
    State("cache-first", "Nothing was sent before", spend.cache_first),
    State("cache-next", "The request about to be sent", spend.cache_next),
    State("prices", "Prices of one’s own", spend.prices, large=True, contrast=True),
    State("prices-narrow", "The same at 1024 × 700", spend.prices, NARROW),
    State("prices-empty", "No prices of one’s own", spend.prices_empty),
    State("prices-broken", "A table of prices that cannot be read", spend.prices_broken),
    State("prices-wrong", "A copied price, and what is wrong with it", spend.prices_wrong),
    State("narrow", "1024 × 700", done, NARROW),
    State("narrow-error", "A failure at 1024 × 700", long_error, NARROW),
    State("slim", "720 × 600", done, SLIM),
)
