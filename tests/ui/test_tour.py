"""The tour, played once with the scripted server: each step comes about and shows what it says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from playground.core.profile import SANDBOX
from playground.ui.tour import Tour
from tests.window import Opening

STEPS = [
    "first-start",
    "asked",
    "answered",
    "streaming",
    "inspected",
    "timeline",
    "time",
    "request",
    "sent",
    "regenerated",
    "diff",
    "compare",
    "compare-differences",
    "structured-begins",
    "structured-goes-on",
    "structured",
    "structured-repair",
    "tools-approval",
    "tools",
    "replay",
    "replay-back",
    "presented-waiting",
    "presented",
    "broken",
    "dark",
]


@pytest.mark.slow
async def test_every_step_comes_about(opening: Opening, tmp_path: Path) -> None:
    out, said = tmp_path / "tour", list[str]()
    async with opening() as driver:
        told = await Tour(driver.shell, out, said.append).play(SANDBOX)
        assert driver.desk.replaying is None and driver.shell.presenting is None
        await driver.idle()
    steps = {step["name"]: step["saw"] for step in told["steps"]}
    assert list(steps) == STEPS
    assert [step["picture"] for step in told["steps"]] == sorted(
        one.name for one in out.glob("*.png")
    )
    assert len(said) == len(STEPS)
    assert json.loads((out / "tour.json").read_text(encoding="utf-8")) == told
    assert told["outcome"] == "completed" and told["answer"]
    assert 0 < steps["inspected"]["event"] < steps["inspected"]["events"]
    assert steps["compare"]["outcomes"] == ["completed"] * 2
    assert steps["structured"]["state"] == "valid"
    assert [call["name"] for call in told["tools"]] == ["demo › get_weather"] * 2
    assert steps["replay-back"]["event"] == steps["replay"]["event"] - 1
    assert steps["replay"]["event"] < steps["replay"]["events"]
    assert steps["broken"]["outcome"] == "truncated"
