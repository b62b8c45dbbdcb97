"""What a server refuses and how it would take it; what goes with a message; what is left."""

from __future__ import annotations

import asyncio
import json

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage, QPainter

from playground.core.parts import Part, part_at, part_of
from playground.ui.widgets.fold import Fold
from tests.gallery import words
from tests.gallery.stage import Stage
from tests.gallery.tapes import Tape, run_of

REFUSED = {
    "error": {
        "message": "Unsupported parameter: 'temperature' is not supported with this model.",
        "type": "invalid_request_error",
        "param": "temperature",
        "code": "unsupported_parameter",
    }
}
LIMITS = {
    "x-ratelimit-limit-requests": "5000",
    "x-ratelimit-remaining-requests": "12",
    "x-ratelimit-reset-requests": "6h0m0s",
    "x-ratelimit-limit-tokens": "2000000",
    "x-ratelimit-remaining-tokens": "1999100",
    "x-ratelimit-reset-tokens": "27ms",
}


def picture(side: int = 96) -> bytes:
    image = QImage(side, side * 2 // 3, QImage.Format.Format_RGB32)
    image.fill(QColor("#8fb7d9"))
    painter = QPainter(image)
    painter.fillRect(0, side // 2, side, side, QColor("#3f6b4f"))
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def parts() -> list[Part]:
    return [
        part_of("beach.png", picture()),
        part_of("terms.pdf", b"%PDF" + b"x" * 48_000),
        part_at("https://example.com/papers/attention.pdf"),
    ]


async def negotiation(stage: Stage) -> None:
    """A 400 that names a field, and the offer to send it without."""
    tape = Tape().refused(400, "Bad Request", json.dumps(REFUSED).encode())
    run = run_of(tape, words.QUESTION)
    run.call = run.call.model_copy(update={"fields": {"temperature": 0.2}})
    await stage.show(run)
    for card in stage.chat.view.cards():
        for fold in card.findChildren(Fold):
            fold.setChecked(True)


async def attached(stage: Stage) -> None:
    """A draft with a picture and files, and one that could not be read."""
    attachments = stage.chat.composer.attachments
    attachments.show_parts(parts())
    stage.chat.composer.write("Which beach is this, and what do the terms say about it?")
    await stage.settle()
    attachments._say("Not attached: notes.txt: Permission denied")
    await asyncio.sleep(0)


async def limits(stage: Stage) -> None:
    """Few requests left: the status line counts down."""
    tape = Tape().wait(2).request().wait(240).head(**LIMITS).wait(3)
    tape.event("response.created", response=tape._response("in_progress"))
    run = run_of(tape.wait(300).text(words.ANSWER).end(), words.QUESTION)
    await stage.show(run, top=True)
    stage.window.statusBar().repaint()
