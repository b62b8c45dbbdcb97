"""What came over the network, summed up for any stretch of time."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from playground.core.recording import SSE, WIRE, Event, Recording, fact
from playground.engine.timeline_traffic import SILENT, Amount, Traffic, nearest

MS = 1_000_000

RECORDINGS = st.lists(
    st.tuples(
        st.integers(0, 120),  # milliseconds since the one before
        st.sampled_from(("", "", "", "", "head", "paused")),  # a fact; empty: an event
        st.integers(0, 9),  # bytes
        st.booleans(),  # in another chunk
    ),
    max_size=60,
)


def recording(rows: list[tuple[int, str, int, bool]]) -> Recording:
    t, chunk, made = 0, 0, []
    for after, kind, size, another in rows:
        t += after * MS
        if kind:
            chunk = 0 if kind == "head" else chunk
            made.append(fact(t, kind))
        else:
            chunk += another
            made.append(Event(t, SSE, b"x" * size, 0, 0, chunk))
    return Recording(made)


def read(rows: Recording) -> Traffic:
    found = Traffic(rows)
    found.step()
    return found


def counted(rows: Recording) -> list[tuple[int, int, int]]:
    """(time, events, bytes) of each chunk, without any of the sums."""
    found: list[tuple[int, int, int]] = []
    last: int | None = None
    for event in rows:
        if event.kind == "head":
            last = None
        if event.kind not in WIRE:
            continue
        if event.chunk == last:
            t, events, size = found[-1]
            found[-1] = t, events + 1, size + len(event.raw)
        else:
            found.append((event.t, 1, len(event.raw)))
        last = event.chunk
    return found


@given(rows=RECORDINGS, begin=st.integers(-10, 4_000), long=st.integers(0, 2_000))
def test_a_stretch_holds_what_came_in_it(
    rows: list[tuple[int, str, int, bool]], begin: int, long: int
) -> None:
    made = recording(rows)
    inside = [one for one in counted(made) if begin * MS <= one[0] < (begin + long) * MS]
    amount = read(made).amount(begin * MS, (begin + long) * MS)
    events, size = sum(one[1] for one in inside), sum(one[2] for one in inside)
    assert amount == Amount(len(inside), events, size)


@given(rows=RECORDINGS, begin=st.integers(0, 500), step=st.integers(1, 300))
def test_columns_are_stretches_beside_each_other(
    rows: list[tuple[int, str, int, bool]], begin: int, step: int
) -> None:
    traffic = read(recording(rows))
    found = {number: rest for number, *rest in traffic.columns(begin * MS, step * MS, 20)}
    for number in range(20):
        first = (begin + number * step) * MS
        amount = traffic.amount(first, first + step * MS)
        assert found.get(number, [0, 0]) == [amount.chunks, amount.size]


@given(rows=RECORDINGS, cuts=st.lists(st.integers(0, 60), max_size=4))
def test_reading_as_it_comes_is_reading_at_once(
    rows: list[tuple[int, str, int, bool]], cuts: list[int]
) -> None:
    made = recording(rows)
    growing = Recording()
    traffic = Traffic(growing)
    for begin, end in pairwise([0, *sorted(min(cut, len(made)) for cut in cuts), len(made)]):
        growing.append(made[begin:end])
        traffic.step()
        traffic.stalls(SILENT)
    whole = read(made)
    assert traffic.whole == whole.whole
    assert traffic.stalls(SILENT) == whole.stalls(SILENT)
    assert list(traffic.columns(0, 7 * MS, 999)) == list(whole.columns(0, 7 * MS, 999))


@given(rows=RECORDINGS, least=st.integers(50, 120))
def test_stalls_are_silences_inside_a_stream(
    rows: list[tuple[int, str, int, bool]], least: int
) -> None:
    made = recording(rows)
    expected = [
        number
        for number, (one, two) in enumerate(pairwise(made), 1)
        if one.kind in WIRE and two.kind in WIRE and two.t - one.t >= least * MS
    ]
    traffic = read(made)
    traffic.stalls(80 * MS)  # what was asked before is of no account
    assert list(traffic.stalls(least * MS)) == expected


def test_a_million_words_in_one_chunk_are_one_row() -> None:
    rows = Recording(Event(at, SSE, b"ab", 0, 0, 7) for at in range(10_000))
    traffic = read(rows)
    assert traffic.whole == Amount(1, 10_000, 20_000)
    assert list(traffic.columns(0, 10, 5)) == [(0, 1, 20_000)]


def test_time_never_goes_back() -> None:
    """Whatever a file says: sums can be found by their time."""
    times = (0, 50, 20, 90)
    rows = Recording(Event(t * MS, SSE, b"x", 0, 0, at) for at, t in enumerate(times))
    assert read(rows).amount(0, 60 * MS).chunks == 3


def test_reading_ends_when_its_time_is_over() -> None:
    rows = Recording(Event(at, SSE, b"x", 0, 0, at) for at in range(5_000))
    clock = iter(range(10**6))
    traffic = Traffic(rows, clock=lambda: next(clock))
    assert not traffic.step(budget=1)
    assert 0 < traffic.read < 5_000
    assert traffic.behind
    while not traffic.step(budget=1):
        pass
    assert traffic.whole.chunks == 5_000


def test_the_nearest_event() -> None:
    rows = Recording(Event(t, SSE, b"x") for t in (10, 20, 20, 40))
    found = [nearest(rows, t) for t in (-5, 10, 14, 16, 20, 29, 31, 99)]
    assert found == [0, 0, 0, 1, 1, 2, 3, 3]
    assert nearest(Recording(), 5) == -1
