"""A run told a sentence at a time: recorded, while it goes on, and while it is replayed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.core.recording import fact
from playground.core.session import Run
from playground.endpoints import BY_ID
from playground.engine.demos import demos
from playground.engine.narration import narrate
from playground.engine.player import Player
from playground.engine.telling import Retelling, Telling, stops
from tests.engine.test_narration import weather

ALL = {demo.name: demo for demo in demos()}


def recorded(name: str = "weather-desk") -> Run:
    return ALL[name].run(BY_ID)


def words(telling: Telling) -> str:
    return telling.told.words if telling.told is not None else ""


class Stand:
    """A replay without a screen."""

    def __init__(self, run: Run) -> None:
        self.player = Player(run)
        self.telling = Retelling(self.player, self.seek, self.toggle)

    def seek(self, count: int) -> None:
        self.player.seek(count)
        self.player.read(1 << 62)

    def toggle(self) -> None:
        if self.player.playing:
            self.player.pause()
        else:
            self.player.play()
            self.player.read(1 << 62)

    def pass_time(self, seconds: float) -> None:
        self.player.advance(int(seconds * 1e9))
        self.player.read(1 << 62)
        self.telling.look()


def test_one_that_is_over_is_told_from_its_beginning() -> None:
    run = recorded()
    telling = Telling(run)
    seen = [words(telling)]
    while telling.at < telling.count - 1:
        telling.go_on()
        seen.append(words(telling))
    assert seen == [row.words for row in narrate(run)]
    telling.next()
    assert telling.at == telling.count - 1 and not telling.following
    telling.first()
    telling.back()
    assert words(telling) == "The question."


def test_one_that_goes_on_is_followed_until_somebody_goes_back() -> None:
    tape = weather().asked()
    telling = Telling(tape.run)
    assert words(telling) == "Waiting for your approval." and telling.following
    telling.back()
    tape.approved().result("snow")
    telling.look()
    assert words(telling) == "The model asks for the weather in Oslo."
    telling.last()
    assert telling.following and words(telling) == "The tool answers: snow."
    tape.run.take([fact(tape.t + 1, "stopped", {})])
    telling.look()
    assert words(telling) == "It was stopped by hand."


@pytest.mark.parametrize("name", ALL)
def test_a_replay_is_told_sentence_by_sentence(name: str) -> None:
    """Each sentence as it stands in the end, and what was waited for before that."""
    run = recorded(name)
    stand = Stand(run)
    told = [row.words for row in narrate(run)]
    seen = [(stand.telling.at, words(stand.telling))]
    while stand.player.position < stand.player.count:
        stand.telling.next()
        seen.append((stand.telling.at, words(stand.telling)))
    assert [line for _, line in seen if not line.startswith("Waiting")] == [*told, told[-1]]
    assert [at for at, _ in seen] == sorted(at for at, _ in seen)
    waited = [line for _, line in seen if line.startswith("Waiting for your approval")]
    assert len(waited) == sum(row.kind == "waiting" for row in narrate(run)) > 0
    back: list[tuple[int, str]] = []
    while stand.player.position:
        stand.telling.back()
        back.append((stand.telling.at, words(stand.telling)))
    assert list(reversed(back)) == seen[:-2]


def test_time_passes_in_a_replay_and_its_sentences_follow() -> None:
    stand = Stand(recorded())
    assert words(stand.telling) == "The question." and not stand.player.playing
    stand.telling.go_on()
    assert stand.player.playing
    stand.pass_time(0.9)
    assert words(stand.telling) == "The model answers."
    assert stand.telling.told is not None and not stand.telling.told.over
    stand.telling.next()  # to its end, where it stands still
    assert not stand.player.playing and stand.telling.told.over
    assert stand.telling.at == 1
    stand.telling.go_on()
    stand.pass_time(1)
    assert words(stand.telling) == "Waiting for your approval of 2 calls."
    stand.telling.go_on()
    assert not stand.player.playing
    stand.telling.back()
    assert words(stand.telling) == "The model also asks for the weather in Roma in °C."
    stand.telling.go_on()
    stand.pass_time(60)
    assert stand.player.over and stand.telling.at == stand.telling.count - 1
    stand.telling.back()
    assert words(stand.telling).startswith("The tool answers for Rome")
    stand.telling.go_on()
    stand.telling.last()
    assert stand.player.over and words(stand.telling) == "The model answers."
    stand.telling.first()
    assert stand.player.position == 0


def test_a_replay_goes_to_any_sentence() -> None:
    stand = Stand(recorded())
    count = stand.telling.count
    for at in (5, 2, count - 1, 0, 4):
        stand.telling.go_to(at)
        assert stand.telling.at == at
    stand.telling.go_to(count + 3)
    assert stand.telling.at == 4 and words(stand.telling).startswith("Waiting")


@settings(max_examples=25)
@given(st.lists(st.integers(-1, 400), max_size=8))
def test_wherever_a_replay_stands_there_is_a_next_and_one_before(places: list[int]) -> None:
    stand = Stand(_RUN)
    for place in places:
        if place < 0:
            stand.telling.back()
            continue
        stand.seek(place)
        stand.telling.look()
        at, position = stand.telling.at, stand.player.position
        stand.telling.next()
        assert stand.telling.at >= at and stand.player.position >= position
        stand.seek(place)
        stand.telling.look()
        stand.telling.back()
        assert stand.telling.at <= at and (stand.telling.at < at or at == 0)


_RUN = recorded()


def test_the_places_of_sentences_never_go_back() -> None:
    for name in ALL:
        found = stops(Player(recorded(name)))
        assert [stop.count for stop in found] == sorted(stop.count for stop in found)
        assert [stop.at for stop in found] == sorted(stop.at for stop in found)
        assert found[0].count == 0
