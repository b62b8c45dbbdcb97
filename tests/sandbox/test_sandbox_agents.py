"""openai-agents is the second judge: it drives whole loops over both dialects, and is strict about
what comes back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import agents
import pytest
from agents import (
    Agent,
    GuardrailFunctionOutput,
    HandoffCallItem,
    InputGuardrailTripwireTriggered,
    ModelSettings,
    OpenAIChatCompletionsModel,
    OpenAIResponsesModel,
    OutputGuardrailTripwireTriggered,
    RunConfig,
    Runner,
    ToolCallItem,
    ToolCallOutputItem,
)
from openai import AsyncOpenAI
from pydantic import BaseModel

from tests.oracle import FAST, client

DIALECTS = [OpenAIResponsesModel, OpenAIChatCompletionsModel]
QUIET = RunConfig(tracing_disabled=True)


@pytest.fixture(autouse=True)
def untraced() -> Iterator[None]:
    """Nothing of a run is sent anywhere."""
    agents.set_tracing_disabled(True)
    yield
    agents.set_trace_processors([])


class Asked:
    """Two agents, of which the first passes weather on to the second, and what their parts saw."""

    def __init__(self, dialect: Any, api: AsyncOpenAI, model: str = "sandbox") -> None:
        self.cities: list[str] = []
        self.guarded: list[str] = []
        settings = ModelSettings(include_usage=True, extra_body=FAST)
        chosen = dialect(model=model, openai_client=api)

        @agents.function_tool
        def get_weather(city: str) -> str:
            """The weather of a city."""
            self.cities.append(city)
            return f"It rains in {city}."

        @agents.input_guardrail
        async def no_secrets(context: Any, agent: Any, given: Any) -> GuardrailFunctionOutput:
            self.guarded.append(str(given))
            return GuardrailFunctionOutput(None, tripwire_triggered="secret" in str(given))

        @agents.output_guardrail
        async def no_snow(context: Any, agent: Any, output: Any) -> GuardrailFunctionOutput:
            return GuardrailFunctionOutput(None, tripwire_triggered="Snowtown" in str(output))

        self.weather = Agent(
            name="Weather",
            instructions="Tell the weather.",
            model=chosen,
            tools=[get_weather],
            # A new agent hears the output of the hand-off first: it has to be told to act.
            model_settings=settings.resolve(ModelSettings(tool_choice="required")),
            output_guardrails=[no_snow],
        )
        self.desk = Agent(
            name="Desk",
            instructions="Pass the question on.",
            model=chosen,
            handoffs=[self.weather],
            model_settings=settings,
            input_guardrails=[no_secrets],
        )


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("streamed", [False, True])
def test_a_hand_off_and_a_tool(serving: Any, run: Any, dialect: Any, streamed: bool) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            asked = Asked(dialect, api)
            question = "How is it in Oslo?"
            if streamed:
                result: Any = Runner.run_streamed(asked.desk, question, run_config=QUIET)
                kinds = [event.type async for event in result.stream_events()]
                assert {"agent_updated_stream_event", "raw_response_event"} <= set(kinds)
            else:
                result = await Runner.run(asked.desk, question, run_config=QUIET)
            assert result.last_agent is asked.weather
            assert asked.cities == ["Oslo"] and len(asked.guarded) == 1
            assert "> It rains in Oslo." in result.final_output
            for kind in (HandoffCallItem, ToolCallItem, ToolCallOutputItem):
                assert any(isinstance(item, kind) for item in result.new_items)
            assert result.context_wrapper.usage.requests == 3
            assert result.context_wrapper.usage.total_tokens > 0
            path = "/v1/responses" if dialect is OpenAIResponsesModel else "/v1/chat/completions"
            log = await server.log()
            assert [(row["path"], row["status"]) for row in log] == [(path, 200)] * 3

    run(drive())


@pytest.mark.parametrize("dialect", DIALECTS)
def test_guardrails_stop_a_run(serving: Any, run: Any, dialect: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            asked = Asked(dialect, api)
            with pytest.raises(InputGuardrailTripwireTriggered):
                await Runner.run(asked.desk, "It is a secret", run_config=QUIET)
            assert asked.cities == []
            with pytest.raises(OutputGuardrailTripwireTriggered):
                await Runner.run(asked.desk, "How is it in Snowtown?", run_config=QUIET)
            assert asked.cities == ["Snowtown"]

    run(drive())


class Report(BaseModel):
    city: str
    days: int


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_agent_with_a_typed_answer(serving: Any, run: Any, dialect: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            agent = Agent(
                name="Clerk",
                model=dialect(model="sandbox", openai_client=api),
                model_settings=ModelSettings(extra_body=FAST),
                output_type=Report,
            )
            result = await Runner.run(agent, "A report on Lima for 5 days", run_config=QUIET)
        assert result.final_output == Report(city="Lima", days=5)

    run(drive())


@pytest.mark.parametrize("chained", [False, True])
def test_reasoning_survives_the_loop(serving: Any, run: Any, chained: bool) -> None:
    """By hand, every item is sent back; chained, only what is new."""

    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            asked = Asked(OpenAIResponsesModel, api, "reasoning")
            # The library has no output guardrails where the server remembers.
            asked.weather.output_guardrails.clear()
            result = await Runner.run(
                asked.desk,
                "How is it in Oslo?",
                run_config=QUIET,
                auto_previous_response_id=chained,
            )
            assert asked.cities == ["Oslo"] and "204" in result.final_output
            assert [item.type for item in result.new_items].count("reasoning_item") == 3
            sent = [row["body"]["input"] for row in await server.log()]
            assert [len(items) for items in sent[1:]] == ([1, 1] if chained else [4, 7])

    run(drive())


def test_a_conversation_of_the_server_is_the_memory(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            talk = await api.conversations.create()
            agent = Agent(
                name="Clerk",
                model=OpenAIResponsesModel(model="sandbox", openai_client=api),
                model_settings=ModelSettings(extra_body=FAST),
            )
            for number in (1, 2):
                result = await Runner.run(
                    agent, f"Message {number}", run_config=QUIET, conversation_id=talk.id
                )
                assert f"number {number}" in result.final_output
            items = [item async for item in api.conversations.items.list(talk.id)]
            assert [item.type for item in items] == ["message"] * 4

    run(drive())
