"""The filter of system calls, decided as the kernel would: by the instructions it is given."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from playground.jail import filters
from playground.jail.filters import ABSENT, ALLOW, DENY, KILL, Step
from playground.jail.system import COLUMN, NUMBERS, number

pytestmark = pytest.mark.skipif(COLUMN is None, reason="no numbers of this machine's calls")

ME = 4711
THREAD = 0x10000 | 0x100
MACHINE = filters.MACHINES[COLUMN or 0]


def decided(steps: Sequence[Step], call: str | int, *arguments: int, machine: int = MACHINE) -> int:
    made = number(call) if isinstance(call, str) else call
    assert made is not None
    data = {0: made, 4: machine}
    data |= {16 + 8 * place: value & 0xFFFFFFFF for place, value in enumerate(arguments)}
    loaded = at = 0
    while True:
        step = steps[at]
        at += 1
        match step.code:
            case 0x20:
                loaded = data.get(step.operand, 0)
            case 0x15:
                at += step.so if loaded == step.operand else step.not_so
            case 0x35:
                at += step.so if loaded >= step.operand else step.not_so
            case 0x45:
                at += step.so if loaded & step.operand else step.not_so
            case 0x06:
                return step.operand
            case _:
                raise AssertionError(step)


ALONE = filters.program(processes=1, files_in_view=True, me=ME)
SEVERAL = filters.program(processes=4, files_in_view=False, me=ME)


def test_every_jump_and_operand_fits() -> None:
    for steps in (ALONE, SEVERAL):
        assert len(steps) < 4096
        for at, (code, so, not_so, operand) in enumerate(steps):
            assert 0 <= operand < 1 << 32
            assert code == 0x06 or at + 1 + max(so, not_so) < len(steps)
            assert max(so, not_so) < 256


@pytest.mark.parametrize("name", filters.ALWAYS)
def test_what_is_always_refused(name: str) -> None:
    if number(name) is not None:
        assert decided(ALONE, name) == DENY
        assert decided(SEVERAL, name) == DENY


@pytest.mark.parametrize("name", filters.OWNED)
def test_files_in_view_keep_their_owner_out(name: str) -> None:
    if number(name) is not None:
        assert decided(ALONE, name) == DENY
        assert decided(SEVERAL, name) == ALLOW


def test_one_process_makes_no_other_but_threads() -> None:
    for name in filters.FORKS:
        if number(name) is not None:
            assert decided(ALONE, name) == DENY
            assert decided(SEVERAL, name) == ALLOW
    assert decided(ALONE, "clone", 17) == DENY
    assert decided(ALONE, "clone", THREAD) == ALLOW
    assert decided(SEVERAL, "clone", 17) == ALLOW
    for namespace in (0x80, 0x20000, 0x10000000, 0x40000000):
        assert decided(SEVERAL, "clone", 17 | namespace) == DENY
        assert decided(ALONE, "clone", THREAD | namespace) == DENY
    # The C library tries this first, and takes the other when there is none.
    assert decided(ALONE, "clone3") == decided(SEVERAL, "clone3") == ABSENT


@pytest.mark.parametrize("name", ["kill", "tgkill"])
def test_signals_go_to_itself_alone(name: str) -> None:
    assert decided(ALONE, name, ME) == ALLOW
    for other in (0, 1, -1, -ME, ME + 1):
        assert decided(ALONE, name, other) == DENY
        assert decided(SEVERAL, name, other) == ALLOW  # its namespace holds nobody else
    for command, what in ((8, DENY), (15, DENY), (1, ALLOW), (2, ALLOW)):
        assert decided(ALONE, "fcntl", 3, command) == what
    assert decided(ALONE, "ioctl", 3, 0x8901) == decided(ALONE, "ioctl", 3, 0x8902) == DENY
    assert decided(ALONE, "ioctl", 3, 0x5401) == ALLOW


def test_limits_of_others() -> None:
    assert decided(ALONE, "prlimit64", 0) == decided(ALONE, "prlimit64", ME) == ALLOW
    assert decided(ALONE, "prlimit64", 1) == DENY


def test_calls_of_another_machine() -> None:
    assert decided(ALONE, 0, machine=0x40000003) == KILL  # of 32 bits
    if COLUMN == 0:
        assert decided(ALONE, 0x40000000 + 41) == DENY


def test_the_rest_goes_through() -> None:
    refused = {number(name) for name in NUMBERS}
    for call in set(range(300)) - refused:
        assert decided(ALONE, call) == ALLOW
