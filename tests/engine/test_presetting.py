"""A session as a preset and back: to the byte, and without offering anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground.core.call import Call
from playground.core.output import Output
from playground.core.presets import LARGEST, Preset, preset_of, read, write
from playground.core.problem import Failure
from playground.core.prompts import Said
from playground.core.session import Session
from playground.core.tools import Tool
from playground.core.variables import TYPES, Variable
from playground.core.withholding import offering
from playground.engine.presetting import (
    before_draft,
    draft_of,
    listed,
    of_session,
    opened,
    save,
    taken,
)
from tests.engine.conftest import Opening

TEXT = st.text(st.sampled_from("a\n\r\u2028 {}é"), max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=5,
)
FIELDS = st.dictionaries(st.sampled_from(["top_p", "tool_choice", "a"]), JSON, max_size=3)
CALLS = st.builds(
    Call,
    model=TEXT,
    instructions=TEXT.filter(str.strip),
    fields=FIELDS,
    extra=st.dictionaries(TEXT, JSON, max_size=2),
    output=st.builds(Output, mode=st.sampled_from(["text", "json_schema"]), json_schema=JSON),
    tools=st.lists(
        st.builds(Tool, name=st.sampled_from("xyz"), description=TEXT, parameters=JSON),
        max_size=2,
        unique_by=lambda tool: tool.name,
    ),
    variables=st.lists(
        st.builds(Variable, name=st.sampled_from("uvw"), type=st.sampled_from(TYPES), default=JSON),
        max_size=2,
        unique_by=lambda one: one.name,
    ),
    values=st.dictionaries(st.sampled_from("uvw"), JSON),
    steps=st.integers(1, 50),
)


@given(CALLS, CALLS, TEXT, TEXT.filter(str.strip))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_saved_opened_offered_and_saved_again_it_is_the_same_to_the_byte(
    call: Call, other: Call, title: str, draft: str
) -> None:
    session = Session("ses_1", title=title, call=call, draft=draft)
    data = write(of_session(session))
    preset = read(data).preset
    again = Session("ses_2", title=title, call=taken(other, preset), draft=draft_of(preset))
    assert again.call.tools == []
    assert not call.tools or "tool_choice" not in again.call.fields
    assert write(of_session(again)) == data  # what is withheld is of it, too
    again.call = offering(again.call, {})
    assert write(of_session(again)) == data
    assert session.call == call


TOOL = Tool(source="mine", name="find", description="In {{city}}", parameters={"type": "object"})


def test_tools_wait_with_what_is_said_of_them() -> None:
    call = Call(tools=[TOOL], fields={"tool_choice": "required", "top_p": 1})
    preset = preset_of("", call)
    made = taken(Call(fields={"user": "me"}), preset)
    assert made.tools == [] and made.fields == {"top_p": 1}
    known = TOOL.model_copy(update={"mode": "real", "origin": {"python": "/f.py"}})
    there = offering(made, {"mine/find": known})
    assert there.tools == [known]
    assert there.fields == {"top_p": 1, "tool_choice": "required"}


def test_values_stay_where_their_variables_do() -> None:
    preset = preset_of("", Call(variables=[Variable(name="city")]))
    assert taken(Call(values={"city": "Oslo", "day": 1}), preset).values == {"city": "Oslo"}


def test_what_is_in_it_is_told() -> None:
    call = Call(model="m", instructions="x", tools=[TOOL], fields={"a": 1, "b": 2})
    call.output = Output(json_schema={}, name="trip")
    assert listed(preset_of("", call)) == (
        "It holds m, 1 message, 2 parameters, 1 tool, the schema “trip”."
    )
    assert listed(Preset()) == "There is nothing in it."


async def test_what_was_put_in_and_the_question_are_its_messages(opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session()
        session.call.variables = [Variable(name="city", default="Oslo")]
        bench.workspace.insert(session, "assistant", "Of {{city}}?")
        await bench.ask(session, "What of {{city}}?")
        preset = of_session(session)
        assert [(one.role, one.text) for one in preset.messages] == [
            ("assistant", "Of {{city}}?"),
            ("user", "What of {{city}}?"),
        ]
        assert draft_of(preset) == "What of {{city}}?" and len(before_draft(preset)) == 1
        session.draft = "Another"
        assert draft_of(of_session(session)) == "Another"


def test_a_preset_that_ends_with_an_answer_has_no_question() -> None:
    messages = (Said(role="user", text="a"), Said(role="assistant", text="b"))
    preset = preset_of("", Call(), messages)
    assert draft_of(preset) == "" and before_draft(preset) == messages


def test_a_file_that_is_none_gives_the_reason(tmp_path: Path) -> None:
    file = tmp_path / "x.preset.json"
    with pytest.raises(Failure, match="cannot be read"):
        opened(file)
    file.write_bytes(b"{")
    with pytest.raises(Failure, match="no preset"):
        opened(file)
    with file.open("wb") as enormous:
        enormous.truncate(LARGEST + 10)
    with pytest.raises(Failure) as raised:
        opened(file)
    assert "are read" in raised.value.problem.detail
    save(write(preset_of("T", Call(model="m"))), file)
    assert opened(file).preset.title == "T" and list(tmp_path.iterdir()) == [file]
    with pytest.raises(Failure, match="cannot be written"):
        save(b"", tmp_path)
