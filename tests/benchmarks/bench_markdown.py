"""Streaming Markdown: is a frame at 100,000 tokens as cheap as one at 1,000?

A frame is what the window does for it: take the text, read it, lay out what changed and paint all
that can be seen of it. The peer is the naive way: QTextBrowser.setMarkdown with the whole text.
Times are of the processor, because the machine is shared.
"""

from __future__ import annotations

import os
import statistics
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QTextBrowser, QWidget

from playground.ui import theme
from playground.ui.widgets.prose import Prose

TOKENS = 100_000
PER_FRAME = 25  # tokens: 1,500 a second at 60 frames, which few servers reach
CHARACTERS = 4  # a token

_SENTENCE = (
    "A stream is **read** as it comes, and `retry` goes on from [there](https://a.example). "
)
TEXTS = {
    "mixed text": (
        "",
        f"## Part\n\n{_SENTENCE * 3}\n\n- one `item`\n- another\n\n"
        "```python\ndef f(x: int) -> str:\n    return str(x)  # why\n```\n\n",
    ),
    "one paragraph": ("", _SENTENCE),
    "one code fence": ("```python\n", "    value = compute(value, 12)  # a comment\n"),
    "one list": ("", f"- {_SENTENCE}\n"),
    "one table": ("|a|b|c|\n|-|-|-|\n", "| a cell | `another` | 12 |\n"),
}
VIEW = QRect(0, 0, 800, 700)


def frames(opening: str, unit: str, tokens: int = TOKENS) -> list[float]:
    """Milliseconds of each frame while that many tokens arrive and the end is followed."""
    view = QWidget()
    view.resize(VIEW.size())
    prose = Prose(view)
    prose.resize(VIEW.width(), VIEW.height())
    image = QImage(VIEW.size(), QImage.Format.Format_RGB32)
    length = PER_FRAME * CHARACTERS
    text = opening + unit * (tokens * CHARACTERS // len(unit) + 1)
    taken = []
    for at in range(0, tokens * CHARACTERS, length):
        begin = time.thread_time()
        prose.append(text[at : at + length])
        height = max(prose.heightForWidth(VIEW.width()), VIEW.height())
        prose.resize(VIEW.width(), height)
        painter = QPainter(image)
        painter.translate(0, VIEW.height() - height)
        seen = QRect(0, height - VIEW.height(), VIEW.width(), VIEW.height())
        prose.render(painter, seen.topLeft(), seen, QWidget.RenderFlag.DrawChildren)
        painter.end()
        taken.append((time.thread_time() - begin) * 1000)
    view.deleteLater()
    return taken


def naive(opening: str, unit: str, tokens: int = TOKENS) -> float:
    """Milliseconds of one frame of the peer when that many tokens are there."""
    browser = QTextBrowser()
    browser.resize(VIEW.size())
    text = opening + unit * (tokens * CHARACTERS // len(unit))
    begin = time.thread_time()
    browser.setMarkdown(text)
    browser.document().size()
    return (time.thread_time() - begin) * 1000


def run() -> list[tuple[str, str, str]]:
    """(area, goal, measured) for each kind of text."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme.apply("light")
    rows = []
    for name, (opening, unit) in TEXTS.items():
        frames(opening, unit, 2_000)  # fonts, lexers and caches are warm
        taken = frames(opening, unit)
        quarter = len(taken) // 4
        first, last = statistics.median(taken[:quarter]), statistics.median(taken[-quarter:])
        p99 = statistics.quantiles(taken, n=100)[98]
        peer = naive(opening, unit) / last
        rows.append(
            (
                f"streaming Markdown, {name}",
                "last quarter ≤ 1.2 × first; p99 ≤ 8 ms",
                f"{last / first:.2f} ×; median {last:.1f} ms, p99 {p99:.1f} ms; "
                f"setMarkdown(all) {peer:.0f} × that",
            )
        )
    return rows


if __name__ == "__main__":
    for row in run():
        print(" | ".join(row))
