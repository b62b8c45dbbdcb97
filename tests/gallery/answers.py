"""Answers of every kind: hosted tools, sources, commentary, pictures, sound, choices, tokens."""

from __future__ import annotations

import base64
import json
import math
from typing import Any

from PySide6.QtCore import QBuffer, QIODevice, QPointF
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter
from PySide6.QtWidgets import QAbstractButton

from playground.core.call import Call
from playground.core.items import Message
from playground.core.recording import SSE, Event
from playground.core.session import Run, new_id
from playground.endpoints import BY_ID
from playground.ui.widgets.cards.hosted import HostedCard
from playground.ui.widgets.fold import Fold
from playground.ui.widgets.picture import Picture
from playground.ui.widgets.tokens import Tokens
from tests.gallery import words
from tests.gallery.stage import Stage
from tests.gallery.tapes import Tape, pieces, run_of, said

SEARCH = {
    "status": "completed",
    "action": {
        "type": "search",
        "query": "weather oslo rome tomorrow",
        "queries": ["weather oslo tomorrow", "weather rome tomorrow"],
        "sources": [
            {"type": "url", "url": "https://www.yr.no/en/forecast/daily-table/1-72837/Norway/Oslo"},
            {"type": "url", "url": "https://www.meteoam.it/it/meteo-citta/roma"},
            {"type": "url", "url": "https://www.met.no/en/weather-and-climate"},
        ],
    },
}
FILES = {
    "status": "completed",
    "queries": ["what to wear when it rains"],
    "results": [
        {"file_id": "file-1", "filename": "packing.md", "score": 0.91,
         "text": "A rain coat beats an umbrella where it is windy, which in Bergen it is."},
        {"file_id": "file-2", "filename": "rome.pdf", "score": 0.74,
         "text": "In October a light jacket is enough until the evening."},
    ],
}  # fmt: skip
CODE = """import statistics

highs = {"Oslo": [9, 11, 8, 7], "Rome": [24, 25, 22, 23]}
for city, days in highs.items():
    print(f"{city}: {statistics.mean(days):.1f} °C")"""
DIFF = """@@ -12,4 +12,5 @@ def forecast(city: str) -> Forecast:
     days = fetch(city)
-    return Forecast(days[0])
+    # Tomorrow, not today.
+    return Forecast(days[1])"""
MCP = {"server_label": "weather", "name": "forecast",
       "arguments": '{"city": "Rome", "day": "tomorrow", "unit": "celsius"}'}  # fmt: skip
ANSWER = "Take a rain coat to Oslo, where it will be 8 °C and wet. In Rome a shirt will do."


def picture(side: int = 240) -> str:
    """An evening sky as base64."""
    image = QImage(side, side, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    sky = QLinearGradient(QPointF(0, 0), QPointF(0, side))
    for at, colour in ((0.0, "#1f2a5c"), (0.55, "#d9744f"), (0.75, "#f3c36b"), (1.0, "#27333f")):
        sky.setColorAt(at, QColor(colour))
    painter.fillRect(image.rect(), sky)
    painter.setBrush(QColor("#ffe9b0"))
    painter.setPen(QColor("#ffe9b0"))
    painter.drawEllipse(QPointF(side * 0.5, side * 0.68), side * 0.09, side * 0.09)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return base64.b64encode(bytes(buffer.data().data())).decode()


def unfold(stage: Stage, *titles: str) -> None:
    """Open the hosted calls with these titles."""
    for card in stage.chat.view.cards():
        if isinstance(card, HostedCard):
            fold = card.findChildren(Fold)[0]
            fold.setChecked(fold.text().startswith(titles))


def tall(stage: Stage) -> None:
    """All of the window for the conversation."""
    stage.window.docks["inspector"].hide()


async def drawn(stage: Stage) -> None:
    """Until every picture has been decoded."""
    view = stage.chat.view
    while any(one._due is not None for one in view.findChildren(Picture)):
        await stage.settle()
    await stage.settle()


async def hosted(stage: Stage) -> None:
    """One of most kinds, closed, as they are after success; those that failed are open."""
    tall(stage)
    tape = Tape().begin().wait(300).reasoning(words.THOUGHT)
    tape.hosted(410, "web_search_call", **SEARCH)
    tape.hosted(90, "file_search_call", **FILES)
    tape.hosted(
        1_200, "code_interpreter_call", status="completed", code=CODE, container_id="cntr_1",
        outputs=[{"type": "logs", "logs": "Oslo: 8.8 °C\nRome: 23.5 °C"}],
    )  # fmt: skip
    tape.hosted(30, "mcp_list_tools", server_label="weather", tools=[{"name": "forecast"}])
    tape.hosted(
        220, "mcp_call", **MCP, status="failed",
        error={"type": "mcp_tool_execution_error", "content": "Rome is not in this data set."},
    )  # fmt: skip
    tape.hosted(
        8, "computer_call", status="completed", call_id="c1",
        actions=[{"type": "click", "x": 412, "y": 96, "button": "left"},
                 {"type": "type", "text": "weather rome"}, {"type": "keypress", "keys": ["ENTER"]}],
    )  # fmt: skip
    command = {"type": "exec", "command": ["curl", "wttr.in/Rome"], "env": {}}
    tape.hosted(8, "local_shell_call", status="completed", call_id="c2", action=command)
    await stage.show(run_of(tape.text(ANSWER).end(thought=64), words.QUESTION), top=True)


async def searches(stage: Stage) -> None:
    tall(stage)
    tape = Tape().begin().wait(300)
    tape.hosted(410, "web_search_call", **SEARCH)
    tape.hosted(90, "file_search_call", **FILES)
    await stage.show(run_of(tape.text(ANSWER).end(), words.QUESTION))
    unfold(stage, "Web search", "File search")
    stage.chat.view.jump_to_end()


async def interpreter(stage: Stage) -> None:
    tall(stage)
    tape = Tape().begin().wait(300)
    tape.hosted(
        1_200, "code_interpreter_call", status="completed", code=CODE, container_id="cntr_68f1c9",
        outputs=[{"type": "logs", "logs": "Oslo: 8.8 °C\nRome: 23.5 °C"}],
    )  # fmt: skip
    tape.hosted(40, "apply_patch_call", status="completed", call_id="c1", operation={
        "type": "update_file", "path": "weather/forecast.py", "diff": DIFF})  # fmt: skip
    await stage.show(run_of(tape.end(), "How warm is it, and mend the forecast."))
    unfold(stage, "Code interpreter", "Patch")


async def approval(stage: Stage) -> None:
    tape = Tape().begin().wait(300).unknown("mcp_approval_request", **MCP).end()
    await stage.show(run_of(tape, words.QUESTION))


async def painted(stage: Stage) -> None:
    tall(stage)
    tape = Tape().begin().wait(300)
    tape.hosted(
        8_100,
        "image_generation_call", status="completed", result=picture(), size="1024x1024",
        quality="high", output_format="png", background="opaque",
        revised_prompt="An evening sky over a calm sea, the sun just above the horizon, flat"
        " colours, no people.",
    )  # fmt: skip
    await stage.show(run_of(tape.end(), "Paint the evening."))
    await drawn(stage)


async def sources(stage: Stage) -> None:
    """Commentary, then an answer with what it refers to."""
    tall(stage)
    tape = Tape().begin().wait(300)
    name = tape.item("message", role="assistant", content=[], phase="commentary")
    note = "I will look up both cities first, then compare the evenings."
    tape._deltas("output_text", name, note, 8, content_index=0)
    tape._done(name, type="message", role="assistant", phase="commentary",
               content=[{"type": "output_text", "text": note, "annotations": []}])  # fmt: skip
    tape.hosted(410, "web_search_call", **SEARCH)
    name = tape.item("message", role="assistant", content=[], phase="final_answer")
    tape._deltas("output_text", name, ANSWER, 8, content_index=0)
    marks = [
        {"type": "url_citation", "title": "Oslo – Weather forecast", "start_index": 0,
         "end_index": 9, "url": "https://www.yr.no/en/forecast/daily-table/1-72837/Norway/Oslo"},
        {"type": "url_citation", "title": "Previsioni meteo Roma", "start_index": 9,
         "end_index": 12, "url": "https://www.meteoam.it/it/meteo-citta/roma"},
        {"type": "file_citation", "file_id": "file-1", "filename": "packing.md", "index": 3},
    ]  # fmt: skip
    tape._done(name, type="message", role="assistant", phase="final_answer",
               content=[{"type": "output_text", "text": ANSWER, "annotations": marks}])  # fmt: skip
    await stage.show(run_of(tape.end(store=True), words.QUESTION), top=True)


async def stored(stage: Stage) -> None:
    """What can be done with what the server keeps."""
    await sources(stage)
    buttons = stage.chat.view.findChildren(QAbstractButton)
    next(one for one in buttons if one.text() == "stored").click()


async def exhausted(stage: Stage) -> None:
    tape = Tape().begin().wait(300).reasoning(words.THOUGHT)
    tape.end("incomplete", made=64, thought=64, incomplete_details={"reason": "max_output_tokens"})
    run = run_of(tape, words.QUESTION)
    run.call = run.call.model_copy(update={"fields": {"max_output_tokens": 64}})
    await stage.show(run)


async def background(stage: Stage) -> None:
    tape = Tape().wait(2).request().wait(240).head().wait(3)
    response = {"id": "resp_8f2c41d0", "object": "response", "status": "queued",
                "background": True, "model": tape.model, "output": []}  # fmt: skip
    tape.event("response.created", response=response)
    await stage.show(run_of(tape, words.QUESTION, seconds=42.4))


async def attached(stage: Stage) -> None:
    tall(stage)
    run = run_of(Tape().begin().wait(300).text(ANSWER).end(), "What do I pack for this?")
    first = run.input[0]
    assert isinstance(first, Message)
    first.parts = [
        {"type": "input_image", "image_url": f"data:image/png;base64,{picture()}"},
        {"type": "input_image", "image_url": "https://example.com/rome.jpg", "detail": "low"},
        {"type": "input_file", "filename": "packing.pdf",
         "file_data": f"data:application/pdf;base64,{'QUJD' * 4_000}"},
    ]  # fmt: skip
    await stage.show(run, top=True)
    await drawn(stage)


# Over Chat Completions.


def chat(prompt: str, *chunks: dict[str, Any], **fields: Any) -> Run:
    """A run over Chat Completions of these chunks."""
    tape = Tape().wait(2).request(prompt).wait(240).head()
    for chunk in chunks:
        body = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": tape.model, **chunk}
        tape.wait(9).raw(f"data: {json.dumps(body, ensure_ascii=False)}\n\n".encode(), SSE)
    tape.raw(b"data: [DONE]\n\n", SSE).fact("eof").ended()
    run = Run(
        id=new_id("run"),
        session="",
        parent=None,
        call=Call(api="chat", model=tape.model, fields=fields),
        profile="openai",
        input=said(prompt),
        reduce=BY_ID["chat"].reduce,
    )
    run.take(Event(*event) for event in tape.events)
    return run


def choice(index: int, delta: dict[str, Any], finish: str | None = None, **more: Any) -> Any:
    return {"choices": [{"index": index, "delta": delta, "finish_reason": finish, **more}]}


async def choices(stage: Stage) -> None:
    answers = ("Hei.", "God dag, og velkommen.", "Hallo!")
    chunks = [
        choice(n, {"content": piece}) for n, one in enumerate(answers) for piece in pieces(one)
    ]
    chunks += [choice(n, {}, "stop") for n in range(len(answers))]
    await stage.show(chat("Say hello in Norwegian.", *chunks, n=3))
    button = next(
        one
        for one in stage.chat.view.findChildren(QAbstractButton)
        if one.accessibleName() == "Next choice"
    )
    button.click()


async def tokens(stage: Stage) -> None:
    rows = (
        ("Oslo", 0.98, "Rome"),
        (" will", 0.62, " is"),
        (" be", 0.99, " see"),
        (" wet", 0.31, " cold"),
        (",", 0.91, "."),
        (" and", 0.84, " with"),
        (" rather", 0.08, " quite"),
        (" cold", 0.71, " windy"),
        (".", 0.97, " tomorrow"),
    )
    chunks = [
        choice(0, {"content": text}, logprobs={"content": [{
            "token": text, "logprob": math.log(p),
            "top_logprobs": [{"token": text, "logprob": math.log(p)},
                             {"token": other, "logprob": math.log(0.97 - p * 0.9)}]}]})
        for text, p, other in rows
    ]  # fmt: skip
    await stage.show(chat("Oslo tomorrow?", *chunks, choice(0, {}, "stop"), logprobs=True))
    for one in stage.chat.view.findChildren(QAbstractButton):
        if one.text() == "Token probabilities":
            one.click()
    shown = stage.chat.view.findChildren(Tokens)[-1]
    shown.setFocus()
    shown._go_to(6)


async def sound(stage: Stage) -> None:
    data = base64.b64encode(b"RIFF\0\0\0\0WAVE" + bytes(12_000)).decode()
    audio = {"id": "audio_1", "transcript": ANSWER, "data": data, "expires_at": 1792003600}
    await stage.show(chat("Say it aloud.", choice(0, {"audio": audio}), choice(0, {}, "stop")))
