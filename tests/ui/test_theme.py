"""Everything can be read in every theme, and colours are nowhere but there."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFontInfo, QGuiApplication, QIcon, QImage, QPalette, QPixmap
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from playground.core.resources import resource
from playground.ui import theme
from playground.ui.icons import icon

SOURCE = Path(theme.__file__).parent.parent
NAMES = list(theme.THEMES)
ICONS = sorted(path.stem for path in resource("icons").glob("*.svg"))
TEXTS = ("text", "muted", "faint", "accent", "ok", "warn", "error", "text_event", "reasoning",
         "tool", "ours")  # fmt: skip
KINDS = ("text_event", "reasoning", "tool", "ours")


@pytest.fixture(autouse=True)
def restored(qapp: QApplication) -> Iterator[None]:
    yield
    theme.apply("light")


def luminance(colour: str) -> float:
    """Of sRGB, by WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_measure_of_contrast_is_right() -> None:
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", NAMES)
def test_text_can_be_read_on_every_ground_it_stands_on(name: str) -> None:
    colours = theme.THEMES[name]
    least = 7.0 if name == "contrast" else 4.5
    for token, grounds in theme.GROUNDS.items():
        for ground in grounds:
            found = contrast(colours[token], colours[ground])
            assert found >= least, f"{name}: {token} on {ground} is {found:.2f}"


@pytest.mark.parametrize("name", NAMES)
def test_code_can_be_read_in_all_its_colours(name: str) -> None:
    """Highlighted code stands on the sunken ground, selected rows on the soft one."""
    colours = theme.THEMES[name]
    for token in TEXTS:
        for ground in ("window", "surface", "sunken", "soft"):
            assert contrast(colours[token], colours[ground]) >= 4.5, f"{name}: {token} on {ground}"


def test_every_colour_of_text_has_its_grounds_and_every_theme_the_same_tokens() -> None:
    assert set(theme.GROUNDS) >= {*TEXTS, "on_accent"}
    assert len({frozenset(colours) for colours in theme.THEMES.values()}) == 1
    for colours in theme.THEMES.values():
        assert all(re.fullmatch("#[0-9A-F]{6}", colour) for colour in colours.values())


@pytest.mark.parametrize("name", NAMES)
def test_kinds_of_events_differ_from_each_other(name: str) -> None:
    colours = [QColor(theme.THEMES[name][kind]) for kind in KINDS]
    for at, one in enumerate(colours):
        for other in colours[at + 1 :]:
            distance = sum(abs(a - b) for a, b in zip(one.getRgb(), other.getRgb(), strict=True))
            assert distance > 60


def test_no_colour_stands_anywhere_but_in_the_theme() -> None:
    written = re.compile(r"""(?<![`\w])#(?:[0-9A-Fa-f]{6}|[0-9A-Fa-f]{3})\b|\brgba?\(""")
    named = re.compile(r"GlobalColor\.(?!transparent)")
    files = [path for path in (SOURCE / "ui").rglob("*.py") if path.name != "theme.py"]
    for path in [*files, resource("theme.qss")]:
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            assert not written.search(line), f"{path.name}:{number}: {line}"
            assert not named.search(line), f"{path.name}:{number}: {line}"


@pytest.mark.parametrize("name", NAMES)
def test_pictures_of_the_sheet_have_the_colours_of_their_theme(name: str) -> None:
    tokens = {"arrow": "muted", "check": "on_accent", "dash": "on_accent", "tick": "accent"}
    for picture, token in tokens.items():
        svg = resource("icons", "sheet", f"{picture}-{name}.svg").read_text(encoding="utf-8")
        assert re.findall("#[0-9A-F]{6}", svg) == [theme.THEMES[name][token]]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scale", [0.8, 1.0, 1.5, 2.0])
def test_the_sheet_knows_every_name_in_it(name: str, scale: float) -> None:
    sheet = theme.Theme(name, theme.THEMES[name], scale).sheet
    assert "@" not in sheet
    assert sheet.count("{") == sheet.count("}") > 50
    for url in re.findall(r'url\("([^"]+)"\)', sheet):
        assert Path(url).is_file()


def test_every_role_that_is_given_has_a_look() -> None:
    given: set[str] = set()
    for path in (SOURCE / "ui").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        given |= set(re.findall(r'setProperty\(\s*"role",\s*"([a-z]+)"', text))
    sheet = resource("theme.qss").read_text(encoding="utf-8")
    plain = {"assistant", "reasoning", "fold"}  # bare on the surface, or painted by themselves
    assert given > plain
    for role in given - plain:
        assert f'[role="{role}"]' in sheet, role


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_controls_are_high_enough_to_be_hit(qtbot: QtBot, scale: float) -> None:
    theme.apply("light", scale)
    window = QWidget()
    qtbot.addWidget(window)
    small = QToolButton(window)
    small.setProperty("role", "icon")
    small.setIcon(icon("copy"))
    controls: list[tuple[QWidget, int]] = [
        (QPushButton("Run", window), 28),
        (QLineEdit(window), 28),
        (QComboBox(window), 28),
        (QSpinBox(window), 28),
        (QDoubleSpinBox(window), 28),
        (QCheckBox("on", window), 24),
        (small, 24),
    ]
    for control, least in controls:
        control.ensurePolished()
        assert control.sizeHint().height() > least * scale - 2, type(control).__name__


def test_applying_a_theme_changes_palette_font_and_sheet_and_says_so(
    qtbot: QtBot, qapp: QApplication
) -> None:
    theme.apply("light")
    with qtbot.waitSignal(theme.themes.changed):
        theme.apply("dark", 1.5)
    look = theme.current()
    assert (look.name, look.scale, look.dark) == ("dark", 1.5, True)
    window = qapp.palette().color(QPalette.ColorRole.Window)
    assert window == QColor(theme.DARK["window"]) == look.colour("window")
    assert qapp.font().pixelSize() == round(13 * 1.5) == look.px(13)
    assert theme.DARK["surface"] in qapp.styleSheet()
    with qtbot.assertNotEmitted(theme.themes.changed):
        theme.apply("dark", 1.5)


def test_a_size_beyond_reason_is_brought_back() -> None:
    assert theme.apply("light", 9).scale == 2.0
    assert theme.apply("light", 0.1).scale == 0.8


def test_an_unknown_name_follows_the_system() -> None:
    assert theme.apply("system").name in ("light", "dark")
    assert theme.apply("no such theme").name == theme.apply("system").name


def test_only_who_follows_the_system_turns_dark_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    turned = QGuiApplication.styleHints().colorSchemeChanged
    theme.apply("system", 1.25)
    monkeypatch.setattr(theme, "system_is_dark", lambda: True)
    turned.emit(Qt.ColorScheme.Dark)
    assert (theme.current().name, theme.current().scale) == ("dark", 1.25)
    theme.apply("light")
    turned.emit(Qt.ColorScheme.Dark)
    assert theme.current().name == "light"


def test_a_token_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(KeyError):
        theme.current().colour("mauve")


def test_faces_are_of_the_right_kind() -> None:
    look = theme.apply("light")
    assert QFontInfo(look.mono).fixedPitch()
    assert not QFontInfo(look.font).fixedPitch()


@pytest.mark.parametrize("name", ICONS)
def test_icons_are_drawn_on_the_grid_in_the_colour_asked_for(name: str) -> None:
    svg = resource("icons", f"{name}.svg").read_text(encoding="utf-8")
    if name != "app":
        assert 'viewBox="0 0 16 16"' in svg
        assert "currentColor" in svg
        assert not re.search("#[0-9A-Fa-f]{3,6}", svg)
    image = icon(name, "error").pixmap(QSize(64, 64)).toImage()
    solid = [c for c in colours(image) if c.alpha() == 255]
    assert solid
    if name != "app":
        assert set(map(QColor.name, solid)) == {theme.LIGHT["error"].lower()}


def test_icons_are_sharp_on_a_fine_screen_and_follow_the_theme() -> None:
    one = icon("send", "text")
    fine = one.pixmap(QSize(16, 16), 2.0)
    assert (fine.size(), fine.devicePixelRatio()) == (QSize(32, 32), 2.0)
    light = fine.toImage()
    theme.apply("dark")
    assert one.pixmap(QSize(16, 16), 2.0).toImage() != light
    disabled = one.pixmap(QSize(64, 64), QIcon.Mode.Disabled).toImage()
    names = {colour.name() for colour in colours(disabled) if colour.alpha() == 255}
    assert names == {theme.DARK["faint"].lower()}


def test_an_icon_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        icon("no such icon")


def test_an_icon_survives_being_changed() -> None:
    """Changing a QIcon clones its engine, which C++ then owns."""
    for _ in range(50):
        changed = QIcon(icon("copy"))
        changed.addPixmap(QPixmap(3, 3))
        del changed
    gc.collect()
    assert not icon("copy").pixmap(QSize(16, 16)).isNull()


def colours(image: QImage) -> list[QColor]:
    return [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
