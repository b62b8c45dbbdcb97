"""The structured answer of a run: what of its transcript is the answer, read against the schema
that it was asked for, while it streams and afterwards.

It looks at a transcript, live or read again from a recording; nothing in here changes one. A run
has as many attempts as requests: a model that is told what was wrong tries again.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import Any, Literal

from playground.core.items import Item, Message, Text, ToolCall
from playground.core.output import Output
from playground.core.problem import Problem
from playground.core.session import Run
from playground.core.transcript import Transcript
from playground.schemas.answer import Answer
from playground.schemas.source import Path, spelled
from playground.schemas.validation import Error

State = Literal[
    "waiting",
    "commentary",
    "streaming",
    "valid",
    "invalid",
    "unchecked",
    "refused",
    "truncated",
    "none",
]
"""Nothing yet; words before the answer; the answer; how it came out. `unchecked`: there is no
schema that could tell. `truncated`: it was cut off, by a limit or because the stream broke. `none`:
it is over and there was no answer."""

TOLD = 20
"""Errors that a model is told of at most."""


@dataclass(slots=True)
class Attempt:
    """The answer of one request."""

    leg: int
    answer: Answer
    state: State = "waiting"
    words: str = ""
    """Why it came out so, where that is not for the fields to say."""
    item: Item | None = None
    """Where the answer stands: a message, or the call of the tool."""
    refusal: str = ""
    commentary: list[Message] = field(default_factory=list)
    """What was said before the answer and is none."""
    length: int = 0
    """Characters that came."""
    judging: bool = False
    """It is over, and too long to be judged in passing: somebody has to `settle` it."""
    _cursor: int = 0
    _version: int = 0

    @property
    def over(self) -> bool:
        """Nothing more will be known of it."""
        return self.state not in ("waiting", "commentary", "streaming")

    @property
    def errors(self) -> list[Error]:
        """All that keeps the answer from holding, what was wrong with the JSON itself first."""
        flaws = [
            Error(_path(flaw.node), (), flaw.kind, flaw.words)
            for flaw in self.answer.flaws
            if self.state == "invalid" and not self.answer.parsed
        ]
        return [*flaws, *self.answer.errors]


def _path(node: Any) -> Path:
    return () if node is None else tuple(node.path)


class Structured:
    """Follows a transcript. Costs what is new in it."""

    def __init__(self, output: Output, at_once: int = sys.maxsize) -> None:
        """`at_once`: characters up to which an answer is judged as soon as it is over. Longer ones
        are left to whoever can wait: see `settle`."""
        self.output = output
        self._at_once = at_once
        self.attempts: list[Attempt] = []
        self.seen: Transcript | None = None

    @property
    def last(self) -> Attempt | None:
        return self.attempts[-1] if self.attempts else None

    def look(self, transcript: Transcript) -> None:
        """Take what is new. Always with the same transcript."""
        self.seen = transcript
        while len(self.attempts) < max(transcript.legs, 1):
            self.attempts.append(Attempt(len(self.attempts), Answer(checked_against(self.output))))
        for attempt in self.attempts:
            if not (attempt.over or attempt.judging):
                self._look(attempt, transcript)

    def settle(self, attempt: Attempt, judgement: list[Error] | Problem) -> None:
        """Take what `attempt.answer.judge()` said, in whichever thread that was asked."""
        assert self.seen is not None
        attempt.answer.settled(judgement)
        attempt.judging = False
        self._conclude(attempt, self.seen)

    def _look(self, attempt: Attempt, transcript: Transcript) -> None:
        items = [item for item in transcript.items if item.leg == attempt.leg]
        said = [
            item
            for item in items
            if isinstance(item, Message) and item.role == "assistant" and not item.choice
        ]
        attempt.commentary = [one for one in said if one.phase == "commentary"]
        attempt.refusal = "\n\n".join(str(one.refusal) for one in said if one.refusal)
        if (found := self._found(items, said)) is not None:
            self._read(attempt, *found, transcript)
        last = attempt.leg >= transcript.legs - 1
        over = not last or transcript.outcome is not None or transcript.terminal is not None
        if over:
            whole = not last or transcript.terminal == "completed"
            if attempt.item is None and transcript.terminal == "failed":
                attempt.state, attempt.words = "none", "The request failed."
                return
            if attempt.item is None and attempt.refusal:
                attempt.state = "refused"
                return
            attempt.judging = attempt.length > self._at_once
            attempt.answer.end(transcript.now, whole=whole, judged=not attempt.judging)
            if not attempt.judging:
                self._conclude(attempt, transcript)
        elif attempt.item is not None:
            attempt.state = "streaming"
        elif attempt.commentary:
            attempt.state = "commentary"

    def _found(self, items: list[Item], said: list[Message]) -> tuple[Item, Text] | None:
        """What holds the answer, and its text."""
        if self.output.mode == "tool":
            calls = [
                item
                for item in items
                if isinstance(item, ToolCall) and item.name == self.output.name and not item.choice
            ]
            return (calls[0], calls[0].arguments) if calls else None
        final = [one for one in said if one.phase != "commentary" and one.text]
        return (final[-1], final[-1].text) if final else None

    def _read(self, attempt: Attempt, item: Item, text: Text, transcript: Transcript) -> None:
        if item is not attempt.item or text.version != attempt._version:
            if attempt.item is not None:  # another one is the answer, or it was written anew
                attempt.answer = Answer(checked_against(self.output))
            attempt.item, attempt._cursor, attempt._version = item, 0, text.version
            attempt.length = 0
        piece, attempt._cursor = text.after(attempt._cursor)
        if piece:
            attempt.length += len(piece)
            attempt.answer.feed(piece, transcript.timing.last_token or transcript.now)

    def _conclude(self, attempt: Attempt, transcript: Transcript) -> None:
        answer = attempt.answer
        whole = answer.whole
        if attempt.item is None:
            attempt.state = "none" if whole else "truncated"
            if attempt.state == "none":
                attempt.words = (
                    f"The model did not call `{self.output.name}`."
                    if self.output.mode == "tool"
                    else "The model said nothing."
                )
            elif attempt.state == "truncated":
                attempt.words = _cut(transcript)
        elif not whole:
            attempt.state, attempt.words = "truncated", _cut(transcript)
        elif answer.unusable is not None:
            attempt.state = "unchecked"
            attempt.words = f"{answer.unusable.title} {answer.unusable.detail}".strip()
        else:
            attempt.state = "valid" if answer.holds else "invalid"


def _cut(transcript: Transcript) -> str:
    if transcript.problem is not None:
        return transcript.problem.title
    reason = transcript.finish_reason
    return f"The answer was cut off: {reason}." if reason else "The answer was cut off."


def checked_against(output: Output) -> Any:
    """The schema that an answer in this form has to satisfy; None where any JSON will do."""
    if output.json_schema is None and output.mode in ("json_object", "tool"):
        return {"type": "object"}
    return output.json_schema


def structured(run: Run) -> Structured:
    """What a run has come to so far."""
    made = Structured(run.call.output)
    made.look(run.transcript)
    return made


def retold(run: Run, at_once: int = sys.maxsize) -> Structured:
    """The same from the recording, so that each field knows when it came and went wrong. Raises
    nothing; takes as long as reading the run again."""
    from playground.core.transcript import Reader

    made, reader = Structured(run.call.output, at_once), Reader(run.reduce)
    for event in run.recording:
        reader.take([event])
        made.look(reader.transcript)
    return made


def corrections(run: Run) -> list[tuple[str, dict[str, Any]]]:
    """What to tell a model whose answer does not hold, as facts for the recording; nothing when it
    does, or when asking again would not help: a refusal, an answer that was cut off, a call of
    another tool that nobody has answered."""
    output = run.call.output
    last = structured(run).last
    if not output.asked or last is None or last.state not in ("invalid", "none"):
        return []
    words = told(last)
    calls = [call for call in run.transcript.tool_calls if call.leg == last.leg]
    if any(call.name != output.name or output.mode != "tool" for call in calls):
        return []
    if not calls:
        return [("said", {"role": "user", "text": words})]
    return [
        ("tool.result", {"call_id": call.call_id, "output": words, "ok": False}) for call in calls
    ]


def told(attempt: Attempt) -> str:
    """What was wrong, as a model is told it."""
    if attempt.words and not attempt.errors:
        return f"{attempt.words} Answer again."
    rows = [f"- {spelled(error.path)}: {error.message}" for error in attempt.errors]
    if len(rows) > TOLD:
        rows[TOLD:] = [f"- and {len(rows) - TOLD} more"]
    listed = "\n".join(rows)
    return (
        "This answer does not satisfy the schema:\n"
        f"{listed}\n"
        "Answer again with the whole JSON, corrected, and nothing else."
    )
