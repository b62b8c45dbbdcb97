"""The request fields of the Responses API that a person can switch on."""

from __future__ import annotations

from playground.core.endpoint import Parameter

REASONING = "Reasoning"
OUTPUT = "Output"
TOOLS = "Tools"
STATE = "State"
CACHE = "Cache and tier"
OTHER = "Other"

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
LEVELS = ("low", "medium", "high")
SUMMARIES = ("auto", "concise", "detailed")
CONTEXTS = ("auto", "current_turn", "all_turns")
MODES = ("standard", "pro")
TIERS = ("auto", "default", "flex", "scale", "priority", "fast", "ultrafast")
INCLUDED = (
    "file_search_call.results",
    "web_search_call.results",
    "web_search_call.action.sources",
    "message.input_image.image_url",
    "computer_call_output.output.image_url",
    "code_interpreter_call.outputs",
    "reasoning.encrypted_content",
    "message.output_text.logprobs",
)

_SAMPLED = "reasoning models, unless the effort is none"
_THINKS = "models that do not reason"
_STATELESS = "servers that keep no responses"

_FUNCTION = {
    "type": "function",
    "name": "weather",
    "description": "The weather in a city, now.",
    "strict": True,
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
}
_FORMAT = {
    "type": "json_schema",
    "name": "answer",
    "strict": True,
    "schema": {
        "type": "object",
        "properties": {"answer": {"type": "string"}},
        "required": ["answer"],
        "additionalProperties": False,
    },
}

PARAMETERS = (
    Parameter(
        "temperature", "number", "How random the choice of words is.", 1.0, 0, 2, refused=_SAMPLED
    ),
    Parameter(
        "top_p", "number", "Only the likeliest words are considered, up to this sum.", 1.0, 0, 1,
        refused=_SAMPLED,
    ),
    Parameter(
        "max_output_tokens", "integer", "The limit of the answer, reasoning included.", 2048, 1
    ),
    Parameter(
        "reasoning.effort", "choice", "How long the model may think.", "medium", choices=EFFORTS,
        refused=_THINKS,
    ),
    Parameter(
        "text.verbosity", "choice", "How much the answer says.", "medium", choices=LEVELS,
        refused="models before gpt-5",
    ),
    Parameter(
        "store", "boolean", "Whether the server keeps the answer; it does unless switched off.",
        False,
    ),
    Parameter(
        "reasoning.summary", "choice", "Asks for a summary of the reasoning.", "auto",
        choices=SUMMARIES, group=REASONING, refused=_THINKS,
    ),
    Parameter(
        "reasoning.context", "choice", "Of which turns the model sees its own reasoning.", "auto",
        choices=CONTEXTS, group=REASONING, refused=_THINKS,
    ),
    Parameter(
        "reasoning.mode", "choice", "Thinks once, or with the greater means of a pro model.",
        "standard", choices=MODES, group=REASONING, refused=_THINKS,
    ),
    Parameter(
        "text.format", "json", "Plain text, any JSON, or JSON that satisfies a schema.", _FORMAT,
        group=OUTPUT,
    ),
    Parameter(
        "top_logprobs", "integer",
        "How many other tokens are reported beside each, with their probabilities.", 5, 0, 20,
        group=OUTPUT, refused=_SAMPLED,
    ),
    Parameter(
        "include", "json", f"What the answer holds beside the usual: {', '.join(INCLUDED)}.",
        ["reasoning.encrypted_content"], group=OUTPUT,
    ),
    Parameter(
        "stream_options.include_obfuscation", "boolean",
        "Whether deltas are filled up so that their length tells nothing; off saves bytes.", False,
        group=OUTPUT,
    ),
    Parameter(
        "tools", "json", "What the model may call: functions, and tools that the server runs.",
        [_FUNCTION], group=TOOLS,
    ),
    Parameter(
        "tool_choice", "json", "Whether the model may, must or must not call tools, and which.",
        "auto", group=TOOLS,
    ),
    Parameter(
        "parallel_tool_calls", "boolean", "Whether one turn may call several tools at once.", False,
        group=TOOLS,
    ),
    Parameter(
        "max_tool_calls", "integer",
        "The limit of calls of tools that the server runs, over the whole answer.", 10, 1,
        group=TOOLS,
    ),
    Parameter(
        "previous_response_id", "text", "The stored response that this one continues.", "resp_",
        group=STATE, refused=_STATELESS,
    ),
    Parameter(
        "conversation", "text", "The server's conversation that the answer becomes a part of.",
        "conv_", group=STATE, refused=_STATELESS,
    ),
    Parameter(
        "background", "boolean", "Lets the server work on without a connection; it has to store.",
        True, group=STATE, refused=_STATELESS,
    ),
    Parameter(
        "truncation", "choice", "Whether a conversation that is too long loses its middle.", "auto",
        choices=("auto", "disabled"), group=STATE,
    ),
    Parameter(
        "context_management", "json", "When the server shortens the conversation by itself.",
        [{"type": "compaction", "compact_threshold": 100_000}], group=STATE,
    ),
    Parameter(
        "service_tier", "choice", "Which queue the request waits in, at which price.", "auto",
        choices=TIERS, group=CACHE,
    ),
    Parameter(
        "prompt_cache_key", "text", "Requests that share it are likelier to find the same cache.",
        "playground", group=CACHE,
    ),
    Parameter(
        "prompt_cache_options.mode", "choice",
        "Whether the server chooses what is cached, or breakpoints in the input do.", "implicit",
        choices=("implicit", "explicit"), group=CACHE,
    ),
    Parameter(
        "prompt_cache_options.ttl", "choice", "How long what is cached is kept.", "30m",
        choices=("30m", "12h"), group=CACHE,
    ),
    Parameter(
        "prompt_cache_options.prewarm", "boolean", "Fills the cache and answers nothing.", True,
        group=CACHE,
    ),
    Parameter(
        "prompt_cache_options.comparison_response_id", "text",
        "Has the server explain why less was found in the cache than by this response.", "resp_",
        group=CACHE, refused=_STATELESS,
    ),
    Parameter(
        "prompt_cache_retention", "choice", "The older name of how long what is cached is kept.",
        "24h", choices=("in_memory", "24h"), group=CACHE,
    ),
    Parameter(
        "metadata", "json", "Up to 16 pairs of text that are kept with the response.",
        {"purpose": "trial"}, group=OTHER,
    ),
    Parameter(
        "safety_identifier", "text", "A stable name that tells your users apart, without naming "
        "them.", "user-1", group=OTHER,
    ),
    Parameter(
        "user", "text", "The older name of what a safety identifier and a cache key say.", "user-1",
        group=OTHER,
    ),
    Parameter(
        "prompt", "json", "A prompt that is stored on the server, and what to fill it with.",
        {"id": "pmpt_", "variables": {}}, group=OTHER,
    ),
    Parameter(
        "moderation", "json", "Has a moderation model score or block what goes in and out.",
        {"model": "omni-moderation-latest"}, group=OTHER,
    ),
    Parameter(
        "image.context_compression", "choice", "Whether images in the conversation are compressed.",
        "auto", choices=("auto", "enabled", "disabled"), group=OTHER,
    ),
    Parameter(
        "access_programs.cyber", "choice",
        "Under which program for security work the request is made.", "standard",
        choices=("standard", "daybreak_blue", "daybreak_red"), group=OTHER,
    ),
)  # fmt: skip
