"""Keys: where a server's key is kept, and to whom it may be shown.

In memory for this session, in the system's keyring, or in an environment variable, looked for in
this order. A stored key belongs to the origin it was saved for: another host, or plain http beyond
this computer, is refused until the user has agreed. Nothing is ever written to a file of ours.

The keyring is asked in a thread of its own with a limit of a few seconds: behind a locked desktop
it can hang for minutes.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar

from pydantic import SecretStr

from playground.core.problem import Failure, Problem
from playground.core.profile import OURS, Profile, is_loopback
from playground.store.logs import redact

log = logging.getLogger("store")

T = TypeVar("T")

SERVICE = "Playground"
"""The name under which entries stand in the keyring; the user name is the profile's id."""
PROBE = "probe"
LIMIT = 4.0
"""Seconds for one question to the keyring."""
REFUSED = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")
"""Modules of backends that keep nothing, or keep it in plain text."""
OPENAI = ".openai.com"
OPENAI_VARIABLE = "OPENAI_API_KEY"

Source = Literal["memory", "keyring", "environment"]


class Backend(Protocol):
    """What we need of a keyring. Any method may raise, or hang."""

    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...
    def delete_password(self, service: str, username: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Key:
    secret: SecretStr
    source: Source


@dataclass(frozen=True, slots=True)
class KeyringState:
    """What the probe of the keyring found."""

    usable: bool
    backend: str
    """What the system calls it."""
    why: str = ""
    """Why it cannot be used."""


class Withheld(Failure):
    """There is a key, but it may not go to this server before the user has agreed (`allow`)."""

    def __init__(self, profile: Profile, belongs_to: str) -> None:
        self.profile = profile
        self.belongs_to = belongs_to
        """The origin that the key was saved for."""
        if belongs_to == profile.origin:
            title = f"The key would go to {profile.origin} readable by everybody on the way."
            detail = "The address begins with http:// and is not this computer's."
        else:
            title = f"The key of {profile.name} was saved for {belongs_to}."
            detail = f"It is not sent to {profile.origin or 'another server'} unasked."
        super().__init__(Problem(title=title, detail=detail, remedy="add_key", code="key_withheld"))


@dataclass(frozen=True, slots=True)
class _Entry:
    """A key and the origin it belongs to, as the keyring keeps them."""

    secret: SecretStr
    origin: str

    def dump(self) -> str:
        return json.dumps({"origin": self.origin, "key": self.secret.get_secret_value()})

    @staticmethod
    def load(text: str | None) -> _Entry | None:
        try:
            row = json.loads(text or "")
            return _Entry(SecretStr(str(row["key"])), str(row["origin"]))
        except (ValueError, TypeError, KeyError):
            return None


class Keys:
    def __init__(
        self,
        environ: Mapping[str, str],
        *,
        backend: Callable[[], Any] | None = None,
        limit: float = LIMIT,
    ) -> None:
        """`backend` finds the keyring, in the worker; default: the system's own."""
        self._environ = environ
        self._find = backend or _system_keyring
        self._limit = limit
        self._memory: dict[str, _Entry] = {}
        self._allowed: set[tuple[str, str]] = set()
        """(profile, origin) that the user has agreed to, for this session."""
        self._backend: Backend | None = None
        self._asking = asyncio.Lock()
        self.state: KeyringState | None = None
        """None before the first `probe`."""

    async def probe(self) -> KeyringState:
        """Find the keyring and see whether it keeps what it is given."""
        try:
            self._backend, name = await self._ask(lambda: _probed(self._find()))
            self.state = KeyringState(True, name)
        except _Unusable as error:
            self._backend, self.state = None, KeyringState(False, error.backend, str(error))
        return self.state

    async def get(self, profile: Profile) -> Key | None:
        """The key for a profile's server, None when there is none. Raises Withheld."""
        if profile.id in OURS:
            return None
        source: Source = "memory"
        entry = self._memory.get(profile.id)
        if entry is None:
            source = "keyring"
            entry = await self._stored(profile)
        if entry is None:
            source = "environment"
            if (named := self.from_environment(variable_of(profile))) is not None:
                entry = _Entry(named, profile.origin)
        if entry is None:
            return None
        if not self._may(profile, entry.origin):
            raise Withheld(profile, entry.origin)
        redact(entry.secret)
        return Key(entry.secret, source)

    async def put(self, profile: Profile, secret: SecretStr, *, keep: bool = True) -> Source:
        """Keep a key for the profile's server; where it went. Without a usable keyring, or with
        `keep` off, it lasts as long as this process."""
        if profile.id in OURS:
            raise ValueError(f"{profile.id} takes no key")
        entry = _Entry(SecretStr(secret.get_secret_value().strip()), profile.origin)
        redact(entry.secret)
        if keep and (backend := await self._usable()) is not None:
            try:
                await self._ask(lambda: backend.set_password(SERVICE, profile.id, entry.dump()))
            except _Unusable as error:
                self._lose(error)
            else:
                self._memory.pop(profile.id, None)
                return "keyring"
        self._memory[profile.id] = entry
        return "memory"

    async def delete(self, profile: Profile) -> None:
        """Forget the key of a profile wherever we put it. Raises Failure when the keyring keeps
        it."""
        self._memory.pop(profile.id, None)
        backend = await self._usable()
        if backend is None or profile.id in OURS:
            return

        def work() -> None:
            if backend.get_password(SERVICE, profile.id) is not None:
                backend.delete_password(SERVICE, profile.id)

        try:
            await self._ask(work)
        except _Unusable as error:
            self._lose(error)
            raise Failure(
                Problem(
                    title=f"The key of {profile.name} could not be removed from the keyring.",
                    detail=str(error),
                    remedy="retry",
                )
            ) from error

    def allow(self, profile: Profile) -> None:
        """The user agreed that the key may go to this profile's server as it is now. Lasts as long
        as this process; `put` makes it last."""
        self._allowed.add((profile.id, profile.origin))

    def from_environment(self, variable: str) -> SecretStr | None:
        """The key in an environment variable. Its value is never stored."""
        value = self._environ.get(variable, "").strip() if variable else ""
        if not value:
            return None
        secret = SecretStr(value)
        redact(secret)
        return secret

    # Private.

    def _may(self, profile: Profile, belongs_to: str) -> bool:
        if (profile.id, profile.origin) in self._allowed:
            return True
        safe = profile.origin.startswith("https://") or is_loopback(profile.base_url)
        return safe and belongs_to == profile.origin

    async def _stored(self, profile: Profile) -> _Entry | None:
        if (backend := await self._usable()) is None:
            return None
        try:
            return _Entry.load(await self._ask(lambda: backend.get_password(SERVICE, profile.id)))
        except _Unusable as error:
            self._lose(error)
            return None

    async def _usable(self) -> Backend | None:
        if self.state is None:
            await self.probe()
        return self._backend

    def _lose(self, error: _Unusable) -> None:
        """It worked and does not any more: do without it until the next probe."""
        name = self.state.backend if self.state is not None else ""
        self._backend, self.state = None, KeyringState(False, name, str(error))
        log.info("The keyring %s is not used any more: %s", name, error)

    async def _ask(self, question: Callable[[], T]) -> T:
        """The answer of a worker thread, or _Unusable after the limit. The thread cannot be ended;
        it is a daemon, so it keeps nobody from leaving."""
        answer: Future[T] = Future()
        answer.set_running_or_notify_cancel()

        def work() -> None:
            try:
                result = question()
            except BaseException as error:
                # Backends raise whatever their system does; all of it means: not usable.
                answer.set_exception(error)
            else:
                answer.set_result(result)

        async with self._asking:
            threading.Thread(target=work, name="keyring", daemon=True).start()
            try:
                return await asyncio.wait_for(asyncio.wrap_future(answer), self._limit)
            except TimeoutError:
                raise _Unusable(
                    f"It did not answer in {self._limit:g} seconds; it may be locked."
                ) from None
            except _Unusable:
                raise
            except Exception as error:
                raise _Unusable(f"{type(error).__name__}: {error}") from error


def variable_of(profile: Profile) -> str:
    """The environment variable that may hold a profile's key."""
    if profile.key_env:
        return profile.key_env
    host = profile.origin.removeprefix("https://").partition(":")[0]
    is_openai = profile.origin.startswith("https://") and f".{host}".endswith(OPENAI)
    return OPENAI_VARIABLE if is_openai else ""


class _Unusable(Exception):  # noqa: N818
    def __init__(self, why: str, backend: str = "") -> None:
        super().__init__(why)
        self.backend = backend


def _system_keyring() -> Any:
    import keyring  # slow: it looks at all installed distributions

    return keyring.get_keyring()


def _probed(found: Any) -> tuple[Backend, str]:
    """The backend to use and its name. Raises when it does not keep what it is given."""
    backend = _acceptable(found)
    name = str(getattr(backend, "name", type(backend).__name__))
    try:
        nonce = secrets.token_urlsafe(12)
        backend.set_password(SERVICE, PROBE, nonce)
        kept = backend.get_password(SERVICE, PROBE)
        backend.delete_password(SERVICE, PROBE)
    except Exception as error:
        raise _Unusable(f"{type(error).__name__}: {error}", name) from error
    if kept != nonce:
        raise _Unusable("It does not keep what it is given.", name)
    return backend, name


def _acceptable(found: Any) -> Backend:
    """The backend itself or, of a chain of them, the first that may hold keys.

    A chain is not used as such: it falls back to the next one, which may be a plain file.
    """
    chain: Iterable[Any] = getattr(found, "backends", None) or (found,)
    for backend in chain:
        module = type(backend).__module__
        if not any(module == bad or module.startswith(f"{bad}.") for bad in REFUSED):
            accepted: Backend = backend
            return accepted
    name = str(getattr(found, "name", type(found).__name__))
    raise _Unusable("This system has no keyring that keeps secrets safely.", name)
