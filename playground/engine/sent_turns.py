"""The conversation in a request: what of it went out, in which form, and why; see `sent`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from playground.core.items import Item, Reasoning, ToolCall, ToolOutput
from playground.engine.history import STATES
from playground.engine.sent_rows import (
    ABSENT,
    DEPTH,
    MASKED,
    Because,
    Ledger,
    Row,
    Why,
    always,
    is_masked,
    leaves,
    same,
)
from playground.engine.sent_steps import Steps

MOST = 50
"""Turns of a conversation whose differences are told one by one."""


class Conversation:
    """What was said until then: as any server gets it, as this one does, and with all that is
    merged into the body."""

    def __init__(self, steps: Steps, said: Sequence[Item]) -> None:
        self._said = said
        self._steps = steps
        self._turns = steps.endpoint.turns
        plain = steps.body(steps.bare, steps.plain, said)
        self.was: Any = plain.get(self._turns, ABSENT)
        theirs = steps.body(steps.bare, steps.profile.quirks, said)
        made = theirs
        if self._turns in steps.call.extra:
            made = steps.body(steps.call, steps.profile.quirks, said)
        quirks = Why("server", f"{steps.profile.name} wants it this way, says the profile.")
        extra = Why("extra", "The body has this merged into it last, whatever else is set.")
        self._moves: list[tuple[Any, Why]] = [
            (theirs.get(self._turns, ABSENT), quirks),
            (made.get(self._turns, ABSENT), extra),
        ]

    def settle(self, ledger: Ledger, instructions: str) -> None:
        """Instructions that the dialect makes a part of the conversation."""
        match self.was:
            case [{"role": str(role), "content": str(content)}, *_] if content == instructions:
                words = f"{self._steps.endpoint.title} has it as the first message, of the {role}."
                ledger.settle("instructions", f"{self._turns}[0]", Why("dialect", words))
            case str():
                words = "This API has one text: it stands at its beginning."
                ledger.settle("instructions", self._turns, Why("dialect", words))
            case _:
                pass

    def rows(self, body: dict[str, Any], rest: Because, *, masked: bool) -> list[Row]:
        """`rest` says what no step does."""
        sent = body.get(self._turns, ABSENT)
        whole: list[Why] = list(self._left_out())
        turns = Ledger({})
        now = self.was
        for after, why in [*self._moves, (sent, None)]:
            if same(now, after):
                continue
            if why is None and masked and is_masked(now, after):
                whole.append(MASKED)
            elif why is None and (kept := self._kept(now, after, body)) is not None:
                whole.append(kept)
            elif _aligned(now, after):
                self._compare(turns, now, after, rest if why is None else always(why))
            elif why is None:
                whole.append(rest(self._turns, now))
            else:
                whole.append(why)
            now = after
        return [Row(self._turns, self.was, self._turns, sent, tuple(whole)), *turns.rows()]

    def _left_out(self) -> Iterator[Why]:
        outputs = {item.call_id for item in self._said if isinstance(item, ToolOutput)}
        calls = [
            item
            for item in self._said
            if isinstance(item, ToolCall) and item.call_id not in outputs
        ]
        if calls:
            left = f"{len(calls)} of its calls have" if len(calls) > 1 else "One of its calls has"
            yield Why("history", f"{left} no answer: no server takes the one without the other.")
        thoughts = any(isinstance(item, Reasoning) for item in self._said)
        if thoughts and self._turns == "messages" and not self._steps.profile.quirks.send_reasoning:
            words = "The reasoning of earlier answers is not sent: the profile does not ask for it."
            yield Why("history", words)

    def _kept(self, made: Any, sent: Any, body: dict[str, Any]) -> Why | None:
        """Why only the end of a conversation went out."""
        name = next((one for one in STATES if body.get(one)), None)
        if name is None or not isinstance(made, list) or not isinstance(sent, list):
            return None
        before = len(made) - len(sent)
        if before <= 0 or made[before:] != sent:
            return None
        first = f"the first {before} of these" if before > 1 else "the first of these"
        return Why("state", f"The server has {first}: “{name}” says where.")

    def _compare(self, turns: Ledger, before: list[Any], after: list[Any], why: Because) -> None:
        for at, (one, other) in enumerate(zip(before, after, strict=True)):
            if same(one, other):
                continue
            prefix = f"{self._turns}[{at}]"
            old, new = (leaves(side, prefix, DEPTH - 1) for side in (one, other))
            changed = {
                p for p in {**old, **new} if not same(old.get(p, ABSENT), new.get(p, ABSENT))
            }
            turns.change(
                {path: old[path] for path in old if path in changed},
                {path: new[path] for path in new if path in changed},
                why,
            )


def _aligned(before: Any, after: Any) -> bool:
    """Whether two conversations differ in some of their turns only."""
    if not isinstance(before, list) or not isinstance(after, list) or len(before) != len(after):
        return False
    pairs = zip(before, after, strict=True)
    return sum(not same(one, other) for one, other in pairs) <= MOST
