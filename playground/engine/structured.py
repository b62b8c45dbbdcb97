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
from playground.core.json_nodes import LEGAL
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
    called: tuple[str, ...] = ()
    """Names of the tools that were called, each once."""
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
            if self.state == "invalid" and flaw.kind not in LEGAL
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

    def look(self, transcript: Transcript, *, over: bool = False) -> None:
        """Take what is new. Always with the same transcript. A request is over when the next one
        has begun or the run has ended, and not before: after its own end a stream may go on, break
        or be tried again. `over`: whoever asks knows that no more will come of the last one."""
        self.seen = transcript
        while len(self.attempts) < max(transcript.legs, 1):
            self.attempts.append(Attempt(len(self.attempts), Answer(checked_against(self.output))))
        for attempt in self.attempts:
            if not (attempt.over or attempt.judging):
                self._look(attempt, transcript, over=over)

    def settle(self, attempt: Attempt, judgement: list[Error] | Problem) -> None:
        """Take what `attempt.answer.judge()` said, in whichever thread that was asked."""
        assert self.seen is not None
        attempt.answer.settled(judgement)
        attempt.judging = False
        self._conclude(attempt, self.seen)

    def _look(self, attempt: Attempt, transcript: Transcript, *, over: bool) -> None:
        items = [item for item in transcript.items if item.leg == attempt.leg]
        went_on = _went_on(attempt, transcript)
        self._sort(attempt, items, went_on=went_on)
        if went_on or over or transcript.outcome is not None:
            self._end(attempt, transcript)
        elif attempt.item is not None:
            attempt.state = "streaming"
        else:
            attempt.state = "commentary" if attempt.commentary else "waiting"

    def _sort(self, attempt: Attempt, items: list[Item], *, went_on: bool) -> None:
        """Tell what was said before the answer from the answer, and read that."""
        rows = [item for item in items if isinstance(item, Message | ToolCall) and not item.choice]
        said = [row for row in rows if isinstance(row, Message) and row.role == "assistant"]
        calls = [row for row in rows if isinstance(row, ToolCall)]
        attempt.refusal = "\n\n".join(str(one.refusal) for one in said if one.refusal)
        attempt.called = tuple(dict.fromkeys(call.name for call in calls))
        found: tuple[Item, Text] | None = None
        if self.output.mode == "tool":
            mine = [call for call in calls if call.name == self.output.name]
            found = (mine[0], mine[0].arguments) if mine else None
            attempt.commentary = said
        elif calls and went_on:  # to hear what came of them: what was said was no answer
            attempt.commentary = said
        else:
            attempt.commentary = [one for one in said if one.phase == "commentary"]
            final = [one for one in said if one.phase != "commentary" and one.text]
            found = (final[-1], final[-1].text) if final else None
        if found is not None:
            self._read(attempt, *found)
        elif attempt.item is not None:  # it turned out to be none
            attempt.item = None
            self._begin(attempt)

    def _begin(self, attempt: Attempt) -> None:
        if attempt.length:
            attempt.answer = Answer(checked_against(self.output))
        attempt.length = attempt._cursor = 0

    def _read(self, attempt: Attempt, item: Item, text: Text) -> None:
        if item is not attempt.item or text.version != attempt._version:
            # Another one is the answer, or it was written anew.
            self._begin(attempt)
            attempt.item, attempt._version = item, text.version
        piece, attempt._cursor = text.after(attempt._cursor)
        if piece:
            assert self.seen is not None
            attempt.length += len(piece)
            attempt.answer.feed(piece, self.seen.timing.last_token or self.seen.now)

    def _end(self, attempt: Attempt, transcript: Transcript) -> None:
        """No more will come of a request."""
        if attempt.item is None and attempt.refusal:
            attempt.state = "refused"
            return
        if attempt.item is None and _failed(attempt, transcript):
            problem = transcript.problem
            attempt.state = "none"
            attempt.words = "The request failed." if problem is None else problem.title
            return
        attempt.judging = attempt.length > self._at_once
        whole = _is_whole(attempt, transcript)
        attempt.answer.end(transcript.now, whole=whole, judged=not attempt.judging)
        if not attempt.judging:
            self._conclude(attempt, transcript)

    def _conclude(self, attempt: Attempt, transcript: Transcript) -> None:
        answer = attempt.answer
        if attempt.refusal and not answer.holds:
            attempt.state = "refused"
        elif not answer.whole:
            attempt.state, attempt.words = "truncated", _cut(transcript)
        elif attempt.item is None:
            attempt.state, attempt.words = "none", self._instead(attempt)
        elif answer.unusable is not None:
            attempt.state = "unchecked"
            attempt.words = f"{answer.unusable.title} {answer.unusable.detail}".strip()
        else:
            attempt.state = "valid" if answer.holds else "invalid"

    def _instead(self, attempt: Attempt) -> str:
        """What the model did when it gave no answer."""
        if attempt.called:
            return f"The model called {' and '.join(f'`{name}`' for name in attempt.called)}."
        if self.output.mode == "tool":
            return f"The model did not call `{self.output.name}`."
        if attempt.commentary:
            return "The model gave no final answer."
        return "The model said nothing."


def _went_on(attempt: Attempt, transcript: Transcript) -> bool:
    """Whether another request was made after it."""
    return attempt.leg < transcript.legs - 1


def _failed(attempt: Attempt, transcript: Transcript) -> bool:
    """Whether its request came to nothing by a failure."""
    failed = transcript.terminal == "failed" or transcript.outcome in ("failed", "timed_out")
    return failed and not _went_on(attempt, transcript)


def _is_whole(attempt: Attempt, transcript: Transcript) -> bool:
    """Whether nobody says that the answer was cut. Of several choices the one that was cut may be
    another: then JSON that was closed is whole."""
    if _went_on(attempt, transcript) or transcript.terminal == "completed":
        return True
    root = attempt.answer.live.root
    closed = root is not None and root.end is not None
    choices = (item.choice for item in transcript.items if isinstance(item, Message | ToolCall))
    return transcript.terminal == "incomplete" and closed and any(choices)


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


def structured(run: Run, *, over: bool = False) -> Structured:
    """What a run has come to so far; `over` as of `look`."""
    made = Structured(run.call.output)
    made.look(run.transcript, over=over)
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
    last = structured(run, over=True).last
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
