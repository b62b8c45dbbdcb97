"""App: the composition root, without Qt. `opened` puts the parts together and takes them apart.

The command line is this and `asyncio.run`; the window is this and a loop that Qt shares.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from playground.core.budget import Budgets
from playground.core.pricebook import PriceBook
from playground.core.problem import Failure, Problem, from_exception
from playground.core.profile import LOCAL, SANDBOX, Profile, Quirks, is_loopback
from playground.core.session import Run
from playground.core.tools import Allowed, Asked, Decision, Result, Tool
from playground.endpoints import BY_ID
from playground.engine import children
from playground.engine.approval import Approvals, Request, refuse
from playground.engine.budget import Purse
from playground.engine.debugger import Debugger
from playground.engine.loop import Answering, calls_of
from playground.engine.recorder import Recorder
from playground.engine.reuse import Reuse
from playground.engine.runner import Runner
from playground.engine.serving import Progress, Serving
from playground.engine.workspace import Workspace
from playground.localmodel import bundled, wheels
from playground.localmodel.bundled import LocalModel
from playground.providers import PROVIDERS
from playground.providers.presets import LLAMA_CPP, PRESETS, completed, listed
from playground.store import logs
from playground.store.database import Database
from playground.store.home import Home
from playground.store.keys import Keys
from playground.store.ledger import Ledger
from playground.store.owner import Owner
from playground.store.pricefile import PriceFile
from playground.store.prompts import Prompts
from playground.store.reusable import Reusable
from playground.store.sessions import Sessions
from playground.store.settings import SettingsFile
from playground.store.spending import Spending
from playground.wire.http import Wire
from playground.wire.limits import Limits

if TYPE_CHECKING:
    from playground.engine.toolbox import Toolbox

log = logging.getLogger("engine")

LOCAL_PROFILE = Profile(
    id=LOCAL,
    name="On this computer (SmolLM2-135M)",
    api="chat",
    model=wheels.MODEL,
    quirks=Quirks(rename=LLAMA_CPP),
)
SANDBOX_PROFILE = Profile(id=SANDBOX, name="Sandbox (scripted)", quirks=Quirks(state="stateful"))

ADHOC = "url:"
"""How the ids of servers begin that nobody keeps."""

Report = Callable[[Problem], None]


def home_of(given: str | None) -> Home:
    return Home.at(given, os.environ)


def adhoc(base_url: str) -> Profile:
    """A server that was only named on the command line. Its id is its address, without what may be
    a secret: a session that goes on at another one shall notice."""
    where = base_url.partition("?")[0].rpartition("@")[2].rstrip("/")
    return Profile(id=f"{ADHOC}{where}", name=base_url, base_url=base_url, key_env="OPENAI_API_KEY")


class App:
    """Everything but the window. Made by `opened`."""

    def __init__(
        self,
        home: Home,
        database: Database,
        owner: Owner,
        report: Report,
        environ: Mapping[str, str],
    ) -> None:
        self.home = home
        self.database = database
        self.owner = owner
        self.report = report
        self.environ = environ
        self.keep: Callable[[], object] = lambda: None
        """Writes the settings, when somebody has said how."""
        self.settings_file = SettingsFile(home.settings)
        self.settings, self.settings_problem = self.settings_file.load()
        self.price_file = PriceFile(home.prices)
        self.limits: dict[str, float] = {}
        """Limits of this start that win over the settings."""
        self.keys = Keys(environ)
        self.wire = Wire()
        self.sandbox = children.Sandbox()
        self.local_model = LocalModel(
            lambda more: children.child(bundled.ARGUMENTS, more, "The bundled model")
        )
        self.sessions = Sessions(database, BY_ID, report)
        self.prompts = Prompts(database)
        self.ledger = Ledger(database)
        self.recorder = Recorder(self.sessions, report=report)
        self.runner = Runner(
            endpoints=BY_ID,
            providers={provider.id: provider for provider in PROVIDERS},
            wire=self.wire,
            recorder=self.recorder,
            serve=self.serve,
            report=report,
            answering=self.answering,
            prices=self.prices,
            profiles=self.profile,
            reuse=Reuse(Reusable(database), self.sessions.recording),
        )
        self.approvals = Approvals(self.settings.tools.allowed, self._keep_allowed)
        self.ask: Callable[[Run, Request], Awaitable[Decision]] = _refuse
        """Decides about calls of tools; a window puts whoever sits there in its place."""
        self.answer: Callable[[Run, Tool, Asked, str], Awaitable[Result]] = _nobody
        """Answers calls by hand, likewise."""
        self.tool_limits: tuple[float, int] | None = None
        """Seconds and megabytes of a call of a Python tool; None: the usual ones."""
        self.budget: Decimal | None = None
        """US dollars that a run may cost, in the place of what the settings say."""
        self.debugger: Debugger | None = None
        """Stops runs where somebody wants to look."""
        self._toolbox: Toolbox | None = None
        self.workspace = Workspace(
            endpoints=BY_ID,
            sessions=self.sessions,
            runner=self.runner,
            owner=owner.id,
            profile=self.profile,
            limits=lambda: Limits(**{**self.settings.limits.model_dump(), **self.limits}),
        )
        self.purse = Purse(self.budgets, Spending(database), self._live, self.prices)
        self.presets = [completed(preset, environ) for preset in PRESETS]
        self._adopted: dict[str, Profile] = {}
        self._env_only: set[str] = set()

    # Profiles.

    def profiles(self) -> list[Profile]:
        """Ours, then the user's, then the presets that the user has not changed and that can be
        used as they stand."""
        rows = [LOCAL_PROFILE, SANDBOX_PROFILE, *self.settings.profiles, *listed(self.presets)]
        return list({profile.id: profile for profile in reversed(rows)}.values())[::-1]

    def profile(self, profile_id: str) -> Profile:
        """Raises Failure when there is none of that id."""
        if profile_id in self._adopted:
            return self._adopted[profile_id]
        known = {profile.id: profile for profile in (*self.presets, *self.profiles())}
        if profile_id in known:
            return known[profile_id]
        if not profile_id:
            return self.default_profile()
        raise Failure(
            Problem(
                title=f"There is no profile {profile_id!r}.",
                detail=f"Known: {', '.join(known)}.",
                remedy="switch_profile",
            )
        )

    def adopt(self, profile: Profile, *, key_env_only: bool = False) -> None:
        """Use a profile for as long as this process lives, without keeping it.

        With `key_env_only` its key comes from the variable it names and from nowhere else.
        """
        self._adopted[profile.id] = profile
        if key_env_only or profile.id.startswith(ADHOC):
            self._env_only.add(profile.id)

    def default_profile(self) -> Profile:
        """The one used last; else the first with a key in the environment; else ours."""
        if self.settings.profile:
            with contextlib.suppress(Failure):
                return self.profile(self.settings.profile)
        for profile in self.profiles():
            if profile.key_env and self.environ.get(profile.key_env):
                return profile
        return LOCAL_PROFILE

    # Servers.

    async def serve(self, profile: Profile, progress: Progress) -> Serving:
        """A profile with what is needed to talk to its server. Raises Failure."""
        if profile.id == LOCAL:
            try:
                running = await self.local_model.start(progress)
            except Failure as failure:
                problem = failure.problem
                log.info("The bundled model cannot be had: %s", problem.title)
                sandbox = await self.serve(SANDBOX_PROFILE, progress)
                notice = (
                    f"{problem.title} {problem.detail}".strip()
                    + " The scripted sandbox answers in its place."
                )
                return Serving(sandbox.profile, sandbox.key, notice)
            return Serving(profile.model_copy(update={"base_url": running.base_url}), running.key)
        if profile.id == SANDBOX:
            base_url = await self.sandbox.start(progress)
            return Serving(profile.model_copy(update={"base_url": base_url}))
        if profile.id in self._env_only:
            secret = self.keys.from_environment(profile.key_env)
        else:
            found = await self.keys.get(profile)
            secret = found.secret if found is not None else None
        if secret is not None:
            logs.redact(secret)
        elif (
            profile.key_env
            and not profile.id.startswith(ADHOC)
            and not is_loopback(profile.base_url)
        ):
            raise Failure(
                Problem(
                    title=f"There is no key for {profile.name}.",
                    detail=f"Add one, or set {profile.key_env} before starting Playground.",
                    remedy="add_key",
                )
            )
        return Serving(profile, secret)

    # Money.

    async def prices(self) -> PriceBook:
        """The user's own prices as they stand now. A table that is wrong is told of once, and the
        built-in prices go on being used."""
        if await asyncio.to_thread(self.price_file.look) and self.price_file.problem is not None:
            self.report(self.price_file.problem)
        return self.price_file.book

    def budgets(self) -> Budgets:
        """What may be used, by the settings and by the command line."""
        budgets = self.settings.budgets
        if self.budget is None:
            return budgets
        run = budgets.run.model_copy(update={"usd": self.budget})
        return budgets.model_copy(update={"run": run})

    def _live(self) -> list[Run]:
        """Runs that may not have been written to their end."""
        running, sessions = self.workspace.running, self.workspace.open.values()
        return [run for one in sessions for run in one.runs.values() if run.id in running]

    # Tools.

    @property
    def toolbox(self) -> Toolbox:
        """The tools that are known; read when somebody wants them."""
        if self._toolbox is None:
            from playground.engine.toolbox import Toolbox  # with all that reads and runs them

            self._toolbox = Toolbox(
                self.settings.tools,
                lambda: self.keep(),
                limits=self.tool_limits,
                environ=self.environ,
            )
        return self._toolbox

    def answering(self, run: Run) -> Answering:
        """How the calls of a run are answered."""
        how = Answering(
            ask=partial(self.ask, run),
            approvals=self.approvals,
            debugger=self.debugger,
            budget=self.purse.check,
        )
        if not run.call.tools:
            return how  # a server may ask for what is no tool of ours
        from playground.tools.human import Human
        from playground.tools.replay import Replay, recorded

        session = self.workspace.open.get(run.session)
        earlier = recorded(calls_of(session, run)) if session is not None else {}
        human, replay = Human(partial(self.answer, run)), Replay(earlier)
        return replace(how, kinds={**self.toolbox.kinds, "human": human, "replay": replay})

    def _keep_allowed(self, always: list[Allowed]) -> None:
        self.settings.tools.allowed = always
        self.keep()

    async def save_settings(self) -> None:
        await asyncio.to_thread(self.settings_file.save, self.settings)

    async def close(self) -> None:
        """Runs, recorder, our own servers, wire: in this order, so that nothing is lost."""
        await self.workspace.close()
        if self._toolbox is not None:
            await self._toolbox.close()
        await self.recorder.close()
        await asyncio.gather(self.sandbox.stop(), self.local_model.stop())
        await self.wire.close()


async def _refuse(run: Run, request: Request) -> Decision:
    return await refuse(request)


async def _nobody(run: Run, tool: Tool, asked: Asked, arguments: str) -> Result:
    return Result(f"Nobody is there to answer {tool.title}.", "failed")


@asynccontextmanager
async def opened(
    home: Home, report: Report, environ: Mapping[str, str] = os.environ
) -> AsyncIterator[App]:
    """The app on a home. Raises Failure when the home or its database cannot be used."""
    home.prepare()
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(logs.configure(home))
        database = Database(home.database)
        stack.push_async_callback(database.close)
        await database.open()
        try:
            owner = Owner(home.owners)
        except OSError as error:
            raise Failure(from_exception(error)) from error
        # Given up after the runs have been written, and before anybody else may ask for them.
        stack.callback(owner.close)
        app = App(home, database, owner, report, environ)
        stack.push_async_callback(app.close)
        try:
            await app.sessions.interrupted(owner)
        except Failure as failure:  # a full disk: the next start finds them again
            report(failure.problem)
        yield app
