"""The page that replays a run, in a browser without a network."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from playground.core.items import Message, Text, ToolCall
from playground.core.prefixes import Prefixes
from playground.core.profile import Profile
from playground.core.resources import resource
from playground.core.session import Run
from playground.endpoints import BY_ID
from playground.export import jsonl
from playground.export.base import Exported
from playground.export.html import write
from tests.browser import Browser, browser, needs_browser
from tests.export.conftest import block, chunk

pytestmark = [pytest.mark.external, needs_browser]

HOSTILE = "</script><img src=x onerror=alert(1)> <!-- \u202e abc \u2028 **b**"


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("chromium")) as found:
        yield found


@pytest.fixture
def demo() -> Run:
    return jsonl.read(resource("demos", "weather-desk.jsonl").read_bytes(), BY_ID)


def page(run: Run, folder: Path, *history: Message) -> Path:
    path = folder / "replay.html"
    path.write_text(write(Exported(run, Profile(id="p", name="Here"), history)), encoding="utf-8")
    return path


def go(chromium: Browser, count: int) -> None:
    chromium.run(f"""new Promise((done) => {{
        addEventListener('hashchange', () => setTimeout(done), {{ once: true }});
        location.hash = '#at={count}';
    }})""")


def shown(chromium: Browser) -> list[dict[str, Any]]:
    """The cards of the run as they can be seen: name, badge, and the texts of their fields."""
    found = chromium.run("""[...document.querySelectorAll('#items > .card')].map((card) => ({
        name: card.querySelector('.name').textContent,
        badge: card.querySelector('.badge').textContent,
        texts: Object.fromEntries([...card.querySelectorAll('.body > .ink')]
            .filter((ink) => !ink.hidden).map((ink) => [ink.dataset.field, ink.textContent])),
    }))""")
    assert isinstance(found, list)
    return found


def bare(text: str) -> str:
    """Without spaces and what marks a table: those are layout here."""
    return "".join(one for one in text if not one.isspace() and one not in "|")


def test_what_is_read_at_three_moments_is_what_the_program_says(
    chromium: Browser, demo: Run, tmp_path: Path
) -> None:
    path = page(demo, tmp_path)
    chromium.requested.clear()
    chromium.complaints.clear()
    chromium.open(path, "#at=1")
    prefixes = Prefixes(demo.recording, demo.reduce)
    total = len(demo.recording)
    assert chromium.run("document.querySelector('#asked').textContent").endswith(
        str(demo.input[0].text)  # type: ignore[attr-defined]
    )
    seen = []
    for count in (1, 90, total):
        go(chromium, count) if count > 1 else None
        cards = shown(chromium)
        items = prefixes.transcript(count).items
        assert len(cards) == len(items)
        for card, item in zip(cards, items, strict=True):
            if isinstance(item, Message):
                assert bare(card["texts"].get("text", "")) == bare(str(item.text))
            if isinstance(item, ToolCall):
                assert card["name"] == item.tool
                assert bare(card["texts"]["arguments"]) == bare(str(item.arguments))
                assert card["badge"] == item.state
        place = chromium.run("document.querySelector('#place').textContent")
        assert place.startswith(f"{count} of {total} · ")
        assert chromium.run("document.querySelector('#list .picked').textContent").startswith(
            str(count - 1)
        )
        seen.append((chromium.run("document.querySelector('#outcome').textContent"), len(cards)))
    assert seen == [("connecting", 0), ("writing", 6), ("done", 6)]
    assert "in / " in chromium.run("document.querySelector('#standing').textContent")
    assert "$0 calculated" in chromium.run("document.querySelector('#facts').textContent")
    assert set(chromium.requested) == {path.as_uri()}
    assert chromium.complaints == []


def test_it_is_played_and_stepped_by_the_keyboard(
    chromium: Browser, demo: Run, tmp_path: Path
) -> None:
    chromium.open(page(demo, tmp_path), "#at=20")
    total = len(demo.recording)

    def place() -> str:
        return str(chromium.run("document.querySelector('#place').textContent")).split(" of ")[0]

    chromium.press("ArrowRight")
    assert place() == "21"
    chromium.press("ArrowLeft")
    chromium.press("ArrowLeft")
    assert place() == "19"
    assert chromium.run("location.hash") == "#at=19"
    chromium.press("ArrowUp")
    assert chromium.run("document.querySelector('#speed').value") == "2"
    chromium.press("Home")
    assert place() == "0" and shown(chromium) == []
    chromium.run("document.querySelector('#speed').value = '20'")
    chromium.press(" ", " ")
    assert chromium.run("document.querySelector('#play').getAttribute('aria-label')") == "Pause"
    chromium.run("""new Promise((done) => {
        const look = () => document.querySelector('#play').classList.contains('playing')
            ? requestAnimationFrame(look) : done();
        look();
    })""")
    assert place() == str(total)
    assert [card["badge"] for card in shown(chromium)][1:3] == ["done", "done"]
    assert chromium.run("document.querySelector('#play').getAttribute('aria-label')") == "Play"


def test_a_click_on_a_word_finds_its_event_and_an_event_its_characters(
    chromium: Browser, record: Any, tmp_path: Path
) -> None:
    answer = [block(chunk(content=piece)) for piece in ("One ", "**two** ", "🌍 three")]
    run, _ = record("chat", answer=answer)
    chromium.open(page(run, tmp_path))
    box = chromium.run("""(() => {
        const range = document.createRange();
        const text = document.querySelector('#items .strong').firstChild;
        range.setStart(text, 1);
        range.setEnd(text, 2);
        const { x, y, width, height } = range.getBoundingClientRect();
        return [x + width / 2, y + height / 2];
    })()""")
    chromium.click(*box)
    assert chromium.run("document.querySelector('#said').textContent").startswith("#3 ")
    lit = "[...document.querySelectorAll('#items .lit')].map((one) => one.textContent).join('')"
    assert chromium.run(lit) == "**two** "
    # The whole text still stands there: an event was looked at, nothing was gone back to.
    assert "three" in shown(chromium)[0]["texts"]["text"]
    chromium.run("document.querySelector('#row-4').click()")
    assert chromium.run(lit) == "🌍 three"
    chromium.run("document.querySelector('#go').click()")
    assert chromium.run("document.querySelector('#place').textContent").startswith("5 of ")


def test_no_text_of_others_is_run_and_nothing_hidden_stays_hidden(
    chromium: Browser, record: Any, tmp_path: Path
) -> None:
    run, _ = record("chat", answer=[block(chunk(content=HOSTILE))])
    run.input = [Message(key="in:0", role="user", text=Text(HOSTILE))]
    chromium.complaints.clear()
    chromium.open(page(run, tmp_path, Message(text=Text(HOSTILE))))
    assert chromium.run("document.images.length + document.scripts.length") == 2
    expected = HOSTILE.replace("\u202e", "⟨U+202E⟩").replace("\u2028", "⟨U+2028⟩")
    assert shown(chromium)[0]["texts"]["text"] == expected
    assert chromium.run("document.querySelector('#title').textContent").startswith("</script><img")
    assert "⟨U+202E⟩" in chromium.run("document.querySelector('#before').textContent")
    assert chromium.complaints == []


def test_its_policy_lets_nothing_out_even_where_there_is_a_network(
    chromium: Browser, record: Any, tmp_path: Path
) -> None:
    run, _ = record("chat")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        chromium.open(page(run, tmp_path))
        refused = chromium.run(f"""Promise.all([
            fetch('{url}').then(() => 'went out', () => 'refused'),
            new Promise((done) => {{
                const image = new Image();
                image.onload = () => done('went out');
                image.onerror = () => done('refused');
                image.src = '{url}';
            }}),
            new Promise((done) => {{
                const script = document.createElement('script');
                script.textContent = 'window.ran = true';
                document.body.append(script);
                done(window.ran ? 'ran' : 'refused');
            }}),
        ])""")
        assert refused == ["refused"] * 3
        with pytest.raises(BlockingIOError):
            server.accept()


def test_without_scripts_all_that_was_said_can_be_read(
    chromium: Browser, demo: Run, tmp_path: Path
) -> None:
    chromium.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        chromium.open(page(demo, tmp_path))
        text = chromium.run("document.querySelector('.static').innerText")
        hidden = chromium.run("document.querySelector('#page').hidden")
    finally:
        chromium.call("Emulation.setScriptExecutionDisabled", value=False)
    assert "demo › get_weather (done)" in text and "The weather desk has answered" in text
    assert hidden
