"""Cards: what can be seen of each kind of item, while it comes and when it is there."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QBuffer, QIODevice, QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from playground.core.call import Call
from playground.core.items import HostedCall, Item, Message, Reasoning, Text, ToolCall
from playground.core.recording import fact
from playground.core.session import Run, Session
from playground.core.usage import Usage
from playground.ui import theme
from playground.ui.hosted.kinds import KINDS
from playground.ui.widgets.cards import Card, card_for
from playground.ui.widgets.cards.answer import AnswerCard
from playground.ui.widgets.fold import Fold
from playground.ui.widgets.picture import PIXELS, Picture, decode
from playground.ui.widgets.plaintext import PlainText
from playground.ui.widgets.prose import Prose
from playground.ui.widgets.saving import save_as, suffix_of
from playground.ui.widgets.sources import Source, SourceLine, cited
from playground.ui.widgets.tokens import Tokens, ground, read
from playground.ui.widgets.transcript import TranscriptView
from tests.driver import name_of, text_of, visible


def png(width: int = 30, height: int = 20) -> str:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("#3366cc"))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return base64.b64encode(bytes(buffer.data().data())).decode()


def new_run(*items: Item, over: bool = True) -> Run:
    run = Run(
        id="run_1",
        session="ses_1",
        parent=None,
        call=Call(),
        profile="p",
        input=[Message(key="in:0", role="user", text=Text("A question"))],
        reduce=lambda *_: None,
        owner="" if over else "me",
    )
    for number, item in enumerate(items):
        item.key = item.key or f"0:{number}"
        run.transcript.open(item)
    if over:
        run.take([fact(2_000_000_000, "ended")])
    return run


Show = Callable[..., Card]


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[QWidget]:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(900, 900)
    made.show()
    yield made


@pytest.fixture
def show(window: QWidget) -> Show:
    """The card of an item of a run that is over, or goes on."""

    def show(item: Item, *, over: bool = True, said: bool = False) -> Card:
        run = new_run(item, over=over)
        card = card_for(run, item, said=said)
        card.setParent(window)
        card.resized.connect(lambda: card.resize(800, card.height_at(800)))
        card.advance()
        card.resize(800, card.height_at(800))
        card.show()
        return card

    return show


def seen(root: QWidget) -> str:
    QApplication.sendPostedEvents()
    return "\n".join(filter(None, map(text_of, visible(root))))


def button(root: QWidget, name: str) -> QAbstractButton:
    found = [
        one for one in visible(root) if isinstance(one, QAbstractButton) and name_of(one) == name
    ]
    assert found, seen(root)
    return found[0]


def fold(card: Card) -> Fold:
    """The line that opens the card."""
    return next(one for one in card.findChildren(Fold) if one.parentWidget() is card)


def search(status: str = "completed", **more: Any) -> HostedCall:
    action = {"type": "search", "query": "qt", "sources": [{"url": "https://doc.qt.io/qt-6"}]}
    return HostedCall(type="web_search_call", status=status, wire={"action": action, **more}, t1=1)


# Hosted tools.


def test_a_hosted_call_is_one_line_until_it_is_opened(show: Show) -> None:
    card = show(search())
    assert seen(card).split("\n")[0] == "Web search · qt"
    assert "done" in seen(card)
    assert "doc.qt.io" not in seen(card)
    assert card.findChildren(SourceLine) == []  # nothing is made of what nobody looks at
    fold(card).click()
    assert "1 source" in seen(card)
    assert "doc.qt.io/qt-6" in seen(card)
    assert name_of(fold(card)) == "Web search, done"


def test_a_link_of_a_hosted_call_is_asked_for_not_opened(show: Show) -> None:
    card, asked = show(search()), []
    card.asked.connect(lambda verb, _: asked.append(verb))
    fold(card).click()
    card.findChildren(SourceLine)[0].click()
    assert asked == ["link:https://doc.qt.io/qt-6"]


def test_one_that_failed_is_open(show: Show) -> None:
    wire = {"server_label": "docs", "name": "find", "error": {"message": "no such page"}}
    card = show(HostedCall(type="mcp_call", status="failed", wire=wire, t1=1))
    assert "failed" in seen(card)
    assert "no such page" in seen(card)


def test_what_it_was_closed_by_hand_stays_closed(window: QWidget) -> None:
    item = HostedCall(type="mcp_call", status="failed", wire={"error": "x"}, t1=1)
    card = card_for(new_run(item), item, said=False, kept={"fold": False})
    card.setParent(window)
    card.advance()
    assert not fold(card).isChecked()


def test_what_is_to_be_approved_is_open_and_whole(show: Show) -> None:
    arguments = json.dumps({"text": "x" * 3_000 + " end"})
    wire = {"server_label": "docs", "name": "delete", "arguments": arguments}
    card = show(HostedCall(type="mcp_approval_request", status="completed", wire=wire, t1=1))
    assert "asks for approval" in seen(card)
    assert "docs › delete" in seen(card)
    said = "".join(one.text() for one in card.findChildren(Prose))
    assert "x" * 3_000 + " end" in said.replace("\n", "")


def test_code_is_followed_while_it_comes_and_believed_when_it_is_whole(show: Show) -> None:
    item = HostedCall(type="code_interpreter_call", status="interpreting", wire={})
    card = show(item, over=False)
    fold(card).click()
    for piece in ("import m", "ath\npr", "int(1)"):
        item.code.append(piece)
        card.run.transcript.touch(item)
        assert card.advance()
    (code,) = (one for one in card.findChildren(Prose) if one.isVisible())
    assert code.text() == "import math\nprint(1)"
    assert "running" in seen(card)
    item.wire = {"code": "import math\nprint(2)", "outputs": [{"type": "logs", "logs": "2"}]}
    item.status = "completed"
    card.run.transcript.close(item)
    card.advance()
    shown = [one.text() for one in card.findChildren(Prose) if one.isVisible()]
    assert shown == ["import math\nprint(2)", "2"]
    assert "done" in seen(card)


def test_code_that_broke_off_stays(show: Show) -> None:
    item = HostedCall(type="code_interpreter_call", status="interpreting")
    item.wire = {"container_id": "cntr_1"}
    item.code.append("import math")
    card = show(item)
    fold(card).click()
    assert "import math" in seen(card)
    assert "cntr_1" in seen(card)
    assert "cut off" in seen(card)


def test_one_that_the_end_of_the_run_cut_off_says_so(show: Show) -> None:
    item = search("searching")
    item.t1 = None
    card = show(item, over=False)
    assert "searching" in seen(card)
    card.run.take([fact(3, "stopped")])
    assert card.advance()
    assert "cut off" in seen(card)


def test_all_of_it_can_be_seen_as_json(show: Show) -> None:
    card = show(search(surprise={"kind": "blue"}))
    fold(card).click()
    assert "surprise" not in seen(card)
    button(card, "The item as JSON").click()
    assert '"surprise": {\n    "kind": "blue"' in seen(card)


# Pictures.


def picture(qtbot: QtBot, root: QWidget) -> Picture:
    (one,) = root.findChildren(Picture)
    qtbot.waitUntil(lambda: one._due is None)
    return one


def test_a_picture_is_decoded_beside_the_frames_and_can_be_saved(
    qtbot: QtBot, show: Show, tmp_path: Path
) -> None:
    item = HostedCall(
        type="image_generation_call", status="completed", wire={"result": png()}, t1=1
    )
    card = show(item)
    shown = picture(qtbot, card)
    assert shown.canvas.isVisible()
    assert "30 × 20" in seen(card)
    button(card, "Save picture as a file").click()
    (dialog,) = card.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "sky.png"))
    dialog.reject()
    assert (tmp_path / "sky.png").read_bytes() == base64.b64decode(png())


def test_a_picture_that_is_still_coming_is_replaced(qtbot: QtBot, show: Show) -> None:
    item = HostedCall(type="image_generation_call", status="generating", image=png(8, 8), wire={})
    card = show(item, over=False)
    assert "drawing" in seen(card)
    assert picture(qtbot, card).decoded.size == (8, 8)
    item.wire, item.status = {"result": png(9, 9)}, "completed"
    card.run.transcript.close(item)
    card.advance()
    assert picture(qtbot, card).decoded.size == (9, 9)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("not base64 at all, é", "not base64"),
        (base64.b64encode(b"<svg onload=alert(1)>").decode(), "SVG pictures are not drawn"),
        (base64.b64encode(b"nothing of the kind").decode(), "no picture"),
        ("data:image/png,plain", "not base64"),
        (base64.b64encode(base64.b64decode(png())[:40]).decode(), "cannot be drawn"),
    ],
)
def test_what_is_no_picture_is_said(text: str, why: str) -> None:
    made = decode(text, 100)
    assert made.image is None
    assert why in made.why


def test_a_bomb_is_not_decoded() -> None:
    data = bytearray(base64.b64decode(png()))
    side = math.isqrt(PIXELS) + 1
    data[16:24] = side.to_bytes(4, "big") * 2  # what its header says of its size
    made = decode(base64.b64encode(bytes(data)).decode(), 100)
    assert made.image is None
    assert made.why


def test_a_large_picture_is_scaled_down() -> None:
    made = decode(f"data:image/png;base64,{png(400, 200)}", 100)
    assert made.image is not None
    assert (made.image.width(), made.image.height(), made.size) == (100, 50, (400, 200))


def test_what_was_attached_is_shown_and_nothing_is_loaded(qtbot: QtBot, show: Show) -> None:
    parts = [
        {"type": "input_image", "image_url": f"data:image/png;base64,{png()}"},
        {"type": "input_image", "image_url": "https://127.0.0.1:9/x.png", "detail": "low"},
        {"type": "input_file", "filename": "a.pdf", "file_data": "data:x;base64,QUJDRA=="},
        {"type": "input_image", "file_id": "file-7"},
    ]
    card = show(Message(role="user", parts=parts), said=True)
    assert picture(qtbot, card).decoded.size == (30, 20)
    text = seen(card)
    assert "https://127.0.0.1:9/x.png · by address, not loaded here · detail low" in text
    assert "a.pdf · file · 4 bytes" in text
    assert "file-7 · image" in text


# What an answer refers to, and what is said beside it.


def test_sources_are_numbered_and_only_addresses_of_the_web_open(show: Show) -> None:
    marks = [
        {"type": "url_citation", "title": "Qt", "url": "https://doc.qt.io/x"},
        {"type": "url_citation", "url_citation": {"title": "Py", "url": "https://python.org"}},
        {"type": "url_citation", "title": "Qt", "url": "https://doc.qt.io/x"},
        {"type": "url_citation", "title": "Evil", "url": "javascript:alert(1)"},
        {"type": "file_citation", "filename": "a.md", "file_id": "file-1"},
        {"type": "file_path", "file_id": "file-2"},
    ]
    card, asked = show(Message(text=Text("See."), annotations=marks, t1=1)), []
    card.asked.connect(lambda verb, _: asked.append(verb))
    lines = card.findChildren(SourceLine)
    assert [line.text() for line in lines] == [
        "[1] Qt doc.qt.io",
        "[2] Py python.org",
        "[3] Evil javascript:alert(1)",
        "[4] a.md file",
        "[5] file-2 a file it made",
    ]
    assert [line.isEnabled() for line in lines] == [True, True, False, False, False]
    for line in lines:
        line.click()
    assert asked == ["link:https://doc.qt.io/x", "link:https://python.org"]


@pytest.mark.parametrize("mark", [{}, {"type": 7}, {"type": "url_citation", "url": "https://["}])
def test_annotations_of_any_shape(mark: dict[str, Any]) -> None:
    assert all(isinstance(one, Source) and not one.url for one in cited([mark]))


def test_sources_that_come_later_are_added(show: Show) -> None:
    item = Message(text=Text("See."), annotations=[{"type": "file_citation", "filename": "a"}])
    card = show(item, over=False)
    first = card.findChildren(SourceLine)
    item.annotations.append({"type": "file_citation", "filename": "b"})
    card.run.transcript.touch(item)
    card.advance()
    assert [one.text() for one in card.findChildren(SourceLine)] == ["[1] a file", "[2] b file"]
    assert card.findChildren(SourceLine)[0] is first[0]


def test_commentary_is_set_apart(show: Show) -> None:
    card = show(Message(text=Text("Let me look."), phase="commentary", t1=1))
    assert isinstance(card, AnswerCard)
    assert "COMMENTARY" in seen(card)
    assert card.prose.token == "muted"
    final = show(Message(text=Text("It is so."), phase="final_answer", t1=1))
    assert isinstance(final, AnswerCard)
    assert "COMMENTARY" not in seen(final)
    assert final.prose.token == "text"


def test_a_refusal_stands_for_the_answer(show: Show) -> None:
    card = show(Message(refusal=Text("I can't."), t1=1))
    assert seen(card).strip() == "I can't."


def test_a_spoken_answer_says_its_words_and_can_be_saved(show: Show, tmp_path: Path) -> None:
    data = b"RIFF\0\0\0\0WAVE" + bytes(2_000)
    audio = {"id": "a", "transcript": "Good day.", "data": base64.b64encode(data).decode()}
    card = show(Message(audio=audio, t1=1))
    assert "Good day." in seen(card)
    assert "Audio, 2 kB" in seen(card)
    button(card, "Save the sound as a file").click()
    (dialog,) = card.findChildren(QFileDialog)
    assert dialog.defaultSuffix() == "wav"
    dialog.fileSelected.emit(str(tmp_path / "said.wav"))
    dialog.reject()
    assert (tmp_path / "said.wav").read_bytes() == data


def test_a_file_that_cannot_be_written_is_said(window: QWidget, tmp_path: Path) -> None:
    dialog = save_as(window, "Save", "x", b"data")
    dialog.fileSelected.emit(str(tmp_path))  # a folder
    dialog.reject()
    said = [label.text() for label in window.findChildren(QLabel)]
    assert any("cannot be written" in text for text in said)


@pytest.mark.parametrize(
    ("data", "suffix"), [(b"\xff\xd8\xff\xe0", ".jpg"), (b"GIF89a", ".gif"), (b"what", "")]
)
def test_the_kind_of_a_file_is_told_by_its_bytes(data: bytes, suffix: str) -> None:
    assert suffix_of(data) == suffix


# Tokens.

ROWS = [
    {"token": "Oslo", "logprob": math.log(0.98), "top_logprobs": []},
    {
        "token": " wet",
        "logprob": math.log(0.25),
        "top_logprobs": [
            {"token": " wet", "logprob": math.log(0.25)},
            {"token": "<b>dry</b>", "logprob": math.log(0.5)},
        ],
    },
    {"token": ".\n", "logprob": -9999.0},
]


def test_tokens_are_tinted_when_that_is_asked_for(qtbot: QtBot, show: Show) -> None:
    card = show(Message(text=Text("Oslo wet.\n"), logprobs=ROWS, t1=1))
    assert isinstance(card, AnswerCard)
    assert card.findChildren(Tokens) == []
    button(card, "Tint the tokens by their probability").click()
    (tokens,) = card.findChildren(Tokens)
    assert tokens.isVisible()
    assert not card.prose.isVisible()
    tokens.setFocus()
    qtbot.keyClick(tokens, Qt.Key.Key_Right)
    assert tokens.accessibleDescription() == "“ wet” 25.0 %, “<b>dry</b>” 50.0 %"
    assert tokens._popup.isVisible()
    assert tokens._popup.names.text() == "“ wet”\n“<b>dry</b>”"
    assert tokens._popup.names.textFormat() == Qt.TextFormat.PlainText
    qtbot.keyClick(tokens, Qt.Key.Key_End)
    assert "0.0 %" in tokens.accessibleDescription()
    at = tokens._rect(1).center().toPoint()
    qtbot.mouseMove(tokens, QPoint(at.x(), at.y()))
    assert tokens.token_at(tokens._rect(1).center()) == 1
    button(card, "Tint the tokens by their probability").click()
    assert card.prose.isVisible()
    assert not tokens._popup.isVisible()


@pytest.mark.parametrize(
    ("chance", "name"),
    [(0.95, ""), (0.6, "ok_soft"), (0.3, "warn_soft"), (0.01, "error_soft"), (None, "")],
)
def test_steps_of_probability(chance: float | None, name: str) -> None:
    assert ground(chance) == name


def test_numbers_that_are_none() -> None:
    rows: list[Any] = [{"token": 7, "logprob": "x", "top_logprobs": {}}, {"logprob": math.inf}]
    assert [(one.text, one.chance) for one in read(rows)] == [("7", None), ("", None)]


# Reasoning and tool calls, while they come.


def test_reasoning_is_followed_only_where_it_can_be_seen(show: Show) -> None:
    item = Reasoning(text=Text("**First** thought\n"))
    card = show(item, over=False)
    (text,) = card.findChildren(PlainText)
    assert "First** thought" in seen(card)
    assert text.toPlainText() == ""
    fold(card).click()
    assert "First** thought" in text.toPlainText()
    item.text.append("and more")
    card.run.transcript.touch(item)
    card.advance()
    assert text.toPlainText().endswith("and more")


def test_the_tokens_of_all_reasoning_are_not_said_of_each(show: Show) -> None:
    card = show(Reasoning(text=Text("Hm."), t1=1))
    seen_by = card.run.transcript
    seen_by.usages[0] = Usage(input=1, output=9, reasoning=7)
    seen_by.touch(card.item)
    card.advance()
    assert "7 tokens" in seen(card)
    seen_by.items.append(Reasoning(text=Text("And more."), t1=1))
    seen_by.touch(card.item)
    card.advance()
    assert "7 tokens" not in seen(card)


def test_details_of_reasoning_are_folded_once_more(show: Show) -> None:
    details = [{"type": "reasoning.encrypted", "data": "abc", "format": "x"}]
    card = show(Reasoning(text=Text("Hm."), details=details, t1=1))
    fold(card).click()
    assert "1 part, as the server sent them" in seen(card)
    assert '"data"' not in seen(card)
    button(card, "Details of the reasoning").click()
    assert '"data": "abc"' in seen(card)


def test_arguments_on_one_line_stop_growing_when_the_line_is_full(show: Show) -> None:
    item = ToolCall(name="f", arguments=Text('{"a": "'))
    card = show(item, over=False)
    for _ in range(200):
        item.arguments.append("word ")
        card.run.transcript.touch(item)
        card.advance()
    line = seen(card).split("\n")[0]
    assert line.startswith('f · {"a": "word word')
    assert len(line) < 140
    fold(card).click()
    assert card.findChildren(PlainText)[0].toPlainText().count("word") == 200


# For everybody.


@pytest.mark.parametrize("kind", [*KINDS, "sparkle_call"])
def test_every_control_of_an_open_card_has_a_name_and_a_size(kind: str, show: Show) -> None:
    wire = {
        "action": {"type": "search", "query": "x", "sources": [{"url": "https://a.b"}]},
        "tools": [{"name": "f", "description": "d"}],
        "results": [{"filename": "a", "text": "b"}],
        "output": "done",
        "code": "x = 1",
        "arguments": '{"a": 1}',
        "result": png(),
    }
    card = show(HostedCall(type=kind, status="completed", wire=wire, t1=1))
    fold(card).setChecked(True)
    QApplication.sendPostedEvents()
    controls = [one for one in visible(card) if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert controls
    assert [one for one in controls if not name_of(one)] == []
    small = [one for one in controls if isinstance(one, QAbstractButton) and one.height() < 24]
    assert [one for one in small if one.isEnabled()] == []


# In the conversation.


@pytest.fixture
def view(qtbot: QtBot, window: QWidget) -> TranscriptView:
    made = TranscriptView(window)
    made.resize(800, 800)
    made.show()
    return made


def shown(view: TranscriptView, run: Run) -> Session:
    session = Session("ses_1")
    session.add(run)
    view.show_session(session)
    return session


def test_what_was_opened_stays_open_in_another_theme(qtbot: QtBot, view: TranscriptView) -> None:
    shown(view, new_run(Reasoning(text=Text("A thought"), t1=1), search()))
    for one in view.findChildren(Fold):
        one.click()
    cards = view.cards()
    theme.apply("dark")
    qtbot.waitUntil(lambda: len(view.cards()) == len(cards))
    assert not set(map(id, view.cards())) & set(map(id, cards))
    assert "A thought" in seen(view)
    assert "doc.qt.io/qt-6" in seen(view)
    folds = [fold(card) for card in view.cards() if card.findChildren(Fold)]
    assert [one.isChecked() for one in folds] == [True, True]


def test_one_of_several_choices_is_on_screen(view: TranscriptView) -> None:
    items = [Message(key=f"0:{n}", text=Text(f"Answer {n}"), choice=n, t1=1) for n in range(3)]
    run = new_run(Reasoning(key="r", text=Text("Hm"), choice=1, t1=1), *items)
    shown(view, run)
    assert "1/3" in seen(view)
    assert "Answer 0" in seen(view)
    assert "Answer 1" not in seen(view)
    assert "goes on with this one" in seen(view)
    button(view, "Next choice").click()
    assert "2/3" in seen(view)
    assert "Answer 1" in seen(view)
    assert "Answer 0" not in seen(view)
    assert "Reasoned" in seen(view)
    assert "goes on with the first" in seen(view)
    assert button(view, "Next choice").isEnabled()
    button(view, "Next choice").click()
    assert not button(view, "Next choice").isEnabled()


def test_choices_that_stream_side_by_side(view: TranscriptView) -> None:
    run = new_run(Message(key="a", text=Text("One"), choice=0), over=False)
    shown(view, run)
    assert "1/1" not in seen(view)
    second = Message(key="b", text=Text("Two"), choice=1)
    run.transcript.open(second)
    view.advance()
    assert "1/2" in seen(view)
    assert "Two" not in seen(view)


def test_a_card_for_every_kind_that_there_is() -> None:
    from playground.core.items import KINDS
    from playground.ui.widgets.cards import CARDS

    assert {kind for kind, _ in CARDS} >= set(KINDS.values())
