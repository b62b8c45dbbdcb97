"""The app without a window, on a home of its own, and a sandbox to talk to.

Coroutine tests run in a loop of their own and fail when one leaves a task behind.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from playground import app
from playground.core.problem import Problem
from playground.core.profile import Profile
from playground.core.session import Run, Session
from playground.store.home import Home
from tests.processes import Sandbox

LIMIT = 400
"""Seconds after which a test that still waits has failed."""

FAST = {"sandbox": {"per_second": 0}}
"""A request field that makes the sandbox answer as fast as it goes."""


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = inspect.signature(pyfuncitem.obj).parameters
    arguments = {name: pyfuncitem.funcargs[name] for name in wanted}

    async def run() -> None:
        async with asyncio.timeout(LIMIT):
            await pyfuncitem.obj(**arguments)
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not left, f"tasks left over: {left}"

    asyncio.run(run())
    return True


class Bench:
    """An app, a profile of the test's sandbox, and a session."""

    def __init__(self, opened: app.App, sandbox: Sandbox, problems: list[Problem]) -> None:
        self.app = opened
        self.workspace = opened.workspace
        self.sandbox = sandbox
        self.problems = problems
        """What was reported, as opposed to what stands on a run."""
        self.profile = Profile(id="here", name="Here", base_url=sandbox.base_url, model="sandbox")
        opened.adopt(self.profile)

    def session(self, api: str = "responses", model: str = "sandbox", **fields: Any) -> Session:
        session = self.workspace.new_session(self.profile)
        session.call = session.call.model_copy(
            update={"api": api, "model": model, "fields": {**FAST, **fields}}
        )
        return session

    async def ask(self, session: Session, text: str) -> Run:
        """A turn to its end."""
        return await self.workspace.go(self.workspace.ask(session, text))


Opening = Callable[..., AbstractAsyncContextManager[Bench]]


@pytest.fixture
def opening(sandbox: Sandbox, tmp_path: Path) -> Opening:
    """`opening()` is the app on this test's home; `environ` is all that it sees of the world."""

    @asynccontextmanager
    async def opening(environ: dict[str, str] | None = None) -> AsyncIterator[Bench]:
        problems: list[Problem] = []
        home = Home.at(tmp_path / "home", {})
        async with app.opened(home, problems.append, environ or {}) as opened:
            yield Bench(opened, sandbox, problems)

    return opening
