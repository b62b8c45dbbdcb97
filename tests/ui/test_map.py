"""The map says how to add a panel; this does exactly what it says."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from playground.ui.window import PanelSpec, Window

MAP = Path(__file__).parents[2] / "playground" / "README.md"


class Signal:
    def connect(self, slot: object) -> None:
        """Takes any slot."""


class FakeDesk:
    session_shown = Signal()


def test_the_panel_of_the_map_gets_a_tab_and_is_shown(qtbot: QtBot) -> None:
    found = re.search(r"```python\n(.*?)```", MAP.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    lines = found.group(1).split("\n")
    indent = len(lines[0]) - len(lines[0].lstrip())
    namespace: dict[str, object] = {}
    exec("\n".join(line[indent:] for line in lines), namespace)
    spec = namespace["NOTES_PANEL"]
    assert isinstance(spec, PanelSpec)

    window = Window()
    qtbot.addWidget(window)
    other = PanelSpec("other", "Other", lambda _: QWidget())
    window.furnish(FakeDesk(), (other, spec), ())  # type: ignore[arg-type]
    window.show()
    window.show_panel("notes")
    assert window.panel == "notes"
    assert window.panels["notes"].isVisible()


def test_every_part_that_the_map_names_is_there() -> None:
    text = MAP.read_text(encoding="utf-8")
    tree = text[text.index("## The tree") : text.index("## Who may import whom")]
    rows = re.findall(r"^\| `([\w./]+)` \|", tree, re.MULTILINE)
    assert len(rows) > 10
    for name in rows:
        assert (MAP.parent / name).exists(), name
