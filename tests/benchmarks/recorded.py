"""Recordings of any length, made by the sandbox and read by the engine: what a window would have.

Making a million events takes minutes, so what was made is kept in a home of its own among the
temporary files, and read from there the next time: `PLAYGROUND_RECORDINGS` is another place.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playground import __version__, app
from playground.core.problem import Problem
from playground.core.profile import Profile
from playground.core.session import Run
from playground.store.home import Home
from tests.processes import sandbox

KEPT = "recordings-of-the-sandbox"
PER_CHUNK = 50
"""Events of one network write."""
ENDS = 20
"""Events beside the deltas: our own facts, and those around and behind the text. At most."""


def recorded(count: int) -> Run:
    """A run of about `count` events, of which `count` are text deltas."""
    place = Path(os.environ.get("PLAYGROUND_RECORDINGS", tempfile.gettempdir()))
    return asyncio.run(_recorded(count, place / f"{KEPT}-{__version__}" / str(count)))


async def _recorded(count: int, where: Path) -> Run:
    said = where / "run"
    problems: list[Problem] = []
    if not said.exists():
        shutil.rmtree(where, ignore_errors=True)
        with sandbox() as server:
            async with app.opened(Home.at(where / "home", {}), problems.append, {}) as opened:
                run = await streamed(opened, server.base_url, count)
        assert run.transcript.outcome == "completed", problems
        said.write_text(run.id, encoding="ascii")
    async with app.opened(Home.at(where / "home", {}), problems.append, {}) as opened:
        run = await opened.sessions.run(said.read_text(encoding="ascii"))
    assert count <= len(run.recording) <= count + ENDS, problems
    return run


async def streamed(opened: app.App, base_url: str, count: int) -> Run:
    """A run to its end, for which a sandbox says `count` pieces of text as fast as it can."""
    profile = Profile(id="recorded", name="Sandbox", base_url=base_url, model="load")
    opened.adopt(profile)
    session = opened.workspace.new_session(profile)
    pace = {"events": count, "per_second": 0, "per_chunk": PER_CHUNK}
    fields = {**session.call.fields, "sandbox": pace}
    session.call = session.call.model_copy(update={"model": "load", "fields": fields})
    return await opened.workspace.go(opened.workspace.ask(session, "As much as you can."))


def deltas(raws: Sequence[bytes]) -> int:
    return sum(raw.startswith(b"event: response.output_text.delta\n") for raw in raws)
