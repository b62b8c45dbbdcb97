"""A conversation that a person can read, whatever the texts in it hold."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from playground.core.call import Call
from playground.core.items import (
    KINDS,
    HostedCall,
    Item,
    Message,
    Notice,
    Reasoning,
    Text,
    ToolCall,
    ToolOutput,
    Unknown,
)
from playground.core.problem import Problem
from playground.core.profile import Profile
from playground.core.recording import fact
from playground.core.session import Run
from playground.core.usage import Cost
from playground.endpoints import BY_ID
from playground.export.base import Exported
from playground.export.markdown import write


def written(*items: Item, history: tuple[Item, ...] = ()) -> str:
    run = Run("r", "s", None, Call(model="m"), "p", list(items), BY_ID["chat"].reduce)
    return write(Exported(run, Profile(id="p", name="P"), history))


def test_a_whole_conversation(record: Any) -> None:
    run, profile = record("chat", call={"instructions": "Be brief."})
    run.cost = Cost(basis="calculated", usd=Decimal("0.000405"), source="genai-prices 0.2.3",
                    as_of="2026-11-10")  # fmt: skip
    before = (Message(role="user", text=Text("Earlier?")), Message(text=Text("Yes.")))
    assert write(Exported(run, profile, before)) == (
        "## Developer\n\nBe brief.\n\n"
        "## User\n\nEarlier?\n\n"
        "## Assistant\n\nYes.\n\n"
        "## User\n\nSay hello to the world.\n\n"
        "## Assistant\n\nGrüße 世界\u2028!\n\n"
        "---\n\n"
        "`m-1` · P · 5 in / 2 out · "
        "$0.000405 calculated (genai-prices 0.2.3, 2026-11-10) · 2.00 s · completed\n"
    )


def test_a_cost_that_is_unknown_is_not_zero(record: Any) -> None:
    run, profile = record()
    run.cost = Cost(source="no price")
    assert "cost unknown" in write(Exported(run, profile))
    assert "$" not in write(Exported(run, profile))


def test_a_failure_is_told() -> None:
    run = Run("r", "s", None, Call(model="m"), "p", [], BY_ID["chat"].reduce)
    problem = Problem(title="The server failed.", detail="out of\nmemory").model_dump()
    run.take([fact(0, "request"), fact(1, "failed", {"problem": problem}), fact(2, "ended")])
    run.owner = "me"
    text = write(Exported(run, Profile(id="p", name="P")))
    assert "> **The server failed.** out of memory" in text
    assert text.endswith("failed\n")


def test_each_kind_of_item_is_readable() -> None:
    text = written(
        Reasoning(text=Text("Think\n\nagain")),
        Reasoning(encrypted=True),
        Reasoning(),
        ToolCall(name="weather", arguments=Text('{"city":"Ålesund"}'), state="not run"),
        ToolCall(name="broken", arguments=Text('{"city":')),
        ToolOutput(output="7 °C", ok=False),
        Message(refusal=Text("I cannot.")),
        Notice(text="Tried\nagain."),
        Unknown(type="hologram", wire={"a": 1}),
    )
    assert "> **Reasoning**\n>\n> Think\n>\n> again" in text
    assert text.count("**Reasoning**") == 2
    assert '### Tool call `weather` (not run)\n\n```\n{\n  "city": "Ålesund"\n}\n```' in text
    assert '```\n{"city":\n```' in text
    assert "### Tool output (failed)\n\n```\n7 °C\n```" in text
    assert "## Assistant\n\n**Refused:** I cannot." in text
    assert "*Tried again.*" in text
    assert '### `hologram`\n\n```json\n{\n  "a": 1\n}\n```' in text


def test_no_kind_of_item_stops_an_export() -> None:
    for kind in KINDS.values():
        assert written(Message(text=Text("before")), kind()).startswith("## Assistant\n\nbefore")


def test_calls_that_the_server_ran_show_what_they_ran_or_their_fields() -> None:
    text = written(
        HostedCall(type="code_interpreter_call", status="completed", code=Text("print(2 ** 64)")),
        HostedCall(type="image_generation_call", wire={"result": "iVBO" * 9999, "size": "1x1"}),
    )
    assert "### `code_interpreter_call` (completed)\n\n```\nprint(2 ** 64)\n```" in text
    assert "### `image_generation_call`\n\n```json\n" in text and '"size": "1x1"' in text
    assert "… (39996 characters)" in text and len(text) < 1000


def test_what_was_attached_spoken_and_cited_is_named() -> None:
    text = written(
        Message(role="user", text=Text("Look."), parts=[
            {"type": "input_image", "image_url": "data:image/png;base64,AAAA"},
            {"type": "input_file", "filename": "a.pdf", "file_data": "data:text/plain;base64,"},
            {"type": "input_file", "file_url": "https://x.org/b.pdf"},
            {"type": "hologram"},
        ]),
        Message(audio={"transcript": "Spoken."}),
        Message(text=Text("See."), annotations=[
            {"type": "url_citation", "url": "https://a.org/x", "title": "A\npage"},
            {"type": "url_citation", "url_citation": {"url": "https://a.org/x", "title": "A page"}},
            {"type": "url_citation", "url": "javascript:alert(1)"},
        ]),
    )  # fmt: skip
    assert "Look.\n\n- *image, 3 bytes:* `image.png`\n- *file, 0 bytes:* `a.pdf`\n" in text
    assert "- *file:* `b.pdf` `https://x.org/b.pdf`\n- *file:* `file`\n" in text
    assert "## Assistant\n\nSpoken." in text
    assert text.count("- A page: <https://a.org/x>") == 1 and "javascript" not in text


def test_an_amount_that_is_no_total_says_so(record: Any) -> None:
    run, profile = record()
    run.cost = Cost(basis="calculated", usd=Decimal("0.5"), source="x", missing=("web searches",))
    assert "at least $0.5 calculated" in write(Exported(run, profile))


@pytest.mark.parametrize("inside", ["```", "````\nx", "a ``` b ````` c"])
def test_no_backticks_end_a_block_early(inside: str) -> None:
    text = written(ToolOutput(output=inside))
    fence = text.split("\n")[2]
    assert set(fence) == {"`"}
    assert fence not in inside
    assert text.endswith(f"{fence}\n{inside}\n{fence}\n")


def test_a_name_with_backticks_stays_a_name() -> None:
    assert "### Tool call `` a`b `` (arriving)" in written(ToolCall(name="a`b"))
