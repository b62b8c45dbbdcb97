"""Theme: the only place with colours, fonts and sizes. Qt's Fusion style, our palette, one sheet.

A widget says what it is with the dynamic property `role`; the sheet says how that looks:

    pane        a dock or panel: surface, border, radius 8
    topbar      the top row                 segment   a tab in it
    title       15 px semibold              section   11 px capitals
    caption     secondary, small            muted     secondary text
    strong      semibold                    number    monospace
    chip        monospace, faint; a button with it is one that opens
    fact        a chip that begins where its text does
    value       a field that is framed only while it is edited
    entry       a field for code, as wide as it can be
    licence     a text that was laid out by hand
    badge       small label on soft accent  state     coloured by the property `token`
    user        a card that went in         tool      a bordered card
    problem     a card that went wrong      notice    one line above the panel
    edge        the line under a head, while something is scrolled below it
    composer    the box of the composer     draft     the text in it
    code        sunken monospace            plain     text without a frame
    source      a view of JSON or bytes, bare monospace
    primary     the one action of a pane    quiet     a button without a border
    icon        a small square button       fold      a line that opens what is below
    example     something to run            popup     a small window over the others
    float       a button that floats over content

This module is imported before the first paint: nothing but Qt here, and of that not the namespace
`Qt`, whose hundred enums take longer to make than the window.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QLayout

from playground.core.resources import resource

STYLE = "Fusion"
"""Qt's style, the same on every system."""

LIGHT: Mapping[str, str] = {
    "window": "#F4F5F7",
    "surface": "#FFFFFF",
    "sunken": "#ECEEF1",
    "border": "#DFE2E7",
    "text": "#1A1D23",
    "muted": "#596170",
    "faint": "#616976",
    "accent": "#3551D4",
    "accent_hover": "#2A44BD",
    "on_accent": "#FFFFFF",
    "soft": "#E9EDFD",
    "ok": "#106B3C",
    "ok_soft": "#E1F2E8",
    "warn": "#835700",
    "warn_soft": "#FBF1DC",
    "error": "#B32540",
    "error_soft": "#FCEBEE",
    "text_event": "#2460C4",
    "reasoning": "#7449CE",
    "tool": "#8C5200",
    "ours": "#5D6573",
}
DARK: Mapping[str, str] = {
    "window": "#141518",
    "surface": "#1B1D21",
    "sunken": "#101114",
    "border": "#2C2F36",
    "text": "#E4E6EA",
    "muted": "#A2A9B5",
    "faint": "#8F96A3",
    "accent": "#8CA0FF",
    "accent_hover": "#A3B3FF",
    "on_accent": "#10131F",
    "soft": "#232944",
    "ok": "#5CCB90",
    "ok_soft": "#16291F",
    "warn": "#E3B558",
    "warn_soft": "#2C2414",
    "error": "#FF7D8E",
    "error_soft": "#331A20",
    "text_event": "#78AFFF",
    "reasoning": "#B79BFF",
    "tool": "#F0B050",
    "ours": "#8D95A3",
}
CONTRAST: Mapping[str, str] = {
    "window": "#000000",
    "surface": "#000000",
    "sunken": "#14161A",
    "border": "#9AA3B2",
    "text": "#FFFFFF",
    "muted": "#F0F2F5",
    "faint": "#E2E6EC",
    "accent": "#A9B8FF",
    "accent_hover": "#CBD5FF",
    "on_accent": "#000000",
    "soft": "#1E2A5A",
    "ok": "#7CF0B2",
    "ok_soft": "#0B2A1B",
    "warn": "#FFD36B",
    "warn_soft": "#33270A",
    "error": "#FF9EAB",
    "error_soft": "#3B1119",
    "text_event": "#9CC5FF",
    "reasoning": "#D0BCFF",
    "tool": "#FFC87A",
    "ours": "#C9D0DB",
}
THEMES: Mapping[str, Mapping[str, str]] = {"light": LIGHT, "dark": DARK, "contrast": CONTRAST}

FACES = ("Inter", "Segoe UI Variable", "SF Pro", "Noto Sans", "Cantarell", "DejaVu Sans")
MONO_FACES = (
    "JetBrains Mono",
    "Cascadia Mono",
    "SF Mono",
    "Noto Sans Mono",
    "DejaVu Sans Mono",
)

GROUNDS = {
    "text": ("window", "surface", "sunken", "soft", "ok_soft", "warn_soft", "error_soft"),
    "muted": ("window", "surface", "sunken", "soft"),
    "faint": ("window", "surface", "sunken"),
    "accent": ("window", "surface", "soft"),
    "on_accent": ("accent", "accent_hover"),
    "ok": ("window", "surface", "ok_soft"),
    "warn": ("window", "surface", "warn_soft"),
    "error": ("window", "surface", "error_soft"),
    "text_event": ("surface", "soft"),
    "reasoning": ("surface", "soft"),
    "tool": ("surface", "soft"),
    "ours": ("surface", "soft"),
}
"""On which grounds each colour of text stands; a test computes that it can be read there."""


class Theme:
    """One set of colours at one size."""

    def __init__(self, name: str, colours: Mapping[str, str], scale: float = 1.0) -> None:
        self.name = name
        self.colours = colours
        self.scale = scale
        """Of all sizes, beside the system's own factor."""
        self._cache: dict[str, QColor] = {}

    def colour(self, token: str) -> QColor:
        """The colour of a token. Raises KeyError for one that does not exist."""
        found = self._cache.get(token)
        if found is None:
            found = self._cache[token] = QColor(self.colours[token])
        return found

    def px(self, size: float) -> int:
        """A length of the design in pixels of this theme."""
        return max(round(size * self.scale), 1)

    def margins(self, *sides: float) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of a layout."""
        left, top, right, bottom = (round(side * self.scale) for side in sides)
        return left, top, right, bottom

    @property
    def dark(self) -> bool:
        return self.name != "light"

    @cached_property
    def font(self) -> QFont:
        """Of the interface, 13 px."""
        return self._font(FACES, 13)

    @cached_property
    def mono(self) -> QFont:
        """Of code and numbers, 12 px."""
        font = self._font(MONO_FACES, 12)
        font.setStyleHint(QFont.StyleHint.Monospace)
        font.setFixedPitch(True)
        # No ligatures: -> is two characters, and an instrument shows two.
        for feature in ("calt", "liga"):
            font.setFeature(QFont.Tag(feature), 0)
        return font

    def _font(self, faces: tuple[str, ...], size: float) -> QFont:
        there = set(QFontDatabase.families())
        font = QFont([face for face in faces if face in there] or [faces[-1]])
        font.setPixelSize(self.px(size))
        return font

    @cached_property
    def palette(self) -> QPalette:
        palette = QPalette()
        role = QPalette.ColorRole
        for where, token in (
            (role.Window, "window"),
            (role.WindowText, "text"),
            (role.Base, "surface"),
            (role.AlternateBase, "sunken"),
            (role.Text, "text"),
            (role.Button, "surface"),
            (role.ButtonText, "text"),
            (role.BrightText, "error"),
            (role.Highlight, "accent"),
            (role.HighlightedText, "on_accent"),
            (role.Link, "accent"),
            (role.LinkVisited, "accent"),
            (role.PlaceholderText, "faint"),
            (role.ToolTipBase, "text"),
            (role.ToolTipText, "surface"),
            (role.Light, "surface"),
            (role.Midlight, "border"),
            (role.Mid, "border"),
            (role.Dark, "border"),
            (role.Shadow, "window"),
            (role.Accent, "accent"),
        ):
            palette.setColor(where, self.colour(token))
        for where in (role.Text, role.WindowText, role.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, where, self.colour("faint"))
        return palette

    @cached_property
    def sheet(self) -> str:
        """The style sheet. Lengths are scaled, colours are tokens."""
        values = {
            **self.colours,
            **{f"p{n}": f"{self.px(n)}px" for n in range(1, 33)},
            # Less the pixel by which a frame with the focus is thicker: nothing moves.
            **{f"f{n}": f"{self.px(n) - 1}px" for n in (2, 3, 4, 6, 8, 12)},
            "small": f"{self.px(11.5)}px",
            "body": f"{self.px(13)}px",
            "head": f"{self.px(15)}px",
            "caps": f"{self.px(11)}px",
            "code_size": f"{self.px(12)}px",
            "example": f"{self.px(64)}px",
            **{
                name: resource("icons", "sheet", f"{name}-{self.name}.svg").as_posix()
                for name in ("arrow", "check", "dash", "tick")
            },
            "mono": ", ".join(f'"{family}"' for family in self.mono.families()),
        }
        sheet = resource("theme.qss").read_text(encoding="utf-8")
        return re.sub(r"@(\w+)", lambda name: values[name[1]], sheet)


class Themes(QObject):
    """Tells when the theme has changed.

    Signals:
        changed(): colours, fonts or sizes are other ones; `current()` has them already.
    """

    changed = Signal()


themes = Themes()


class _Follower(QObject):
    """Shows its owner in every theme, and goes with it."""

    def __init__(self, owner: QObject, show: Callable[[Theme], None]) -> None:
        super().__init__(owner)
        self._show = show
        themes.changed.connect(self.look)
        self.look()

    def look(self) -> None:
        self._show(current())


def follow(owner: QObject, show: Callable[[Theme], None]) -> None:
    """Call `show` with the theme, now and whenever it has changed, while `owner` lives."""
    _Follower(owner, show)


def space(layout: QLayout, *sides: float, gap: float | None = None) -> None:
    """Margins (left, top, right, bottom) and spacing of a layout, in lengths of the design."""

    def show(look: Theme) -> None:
        if sides:
            layout.setContentsMargins(*look.margins(*sides))
        if gap is not None:
            layout.setSpacing(round(gap * look.scale))

    follow(layout, show)


_current = Theme("light", LIGHT)
_asked = "light"  # for: a name, or `system`


def current() -> Theme:
    return _current


def system_is_dark() -> bool:
    # Fusion's own palette follows the system; asking the style hints would need the namespace Qt.
    return QApplication.style().standardPalette().window().color().lightness() < 128


def named(name: str) -> str:
    """`light`, `dark` or `contrast`: what a setting means on this system now."""
    if name in THEMES:
        return name
    return "dark" if system_is_dark() else "light"


def apply(name: str, scale: float = 1.0) -> Theme:
    """Give the application a theme: `light`, `dark`, `contrast`, or `system` to follow that."""
    global _asked, _current
    _asked = name
    app = QApplication.instance()
    if isinstance(app, QApplication) and not _styled():
        if app.property("style") != STYLE:  # not given when it was made
            app.setStyle(STYLE)
        QGuiApplication.styleHints().colorSchemeChanged.connect(_follow_system)
    chosen = named(name)
    theme = Theme(chosen, THEMES[chosen], min(max(float(scale), 0.8), 2.0))
    if theme.name == _current.name and theme.scale == _current.scale and _styled():
        return _current
    _current = theme
    if isinstance(app, QApplication):
        app.setPalette(theme.palette)
        app.setFont(theme.font)
        app.setStyleSheet(theme.sheet)
    themes.changed.emit()
    return theme


def _follow_system() -> None:
    """The system has turned dark or light."""
    if _asked not in THEMES:
        apply(_asked, _current.scale)


def _styled() -> bool:
    app = QApplication.instance()
    return isinstance(app, QApplication) and bool(app.styleSheet())
