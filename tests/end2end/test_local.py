"""llama.cpp's own server, from the window, over each of its dialects.

Its Responses events have neither numbers nor indices, and an answer that was cut short ends as if
it were complete.
"""

from __future__ import annotations

import asyncio

import pytest

from playground.core.profile import LOCAL
from tests.window import Opening

Loop = asyncio.AbstractEventLoop

pytest.importorskip("xllamacpp", reason="the bundled model's wheels are not installed")


@pytest.mark.model
def test_the_bundled_model_answers_over_every_dialect(opening: Opening, loop: Loop) -> None:
    async def go() -> None:
        async with opening() as driver:
            driver.desk.use_profile(LOCAL)
            for api in ("chat", "responses"):
                driver.desk.new_session()
                box = driver.settings.api
                box.setCurrentIndex(box.findData(api))
                box.activated.emit(box.currentIndex())
                driver.fields(temperature=0)
                run = driver.send("What is the capital of France?")
                assert run.call.api == api
                await driver.ended(run)
                seen = run.transcript
                assert (seen.outcome, seen.finish_reason) == ("completed", "stop"), seen.problem
                assert "Paris" in seen.text
                await driver.shows("Paris")
                assert seen.malformed == 0
                assert seen.usage is not None and seen.usage.basis == "reported"
                assert seen.usage.output > 0
                # The next turn has the first one before it.
                again = driver.send("Name its river.")
                await driver.ended(again)
                assert again.transcript.outcome == "completed"
                assert again.transcript.usage is not None
                assert again.transcript.usage.input > seen.usage.input

    loop.run_until_complete(go())
