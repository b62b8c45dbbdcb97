"""Cards: one for each kind of item. The tuple CARDS says which card shows which kind; a kind that
is not in it is shown as JSON."""

from __future__ import annotations

from typing import Any

from playground.core.items import (
    HostedCall,
    Item,
    Message,
    Notice,
    Reasoning,
    ToolCall,
    ToolOutput,
    Unknown,
)
from playground.core.session import Run
from playground.ui.widgets.cards.answer import AnswerCard
from playground.ui.widgets.cards.base import Card, CardButton, Siblings
from playground.ui.widgets.cards.choices import Choices, ChoicesCard
from playground.ui.widgets.cards.hosted import HostedCard
from playground.ui.widgets.cards.notice import NoticeCard
from playground.ui.widgets.cards.reasoning import ReasoningCard
from playground.ui.widgets.cards.said import SaidCard
from playground.ui.widgets.cards.toolcall import OutputCard, ToolCard
from playground.ui.widgets.cards.unknown import UnknownCard
from playground.ui.widgets.parts import copy, tool_button

__all__ = (
    "CARDS",
    "AnswerCard",
    "Card",
    "CardButton",
    "SaidCard",
    "Siblings",
    "card_for",
    "copy",
    "tool_button",
)

CARDS: tuple[tuple[type[Item], type[Card]], ...] = (
    (Message, AnswerCard),
    (Reasoning, ReasoningCard),
    (ToolCall, ToolCard),
    (ToolOutput, OutputCard),
    (HostedCall, HostedCard),
    (Notice, NoticeCard),
    (Unknown, UnknownCard),
    (Choices, ChoicesCard),
)


def card_for(run: Run, item: Item, *, said: bool, kept: dict[str, Any] | None = None) -> Card:
    """The card of an item; `said` when it went in rather than came out, `kept` what a reader did
    to an earlier card of it."""
    if isinstance(item, Message) and item.role != "assistant":
        return SaidCard(run, item, kept, within=not said)
    for kind, card in CARDS:
        if isinstance(item, kind):
            return card(run, item, kept)
    return UnknownCard(run, item, kept)
