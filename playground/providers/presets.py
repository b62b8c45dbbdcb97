"""Presets: servers that many people have, as profiles to start from.

Data, not behaviour: whoever edits a copy of one has an ordinary profile. Servers other than
OpenAI's start with Chat Completions, which all of them know in every version. Where a server keeps
state is only said of those that are known to; for all others the whole conversation is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from playground.core.profile import Profile, Quirks

STATEFUL = Quirks(system_role="developer", state="stateful")
AZURE = Quirks(state="stateful")

LLAMA_CPP = {"text.format.schema": "json_schema"}
"""Its Responses API reads no `text.format`, but everywhere this field of its own."""

REGIONS = ("us", "eu", "ae", "au", "in", "jp")
"""Where OpenAI keeps data on request, as the first part of its address."""

OPENAI = Profile(
    id="openai",
    name="OpenAI",
    base_url="https://api.openai.com/v1",
    key_env="OPENAI_API_KEY",
    quirks=STATEFUL,
)


def _regional(region: str) -> Profile:
    return OPENAI.model_copy(
        update={
            "id": f"openai-{region}",
            "name": f"OpenAI ({region.upper()})",
            "base_url": f"https://{region}.api.openai.com/v1",
        }
    )


GROUPS: tuple[tuple[str, tuple[Profile, ...]], ...] = (
    ("OpenAI", (OPENAI,)),
    ("OpenAI in a region", tuple(map(_regional, REGIONS))),
    (
        "Azure",
        (
            Profile(
                id="azure-v1",
                name="Azure OpenAI",
                key_env="AZURE_OPENAI_API_KEY",
                key_header="api-key",
                quirks=AZURE,
            ),
            Profile(
                id="azure",
                name="Azure OpenAI (classic)",
                provider="azure",
                api="chat",
                key_env="AZURE_OPENAI_API_KEY",
                key_header="api-key",
                api_version="2025-04-01-preview",
                quirks=AZURE,
            ),
            Profile(
                id="azure-entra",
                name="Azure OpenAI (classic, Entra ID)",
                provider="azure",
                api="chat",
                key_env="AZURE_OPENAI_AD_TOKEN",
                api_version="2025-04-01-preview",
                quirks=AZURE,
            ),
        ),
    ),
    (
        "On this computer",
        (
            Profile(
                id="ollama",
                name="Ollama",
                base_url="http://127.0.0.1:11434/v1",
                api="chat",
                quirks=Quirks(max_tokens="max_tokens", reasoning_name="reasoning"),
            ),
            Profile(
                id="lmstudio",
                name="LM Studio",
                base_url="http://127.0.0.1:1234/v1",
                api="chat",
                quirks=Quirks(max_tokens="max_tokens", state="stateful"),
            ),
            Profile(
                id="llamacpp",
                name="llama.cpp",
                base_url="http://127.0.0.1:8080/v1",
                api="chat",
                quirks=Quirks(
                    max_tokens="max_tokens",
                    reasoning_name="reasoning_content",
                    rename=LLAMA_CPP,
                ),
            ),
            Profile(
                id="vllm",
                name="vLLM",
                base_url="http://127.0.0.1:8000/v1",
                api="chat",
            ),
            Profile(
                id="litellm",
                name="LiteLLM",
                base_url="http://127.0.0.1:4000/v1",
                api="chat",
                key_env="LITELLM_API_KEY",
                quirks=Quirks(max_tokens="max_tokens", reasoning_name="reasoning_content"),
            ),
        ),
    ),
    (
        "Hosted",
        (
            Profile(
                id="groq",
                name="Groq",
                base_url="https://api.groq.com/openai/v1",
                api="chat",
                key_env="GROQ_API_KEY",
                quirks=Quirks(reasoning_name="reasoning"),
            ),
            Profile(
                id="openrouter",
                name="OpenRouter",
                base_url="https://openrouter.ai/api/v1",
                api="chat",
                key_env="OPENROUTER_API_KEY",
                # It keeps nothing, and refuses to be asked to. What models behind it have signed of
                # their reasoning has to come back with the outputs of their calls.
                quirks=Quirks(drop=["store"], reasoning_name="reasoning", send_reasoning=True),
            ),
            Profile(
                id="together",
                name="Together",
                base_url="https://api.together.xyz/v1",
                api="chat",
                key_env="TOGETHER_API_KEY",
                quirks=Quirks(max_tokens="max_tokens", state="none"),
            ),
            Profile(
                id="deepseek",
                name="DeepSeek",
                base_url="https://api.deepseek.com/v1",
                api="chat",
                key_env="DEEPSEEK_API_KEY",
                # In thinking mode a call of a tool whose reasoning is missing is refused.
                quirks=Quirks(
                    max_tokens="max_tokens",
                    reasoning_name="reasoning_content",
                    send_reasoning=True,
                ),
            ),
            Profile(
                id="gemini",
                name="Gemini",
                base_url="https://generativelanguage.googleapis.com/v1beta/openai",
                api="chat",
                key_env="GEMINI_API_KEY",
                # A call whose signature, in `extra_content`, is missing is refused.
                quirks=Quirks(max_tokens="max_tokens", state="none", send_reasoning=True),
            ),
        ),
    ),
)
"""All presets, as they stand in a menu."""

PRESETS: tuple[Profile, ...] = tuple(one for _, group in GROUPS for one in group)

EXAMPLES = {
    "openai": "https://host/v1, with or without /v1",
    "azure": "https://RESOURCE.openai.azure.com",
    "azure-v1": "https://RESOURCE.openai.azure.com/openai/v1",
}
"""How an address looks, by the id of a provider or of a preset."""


def completed(preset: Profile, environ: Mapping[str, str]) -> Profile:
    """A preset with what the vendors' own clients take from the environment, keys apart."""
    update = {}
    match preset.id:
        case "openai":
            update = {
                "base_url": environ.get("OPENAI_BASE_URL"),
                "organization": environ.get("OPENAI_ORG_ID"),
                "project": environ.get("OPENAI_PROJECT_ID"),
            }
        case "azure-v1" | "azure" | "azure-entra":
            resource = environ.get("AZURE_OPENAI_ENDPOINT", "").strip().rstrip("/")
            below = "/openai" if preset.provider == "azure" else "/openai/v1"
            update = {
                "base_url": resource.removesuffix("/openai") + below if resource else "",
                "api_version": environ.get("OPENAI_API_VERSION") if preset.api_version else "",
            }
        case _:
            pass
    return preset.model_copy(update={name: value for name, value in update.items() if value})


def listed(presets: Iterable[Profile]) -> list[Profile]:
    """The presets that belong in every list of servers: those that can be used as they stand, and
    of OpenAI's regions none. The others are in the menu that adds one."""
    regional = {f"openai-{region}" for region in REGIONS}
    return [one for one in presets if one.base_url and one.id not in regional]
