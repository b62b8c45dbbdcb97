"""A page that replays a run: what it is told, what it may do, and that nothing said is markup."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from decimal import Decimal
from html.parser import HTMLParser
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from playground.core.call import Call
from playground.core.items import (
    KINDS,
    HostedCall,
    Item,
    Message,
    Reasoning,
    Text,
    ToolCall,
    ToolOutput,
    texts_of,
)
from playground.core.problem import Failure, Problem
from playground.core.profile import Profile
from playground.core.recording import Event, Recording, fact
from playground.core.resources import resource
from playground.core.session import Run
from playground.core.transcript import Reader, Transcript
from playground.core.usage import Cost, Line
from playground.endpoints import BY_ID
from playground.export import html_events, html_words, jsonl
from playground.export.base import Exported
from playground.export.html import EXPORT, SCRIPTS, write
from playground.export.html_faces import Names, face
from playground.export.html_states import Growth, standing
from playground.export.progress import Cancelled, Progress
from playground.export.saving import save
from playground.store import logs
from playground.ui import theme
from tests.export.conftest import ANSWER, MARKER, block, chunk
from tests.export.tape import Growth as Told
from tests.export.tape import Tape, recording
from tests.hostile.corpus import CASES
from tests.hostile.reading import read

MS = 1_000_000
DEMOS = ("day-planner", "shop-question", "weather-desk")
HOSTILE = (
    "</script><script>alert(1)</script>",
    "<!-- <script>",
    "</noscript><img src=x onerror=alert(1)>",
    "]]>&lt;b&gt;\"'`${1}{{title}}",
    "\u2028\u2029\u0085\u202e\u2066\x00\x1b[31m\ufeff",
)


def demo(name: str) -> Run:
    return jsonl.read(resource("demos", f"{name}.jsonl").read_bytes(), BY_ID)


def page(run: Run, *history: Item, name: str = "P") -> str:
    return write(Exported(run, Profile(id="p", name=name), history))


def told(run: Run, *history: Item) -> Any:
    return recording(page(run, *history))


def long_run(count: int) -> Run:
    run = Run("r", "s", None, Call(api="chat", model="m"), "p", [], BY_ID["chat"].reduce)
    run.take([fact(0, "request"), fact(MS, "head", {"status": 200})])
    run.take(Event((2 + n) * MS, "sse", block(chunk(content=f"word{n} ")), 0, 0, n)
             for n in range(count))  # fmt: skip
    run.take([fact((3 + count) * MS, "ended")])
    return run


# The states.


def check_states(run: Run) -> None:
    """The page knows after each event what the program itself knows then."""
    tape = Tape(told(run))
    assert tape.count == len(run.recording)
    reader = Reader(run.reduce)
    names = Names({tool.name: tool.title for tool in run.call.tools})
    for count, event in enumerate(run.recording, 1):
        reader.take([event])
        seen = reader.transcript
        items = tape.items(count)
        assert [texts for _, texts in items] == [said(item) for item in seen.items]
        for (shown, _), item in zip(items, seen.items, strict=True):
            expected = json.loads(json.dumps(face(item, names)))
            assert shown.get("badge") == expected.get("badge")
            assert shown["kind"] == expected["kind"]
        assert tape.state(count) == standing(seen)
        if (usage := seen.usage) is not None:
            assert tape.used(count) == html_words.chip(usage)


def said(item: Item) -> dict[str, str]:
    texts = {name: str(getattr(item, name)) for name in texts_of(item)}
    return {name: text for name, text in texts.items() if text}


@pytest.mark.parametrize("api", ["chat", "responses", "completions"])
def test_the_page_knows_every_state_of_a_stream(api: str, record: Any) -> None:
    run, _ = record(api)
    check_states(run)
    assert Tape(told(run)).items(len(run.recording))[0][1] == {"text": ANSWER}


@pytest.mark.parametrize("name", DEMOS)
def test_the_page_knows_every_state_of_a_run_with_tools(name: str) -> None:
    check_states(demo(name))


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.slow)])
def test_whatever_a_server_sends_the_page_knows_every_state_of_it(every: int) -> None:
    looked = 0
    for case in CASES[::every]:
        if len(case.body) > 20_000:
            continue
        events = read(case, 0).events
        reduce = BY_ID[case.api].reduce
        run = Run("r", "s", None, Call(api=case.api), "p", [], reduce, recording=Recording(events))
        check_states(run)
        looked += 1
    assert looked > 200 // every


@given(
    st.lists(
        st.tuples(st.booleans(), st.text(st.sampled_from("ab\n\U0001f30d\u0308é"), max_size=5)),
        max_size=30,
    )
)
def test_a_text_that_grows_and_is_replaced_is_known_at_every_step(
    steps: list[tuple[bool, str]],
) -> None:
    text, growth, states = Text(), Growth(), []
    for number, (replaces, piece) in enumerate(steps):
        if replaces:
            text.replace(piece)
        else:
            text.append(piece)
        growth.look(text, number)
        states.append(str(text))
    rows = [version.row() for version in growth.versions]
    assert [Told(rows).text(count) for count in range(1, len(steps) + 1)] == states


def test_which_characters_an_event_brought(record: Any) -> None:
    run, _ = record("chat")
    data = told(run)
    (slot,) = data["slots"]
    text = Told(slot["texts"]["text"])
    assert [text.made(number) for number in range(2, 6)] == [None, (0, 6), (6, 10), None]
    assert data["events"]["slot"] == [-1, -1, -1, 0, 0, 0, -1, -1, -1]


def test_a_server_that_sends_all_of_its_text_with_each_event_does_not_make_the_file_grow() -> None:
    run = Run("r", "s", None, Call(api="responses"), "p", [], BY_ID["responses"].reduce)
    item = {"type": "message", "id": "m", "role": "assistant", "content": []}
    run.take([fact(0, "request"), fact(1, "head", {"status": 200})])
    run.take([Event(2, "sse", block({"type": "response.output_item.added", "output_index": 0,
                                     "item": item}))])  # fmt: skip
    for size in range(1, 60):
        part = {"type": "output_text", "text": "word " * size, "annotations": []}
        whole = {"type": "response.content_part.done", "item_id": "m", "output_index": 0,
                 "content_index": 0, "part": part}  # fmt: skip
        run.take([Event(2 + size, "sse", block(whole))])
    check_states(run)
    versions = told(run)["slots"][0]["texts"]["text"]
    assert sum(len(one["text"]) for one in versions) < 2 * len("word " * 59)


# What is shown beside the text.


def test_the_head_says_what_it_was_when_and_what_it_cost(record: Any) -> None:
    run, profile = record("chat")
    lines = (Line(what="input tokens", tokens=5, per_million=Decimal("0.25"),
                  usd=Decimal("0.00000125")),)  # fmt: skip
    run.cost = Cost(basis="calculated", usd=Decimal("0.00000125"), source="genai-prices 0.2.3",
                    as_of="2026-11-10", lines=lines)  # fmt: skip
    data = recording(write(Exported(run, profile)))
    assert data["head"] == {
        "title": "Say hello to the world.", "model": "m-1", "server": "P", "id": "run_1",
        "date": "2017-07-14 02:40 UTC", "api": "Chat Completions",
    }  # fmt: skip
    assert data["cost"] == {
        "chip": "$0.00000125 calculated",
        "rows": [["input tokens", "5 × $0.25 / 1M", "$0.00000125"]],
        "told": "genai-prices 0.2.3, 2026-11-10",
    }
    assert data["usages"] == [[5, "5 in / 2 out", [["Input", "5"], ["Output", "2"]]]]


def test_a_cost_that_is_unknown_is_not_zero(record: Any) -> None:
    run, _ = record()
    run.cost = Cost(source="no price")
    assert told(run)["cost"] == {"chip": "cost unknown", "rows": [], "told": "no price"}
    assert "$0" not in page(run)


def test_the_conversation_before_stands_there_from_the_beginning(record: Any) -> None:
    run, _ = record(call={"instructions": "Be brief."})
    before = (Message(role="user", text=Text("Earlier?")), Message(text=Text("Yes.")))
    data = told(run, *before)
    shown = [Tape._texts(slot, 0) for slot in data["before"]]
    assert shown == [{"text": "Be brief."}, {"text": "Earlier?"}, {"text": "Yes."}]
    assert [Tape._face(slot, 0)["name"] for slot in data["before"]] == [
        "Developer", "User", "Assistant"
    ]  # fmt: skip
    assert [Tape._texts(slot, 0) for slot in data["asked"]] == [{"text": "Say hello to the world."}]


def test_a_call_is_named_as_people_know_it_and_says_who_decided() -> None:
    faces = [shown for shown, _ in Tape(told(demo("weather-desk"))).items(10_000)]
    first, second = (one for one in faces if one["kind"] == "call")
    assert (first["name"], first["badge"]) == ("demo › get_weather", ["done", "ok"])
    assert first["notes"] == ["Approved."]
    assert second["boxes"][0][0] == "Run with other arguments than the model's"
    assert [one["name"] for one in faces if one["kind"] == "output"] == [
        "Result of demo › get_weather"
    ] * 2


def test_no_kind_of_item_stops_a_page() -> None:
    names = Names({})
    for kind in KINDS.values():
        assert face(kind(), names)["kind"]
    assert face(ToolOutput(output="7 °C", ok=False), names)["name"] == "The model was told"
    assert face(HostedCall(type="web_search_call", status="completed"), names) == {
        "kind": "hosted", "name": "web search call", "badge": ["completed", "ok"]
    }  # fmt: skip
    assert face(Reasoning(encrypted=True), names)["notes"]
    assert face(ToolCall(state="not run", cut=True), names)["notes"]
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"a": deep}
    assert "nested" in face(HostedCall(type="x", wire=deep), names)["boxes"][0][1]


@pytest.mark.parametrize("name", DEMOS)
def test_where_the_time_went_adds_up_to_all_of_it(name: str) -> None:
    run = demo(name)
    data = told(run)
    assert data["end"] == run.recording[-1].t // 1000
    spent = {kind: time for kind, _, time in data["spent"]}
    assert data["end"] - len(spent) <= sum(spent.values()) <= data["end"]
    assert {"tool", "you", "server", "first", "writing"} <= set(spent)
    lanes = {lane["name"]: lane["bars"] for lane in data["lanes"]}
    assert {"network", "text", "you"} <= set(lanes)
    for bars in lanes.values():
        assert all(0 <= begin <= end <= data["end"] for _, begin, end, _ in bars)


def test_times_of_a_request_that_was_tried_again() -> None:
    run = Run("r", "s", None, Call(api="chat"), "p", [], BY_ID["chat"].reduce)
    connection = {"host": "h", "port": 443, "tcp_ms": 3.0, "tls_ms": 4.0}
    run.take([
        fact(0, "request"),
        fact(10 * MS, "connection", connection),
        fact(20 * MS, "head", {"status": 503}),
        fact(20 * MS, "eof"),
        fact(20 * MS, "retry", {"after": 0.1, "why": "busy", "attempt": 1, "attempts": 2}),
        fact(120 * MS, "request", {}, 0, 1),
        fact(150 * MS, "head", {"status": 200}, 0, 1),
        Event(160 * MS, "sse", block(chunk(content="Hi")), 0, 1, 0),
        Event(170 * MS, "sse", block(chunk(content="!")), 0, 1, 1),
        fact(190 * MS, "timeout", {"which": "silence", "seconds": 1}, 0, 1),
        fact(200 * MS, "ended"),
    ])  # fmt: skip
    data = told(run)
    assert {kind: time // 1000 for kind, _, time in data["spent"]} == {
        "connecting": 7, "server": 43, "first": 10, "writing": 30, "retrying": 100, "ours": 10
    }  # fmt: skip
    (network, text) = data["lanes"]
    assert [(bar[0], bar[1] // 1000, bar[2] // 1000) for bar in network["bars"]] == [
        ("failed", 0, 20), ("retrying", 20, 120), ("server", 120, 150), ("failed", 190, 190)
    ]  # fmt: skip
    assert [bar[:3] for bar in text["bars"]] == [["writing", 160_000, 170_000]]


def test_what_is_remarkable_about_an_event_is_said(record: Any) -> None:
    bad = b'data: {"choices": [\xff\n\n'
    run, _ = record("chat", answer=[block(chunk(content="Hi")), bad, b": ping\n\n"])
    events = told(run)["events"]
    names = [events["names"][at][0] for at in events["name"]]
    assert names == ["request", "head", "chunk · content", "malformed", "comment", "eof", "ended"]
    assert events["flags"]["3"]
    assert events["flags"]["0"] == "A secret stood here and was overwritten."
    assert events["raw"][3] == bad.decode("utf-8", "replace")
    assert events["size"][3] == len(bad)
    assert events["words"]["1"] == "200 OK"
    assert list(accumulate(events["chunk"]))[2:5] == [0, 1, 2]


def failed(kind: str) -> list[Event]:
    problem = Problem(title="It broke.", detail="out of memory").model_dump()
    return [fact(0, "request"), fact(1, kind, {"problem": problem}), fact(2, "ended")]


def whole(status: int, body: bytes) -> list[Event]:
    head = {"status": status, "headers": [["content-type", "application/json"]]}
    return [fact(0, "request"), fact(1, "head", head), Event(2, "body", body), fact(3, "eof"),
            fact(4, "ended")]  # fmt: skip


MESSAGE = {"role": "assistant", "content": "Hello"}
RUNS: dict[str, tuple[list[Event], str, str]] = {
    "unstreamed": (
        whole(200, json.dumps({"choices": [{"index": 0, "message": MESSAGE,
                                            "finish_reason": "stop"}]}).encode()),
        "done", "Hello",
    ),
    "refused": (
        whole(200, json.dumps({"choices": [{"index": 0, "finish_reason": "stop", "message": {
            "role": "assistant", "content": None, "refusal": "I cannot."}}]}).encode()),
        "refused", "I cannot.",
    ),
    "an error page": (whole(500, b"<html><script>alert(1)</script></html>"), "failed", ""),
    "no connection": (failed("failed"), "failed", ""),
    "cut": (
        [fact(0, "request"), fact(1, "head", {"status": 200}),
         Event(2, "sse", block(chunk(content="Half"))), *failed("cut")[1:]],
        "interrupted by the server", "Half",
    ),
    "stopped": (
        [fact(0, "request"), fact(1, "head", {"status": 200}),
         Event(2, "sse", block(chunk(content="Half"))), fact(3, "stopped")],
        "stopped by hand", "Half",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RUNS)
def test_every_way_in_which_a_run_can_end(name: str) -> None:
    events, outcome, text = RUNS[name]
    run = Run("r", "s", None, Call(api="chat"), "p", [], BY_ID["chat"].reduce)
    run.take(events)
    check_states(run)
    tape = Tape(told(run))
    state = tape.state(tape.count)
    assert state[0] == outcome
    if run.transcript.problem is not None:
        assert state[2] == run.transcript.problem.title
    assert [one for _, texts in tape.items(tape.count) for one in texts.values()] == [text] * bool(
        text
    )


def test_there_is_no_replay_of_what_was_never_sent() -> None:
    run = Run("r", "s", None, Call(), "p", [Message(role="user")], BY_ID["chat"].reduce)
    with pytest.raises(Failure, match="Nothing was sent"):
        page(run)


# The file.


class Markup(HTMLParser):
    """What a browser takes for markup."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.texts: dict[str, str] = {}
        self.comments: list[str] = []
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self._inside = f"{tag}#{dict(attrs).get('id') or ''}"

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        self.texts[self._inside] = self.texts.get(self._inside, "") + data

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


def digest(source: str) -> str:
    return base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()


def test_the_page_may_run_its_own_script_and_load_nothing(record: Any) -> None:
    run, _ = record()
    markup = Markup(page(run))
    (policy,) = (value for _, name, value in markup.attributes
                 if name == "content" and "default-src" in value)  # fmt: skip
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest(markup.texts['style#'])}'; "
        f"script-src 'sha256-{digest(markup.texts['script#'])}'; "
        "base-uri 'none'; form-action 'none'"
    )
    assert markup.tags.index("meta") < markup.tags.index("style") < markup.tags.index("script")
    assert markup.tags.count("script") == 2 and not markup.comments
    loading = {"img", "link", "iframe", "object", "embed", "audio", "video", "base", "form", "a"}
    assert not loading & set(markup.tags)
    for _, name, _ in markup.attributes:
        assert name not in ("src", "href", "srcset", "action", "style") and name[:2] != "on"
    assert "://" not in markup.texts["style#"] and "url(" not in markup.texts["style#"]
    assert "@import" not in markup.texts["style#"]
    script = markup.texts["script#"]
    assert "://" not in script
    for word in ("fetch", "XMLHttpRequest", "WebSocket", "sendBeacon", "import(", "innerHTML",
                 "outerHTML", "insertAdjacentHTML", "document.write", "eval("):  # fmt: skip
        assert word not in script


def test_no_text_of_others_is_markup(record: Any) -> None:
    def made(text: str) -> str:
        answer = [block(chunk(content=text)), block(chunk(tool_calls=[
            {"index": 0, "id": text, "function": {"name": text, "arguments": text}}]))]  # fmt: skip
        run, _ = record("chat", call={"instructions": text, "fields": {text: text}}, answer=answer)
        run.input = [Message(key="in:0", role="user", text=Text(text))]
        run.take([fact(3, "notice", {"text": text}),
                  fact(4, "tool.result", {"call_id": text, "output": text})])  # fmt: skip
        history = (Message(role="user", text=Text(text)), ToolOutput(output=text))
        return page(run, *history, name=text)

    plain = Markup(made("harmless"))
    for text in HOSTILE:
        made_of_it = made(text)
        markup = Markup(made_of_it)
        assert markup.tags == plain.tags
        assert markup.attributes == plain.attributes
        assert markup.comments == []
        data = recording(made_of_it)
        tape = Tape(data)
        assert [Tape._texts(slot, 0)["text"] for slot in data["before"][:2]] == [text, text]
        assert tape.items(5)[0][1]["text"] == text
        assert data["head"]["server"] == text
        stem = made_of_it.replace("\n", "")
        assert not re.search("[\x00-\x08\x0b-\x1f\u2028\u2029\u202e\u2066]", stem)


def test_half_of_a_pair_can_be_written(record: Any) -> None:
    answer = [b'data: {"choices": [{"index": 0, "delta": {"tool_calls": [{"index": 0, "id": "c", '
              b'"function": {"name": "\\ud83d", "arguments": "\\udc00"}}]}}]}\n\n']  # fmt: skip
    run, _ = record("chat", answer=answer)
    run.take([fact(4, "tool.result", {"call_id": "c"})._replace(raw=b'{"output": "\\ud800"}')])
    text = page(run)
    text.encode()
    (output,) = (one for one, _ in Tape(recording(text)).items(10_000) if one["kind"] == "output")
    assert output["boxes"][0][1] == "\ud800"


def test_no_key_is_in_it(record: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    run, profile = record("chat", headers={"X-API-Key": "header-secret"})
    text = write(Exported(run, profile))
    assert MARKER not in text and "header-secret" not in text
    # A key that an answer says in pieces is overwritten in what was written, and nothing breaks.
    answer = [block(chunk(content=piece)) for piece in ("The key is sk-live-", "0123456789", ".")]
    run, profile = record("chat", answer=answer)
    monkeypatch.setattr(logs, "_secrets", set())
    logs.redact(SecretStr("sk-live-0123456789"))
    redacted = logs.redacted(write(Exported(run, profile)))
    tape = Tape(recording(redacted))
    assert tape.items(tape.count)[0][1] == {"text": f"The key is {'*' * 18}."}
    assert tape.items(3)[0][1] == {"text": "The key is ********"}


def test_long_base64_is_left_out_and_its_length_said(record: Any) -> None:
    picture = base64.b64encode(bytes(range(256)) * 40).decode()
    run, _ = record("chat", body={"model": "m", "messages": [
        {"role": "user", "content": [{"type": "image_url", "image_url": {
            "url": f"data:image/png;base64,{picture}"}}]}]})  # fmt: skip
    run.input[0].parts = [{"type": "input_image", "image_url": f"data:image/png;base64,{picture}"}]
    text = page(run)
    assert picture[100:200] not in text
    data = recording(text)
    assert f"({len(picture):,} characters left out)" in data["events"]["raw"][0]
    assert data["events"]["size"][0] > len(picture)
    assert data["asked"][0]["faces"][0][1]["notes"] == ["Image: image.png, 10,240 bytes"]


def test_more_than_a_browser_opens_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    run = long_run(20)
    monkeypatch.setattr(html_events, "MOST", 1_000)
    data = told(run)
    raws = data["events"]["raw"]
    assert sum("left out" in raw for raw in raws) > 10 and not raws[2].endswith("file")
    assert Tape(data).items(len(raws))[0][1]["text"].endswith("word19 ")


def test_a_page_is_little_more_than_its_events() -> None:
    run = long_run(1_000)
    raw = sum(map(len, run.recording.raws))
    assert len(page(run)) < 1.3 * raw + 40 * len(run.recording) + 90_000


def test_the_same_run_makes_the_same_file(record: Any, tmp_path: Path) -> None:
    for run in (record()[0], demo("weather-desk")):
        again = jsonl.read(jsonl.write(Exported(run, Profile(id="p", name="P"))), BY_ID)
        assert page(run) == page(again) == page(run)


def test_where_no_scripts_run_all_that_was_said_can_be_read() -> None:
    run = demo("weather-desk")
    markup = page(run).partition("<noscript>")[2].partition("</noscript>")[0]
    text = re.sub(r"<[^>]*>", "", markup)
    for item in run.items:
        for one in said(item).values():
            assert one.strip().split("\n")[0][:40].replace('"', "&quot;") in text
    assert "demo › get_weather (done)" in text
    assert "in / " in text


def test_the_colours_are_those_of_the_program() -> None:
    style = resource("export", "replay.css").read_text()
    light, dark = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    for found, colours in ((light, theme.LIGHT), (dark, theme.DARK)):
        named = dict(re.findall(r"--(\w+): (#\w+);", found))
        assert named == {name: colours[name] for name in named}
    used = set(re.findall(r"var\(--(\w+)", style)) - {"at", "face", "mono"}
    assert used <= set(theme.LIGHT)


def test_the_scripts_can_stand_in_a_page() -> None:
    for name in SCRIPTS:
        source = resource("export", name).read_text()
        assert "</script" not in source.lower() and "<!--" not in source


def test_a_transcript_that_was_never_finished_is_told_as_it_stands() -> None:
    run = Run("r", "s", None, Call(api="chat"), "p", [], BY_ID["chat"].reduce)
    run.take([fact(0, "request"), fact(1, "head", {"status": 200})])
    tape = Tape(told(run))
    assert tape.state(0) == [] and tape.state(1)[0] == "connecting"
    assert tape.state(2)[0] == "waiting for the first token"
    assert standing(Transcript())[0] == "not sent yet"


def test_writing_says_how_far_it_is_and_can_be_cancelled(tmp_path: Path) -> None:
    class Stopped(Progress):
        seen: list[int] = []

        def at(self, done: int, total: int) -> None:
            self.seen.append(done)
            self.cancelled = done >= total // 4
            super().at(done, total)

    run = long_run(5_000)
    path = tmp_path / "run.html"
    path.write_text("before")
    progress = Stopped()
    with pytest.raises(Cancelled):
        save(EXPORT, Exported(run, Profile(id="p", name="P")), path, progress)
    assert len(progress.seen) > 1 and progress.seen == sorted(set(progress.seen))
    assert progress.seen[-1] < len(run.recording) == progress.total
    assert [path.read_text(), *tmp_path.iterdir()] == ["before", path]
