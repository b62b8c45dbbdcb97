"""Answer: what a scenario says to a turn, before any dialect has put it into its own form."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from itertools import cycle, islice
from typing import Literal, assert_never

from playground.sandbox import tokens
from playground.sandbox.acting import acts, shown
from playground.sandbox.almanac import almanac
from playground.sandbox.fields import Json
from playground.sandbox.parts import Call, Item, Message, Part, Reasoning, Refusal, size
from playground.sandbox.results import described, is_prose, said
from playground.sandbox.scenario import (
    PLACEHOLDER,
    RESULTS,
    AlmanacPart,
    AnswerPart,
    CallPart,
    ItemPart,
    LoadPart,
    ReasoningPart,
    RefusalPart,
    Scenario,
    TextPart,
)
from playground.sandbox.scenario import (
    Part as ScriptPart,
)
from playground.sandbox.seal import sealed
from playground.sandbox.structured import place_in_string, spoiled, structured
from playground.sandbox.tokens import Pieces
from playground.sandbox.turn import Dialect, Turn

QUOTED = 2000
"""Characters of the prompt that an answer repeats."""

Finish = Literal[
    "stop", "length", "tool_calls", "content_filter", "max_messages", "steered", "failed"
]


@dataclass(frozen=True, slots=True)
class Answer:
    parts: tuple[Part, ...]
    finish: Finish
    output_tokens: int
    """Reasoning included."""
    reasoning_tokens: int


def compose(scenario: Scenario, turn: Turn) -> Answer:
    """Raises ApiError when a tool or the answer has a schema that cannot be filled."""
    parts = _parts(scenario, turn)
    if turn.compacts:
        parts.insert(0, Item(compaction(f"{turn.message_number} messages")))
    if turn.stop:
        parts = [_stopped(part, turn.stop) for part in parts]
    limits = [limit for limit in (scenario.limit, turn.limit) if limit is not None]
    wanted = sum(map(size, parts))
    finish: Finish = scenario.finish
    if limits and wanted > min(limits):
        parts = _limited(parts, min(limits))
        finish = "length"
    elif finish != "stop":
        parts[-1:] = [replace(part, complete=False) for part in parts[-1:]]
    elif any(isinstance(part, Call) for part in parts):
        finish = "tool_calls"
    return Answer(
        parts=tuple(parts),
        finish=finish,
        output_tokens=sum(map(size, parts)),
        reasoning_tokens=sum(size(part) for part in parts if isinstance(part, Reasoning)),
    )


def staged(scenario: Scenario, turn: Turn) -> Scenario:
    """The scenario with its limit and its fault where it wants them in this answer."""
    if not scenario.in_string:
        return scenario
    parts = _parts(scenario, turn)
    changes: dict[str, object] = {}
    if scenario.limit is not None:
        changes["limit"] = place_in_string(parts, scenario.limit)
    if (fault := scenario.fault) is not None:
        place = place_in_string(parts, fault.after_deltas)
        changes["fault"] = fault.model_copy(update={"after_deltas": place})
    return scenario.model_copy(update=changes)


def compaction(text: str) -> Json:
    """The item that stands for everything before it."""
    return {"type": "compaction", "encrypted_content": sealed(text)}


def _parts(scenario: Scenario, turn: Turn) -> list[Part]:
    if scenario.follows_request:
        thoughts = [part for part in scenario.reply if isinstance(part, ReasoningPart)]
        if done := acts(turn):
            return [*_played(thoughts, turn), *done]
        if turn.schema is not None:
            return [*_played(thoughts, turn), Message(tokens.split(structured(turn)))]
    if scenario.again and (before := _asked_again(scenario, turn)) is not None:
        return _played(scenario.again, before)
    if turn.approvals:
        return acts(turn)
    script = _script(scenario, turn)
    if turn.tool_choice == "none":
        script = [part for part in script if not isinstance(part, CallPart)]
    return _played(script, turn)


def _script(scenario: Scenario, turn: Turn) -> list[ScriptPart]:
    if turn.tool_outputs and turn.steps <= len(scenario.steps):
        return scenario.steps[turn.steps - 1]
    return (turn.tool_outputs and scenario.after_tools) or scenario.reply


def _played(script: Iterable[ScriptPart], turn: Turn) -> list[Part]:
    """The parts of a script with the facts of this turn in their places."""

    def pieces(template: str) -> Pieces:
        return tokens.split(PLACEHOLDER.sub(lambda found: _FACTS[found[1]](turn), template))

    parts: list[Part] = []
    for part in script:
        match part:
            case TextPart(text=text, phase=phase, annotations=annotations):
                parts.append(Message(pieces(text), True, phase, tuple(annotations)))
            case ReasoningPart(reasoning=sections, open=is_open):
                parts.append(Reasoning(tuple(map(pieces, sections)), is_open))
            case RefusalPart(refusal=text):
                parts.append(Refusal(pieces(text)))
            case CallPart(call=name, arguments=arguments):
                text = json.dumps(arguments, ensure_ascii=False)
                parts.append(Call("function", name, tokens.split(text)))
            case AnswerPart():
                parts.append(spoiled(part, turn))
            case ItemPart(item=item, events=events):
                if turn.dialect == "responses":
                    parts.append(shown(item, turn, events))
            case AlmanacPart(almanac_to=last):
                parts.append(Message(tokens.split(almanac(last))))
            case LoadPart(load=text, events=many):
                count = turn.directions.events or many
                parts.append(Message(tuple(islice(cycle(tokens.split(text)), count))))
            case other:
                assert_never(other)
    return parts


def _asked_again(scenario: Scenario, turn: Turn) -> Turn | None:
    """The turn that is to be answered anew; None when this message is a new question. A question
    may follow that is the same again: only the wrong answer before it tells them apart."""
    if turn.tool_outputs:
        return replace(turn, tool_outputs=())
    before = replace(turn, prompt=turn.previous)
    wrong = [part for part in _played(scenario.reply, before) if isinstance(part, Message | Call)]
    text = "".join(wrong[-1].pieces).strip() if wrong else ""
    return before if text and text in turn.answered else None


def _stopped(part: Part, words: tuple[str, ...]) -> Part:
    """The part up to the first stop word."""
    if not isinstance(part, Message):
        return part
    text = "".join(part.pieces)
    ends = [text.find(word) for word in words if word and word in text]
    return replace(part, pieces=tokens.split(text[: min(ends)])) if ends else part


def _limited(parts: list[Part], limit: int) -> list[Part]:
    kept: list[Part] = []
    for part in parts:
        wanted = size(part)
        if wanted > limit:
            kept.append(_shortened(part, limit))
            break
        kept.append(part)
        limit -= wanted
    return [part for part in kept if size(part)]


def _shortened(part: Part, limit: int) -> Part:
    if not isinstance(part, Reasoning | Item):
        return replace(part, pieces=part.pieces[:limit], complete=False)
    sections: list[Pieces] = []
    for section in part.sections:
        if limit <= 0:
            break
        sections.append(section[:limit])
        limit -= len(section)
    return replace(part, sections=tuple(sections), complete=False)


def _quote(text: str) -> str:
    """A Markdown quotation."""
    if len(text) > QUOTED:
        text = text[:QUOTED] + " …"
    text = text.strip().replace("\r\n", "\n").replace("\r", "\n") or "(no text)"
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _results_quoted(turn: Turn) -> str:
    """Results as they came, behind what they say."""
    came = _quote("\n\n".join(output.text for output in turn.tool_outputs))
    if is_prose(turn.tool_outputs):
        return came
    return f"{described(turn.tool_outputs)}\n\nWord for word:\n\n{came}"


def _result(number: int, turn: Turn) -> str:
    """What one of the results says, without what was called."""
    outputs = turn.tool_outputs[number - 1 : number]
    return said(outputs[0]) if outputs else "nothing."


_DIALECTS: dict[Dialect, str] = {
    "responses": "Responses",
    "chat": "Chat Completions",
    "completions": "Completions",
}

_FACTS: dict[str, Callable[[Turn], str]] = {
    "model": lambda turn: turn.model,
    "dialect": lambda turn: _DIALECTS[turn.dialect],
    "instructions": lambda turn: turn.instructions.strip() or "none",
    "message_number": lambda turn: str(turn.message_number),
    "prompt": lambda turn: turn.prompt,
    "quote": lambda turn: _quote(turn.prompt),
    "words": lambda turn: str(len(turn.prompt.split())),
    "input_tokens": lambda turn: str(turn.input_tokens),
    "tools": lambda turn: ", ".join(tool.name for tool in turn.tools) or "none",
    "tool_outputs": lambda turn: _quote("\n\n".join(one.text for one in turn.tool_outputs)),
    "results_quoted": _results_quoted,
    "results": lambda turn: described(turn.tool_outputs),
    **{f"result_{number}": partial(_result, number) for number in range(1, RESULTS + 1)},
}
