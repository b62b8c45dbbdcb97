"""What a request builds on: which of a server's responses and conversations, and what is new."""

from __future__ import annotations

from typing import Any

import pytest

from playground.core.call import Call
from playground.core.endpoint import Kept
from playground.core.items import HostedCall, Item, Message, Reasoning, Text, ToolCall, ToolOutput
from playground.core.output import Output
from playground.core.profile import Quirks
from playground.core.session import Run, Session
from playground.endpoints import BY_ID
from playground.engine.history import begins, history

SHELL = HostedCall(type="shell_call", wire={"type": "shell_call", "call_id": "c"})
PRINTED = HostedCall(type="shell_call_output", wire={"type": "shell_call_output", "call_id": "c"})


class Talk:
    """A session whose runs have been answered."""

    def __init__(self, **call: Any) -> None:
        self.session = Session("s", call=Call(**call))
        self.count = 0

    def run(self, parent: Run | None, *answer: Item, profile: str = "p", **seen: Any) -> Run:
        self.count += 1
        run = self._made(parent, profile)
        values = {"outcome": "completed", "response_id": f"resp_{self.count}", **seen}
        for name, value in values.items():
            setattr(run.transcript, name, value)
        run.transcript.items = list(answer) or [Message(text=Text(f"answer {self.count}"))]
        self.session.runs[run.id] = run
        return run

    def _made(self, parent: Run | None, profile: str) -> Run:
        said = Message(role="user", text=Text(f"question {self.count}"))
        call = self.session.call
        above = parent.id if parent is not None else None
        reduce = BY_ID[call.api].reduce
        return Run(f"run_{self.count}", "s", above, call, profile, [said], reduce)

    def kept(self, parent: Run) -> Kept | None:
        """What the next run after `parent` builds on."""
        return self.past(parent)[1]

    def past(self, parent: Run) -> tuple[list[Item], Kept | None]:
        return history(self.session, self._made(parent, "p"), BY_ID[self.session.call.api])


def test_a_chain_builds_on_the_last_response_that_is_kept() -> None:
    talk = Talk(state="previous_response_id")
    one = talk.run(None)
    assert talk.kept(one) == Kept(2, "resp_1")
    failed = talk.run(one, outcome="failed")
    assert talk.kept(failed) == Kept(2, "resp_1")
    assert talk.kept(talk.run(failed)) == Kept(6, "resp_3")
    elsewhere = talk.run(one, profile="another")
    assert talk.kept(elsewhere) == Kept(2, "resp_1")


@pytest.mark.parametrize("stored", [None, False])
def test_what_was_not_to_be_stored_is_not_built_on(stored: bool | None) -> None:
    """Also where the server does not repeat what it was told."""
    talk = Talk(state="previous_response_id", fields={"store": False})
    assert talk.kept(talk.run(None, stored=stored)) is None
    assert talk.kept(talk.run(None, stored=True)) == Kept(2, "resp_2")


@pytest.mark.parametrize(
    ("answer", "waits"),
    [
        ([ToolCall(call_id="c")], True),
        ([ToolCall(call_id="c"), ToolOutput(call_id="c")], False),
        ([SHELL], True),
        ([SHELL, PRINTED], False),
        ([HostedCall(type="web_search_call", wire={})], False),
    ],
)
def test_a_server_that_waits_for_an_output_takes_nothing_else(
    answer: list[Item], waits: bool
) -> None:
    for state in ("previous_response_id", "conversation"):
        talk = Talk(state=state)
        one = talk.run(None, conversation="conv")
        two = talk.run(one, *answer, conversation="conv")
        if not waits:
            assert talk.kept(two) == Kept(3 + len(answer), "resp_2", "conv")
        else:  # and the conversation that waits is of no use any more
            assert talk.kept(two) == Kept(2, "resp_1", "")


def test_a_conversation_with_more_in_it_than_the_branch_is_left_alone() -> None:
    talk = Talk(state="conversation")
    one = talk.run(None, conversation="conv")
    assert talk.kept(one) == Kept(2, "resp_1", "conv")
    failed = talk.run(one, conversation="conv", outcome="failed")
    assert talk.kept(one) == talk.kept(failed) == Kept(2, "resp_1", "conv")
    two = talk.run(one, conversation="conv")
    assert talk.kept(two) == Kept(4, "resp_3", "conv")
    assert talk.kept(one) == Kept(2, "resp_1", "")  # to say something else in the place of two
    two.trashed = True  # here, not at the server
    assert talk.kept(one) == Kept(2, "resp_1", "")
    broken = talk.run(two, conversation="conv", outcome="truncated")
    assert talk.kept(broken) == Kept(4, "resp_3", "")


@pytest.mark.parametrize("state", ["history", "previous_response_id", "conversation"])
@pytest.mark.parametrize("where", ["fields", "extra"])
def test_a_state_that_the_user_names(state: str, where: str) -> None:
    theirs = {"previous_response_id": "resp_theirs"}
    talk = Talk(state=state, **{where: theirs})
    one = talk.run(None)
    assert talk.kept(one) is None  # it knows nothing of what was said here
    for name in ("conv", {"id": "conv"}):
        talk = Talk(state=state, **{where: {"conversation": name}})
        assert talk.kept(talk.run(None, conversation="another")) is None
        assert talk.kept(talk.run(None, conversation="conv")) == Kept(2, "", "conv")


@pytest.mark.parametrize(
    ("call", "kept", "quirks", "api", "begun"),
    [
        ({"state": "conversation"}, None, "stateful", "responses", True),
        ({"state": "conversation"}, Kept(2, "resp"), "stateful", "responses", True),
        ({"state": "conversation"}, Kept(2, "", "conv"), "stateful", "responses", False),
        ({"state": "conversation"}, None, "stateless", "responses", False),
        ({"state": "conversation"}, None, "stateful", "chat", False),
        ({"state": "history"}, None, "stateful", "responses", False),
        ({"state": "conversation", "fields": {"conversation": "c"}}, None, "stateful",
         "responses", False),
        ({"state": "conversation", "extra": {"previous_response_id": "r"}}, None, "stateful",
         "responses", False),
    ],
)  # fmt: skip
def test_when_a_conversation_is_begun(
    call: dict[str, Any], kept: Kept | None, quirks: Any, api: str, begun: bool
) -> None:
    assert begins(Call(**call), kept, Quirks(state=quirks), BY_ID[api]) is begun


@pytest.mark.parametrize(
    ("thought", "stored", "plain"),
    [
        (Reasoning(wire={"id": "rs_1"}), False, True),
        (Reasoning(wire={"id": "rs_1"}), True, False),
        (Reasoning(wire={"id": "rs_1"}), None, False),
        (Reasoning(wire={"id": "rs_1"}, encrypted=True), False, False),
        (Reasoning(wire={"id": "rs_1"}, text=Text("in the open")), False, False),
    ],
)
def test_reasoning_that_its_server_forgot_is_not_named_by_its_id(
    thought: Reasoning, stored: bool | None, plain: bool
) -> None:
    """Nor is what it led to: servers want the one with the other."""
    talk = Talk()
    answer = Message(text=Text("4"), wire={"id": "msg_1"})
    rows, _ = talk.past(talk.run(None, thought, answer, stored=stored))
    assert rows[1:-1] == ([Message(text=Text("4"))] if plain else [thought, answer])


def test_what_only_another_server_understands_stays_here() -> None:
    talk = Talk(api="chat")
    said = Message(
        text=Text("Hm."),
        audio={"id": "audio_1", "transcript": "Hm.", "data": "AAAA"},
        extra={"google": {"thought_signature": "x"}},
        wire={"id": "msg_1"},
    )
    call = ToolCall(call_id="c", name="f", extra={"google": {}}, wire={"id": "fc_1"})
    out = ToolOutput(call_id="c", output="4")
    there = talk.run(None, Reasoning(text=Text("deep")), said, call, out, profile="another")
    rows, _ = talk.past(there)
    assert rows[1:-1] == [
        Message(text=Text("Hm."), audio={"transcript": "Hm."}),
        ToolCall(call_id="c", name="f"),
        out,
    ]
    assert said.audio["id"] == "audio_1" and call.extra  # the run itself is as it was


@pytest.mark.parametrize("api", ["responses", "chat"])
@pytest.mark.parametrize("profile", ["p", "another"])
def test_the_answer_of_a_forced_tool_goes_on_as_words(api: str, profile: str) -> None:
    talk = Talk(api=api, output=Output(mode="tool", name="person", json_schema={"type": "object"}))
    call = ToolCall(call_id="c", name="person", arguments=Text('{"a": 1}'), wire={"id": "fc_1"})
    other = ToolCall(call_id="d", name="search", arguments=Text("{}"))
    there = talk.run(None, call, other, ToolOutput(call_id="d", output="4"), profile=profile)
    rows, _ = talk.past(there)
    assert rows[1] == Message(text=Text('{"a": 1}'))
    assert [type(row) for row in rows[2:-1]] == [ToolCall, ToolOutput]
    answered = talk.run(None, call, ToolOutput(call_id="c", output="again"), profile=profile)
    rows, _ = talk.past(answered)
    assert [type(row) for row in rows[1:-1]] == [ToolCall, ToolOutput]
    body = BY_ID[api].body(talk.session.call, talk.past(there)[0], Quirks(), None)
    said = [row.get("role") for row in body["messages" if api == "chat" else "input"]]
    assert said[:2] == ["user", "assistant"]
