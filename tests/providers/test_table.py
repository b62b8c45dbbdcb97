"""The table: profile + call → method, URL, headers and body, for every preset, quirk and field."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from pydantic import SecretStr

from playground import __version__
from playground.core.call import Call
from playground.core.endpoint import Endpoint, Kept, Parameter
from playground.core.items import Item, Message, Reasoning, Text
from playground.core.profile import Address, Fields, Profile, Quirks
from playground.endpoints import BY_ID, ENDPOINTS
from playground.providers import PROVIDERS
from playground.providers.presets import PRESETS, completed

KEY = SecretStr("key-MARKER-123")
BEARER = {"Authorization": "Bearer key-MARKER-123"}
HEADER = {"api-key": "key-MARKER-123"}
HOST = "https://acme.openai.azure.com/openai"
VERSION = "api-version=2025-04-01-preview"

USUAL = {
    "User-Agent": f"Playground/{__version__}",
    "Accept": "text/event-stream, application/json",
    "Content-Type": "application/json",
}


def said(role: str, text: str) -> Message:
    return Message(key=f"{role}:{text}", role=role, text=Text(text))


def sent(
    profile: Profile, call: Call, history: Sequence[Item] = (), kept: Kept | None = None
) -> Address:
    """What goes out, by the way that the engine goes."""
    endpoint = BY_ID[call.api]
    body = endpoint.body(call, history or [said("user", "Hi")], profile.quirks, kept)
    provider = next(one for one in PROVIDERS if one.id == profile.provider)
    stream = bool(body.get("stream"))
    return provider.address(profile, endpoint.path, KEY, body, call.headers, stream=stream)


# Presets.


def chat(limit: str, *, role: str = "system", **more: Any) -> dict[str, Any]:
    """The body of a chat with instructions and a limit."""
    return {
        "model": "m/1",
        "messages": [{"role": role, "content": "Be brief."}, {"role": "user", "content": "Hi"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        limit: 50,
        "store": True,
        **more,
    }


def without(body: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in names}


NEW, OLD = chat("max_completion_tokens"), chat("max_tokens")
OPENAI = chat("max_completion_tokens", role="developer")
CHAT = "/chat/completions"

BY_PRESET: dict[str, tuple[str, dict[str, str], dict[str, Any]]] = {
    "openai": (f"https://api.openai.com/v1{CHAT}", BEARER, OPENAI),
    "openai-us": (f"https://us.api.openai.com/v1{CHAT}", BEARER, OPENAI),
    "openai-eu": (f"https://eu.api.openai.com/v1{CHAT}", BEARER, OPENAI),
    "openai-ae": (f"https://ae.api.openai.com/v1{CHAT}", BEARER, OPENAI),
    "openai-au": (f"https://au.api.openai.com/v1{CHAT}", BEARER, OPENAI),
    "openai-in": (f"https://in.api.openai.com/v1{CHAT}", BEARER, OPENAI),
    "openai-jp": (f"https://jp.api.openai.com/v1{CHAT}", BEARER, OPENAI),
    "azure-v1": (f"{HOST}/v1{CHAT}", HEADER, NEW),
    "azure": (f"{HOST}/deployments/m%2F1{CHAT}?{VERSION}", HEADER, NEW),
    "azure-entra": (f"{HOST}/deployments/m%2F1{CHAT}?{VERSION}", BEARER, NEW),
    "ollama": (f"http://127.0.0.1:11434/v1{CHAT}", BEARER, OLD),
    "lmstudio": (f"http://127.0.0.1:1234/v1{CHAT}", BEARER, OLD),
    "llamacpp": (f"http://127.0.0.1:8080/v1{CHAT}", BEARER, OLD),
    "vllm": (f"http://127.0.0.1:8000/v1{CHAT}", BEARER, NEW),
    "litellm": (f"http://127.0.0.1:4000/v1{CHAT}", BEARER, OLD),
    "groq": (f"https://api.groq.com/openai/v1{CHAT}", BEARER, NEW),
    "openrouter": (f"https://openrouter.ai/api/v1{CHAT}", BEARER, without(NEW, "store")),
    "together": (f"https://api.together.xyz/v1{CHAT}", BEARER, OLD),
    "deepseek": (f"https://api.deepseek.com/v1{CHAT}", BEARER, OLD),
    "gemini": (
        f"https://generativelanguage.googleapis.com/v1beta/openai{CHAT}", BEARER, OLD
    ),
}  # fmt: skip


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_each_preset(preset: Profile) -> None:
    url, key, body = BY_PRESET[preset.id]
    profile = completed(preset, {"AZURE_OPENAI_ENDPOINT": "https://acme.openai.azure.com"})
    call = Call(
        api="chat",
        model="m/1",
        instructions="Be brief.",
        fields={"max_completion_tokens": 50, "store": True},
    )
    made = sent(profile, call)
    assert (made.method, made.url) == ("POST", url)
    assert dict(made.headers) == {**USUAL, **key}
    assert json.loads(made.body) == body
    assert made.secrets == (b"key-MARKER-123",)


def test_there_is_a_row_for_each_preset() -> None:
    assert set(BY_PRESET) == {preset.id for preset in PRESETS}


STATES = {
    "stateful": {"openai", "azure-v1", "azure", "azure-entra", "lmstudio"},
    "none": {"together", "gemini"},
}


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_what_each_preset_keeps(preset: Profile) -> None:
    usual = preset.id.partition("-")[0] if preset.id.startswith("openai-") else preset.id
    wanted = next((state for state, ids in STATES.items() if usual in ids), "stateless")
    assert preset.quirks.state == wanted
    assert preset.quirks.send_reasoning == (preset.id in {"deepseek", "gemini", "openrouter"})


# Quirks.


PLAIN: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
STREAMED = {**PLAIN, "stream": True, "stream_options": {"include_usage": True}}
THOUGHT = [
    said("user", "Why?"),
    Reasoning(key="r", text=Text("Hm."), name="reasoning"),
    said("assistant", "So."),
    said("user", "Hi"),
]
TOLD = [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So."},
        *PLAIN["messages"]]  # fmt: skip


def thought(**reasoning: str) -> dict[str, Any]:
    return {**PLAIN, "messages": [TOLD[0], {**TOLD[1], **reasoning}, TOLD[2]]}


BY_QUIRK: list[tuple[Quirks, dict[str, Any], Sequence[Item], dict[str, Any]]] = [
    (Quirks(), {"stream": True}, (), STREAMED),
    (Quirks(stream_usage=False), {"stream": True}, (), without(STREAMED, "stream_options")),
    (Quirks(stream_usage=False), {}, (), PLAIN),
    (Quirks(drop=["top_p"]), {"fields": {"top_p": 1, "seed": 2}}, (), {**PLAIN, "seed": 2}),
    (Quirks(drop=["a.b"]), {"fields": {"a.b": 1, "a.c": 2}}, (), {**PLAIN, "a": {"c": 2}}),
    (Quirks(drop=["stream_options"]), {"stream": True}, (), {**PLAIN, "stream": True}),
    (Quirks(rename={"top_p": "p"}), {"fields": {"top_p": 1}}, (), {**PLAIN, "p": 1}),
    (Quirks(rename={"a.b": "c.d"}), {"fields": {"a.b": 1}}, (), {**PLAIN, "c": {"d": 1}}),
    (Quirks(models={"m": Fields(drop=["seed"], rename={"top_p": "p"})}),
     {"fields": {"seed": 1, "top_p": 2}}, (), {**PLAIN, "p": 2}),
    (Quirks(models={"other": Fields(drop=["seed"])}), {"fields": {"seed": 1}}, (),
     {**PLAIN, "seed": 1}),
    (Quirks(rename={"a": "b"}, models={"m": Fields(rename={"b": "c"})}), {"fields": {"a": 1}}, (),
     {**PLAIN, "c": 1}),
    (Quirks(drop=["seed"]), {"extra": {"seed": 1}}, (), {**PLAIN, "seed": 1}),
    (Quirks(system_role="developer"), {"instructions": "So"}, (),
     {**PLAIN, "messages": [{"role": "developer", "content": "So"}, *PLAIN["messages"]]}),
    (Quirks(), {"instructions": "So"}, (),
     {**PLAIN, "messages": [{"role": "system", "content": "So"}, *PLAIN["messages"]]}),
    (Quirks(), {}, [said("developer", "So"), said("user", "Hi")],
     {**PLAIN, "messages": [{"role": "system", "content": "So"}, *PLAIN["messages"]]}),
    (Quirks(max_tokens="max_tokens"), {"fields": {"max_completion_tokens": 5}}, (),
     {**PLAIN, "max_tokens": 5}),
    (Quirks(max_tokens="max_completion_tokens"), {"fields": {"max_tokens": 5}}, (),
     {**PLAIN, "max_completion_tokens": 5}),
    (Quirks(max_tokens="n_predict"), {"fields": {"max_tokens": 5}}, (), {**PLAIN, "n_predict": 5}),
    (Quirks(), {"fields": {"max_tokens": 5}}, (), {**PLAIN, "max_tokens": 5}),
    (Quirks(), {}, THOUGHT, thought()),
    (Quirks(send_reasoning=True), {}, THOUGHT, thought(reasoning="Hm.")),
    (Quirks(send_reasoning=True, reasoning_name="reasoning_content"), {}, THOUGHT,
     thought(reasoning_content="Hm.")),
    (Quirks(reasoning_name="reasoning_content"), {}, THOUGHT, thought()),
]  # fmt: skip


@pytest.mark.parametrize(("quirks", "given", "history", "body"), BY_QUIRK)
def test_each_quirk_of_a_chat(
    quirks: Quirks, given: dict[str, Any], history: Sequence[Item], body: dict[str, Any]
) -> None:
    profile = Profile(id="p", name="P", base_url="https://h.example", quirks=quirks)
    made = sent(profile, Call(**{"api": "chat", "model": "m", "stream": False, **given}), history)
    assert json.loads(made.body) == body


HISTORY = [said("user", "Why?"), said("assistant", "So."), said("user", "Hi")]
KEPT = Kept(2, response_id="resp_1")


@pytest.mark.parametrize(
    ("state", "kept", "asked", "previous"),
    [
        ("stateful", KEPT, 1, "resp_1"),
        ("stateful", None, 3, None),
        ("stateless", None, 3, None),
        ("none", None, 3, None),
    ],
)
def test_what_a_server_keeps_is_not_sent_again(
    state: str, kept: Kept | None, asked: int, previous: str | None
) -> None:
    quirks = Quirks.model_validate({"state": state})
    profile = Profile(id="p", name="P", base_url="https://h.example", quirks=quirks)
    call = Call(model="m", state="previous_response_id")
    body = json.loads(sent(profile, call, HISTORY, kept).body)
    assert len(body["input"]) == asked
    assert body.get("previous_response_id") == previous


def test_there_is_a_row_for_each_quirk() -> None:
    covered = {name for quirks, *_ in BY_QUIRK for name in quirks.model_fields_set}
    assert covered | {"state"} == set(Quirks.model_fields)


# The other fields of a profile.


BY_FIELD: dict[str, tuple[dict[str, Any], str, dict[str, str]]] = {
    "provider": (
        {"provider": "azure", "api_version": "1"},
        "https://h.example/v1/deployments/m/chat/completions?api-version=1",
        BEARER,
    ),
    "base_url": (
        {"base_url": "http://127.0.0.1:9"}, "http://127.0.0.1:9/v1/chat/completions", BEARER
    ),
    "key_header": ({"key_header": "X-Key"}, "", {"X-Key": "key-MARKER-123"}),
    "api_version": ({"api_version": "1"}, "", BEARER),
    "organization": ({"organization": "o"}, "", {**BEARER, "OpenAI-Organization": "o"}),
    "project": ({"project": "p"}, "", {**BEARER, "OpenAI-Project": "p"}),
    "headers": (
        {"headers": {"X-A": "1", "Accept": "a"}}, "", {**BEARER, "X-A": "1", "Accept": "a"}
    ),
}  # fmt: skip


@pytest.mark.parametrize("field", BY_FIELD)
def test_each_field_of_a_profile(field: str) -> None:
    given, url, headers = BY_FIELD[field]
    profile = Profile(**{"id": "p", "name": "P", "base_url": "https://h.example/v1", **given})
    made = sent(profile, Call(api="chat", model="m"))
    assert made.url == (url or "https://h.example/v1/chat/completions")
    assert dict(made.headers) == {**USUAL, **headers}
    assert json.loads(made.body) == STREAMED


def test_there_is_a_row_for_each_field_of_a_profile() -> None:
    elsewhere = {"id", "name", "quirks"}  # the first two are never sent
    before = {"api", "model", "key_env"}  # decided by who makes the call, or finds the key
    before |= {"at_once"}  # or by who waits until it may be sent
    assert set(BY_FIELD) == set(Profile.model_fields) - elsewhere - before


# Request fields.


def found(body: dict[str, Any], path: str) -> Any:
    for name in path.split("."):
        body = body.get(name, {}) if isinstance(body, dict) else {}
    return body


def fields() -> list[Any]:
    return [
        pytest.param(endpoint, parameter, id=f"{endpoint.id}-{parameter.path}")
        for endpoint in ENDPOINTS
        for parameter in endpoint.parameters
    ]


@pytest.mark.parametrize(("endpoint", "parameter"), fields())
def test_each_request_field(endpoint: Endpoint, parameter: Parameter) -> None:
    profile = Profile(id="p", name="P", base_url="https://h.example")
    value = parameter.start if parameter.start is not None else "x"
    off = sent(profile, Call(api=endpoint.id, model="m"))
    made = sent(profile, Call(api=endpoint.id, model="m", fields={parameter.path: value}))
    assert (made.method, made.url) == ("POST", f"https://h.example/v1{endpoint.path}")
    assert made.headers == off.headers == tuple({**USUAL, **BEARER}.items())
    before, after = json.loads(off.body), json.loads(made.body)
    assert found(before, parameter.path) == {}, "it is off, so it is not sent"
    assert found(after, parameter.path) == value
    name = parameter.path.partition(".")[0]
    assert without(after, name) == without(before, name), "nothing else has changed"
