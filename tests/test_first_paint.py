"""The window is painted before anything but Qt is imported: asyncio alone would be a fifth more.

PySide makes an enum when its namespace is first named; `Qt` and `QStyle` would be a third more.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

HEAVY = {
    *("asyncio", "httpx", "jsonschema", "keyring", "markdown_it", "pydantic", "pygments"),
    *("qasync", "sqlite3", "ssl", "PySide6.QtSvg"),
}

START = """
import enum, json, sys
enums, create = [], enum.EnumType._create_
def noted(cls, name, *args, **more):
    enums.append(name)
    return create(cls, name, *args, **more)
enum.EnumType._create_ = noted
from playground import desktop
from playground.ui.window import Window

class Watched(Window):
    painted = False
    def paintEvent(self, event):
        self.painted = True
        super().paintEvent(event)

windows = []
def watched():
    windows.append(Watched())
    return windows[0]

def run(work):
    print(json.dumps([windows[0].painted, sorted(sys.modules), enums]))
    return 0

desktop.Window, desktop.run = watched, run
from playground.__main__ import main
sys.exit(main(["--home", sys.argv[1]]))
"""


def test_nothing_but_qt_is_imported_before_the_first_paint(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "settings.json").write_text('{"theme": "dark", "scale": 1.5}')
    done = subprocess.run(
        [sys.executable, "-c", START, str(home)],
        stdout=subprocess.PIPE,
        check=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "TMPDIR": str(tmp_path)},
    )
    painted, modules, enums = json.loads(done.stdout)
    assert painted
    assert "DockWidgetFeature" in enums  # they are seen
    assert not {"GlobalColor", "PrimitiveElement"} & set(enums)
    ours = {name for name in modules if name.startswith("playground.")}
    assert not HEAVY & set(modules)
    assert ours == {
        "playground.__main__",
        "playground.commands",
        "playground.commands.window",
        "playground.core",
        "playground.core.resources",
        "playground.desktop",
        "playground.store",
        "playground.store.place",
        "playground.ui",
        "playground.ui.onewindow",
        "playground.ui.theme",
        "playground.ui.window",
    }


def test_settings_that_make_no_sense_do_not_keep_the_window_from_opening(tmp_path: Path) -> None:
    from playground.desktop import peek

    settings = tmp_path / "settings.json"
    assert peek(settings) == ("system", 1.0)
    for text in ("", "[]", "{", '{"scale": NaN}', '{"scale": "big"}', '{"scale": 1e999}'):
        settings.write_text(text)
        assert peek(settings) == ("system", 1.0)
    settings.write_text('{"theme": "dark", "scale": 1.5}')
    assert peek(settings) == ("dark", 1.5)
