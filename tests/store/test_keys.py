"""Keys go where they belong and nowhere else, and a keyring may be as broken as it likes."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from playground.core.problem import Failure
from playground.core.profile import LOCAL, SANDBOX, Profile
from playground.store import logs
from playground.store.keys import SERVICE, Key, Keys, Withheld, variable_of

KEY = SecretStr("sk-test-KEYS-789")
OTHER = SecretStr("sk-test-OTHER-789")
OPENAI = Profile(id="openai", name="OpenAI", base_url="https://api.openai.com/v1")
MINE = Profile(id="mine", name="Mine", base_url="https://a.example/v1", key_env="MINE_KEY")
MOVED = MINE.model_copy(update={"base_url": "https://b.example/v1"})
PLAIN = MINE.model_copy(update={"base_url": "http://10.0.0.5:8000/v1"})
LOOPBACK = MINE.model_copy(update={"base_url": "http://127.0.0.1:8000/v1"})


class Ring:
    """A keyring that works."""

    name = "a test ring"

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.rows.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.rows[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.rows[service, username]


class Forgetful(Ring):
    def get_password(self, service: str, username: str) -> str | None:
        return None

    def delete_password(self, service: str, username: str) -> None:
        pass


class Refusing(Ring):
    def set_password(self, service: str, username: str, password: str) -> None:
        raise PermissionError("denied by the user")


class Hanging(Ring):
    """Waits behind a prompt that nobody answers."""

    def __init__(self) -> None:
        super().__init__()
        self.released = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.released.wait()
        return None


def of_module(module: str) -> Any:
    """A keyring as if it came from that module."""
    return type("Keyring", (Ring,), {"__module__": module, "name": module})()


class Chain:
    name = "chainer"

    def __init__(self, *backends: Any) -> None:
        self.backends = backends

    def set_password(self, service: str, username: str, password: str) -> None:
        raise AssertionError("a chain is never used as such")


def keys_on(ring: Any, environ: dict[str, str] | None = None, limit: float = 60) -> Keys:
    return Keys(environ or {}, backend=lambda: ring, limit=limit)


def test_a_working_keyring_is_found_by_trying_it() -> None:
    ring = Ring()
    state = asyncio.run(keys_on(ring).probe())
    assert (state.usable, state.backend, state.why) == (True, "a test ring", "")
    assert ring.rows == {}


@pytest.mark.parametrize(
    ("ring", "why"),
    [
        (Forgetful(), "does not keep"),
        (Refusing(), "denied by the user"),
        (of_module("keyring.backends.fail"), "no keyring"),
        (of_module("keyring.backends.null"), "no keyring"),
        (of_module("keyrings.alt.file"), "no keyring"),
        (Chain(of_module("keyrings.alt.file"), of_module("keyring.backends.fail")), "no keyring"),
    ],
)
def test_a_keyring_that_cannot_be_trusted_is_refused(ring: Any, why: str) -> None:
    async def go() -> None:
        keys = keys_on(ring)
        state = await keys.probe()
        assert not state.usable
        assert state.backend
        assert why in state.why
        assert await keys.put(MINE, KEY) == "memory"
        assert await keys.get(MINE) == Key(KEY, "memory")

    asyncio.run(go())


def test_of_a_chain_the_first_that_is_safe_is_used_by_itself() -> None:
    ring = Ring()

    async def go() -> None:
        keys = keys_on(Chain(of_module("keyrings.alt.file"), ring))
        assert (await keys.probe()).backend == "a test ring"
        assert await keys.put(MINE, KEY) == "keyring"

    asyncio.run(go())
    assert list(ring.rows) == [(SERVICE, "mine")]


def test_a_keyring_that_cannot_be_loaded_is_told_of() -> None:
    def broken() -> Any:
        raise ImportError("no module named dbus")

    state = asyncio.run(Keys({}, backend=broken).probe())
    assert (state.usable, state.why) == (False, "ImportError: no module named dbus")


def test_a_keyring_that_hangs_is_given_up() -> None:
    ring = Hanging()

    async def go() -> None:
        keys = keys_on(ring, {"MINE_KEY": KEY.get_secret_value()}, limit=0.05)
        assert await keys.get(MINE) == Key(KEY, "environment")
        assert keys.state is not None
        assert "may be locked" in keys.state.why
        # Not asked again, so nobody waits again.
        assert await keys.put(MINE, OTHER) == "memory"
        assert threading.active_count() <= before + 1

    before = threading.active_count()
    asyncio.run(go())
    ring.released.set()


def test_a_keyring_that_stops_working_is_given_up_until_the_next_probe() -> None:
    ring = Ring()

    async def go() -> None:
        keys = keys_on(ring)
        assert await keys.put(MINE, KEY) == "keyring"
        works, ring.get_password = ring.get_password, None  # type: ignore[assignment, method-assign]
        assert await keys.get(MINE) is None
        assert keys.state is not None and not keys.state.usable
        ring.get_password = works  # type: ignore[method-assign]
        assert (await keys.probe()).usable
        assert await keys.get(MINE) == Key(KEY, "keyring")

    asyncio.run(go())


def test_a_hanging_keyring_keeps_nobody_from_leaving() -> None:
    code = (
        "import asyncio, threading\n"
        "from playground.store.keys import Keys\n"
        "class Ring:\n"
        "    def set_password(self, *_): threading.Event().wait()\n"
        "print(asyncio.run(Keys({}, backend=Ring, limit=0.05).probe()).usable)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=200, check=True
    )
    assert (done.stdout, done.stderr) == ("False\n", "")


def test_keys_outlast_the_process_only_in_the_keyring() -> None:
    ring = Ring()

    async def go() -> None:
        first = keys_on(ring)
        assert await first.put(MINE, SecretStr(f" {KEY.get_secret_value()}\n")) == "keyring"
        assert await first.put(OPENAI, OTHER, keep=False) == "memory"
        second = keys_on(ring)
        assert await second.get(MINE) == Key(KEY, "keyring")
        assert await second.get(OPENAI) is None

    asyncio.run(go())


def test_memory_comes_before_the_keyring_and_that_before_the_environment() -> None:
    async def go() -> None:
        keys = keys_on(Ring(), {"MINE_KEY": "sk-from-environment"})
        assert await keys.get(MINE) == Key(SecretStr("sk-from-environment"), "environment")
        await keys.put(MINE, KEY)
        assert await keys.get(MINE) == Key(KEY, "keyring")
        await keys.put(MINE, OTHER, keep=False)
        assert await keys.get(MINE) == Key(OTHER, "memory")
        await keys.put(MINE, KEY)
        assert await keys.get(MINE) == Key(KEY, "keyring")
        await keys.delete(MINE)
        assert await keys.get(MINE) == Key(SecretStr("sk-from-environment"), "environment")
        await keys.delete(MINE)

    asyncio.run(go())


def test_the_environment_is_read_and_never_stored() -> None:
    ring = Ring()

    async def go() -> None:
        keys = keys_on(ring, {"MINE_KEY": KEY.get_secret_value()})
        assert await keys.get(MINE) is not None
        assert keys.from_environment("MINE_KEY") == KEY
        assert keys.from_environment("ABSENT") is None
        assert keys.from_environment("") is None

    asyncio.run(go())
    assert ring.rows == {}


@pytest.mark.parametrize(
    ("profile", "variable"),
    [
        (MINE, "MINE_KEY"),
        (OPENAI, "OPENAI_API_KEY"),
        (OPENAI.model_copy(update={"base_url": "https://eu.api.openai.com/v1"}), "OPENAI_API_KEY"),
        (OPENAI.model_copy(update={"base_url": "http://api.openai.com/v1"}), ""),
        (OPENAI.model_copy(update={"base_url": "https://api.openai.com.evil.example/v1"}), ""),
        (OPENAI.model_copy(update={"base_url": "https://evilopenai.com/v1"}), ""),
        (OPENAI.model_copy(update={"base_url": "https://api.openai.com@evil.example/"}), ""),
        (OPENAI.model_copy(update={"base_url": "https://groq.example/v1"}), ""),
    ],
)
def test_openais_variable_is_for_openais_hosts(profile: Profile, variable: str) -> None:
    assert variable_of(profile) == variable


@pytest.mark.parametrize("keep", [True, False])
def test_a_key_is_not_given_to_another_origin_before_the_user_agrees(keep: bool) -> None:
    async def go() -> None:
        keys = keys_on(Ring())
        await keys.put(MINE, KEY, keep=keep)
        with pytest.raises(Withheld) as caught:
            await keys.get(MOVED)
        assert caught.value.belongs_to == "https://a.example:443"
        assert caught.value.profile == MOVED
        assert "https://a.example:443" in caught.value.problem.title
        assert KEY.get_secret_value() not in str(caught.value)
        keys.allow(MOVED)
        found = await keys.get(MOVED)
        assert found is not None and found.secret == KEY
        # And only to that one.
        with pytest.raises(Withheld):
            await keys.get(PLAIN)

    asyncio.run(go())


def test_a_key_that_is_put_for_the_new_origin_belongs_to_it() -> None:
    ring = Ring()

    async def go() -> None:
        keys = keys_on(ring)
        await keys.put(MINE, KEY)
        await keys.put(MOVED, KEY)
        assert await keys_on(ring).get(MOVED) == Key(KEY, "keyring")
        with pytest.raises(Withheld):
            await keys.get(MINE)

    asyncio.run(go())


@pytest.mark.parametrize("source", ["keyring", "memory", "environment"])
def test_no_key_goes_over_plain_http_beyond_this_computer_unasked(source: str) -> None:
    async def go() -> None:
        keys = keys_on(Ring(), {"MINE_KEY": KEY.get_secret_value()})
        for profile in (PLAIN, LOOPBACK):
            if source != "environment":
                await keys.put(profile, KEY, keep=source == "keyring")
            if profile is LOOPBACK:
                assert await keys.get(profile) == Key(KEY, source)  # type: ignore[arg-type]
                continue
            with pytest.raises(Withheld, match="readable by everybody"):
                await keys.get(profile)
            keys.allow(profile)
            assert await keys.get(profile) == Key(KEY, source)  # type: ignore[arg-type]

    asyncio.run(go())


@pytest.mark.parametrize("profile_id", [LOCAL, SANDBOX])
def test_our_own_servers_never_get_a_key(profile_id: str) -> None:
    ours = MINE.model_copy(update={"id": profile_id})

    async def go() -> None:
        keys = keys_on(Ring(), {"MINE_KEY": KEY.get_secret_value()})
        assert await keys.get(ours) is None
        with pytest.raises(ValueError, match="takes no key"):
            await keys.put(ours, KEY)

    asyncio.run(go())


@pytest.mark.parametrize("row", ["", "plain text", "[]", '{"key": "x"}', "null"])
def test_what_somebody_else_put_there_is_no_key(row: str) -> None:
    ring = Ring()
    ring.rows[SERVICE, "mine"] = row
    assert asyncio.run(keys_on(ring).get(MINE)) is None


def test_a_keyring_that_keeps_what_should_be_deleted_is_told_of() -> None:
    ring = Ring()

    async def go() -> None:
        keys = keys_on(ring)
        await keys.put(MINE, KEY)
        ring.delete_password = None  # type: ignore[assignment, method-assign]
        with pytest.raises(Failure, match="could not be removed"):
            await keys.delete(MINE)

    asyncio.run(go())


def test_every_key_that_was_seen_is_kept_out_of_the_log() -> None:
    given, found = SecretStr("sk-given-to-the-log"), SecretStr("sk-found-for-the-log")

    async def go() -> None:
        keys = keys_on(Ring(), {"MINE_KEY": found.get_secret_value()})
        await keys.get(MINE)
        await keys.put(OPENAI, given)

    asyncio.run(go())
    for secret in (given, found):
        assert secret.get_secret_value() not in logs.redacted(f"x {secret.get_secret_value()} y")


def test_a_key_never_shows_in_a_representation() -> None:
    async def go() -> str:
        keys = keys_on(Ring(), {})
        await keys.put(MINE, KEY, keep=False)
        return repr([vars(keys), await keys.get(MINE)])

    assert KEY.get_secret_value() not in asyncio.run(go())


# The real thing.

REAL = """
import asyncio, os, sys
from pydantic import SecretStr
from playground.core.profile import Profile
from playground.store.keys import Keys

PROFILE = Profile(id="mine", name="Mine", base_url="https://a.example/v1")

async def main():
    keys = Keys({})
    print(await keys.probe())
    print(await keys.put(PROFILE, SecretStr("sk-test-REAL-1")))
    found = await Keys({}).get(PROFILE)
    print(found and found.secret.get_secret_value())
    await keys.delete(PROFILE)
    print(await Keys({}).get(PROFILE))

asyncio.run(main())
"""


@pytest.fixture
def private_session(tmp_path: Path) -> Callable[[str], list[str]]:
    """Runs Python in a D-Bus session of its own, after a line of shell."""
    if shutil.which("dbus-run-session") is None or shutil.which("gnome-keyring-daemon") is None:
        pytest.skip("needs dbus-run-session and gnome-keyring-daemon")
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    environ = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("XDG_", "DBUS_", "PYTHON_KEYRING", "GNOME_"))
    }
    environ |= {
        "HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_RUNTIME_DIR": str(runtime),
    }

    def run(before: str) -> list[str]:
        script = f'{before}\nexec "$0" -c "$1"'
        done = subprocess.run(
            ["dbus-run-session", "--", "bash", "-c", script, sys.executable, REAL],
            env=environ,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip().split("\n")

    return run


@pytest.mark.keyring
def test_a_real_secret_service(private_session: Callable[[str], list[str]]) -> None:
    unlock = "echo -n pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null"
    state, where, secret, after = private_session(unlock)
    assert "usable=True" in state
    assert (where, secret, after) == ("keyring", "sk-test-REAL-1", "None")


@pytest.mark.keyring
def test_a_session_without_a_secret_service(
    private_session: Callable[[str], list[str]],
) -> None:
    assert_unusable(*private_session("export DBUS_SESSION_BUS_ADDRESS="))


@pytest.mark.keyring
def test_a_locked_secret_service(private_session: Callable[[str], list[str]]) -> None:
    """Nobody is there to type the password."""
    start = "gnome-keyring-daemon --start --components=secrets >/dev/null"
    assert_unusable(*private_session(start))


def assert_unusable(state: str, where: str, found: str, after: str) -> None:
    assert "usable=False" in state
    assert "sk-test" not in state
    assert (where, found, after) == ("memory", "None", "None")
