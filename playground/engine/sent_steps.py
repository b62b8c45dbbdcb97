"""How the body of a request comes about, one cause after the other; see `sent`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from playground.core import negotiate
from playground.core.call import Call
from playground.core.endpoint import Endpoint
from playground.core.items import Item
from playground.core.output import Output
from playground.core.profile import Profile, Quirks
from playground.engine.sent_rows import Why, leaves

LIMITS = ("max_completion_tokens", "max_tokens")
"""Names of the limit of an answer that a server may want under one of its own."""

Step = tuple[Why, dict[str, Any], dict[str, str]]
"""Because of what, the fields after it, and which of them were renamed by it."""


class Steps:
    """How a body comes about, one cause after the other."""

    def __init__(self, call: Call, endpoint: Endpoint, profile: Profile) -> None:
        self.call = call
        self.endpoint = endpoint
        self.profile = profile
        self.bare = call.model_copy(update={"tools": [], "output": Output(), "extra": {}})
        self.plain = Quirks(stream_usage=False)
        """Those of a server that has none."""

    def body(self, call: Call, quirks: Quirks, history: Sequence[Item] = ()) -> dict[str, Any]:
        return self.endpoint.body(call, history, quirks, None)

    def _fields(self, call: Call, quirks: Quirks) -> dict[str, Any]:
        made = self.body(call, quirks)
        made.pop(self.endpoint.turns, None)
        return made

    def fields(self) -> Iterator[Step]:
        """All steps of the fields beside the conversation."""
        call, quirks = self.bare, self.plain
        yield _dialect(self.call, self.endpoint), self._fields(call, quirks), {}
        if self.call.tools:
            call = call.model_copy(update={"tools": self.call.tools})
            yield (
                Why("tools", "These are the tools that are offered."),
                self._fields(call, quirks),
                {},
            )
        if self.call.output.asked:
            call = call.model_copy(update={"output": self.call.output})
            yield Why("output", FORMS[self.call.output.mode]), self._fields(call, quirks), {}
        for why, quirks, renamed in self._quirks():
            yield why, self._fields(call, quirks), renamed
        if self.call.extra:
            words = "The body has this merged into it last, whatever else is set."
            yield Why("extra", words), self._fields(self.call, quirks), {}

    def _quirks(self) -> Iterator[tuple[Why, Quirks, dict[str, str]]]:
        whole, quirks, name = self.profile.quirks, self.plain, self.profile.name
        if whole.stream_usage:
            quirks = quirks.model_copy(update={"stream_usage": True})
            words = "So that the server says at the end of the stream what was used."
            yield Why("stream", words), quirks, {}
        if whole.max_tokens:
            quirks = quirks.model_copy(update={"max_tokens": whole.max_tokens})
            words = f"{name} knows the limit of an answer as “{whole.max_tokens}”."
            yield Why("server", words), quirks, dict.fromkeys(LIMITS, whole.max_tokens)
        if whole.drop:
            quirks = quirks.model_copy(update={"drop": whole.drop})
            yield Why("server", f"{name} does not take it, says the profile."), quirks, {}
        if whole.rename:
            quirks = quirks.model_copy(update={"rename": whole.rename})
            words = f"{name} has another name for it, says the profile."
            yield Why("server", words), quirks, whole.rename
        quirks = quirks.model_copy(
            update={
                name: getattr(whole, name)
                for name in ("system_role", "reasoning_name", "send_reasoning", "state")
            }
        )
        if (learnt := whole.models.get(self.call.model)) is not None:
            model = self.call.model
            if learnt.drop:
                # Renamed as before: what is dropped here may be called so only because of that.
                some = learnt.model_copy(update={"rename": {}})
                quirks = quirks.model_copy(update={"models": {model: some}})
                yield Why("model", f"“{model}” does not take it, as was learnt here."), quirks, {}
            if learnt.rename:
                quirks = quirks.model_copy(update={"models": {model: learnt}})
                words = f"“{model}” has another name for it, as was learnt here."
                yield Why("model", words), quirks, learnt.rename


FORMS = {
    "text": "",
    "json_schema": "The answer is to be JSON by the schema of this run.",
    "json_object": "The answer is to be a JSON object.",
    "tool": "The answer is to be the arguments of this tool, which has to be called.",
}


def _dialect(call: Call, endpoint: Endpoint) -> Why:
    if not call.stream and any(path.startswith("stream_") for path in call.fields):
        words = "Nothing is streamed, and servers refuse options of a stream then."
        return Why("stream", words)
    return Why("dialect", f"{endpoint.title} has it this way.")


def fields_set(call: Call) -> dict[str, Any]:
    """What a call says of itself, by path."""
    tree: dict[str, Any] = {"model": call.model}
    if call.instructions:
        tree["instructions"] = call.instructions
    if call.stream:
        tree["stream"] = True
    for path, value in negotiate.wanted(call.model_copy(update={"extra": {}})).items():
        tree[path] = value
    return leaves(tree)
