"""The real window as a process of its own, in which somebody asks one thing: HOME PROMPT FIELDS.

Prints, every few milliseconds, how many characters of the answer have arrived. Not a test.
"""

from __future__ import annotations

import json
import sys

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from playground import desktop
from playground.core.session import Run
from playground.ui.panels.chat import ChatPanel
from playground.ui.window import Window


def main(home: str, prompt: str, fields: str) -> int:
    asked: list[Run] = []

    def look() -> None:
        if asked:
            print(len(asked[0].transcript.text), flush=True)
            return
        for window in QApplication.topLevelWidgets():
            chat = window.panels.get("chat") if isinstance(window, Window) else None
            if isinstance(chat, ChatPanel) and chat.isVisible():
                session = chat.desk.session
                session.call = session.call.model_copy(update={"fields": json.loads(fields)})
                chat.composer.write(prompt)
                chat.composer.run.click()
                asked.append(session.path()[-1])

    desktop.application()
    timer = QTimer(interval=10)
    timer.timeout.connect(look)
    timer.start()
    return desktop.main(home, None)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
