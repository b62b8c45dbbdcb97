"""Narration: what a run says to an audience, as numbered sentences. Pure.

For people who watch a demo: no JSON, no keys, no prices, no names of fields where words will do.
While a run goes on sentences are only added at the end, and only the last ones still change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from playground.core.items import HostedCall, Item, Message, Reasoning, ToolCall, ToolOutput
from playground.core.session import Run
from playground.engine.narration_approvals import answered_by_hand, awaited, decided
from playground.engine.narration_calls import asks, given_to, telling
from playground.engine.narration_parts import Part, clean, flat
from playground.engine.narration_results import answered
from playground.engine.narration_spoken import cleaned, spoken
from playground.engine.narration_values import told

Kind = Literal["question", "thinking", "asking", "waiting", "result", "answer", "trouble"]

_HOSTED = {
    "apply_patch_call": "wants a file to be changed here",
    "code_interpreter_call": "runs a program of its own",
    "computer_call": "wants a computer to be used",
    "file_search_call": "searches the files it was given",
    "image_generation_call": "draws a picture",
    "local_shell_call": "wants a command to be run here",
    "mcp_approval_request": "asks whether it may use a tool of a server",
    "shell_call": "wants commands to be run here",
    "web_search_call": "searches the web",
}
_LIMITS = {"budget": "It has cost as much as it may."}
"""What is said where the words of the limit have a price in them."""


_DETOURS: Mapping[str, tuple[Kind, str]] = {
    "routed": ("asking", "Who answers this is chosen first."),
    "fallback": ("trouble", "That server cannot answer. Another one is asked in its place."),
    "reused": ("result", "The same was asked before: its recorded answer is used again."),
}
"""What is said where a request went elsewhere, or nowhere."""


@dataclass(frozen=True, slots=True)
class Sentence:
    number: int
    """From 1."""
    kind: Kind
    words: str
    parts: tuple[Part, ...] = ()
    """What was said, where the sentence only says that something was."""
    key: str = ""
    """Of the item that it is about; empty: of none, or of several."""
    over: bool = True
    """Nothing of it changes any more."""
    began: int = 0
    """When there was something of it to be told, and since when it is as it is; in nanoseconds of
    the run."""
    stood: int = 0

    @property
    def text(self) -> str:
        """What was said, as plain text of several lines."""
        return flat(self.parts)


def narrate(run: Run) -> list[Sentence]:
    """All that has happened so far."""
    items = (*run.input, *run.transcript.items)
    telling = _Telling(run.running, answered_by_hand(run, items), _retries(run))
    for item in run.input:
        telling.tell(item)
    for item in run.transcript.items:
        telling.again(item.t0)
        telling.tell(item)
    telling.end(run)
    return telling.rows


class _Telling:
    def __init__(
        self, running: bool, answered: set[str], retries: Iterator[tuple[int, str]]
    ) -> None:
        self.rows: list[Sentence] = []
        self._running = running
        self._answered = answered
        self._retries = retries
        self._retry = next(retries, None)
        """When a request was made again that nothing was said of yet."""
        self._open: list[ToolCall] = []
        """Calls that nothing was said of but that they were made, and"""
        self._waited: list[ToolCall] = []
        """those that have no result yet."""
        self._several: list[ToolCall] = []
        """The calls of the last answer."""

    def tell(self, item: Item) -> None:
        match item:
            case Message():
                self._message(item)
            case Reasoning(choice=0):
                self._thinking(item)
            case ToolCall(choice=0):
                self._asked(item)
            case ToolOutput():
                self._approval()
                self._result(item)
            case HostedCall(ours=True):
                said = "That is answered." if item.status == "completed" else "That is not done."
                self._say("result", said, item)
            case HostedCall():
                does = _HOSTED.get(item.type, "uses a tool of its own")
                self._say("result", f"The model {does}.", item)

    def again(self, before: float) -> None:
        """The requests that were made again before this time."""
        times: list[int] = []
        while self._retry is not None and self._retry[0] < before:
            at, kind = self._retry
            self._retry = next(self._retries, None)
            if (detour := _DETOURS.get(kind)) is None:
                times.append(at)
                continue
            self._asked_again(times)
            times = []
            self._say(*detour, began=at, stood=at)
        self._asked_again(times)

    def _asked_again(self, times: Sequence[int]) -> None:
        if times:
            how = "again" if len(times) == 1 else f"again, {len(times)} times"
            said = f"The server cannot answer yet. It is asked {how}."
            self._say("trouble", said, began=times[0], stood=times[-1])

    def end(self, run: Run) -> None:
        """How it stands, or how it ended."""
        self._approval()
        self.again(float("inf"))
        seen = run.transcript
        words = ""
        match seen.outcome:
            case "incomplete":
                words = "The answer is cut off at a limit."
            case "limited":
                words = f"It goes no further. {_LIMITS.get(seen.limit, seen.limited)}".strip()
            case "stopped":
                words = "It was stopped by hand."
            case "interrupted":
                words = "It was interrupted."
            case "truncated" | "failed" | "timed_out":
                title = seen.problem.title if seen.problem is not None else ""
                words = f"Something goes wrong. {title}".strip()
        if words:
            at = seen.timing.end or seen.now
            self._say("trouble", words.replace("`", ""), began=at, stood=at)

    def _say(
        self,
        kind: Kind,
        words: str,
        item: Item | None = None,
        parts: Sequence[Part] = (),
        *,
        over: bool = True,
        began: int = 0,
        stood: int = 0,
    ) -> None:
        if item is not None:
            over = over and (not self._running or item.t1 is not None)
            began = began or item.t0
            stood = stood or item.t1 or item.t0
        self.rows.append(
            Sentence(
                number=len(self.rows) + 1,
                kind=kind,
                words=clean(words, told),
                parts=cleaned(parts),
                key=item.key if item is not None else "",
                over=over,
                began=began,
                stood=max(stood, began),
            )
        )

    def _message(self, item: Message) -> None:
        if item.role == "assistant":
            if item.choice or not (item.text or item.refusal or item.audio.get("transcript")):
                return
            refused = item.refusal and not item.text
            said = str(item.refusal if refused else item.text)
            parts = spoken(said or str(item.audio.get("transcript") or ""))
            words = "The model declines." if refused else "The model answers."
            self._say("answer", words, item, parts)
        elif item.role == "user":
            self._approval()
            asked = any(row.kind == "question" for row in self.rows)
            words = "It is asked again." if asked else "The question."
            if item.parts:
                words = words[:-1] + ", with something attached."
            at = item.t0
            self._say("question", words, parts=spoken(str(item.text)), began=at, stood=at)

    def _thinking(self, item: Reasoning) -> None:
        if self.rows and (last := self.rows[-1]).kind == "thinking":
            self.rows[-1] = replace(last, stood=max(last.stood, item.t1 or item.t0))
        else:
            self._say("thinking", "The model thinks it over.", item)

    def _asked(self, call: ToolCall) -> None:
        if self._open and self._open[-1].leg != call.leg:
            self._approval()
        also = "also " if self._open else ""
        if not also:
            self._several = []
        for calls in (self._open, self._waited, self._several):
            calls.append(call)
        whole = call.state != "arriving" and not call.cut
        words, text = asks(call.name, str(call.arguments) if whole else "")
        ending = "." if whole else ", and is cut off." if call.cut else " …"
        said = f"The model {also}{words}{ending}"
        self._say("asking", said, call, spoken(text) if text else (), over=whole)

    def _approval(self) -> None:
        """What somebody here was asked about the calls so far."""
        calls, self._open = self._open, []
        if asked := [call for call in calls if call.asked_at is not None]:
            waits = any(call.state == "asked" for call in asked)
            hand = all(self._by_hand(call) for call in asked)
            words = awaited(asked) if waits else decided(asked, hand)
            about = asked[0] if len(asked) == 1 else None
            began = max(call.asked_at or 0 for call in asked)
            stood = max(call.started_at or call.ended_at or 0 for call in asked)
            self._say("waiting", words, about, over=not waits, began=began, stood=stood or began)
        for call in calls:
            if call.mode == "human" and call.state == "running":
                at = call.started_at or 0
                self._say("waiting", "Waiting for your answer.", over=False, began=at, stood=at)
                return

    def _result(self, item: ToolOutput) -> None:
        call = next((one for one in self._waited if one.call_id == item.call_id), None)
        if call is not None:
            self._waited.remove(call)
        several = call is not None and len(self._several) > 1
        about = f" for {telling(call)}" if several and telling(call) else ""
        if call is not None and call.state == "denied":
            self._say("result", f"The model is told that it may not{about}.", item)
            return
        output = item.output
        if call is not None and self._by_hand(call):
            who = "You answer in place of the tool" + ("" if item.ok else ", that it failed")
        elif call is None or item.ok:
            who = "The tool answers"
        elif call.started_at is None:
            who = "That call cannot be made"
            output = output.partition("was not run:")[2].lstrip(" •-\n") or output
        else:
            who = "The tool fails"
        line, parts = answered(output, given_to(call))
        ending = "" if line.endswith((".", "!", "?", "…")) else "."
        if several and call is not None and not about:
            asked, _ = asks(call.name, str(call.arguments))
            who = f"{asked.replace('asks', 'Asked', 1)}, {who[0].lower()}{who[1:]}"
        self._say("result", f"{who}{about}{line}{ending}", item, parts)

    def _by_hand(self, call: ToolCall) -> bool:
        """Somebody here gave the result, instead of the tool."""
        return call.mode == "human" or call.key in self._answered or call.call_id in self._answered


def _retries(run: Run) -> Iterator[tuple[int, str]]:
    """When requests were made again, or went elsewhere, or nowhere: (time, kind)."""
    if run.transcript.retries or run.transcript.detours:
        times, kinds = run.recording.times, run.recording.kinds
        wanted = frozenset(("retry", *_DETOURS))
        return ((times[number], kind) for number, kind in enumerate(kinds) if kind in wanted)
    return iter(())
