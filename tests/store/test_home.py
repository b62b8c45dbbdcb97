from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from playground.core.problem import Failure
from playground.store.home import Home, private_file
from playground.store.place import default_home

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")


@pytest.fixture(autouse=True)
def an_open_umask() -> Iterator[None]:
    """The files must be closed whatever the umask says."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_home_and_its_folders_are_closed_to_others(tmp_path: Path) -> None:
    home = Home(tmp_path / "a" / "b").prepare()
    assert [mode(path) for path in (home.path, home.logs, home.owners)] == [0o700] * 3


def test_a_home_that_was_left_open_is_closed(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").prepare()
    home.path.chmod(0o755)
    home.prepare()
    assert mode(home.path) == 0o700


def test_a_folder_with_other_things_in_it_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").touch()
    tmp_path.chmod(0o755)
    home = Home(tmp_path).prepare()
    assert mode(tmp_path) == 0o755
    assert mode(home.logs) == 0o700


def test_files_are_closed_also_when_they_were_not(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.touch(0o644)
    private_file(path)
    assert mode(path) == 0o600


def test_a_home_that_cannot_be_made_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Failure) as caught:
        Home(tmp_path / "file").prepare()
    assert caught.value.problem.remedy == "open_folder"
    assert str(tmp_path / "file") in caught.value.problem.facts["folder"]


def test_which_home(tmp_path: Path) -> None:
    named, variable = tmp_path / "named", {"PLAYGROUND_HOME": str(tmp_path / "variable")}
    assert Home.at(str(named), variable).path == named
    assert Home.at(None, variable).path == tmp_path / "variable"
    assert Home.at(None, {}).path == default_home()
