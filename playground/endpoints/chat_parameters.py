"""Chat Completions: the fields of a request that a person can switch on."""

from __future__ import annotations

from playground.core.endpoint import Parameter

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
LEVELS = ("low", "medium", "high")
TIERS = ("auto", "default", "flex", "scale", "priority", "fast")

REASONING = "reasoning models, unless the effort is none"
OLD = "reasoning models"

TEMPERATURE = Parameter(
    "temperature", "number", "Randomness of the choice of words.", 1.0, 0, 2, refused=REASONING
)
TOP_P = Parameter(
    "top_p", "number", "Consider only the most likely words up to this sum.", 1.0, 0, 1,
    refused=REASONING,
)  # fmt: skip
STOP = Parameter(
    "stop", "json", "Up to four strings that end the answer.", ["\n\n"], group="Output",
    refused=OLD,
)  # fmt: skip
N = Parameter("n", "integer", "How many answers to make at once; each costs.", 2, 1, 128,
              group="Output")  # fmt: skip
FREQUENCY_PENALTY = Parameter(
    "frequency_penalty", "number", "Avoid words that were used often.", 0.0, -2, 2,
    group="Output", refused=REASONING,
)  # fmt: skip
PRESENCE_PENALTY = Parameter(
    "presence_penalty", "number", "Avoid words that were used at all.", 0.0, -2, 2,
    group="Output", refused=REASONING,
)  # fmt: skip
LOGIT_BIAS = Parameter(
    "logit_bias", "json", "Make tokens, by their numbers, more or less likely: -100 to 100.",
    {"50256": -100}, group="Output", refused=REASONING,
)  # fmt: skip
SEED = Parameter(
    "seed", "integer", "Ask for the same answer again, where a server can.", 1, group="Other"
)
USER = Parameter(
    "user", "text", "Who is asking; now safety_identifier and prompt_cache_key.", "",
    group="Other",
)  # fmt: skip
OBFUSCATION = Parameter(
    "stream_options.include_obfuscation", "boolean",
    "Whether a stream hides the lengths of words with filler; it does unless off.", False,
    group="Other",
)  # fmt: skip

PARAMETERS = (
    TEMPERATURE,
    TOP_P,
    Parameter(
        "max_completion_tokens", "integer", "Limit of the answer, reasoning included.", 2048, 1
    ),
    Parameter("max_tokens", "integer", "The same for servers that know only the old name.", 2048,
              1, refused=OLD),
    Parameter("verbosity", "choice", "How much the answer says.", "medium", choices=LEVELS,
              refused="models before GPT-5"),
    Parameter("reasoning_effort", "choice", "How long a reasoning model may think.", "medium",
              choices=EFFORTS, group="Reasoning", refused="models that do not reason"),
    Parameter("response_format", "json", "The form of the answer: text, JSON, or a JSON Schema.",
              {"type": "json_object"}, group="Output"),
    STOP,
    N,
    FREQUENCY_PENALTY,
    PRESENCE_PENALTY,
    LOGIT_BIAS,
    Parameter("logprobs", "boolean", "Report how likely each token was.", True, group="Output",
              refused=REASONING),
    Parameter("top_logprobs", "integer", "Alternatives reported for each token, with logprobs.",
              5, 0, 20, group="Output", refused=REASONING),
    Parameter("modalities", "json", "What the answer is made of: text, audio.",
              ["text", "audio"], group="Output", refused="models that do not speak"),
    Parameter("audio", "json", "Voice and format of a spoken answer.",
              {"voice": "alloy", "format": "wav"}, group="Output",
              refused="models that do not speak"),
    Parameter("prediction", "json", "Text that most of the answer will repeat, to have it sooner.",
              {"type": "content", "content": ""}, group="Output", refused=OLD),
    Parameter("tools", "json", "Functions and other tools that the model may call.",
              [{"type": "function", "function": {
                  "name": "current_time", "description": "The time at a place.",
                  "parameters": {"type": "object", "properties": {"place": {"type": "string"}},
                                 "required": ["place"], "additionalProperties": False},
                  "strict": True}}],
              group="Tools"),
    Parameter("tool_choice", "json", "Whether a tool is called, or which one.", "auto",
              group="Tools"),
    Parameter("parallel_tool_calls", "boolean", "Whether one answer may hold several calls.",
              False, group="Tools", refused="requests without tools, and some reasoning models"),
    Parameter("web_search_options", "json", "Search the web, with models made for it.",
              {"search_context_size": "medium"}, group="Tools",
              refused="all but models made for search"),
    Parameter("functions", "json", "The old name of tools.",
              [{"name": "current_time", "parameters": {"type": "object", "properties": {}}}],
              group="Tools"),
    Parameter("function_call", "json", "The old name of tool_choice.", "auto", group="Tools",
              refused="requests without functions"),
    Parameter("store", "boolean", "Whether the server keeps the answer; off unless on.", True,
              group="State"),
    Parameter("metadata", "json", "Up to 16 names and values that are kept with the answer.",
              {"purpose": "test"}, group="State"),
    Parameter("service_tier", "choice", "Which queue, at which price.", "auto", choices=TIERS,
              group="Cache and tier"),
    Parameter("prompt_cache_key", "text", "Requests with the same key share cached beginnings.",
              "", group="Cache and tier"),
    Parameter("prompt_cache_options", "json", "What is cached, and for how long.",
              {"mode": "implicit", "ttl": "30m"}, group="Cache and tier",
              refused="models before GPT-5.6"),
    Parameter("prompt_cache_retention", "choice", "The old form of prompt_cache_options.", "24h",
              choices=("in_memory", "24h"), group="Cache and tier"),
    Parameter("safety_identifier", "text", "Stands for who is asking, without naming them.", "",
              group="Other"),
    Parameter("moderation", "json", "Have question and answer judged, or blocked.",
              {"model": "omni-moderation-latest"}, group="Other"),
    SEED,
    USER,
    OBFUSCATION,
)  # fmt: skip
