"""Presets: servers that many people have, as profiles to start from.

Data, not behaviour: whoever edits a copy of one has an ordinary profile. Servers other than
OpenAI's start with Chat Completions, which all of them know in every version, and keep the names
of fields that they have always understood.
"""

from __future__ import annotations

from playground.core.profile import Profile, Quirks

OLD_NAMES = Quirks(rename={"max_completion_tokens": "max_tokens"})

PRESETS: tuple[Profile, ...] = (
    Profile(
        id="openai",
        name="OpenAI",
        base_url="https://api.openai.com/v1",
        key_env="OPENAI_API_KEY",
        quirks=Quirks(system_role="developer"),
    ),
    Profile(
        id="ollama",
        name="Ollama",
        base_url="http://127.0.0.1:11434/v1",
        api="chat",
        quirks=OLD_NAMES,
    ),
    Profile(
        id="lmstudio",
        name="LM Studio",
        base_url="http://127.0.0.1:1234/v1",
        api="chat",
        quirks=OLD_NAMES,
    ),
    Profile(
        id="llamacpp",
        name="llama.cpp",
        base_url="http://127.0.0.1:8080/v1",
        api="chat",
        quirks=OLD_NAMES,
    ),
    Profile(
        id="vllm",
        name="vLLM",
        base_url="http://127.0.0.1:8000/v1",
        api="chat",
    ),
    Profile(
        id="groq",
        name="Groq",
        base_url="https://api.groq.com/openai/v1",
        api="chat",
        key_env="GROQ_API_KEY",
    ),
    Profile(
        id="openrouter",
        name="OpenRouter",
        base_url="https://openrouter.ai/api/v1",
        api="chat",
        key_env="OPENROUTER_API_KEY",
    ),
    Profile(
        id="together",
        name="Together",
        base_url="https://api.together.xyz/v1",
        api="chat",
        key_env="TOGETHER_API_KEY",
        quirks=OLD_NAMES,
    ),
    Profile(
        id="deepseek",
        name="DeepSeek",
        base_url="https://api.deepseek.com/v1",
        api="chat",
        key_env="DEEPSEEK_API_KEY",
        quirks=OLD_NAMES,
    ),
)
