"""A request that is refused because of one of its fields, asked again without it."""

from __future__ import annotations

import pytest

from playground.core import negotiate
from playground.core.negotiate import Offer
from playground.core.profile import Fields, Quirks
from tests.engine.conftest import Opening


@pytest.mark.parametrize("api", ["responses", "chat"])
async def test_what_is_refused_is_asked_again_without_it(api: str, opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session(api, made_up=1, temperature=0.5)
        run = await bench.ask(session, f"refused over {api}")
        assert (run.transcript.outcome, run.transcript.problem is None) == ("failed", False)
        assert run.transcript.problem is not None
        body = negotiate.sent(run.recording)
        [offer] = negotiate.offers(run.transcript.problem, body)
        assert offer == Offer("drop", "made_up")

        session.profile = "elsewhere"  # what the next turn will use is nobody's business here
        again = bench.workspace.again(session, run, negotiate.applied(run.call, offer))
        await bench.workspace.go(again)
        assert again.transcript.outcome == "completed"
        assert negotiate.sent(again.recording) == negotiate.amended(body, offer)
        assert (again.parent, again.profile) == (run.parent, run.profile)
        assert session.children(None) == [run, again]
        assert "made_up" in session.call.fields


async def test_what_was_learnt_of_a_model_holds_for_that_model(opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session("chat", made_up=1)
        session.call.extra = {}
        run = await bench.ask(session, "learn from this")
        offer = Offer("drop", "made_up")
        quirks = negotiate.learnt(bench.profile.quirks, run.call.model, offer)
        assert quirks == Quirks(models={"sandbox": Fields(drop=["made_up"])})
        bench.app.adopt(bench.profile.model_copy(update={"quirks": quirks}))
        assert (await bench.ask(session, "now it is known")).transcript.outcome == "completed"
        session.call.model = "refusal"
        assert (await bench.ask(session, "but not here")).transcript.outcome == "failed"
