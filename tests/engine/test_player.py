"""The player: what it shows at a position is what a replay of so many events says, whichever way it
came there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.core.call import Call
from playground.core.items import dump
from playground.core.recording import Event, fact
from playground.core.session import Run
from playground.core.transcript import Transcript, replay
from playground.endpoints import BY_ID
from playground.engine.demos import demos
from playground.engine.player import LONG, PART, Player

SECOND = 1_000_000_000
ALWAYS = 1 << 62
PRIVATE = {"items", "rev", "scratch", "_by_key"}


@cache
def demo(place: int) -> Run:
    """A recorded run with tools."""
    return demos()[place].run(BY_ID)


def waits(*seconds: float) -> Run:
    """A run of our own facts, so far apart; the last one ends it."""
    t, events = 0, list[Event]()
    for number, one in enumerate(seconds):
        t += round(one * SECOND)
        last = number == len(seconds) - 1
        events.append(fact(t, "ended" if last else "notice", {"text": f"Notice {number}"}))
    run = Run("run_1", "ses_1", None, Call(), "here", [], BY_ID["responses"].reduce)
    run.take(events)
    return run


def content(transcript: Transcript) -> dict[str, Any]:
    """All that a transcript says, but for its revisions: those count batches, too."""
    said = {
        one.name: getattr(transcript, one.name)
        for one in fields(Transcript)
        if one.name not in PRIVATE
    }
    return said | {"items": [{**dump(item), "rev": 0} for item in transcript.items]}


def stands(player: Player) -> None:
    """It shows exactly the first so many events."""
    source, shown = player.source, player.run
    assert shown.recording.events == source.recording[: player.position]
    assert content(shown.transcript) == content(
        replay(source.recording[: player.position], source.reduce)
    )


def read(player: Player, budget: int = ALWAYS) -> None:
    while not player.read(budget):
        pass


def play(player: Player, by: int) -> None:
    player.play()
    player.advance(by * SECOND // 50)


Move = Callable[[Player, int], None]
MOVES: dict[str, Move] = {
    "seek": lambda player, by: player.seek(by % (player.count + 1)),
    "step": lambda player, by: player.step(by % 7 - 3),
    "item": lambda player, by: player.step_item(1 if by % 2 else -1),
    "time": lambda player, by: player.seek_time(by * SECOND // 97),
    "skips": lambda player, by: setattr(player, "skips", bool(by % 2)),
    "play": play,
}


@settings(max_examples=60, deadline=None)
@given(
    place=st.integers(0, 2),
    moves=st.lists(st.tuples(st.sampled_from(sorted(MOVES)), st.integers(0, 2000)), max_size=8),
    hurried=st.booleans(),
)
def test_any_way_leads_to_the_prefix(
    place: int, moves: list[tuple[str, int]], hurried: bool
) -> None:
    """Hurried: another wish comes before the last one was fulfilled."""
    player = Player(demo(place))
    for name, by in moves:
        MOVES[name](player, by)
        if hurried:
            player.read(0)
        else:
            read(player)
            stands(player)
        assert 0 <= player.at <= player.end
    read(player)
    stands(player)
    assert player.position == player.heading


@pytest.mark.parametrize("place", range(3))
def test_step_by_step_back_to_the_beginning(place: int) -> None:
    player = Player(demo(place))
    player.seek(player.count)
    read(player)
    assert content(player.run.transcript) == content(player.source.transcript)
    while player.position:
        player.step(-1)
        read(player)
        stands(player)
    assert player.run.transcript.outcome is None
    assert player.run.transcript.items == []


def test_what_is_shown_is_the_run_as_it_was() -> None:
    source = demo(0)
    player = Player(source)
    player.seek(source.recording.kinds.index("tool.asked") + 1)
    read(player)
    shown = player.run
    assert (shown.id, shown.call, shown.input) == (source.id, source.call, source.input)
    assert shown.replayed and not source.replayed
    assert shown.running and not shown.silent
    assert next(call.state for call in shown.transcript.tool_calls) == "asked"
    assert shown.now() == source.recording[player.position - 1].t
    player.seek(player.count)
    read(player)
    assert not player.run.running
    assert source.recording.kinds[-1] == "ended" and len(source.recording) == player.count


def test_forwards_the_same_run_grows_and_backwards_another_stands_there() -> None:
    player = Player(demo(0))
    first = player.run
    player.seek(20)
    read(player)
    assert player.run is first
    player.step(-1)
    read(player)
    assert player.run is not first
    assert first.reader.count == 20


def test_it_plays_by_the_recorded_times() -> None:
    player = Player(waits(0, 1, 1, 1))
    player.play()
    player.advance(0)
    read(player)
    assert player.position == 1
    player.advance(SECOND - 1)
    read(player)
    assert (player.position, player.at) == (1, SECOND - 1)
    player.advance(1)
    read(player)
    assert player.position == 2
    player.speed = 0.5
    player.advance(SECOND)
    read(player)
    assert (player.position, player.at) == (2, 3 * SECOND // 2)
    player.speed = 20.0
    player.advance(SECOND)
    read(player)
    assert player.over and not player.playing
    assert player.at == player.end == 3 * SECOND


def test_long_waits_are_cut_short_unless_somebody_wants_to_sit_them_out() -> None:
    player = Player(waits(0, 600, 1))
    assert player.length == LONG + SECOND
    player.play()
    player.advance(LONG - 1)
    read(player)
    assert (player.position, player.at) == (1, LONG - 1)
    player.advance(1)
    read(player)
    assert (player.position, player.at) == (2, 600 * SECOND)
    player.seek(1)
    read(player)
    player.skips = False
    assert player.length == 601 * SECOND
    player.play()
    player.advance(300 * SECOND)
    read(player)
    assert (player.position, player.at) == (1, 300 * SECOND)
    player.skips = True
    assert player.playing and player.at < LONG
    player.advance(1)
    read(player)
    assert player.position == 2


def test_played_to_its_end_it_begins_again() -> None:
    player = Player(waits(0, 1))
    player.seek(2)
    read(player)
    player.play()
    read(player)
    player.advance(SECOND // 2)
    read(player)
    assert player.playing and player.position == 1


def test_whoever_moves_it_stops_it() -> None:
    for name in ("step", "item", "seek", "time"):
        player = Player(waits(0, 1, 1))
        player.play()
        MOVES[name](player, 1)
        assert not player.playing, name


def test_it_stays_between_its_ends() -> None:
    player = Player(waits(0, 1))
    player.step(-5)
    assert player.heading == 0
    player.step(50)
    assert player.heading == 2
    player.seek_time(-1)
    assert player.heading == 1, "the first event came at once"
    player.seek_time(ALWAYS)
    assert player.over


def test_it_reads_as_long_as_it_may_and_does_not_run_ahead() -> None:
    run = waits(*([0.0] * (4 * PART)))
    now = iter(range(1_000_000))
    player = Player(run, clock=lambda: next(now))
    player.play()
    player.advance(0)
    assert not player.read(0)
    assert player.position == PART, "some, so that it comes to an end"
    passed = player.passed
    player.advance(SECOND)
    assert player.behind and player.passed == passed
    read(player, 0)
    stands(player)
    assert player.over


def test_a_newer_wish_takes_the_place_of_the_last() -> None:
    player = Player(demo(1))
    player.seek(player.count)
    player.read(0)
    player.seek(3)
    player.seek(5)
    read(player, 0)
    assert player.position == 5
    stands(player)


def test_items_and_requests_are_stops() -> None:
    source = demo(0)
    player = Player(source)
    kinds = source.recording.kinds
    assert [kinds[one - 1] for one in player.requests] == ["request"] * len(player.requests)
    assert player.stops[0] == 0 and player.stops[-1] == player.count
    seen = list[int]()
    while not player.over:
        player.step_item(1)
        read(player)
        seen.append(player.position)
    assert seen == player.stops[1:]
    counts = list[int]()
    for one in player.stops:
        player.seek(one)
        read(player)
        counts.append(len(player.run.transcript.items))
    assert set(range(counts[-1] + 1)) - set(counts) <= set(range(1)), "each item is a stop"


def test_times_that_go_back_are_no_way_back() -> None:
    run = waits(1, 1, 1)
    run.recording.times[1] = 0
    player = Player(run)
    player.play()
    player.advance(SECOND)
    read(player)
    assert player.position == 2
    assert player.at == SECOND


def test_a_run_without_events_has_nothing_to_play() -> None:
    player = Player(Run("run_1", "ses_1", None, Call(), "here", [], BY_ID["responses"].reduce))
    player.play()
    assert not player.playing
    assert (player.length, player.at, player.end, player.stops) == (0, 0, 0, [0])
    assert player.read(0)
