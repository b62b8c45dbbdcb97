"""Runs at the sandbox, one for each dialect and feature, made by the engine as the window makes
them; and what code that repeats one of their requests has to print."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playground import app
from playground.core.items import Message
from playground.core.output import Output
from playground.core.parts import part_of
from playground.core.problem import Problem
from playground.core.profile import Profile, Quirks
from playground.core.session import Run, Session
from playground.core.tools import Result
from playground.core.transcript import Transcript, replay
from playground.endpoints import BY_ID
from playground.export.request import Request, sent
from playground.store.home import Home
from tests.engine.answering import TIME, WEATHER, Hands, answering, use
from tests.engine.conftest import Bench
from tests.processes import Sandbox

Json = dict[str, Any]
LIMITS = {
    "responses": "max_output_tokens",
    "chat": "max_completion_tokens",
    "completions": "max_tokens",
}
SHORT = 60
"""Tokens of an answer: programs with the package take their time over each event."""
Say = Callable[[Bench, Session], Awaitable[Run]]

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8ff"
    "ff3f0005fe02fe0def46b80000000049454e44ae426082"
)
INVOICE: Json = {
    "type": "object",
    "properties": {"who": {"type": "string"}, "total": {"type": "number"}},
    "required": ["who", "total"],
    "additionalProperties": False,
}
HEADERS = {"X-Title": 'it\'s "$HOME" `id` \\'}


async def plainly(bench: Bench, session: Session) -> Run:
    return await bench.ask(session, "Grüße, 世界! It's `two`\nlines 🌍")


async def with_files(bench: Bench, session: Session) -> Run:
    parts = [part_of("a.png", PIXEL), part_of("it's.pdf", b"%PDF-1.4\n%")]
    return await bench.workspace.go(bench.workspace.ask(session, "What is this?", parts))


async def after_another(bench: Bench, session: Session) -> Run:
    await bench.ask(session, "First.")
    return await bench.ask(session, "Second.")


async def after_a_developer(bench: Bench, session: Session) -> Run:
    bench.workspace.insert(session, "developer", "Say it in 'one' word.")
    return await bench.ask(session, "Hello.")


async def by_calls(bench: Bench, session: Session) -> Run:
    async def sky(arguments: str) -> Result:
        return Result('{"sky": "it\'s ${blue}"}')

    use(bench, answering(Hands(get_weather=sky)))
    return await bench.ask(session, "Please ask get_weather for Oslo and get_time for Rome.")


@dataclass(frozen=True)
class Case:
    api: str
    call: Json = field(default_factory=dict)
    """What of the call is not as usual."""
    say: Say = plainly
    model: str = "sandbox"
    state: str = "stateless"


def _cases() -> dict[str, Case]:
    found: dict[str, Case] = {}
    for api, limit in LIMITS.items():
        numbers: Json = {"temperature": 0.5, "top_p": 0.25, limit: SHORT}
        if api != "responses":
            numbers |= {"seed": 7, "stop": ["\u2028", "§"], "logit_bias": {"50256": -100}}
        beside = {"extra": {"metadata": {"a-b": "c"}} if api != "completions" else {"user": "u'1"}}
        found |= {
            f"{api}-plain": Case(api),
            f"{api}-whole": Case(api, {"stream": False}),
            f"{api}-instructions": Case(api, {"instructions": 'It\'s "brief", $HOME.'}),
            f"{api}-parameters": Case(api, {"fields": numbers}),
            f"{api}-beside": Case(api, {"headers": HEADERS, **beside}),
            f"{api}-history": Case(api, say=after_another),
        }
    for stream in (True, False):
        end = "" if stream else "-whole"
        for api in ("chat", "completions"):
            several = {"fields": {"n": 3}, "stream": stream}
            found[f"{api}-several{end}"] = Case(api, several)
        prompts = {"extra": {"prompt": ["One.", "Two 'n' \"half\"."]}, "stream": stream}
        found[f"completions-prompts{end}"] = Case("completions", prompts)
        for api in ("responses", "chat"):
            tools = {"tools": [WEATHER, TIME], "stream": stream}
            found[f"{api}-tools{end}"] = Case(api, tools, by_calls)
            form = Output(mode="json_schema", name="invoice", json_schema=INVOICE)
            for mode in ("json_schema", "json_object", "tool"):
                output = form.model_copy(update={"mode": mode})
                found[f"{api}-{mode}{end}"] = Case(
                    api, {"output": output, "stream": stream, "instructions": "As JSON."}
                )
        background = {"fields": {"background": True}, "headers": HEADERS, "stream": stream}
        found[f"responses-background{end}"] = Case("responses", background)
    for api in ("responses", "chat"):
        found |= {
            f"{api}-developer": Case(api, say=after_a_developer),
            f"{api}-files": Case(api, say=with_files),
            f"{api}-reasoning": Case(api, model="reasoning"),
        }
    effort = {"fields": {"reasoning": {"effort": "low", "summary": "auto"}, "store": False,
                         "include": ["reasoning.encrypted_content"]}}  # fmt: skip
    found |= {
        "responses-effort": Case("responses", effort, model="reasoning"),
        "responses-follows": Case(
            "responses", {"state": "previous_response_id"}, after_another, state="stateful"
        ),
        "responses-conversation": Case(
            "responses", {"state": "conversation"}, after_another, "prose", "stateful"
        ),
    }
    for tool, model in {
        "web_search": "items/web-search",
        "image_generation": "items/image",
    }.items():
        hosted = {"extra": {"tools": [{"type": tool}]}}
        found[f"responses-{tool}"] = Case("responses", hosted, model=model)
    return found


CASES = _cases()


@dataclass(frozen=True)
class Snippet:
    """One request of a run, and its answer."""

    case: Case
    request: Request
    answer: Transcript

    @property
    def texts(self) -> list[str]:
        return texts(self.answer)

    @property
    def calls(self) -> list[tuple[str, str]]:
        return calls(self.answer)

    @property
    def printed(self) -> str:
        """What a program prints that reads the answer."""
        rows = [*(self.texts or [""]), *(f"{name}({said})" for name, said in self.calls)]
        return "".join(f"{row}\n" for row in rows)


def texts(answer: Transcript) -> list[str]:
    """The text of each choice."""
    found: dict[int, str] = {}
    for item in answer.items:
        if isinstance(item, Message) and item.role == "assistant":
            found[item.choice] = found.get(item.choice, "") + str(item.text)
    return [found[choice] for choice in sorted(found)]


def calls(answer: Transcript) -> list[tuple[str, str]]:
    return [(call.name, str(call.arguments)) for call in answer.tool_calls]


@asynccontextmanager
async def bench(server: Sandbox, folder: Path) -> AsyncIterator[Bench]:
    problems: list[Problem] = []
    async with app.opened(Home.at(folder / "home", {}), problems.append, {}) as opened:
        yield Bench(opened, server, problems)
    assert not problems


async def made(cases: Mapping[str, Case], server: Sandbox, folder: Path) -> dict[str, Snippet]:
    """Each request of each case, once: `NAME`, `NAME-2` …"""
    found = {}
    async with bench(server, folder) as opened:
        for name, case in cases.items():
            run, profile = await _ran(opened, case)
            assert run.transcript.outcome in ("completed", "incomplete"), (
                name,
                run.transcript.problem,
            )
            for leg in sorted({event.leg for event in run.recording}):
                said = [event for event in run.recording if event.leg == leg]
                answer = replay(said, BY_ID[case.api].reduce)
                key = f"{name}-{leg + 1}" if leg else name
                found[key] = Snippet(case, sent(run, profile, leg), answer)
    return found


async def _ran(opened: Bench, case: Case) -> tuple[Run, Profile]:
    name = f"here-{case.state}"
    quirks = Quirks(state=case.state)  # type: ignore[arg-type]
    profile = Profile(id=name, name=name, base_url=opened.sandbox.base_url, quirks=quirks)
    opened.app.adopt(profile)
    session = opened.workspace.new_session(profile)
    fields = {LIMITS[case.api]: SHORT} if case.say is plainly else {}
    extra = {"sandbox": {"per_second": 0}, **case.call.get("extra", {})}
    update: Json = {"api": case.api, "model": case.model, "fields": fields, **case.call}
    session.call = session.call.model_copy(update=update | {"extra": extra})
    return await case.say(opened, session), profile
