"""Streams as each server writes them, and what is read from them.

Made after the servers' sources, documents and bug reports, in few words of our own.
"""

# ruff: noqa: E501  a stream stands here as it comes

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from playground.core.items import Reasoning
from playground.core.recording import Event, fact
from playground.core.transcript import replay
from playground.endpoints import chat_calls as words
from playground.endpoints.chat import CHAT
from tests.endpoints.chat_streams import shown


@dataclass(frozen=True)
class Case:
    stream: str
    """Blocks of an event stream; a line beginning with `{` or `[` has its `data: ` left out."""
    text: str = ""
    reasoning: str = ""
    named: str = ""
    """The field that the reasoning came under."""
    calls: list[tuple[str, str, str]] = field(default_factory=list)
    tokens: tuple[int, int, int, int] | None = None
    """(input, cached, output, reasoning)"""
    finish: str | None = "stop"
    outcome: str = "completed"
    repairs: list[str] = field(default_factory=list)
    detail: str = ""
    """What the problem says."""


SERVERS: dict[str, Case] = {
    "OpenAI": Case(
        """
{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt","service_tier":"default","system_fingerprint":"fp","choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"aB3"}
{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt","choices":[{"index":0,"delta":{"content":"Hi"},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"x"}
{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null,"obfuscation":"kF"}
{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":12,"total_tokens":21,"prompt_tokens_details":{"cached_tokens":4,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":10,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}}
data: [DONE]
""",
        text="Hi", tokens=(9, 4, 12, 10),
    ),
    "OpenAI, two calls": Case(
        """
{"choices":[{"index":0,"delta":{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_a","type":"function","function":{"name":"f","arguments":""}}],"refusal":null},"finish_reason":null}]}
{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\\"x\\":"}}]},"finish_reason":null}]}
{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]},"finish_reason":null}]}
{"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"call_b","type":"function","function":{"name":"g","arguments":""}}]},"finish_reason":null}]}
{"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]},"finish_reason":null}]}
{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}
data: [DONE]
""",
        calls=[("call_a", "f", '{"x":1}'), ("call_b", "g", "{}")], finish="tool_calls",
    ),
    "Azure": Case(
        """
{"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}]}
{"choices":[{"content_filter_results":{},"delta":{"content":"","refusal":null,"role":"assistant"},"finish_reason":null,"index":0,"logprobs":null}],"id":"c1","model":"gpt","object":"chat.completion.chunk","usage":null}
{"choices":[{"content_filter_results":{"hate":{"filtered":false}},"delta":{"content":"Hi"},"finish_reason":null,"index":0,"logprobs":null}],"id":"c1","model":"gpt","object":"chat.completion.chunk","usage":null}
{"choices":[{"content_filter_offsets":{"check_offset":44,"start_offset":44,"end_offset":198},"content_filter_results":{"hate":{"filtered":false}},"finish_reason":null,"index":0}],"created":0,"id":"","model":"","object":""}
{"choices":[{"content_filter_results":{},"delta":{},"finish_reason":"stop","index":0,"logprobs":null}],"id":"c1","model":"gpt","object":"chat.completion.chunk","usage":null}
{"choices":[],"id":"c1","model":"gpt","object":"chat.completion.chunk","usage":{"prompt_tokens":9,"completion_tokens":1,"total_tokens":10}}
data: [DONE]
""",
        text="Hi", tokens=(9, 0, 1, 0),
    ),
    "Azure, filtered": Case(
        """
{"choices":[{"delta":{"content":"H"},"finish_reason":null,"index":0}]}
{"choices":[{"content_filter_results":{"violence":{"filtered":true,"severity":"high"}},"finish_reason":"content_filter","index":0}]}
data: [DONE]
""",
        text="H", finish="content_filter", outcome="incomplete",
    ),
    "Ollama": Case(
        """
{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"qwen3","system_fingerprint":"fp_ollama","choices":[{"index":0,"delta":{"role":"assistant","content":"","reasoning":"hm"},"finish_reason":null}]}
{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"qwen3","system_fingerprint":"fp_ollama","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":null}]}
{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"qwen3","system_fingerprint":"fp_ollama","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":"stop"}]}
{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"qwen3","choices":[],"usage":{"prompt_tokens":12,"completion_tokens":30,"total_tokens":42}}
data: [DONE]
""",
        text="Hi", reasoning="hm", named="reasoning", tokens=(12, 0, 30, 0),
    ),
    "Ollama, calls whole, index missing or 0": Case(
        """
{"choices":[{"index":0,"delta":{"role":"assistant","content":"","tool_calls":[{"id":"call_x","index":0,"type":"function","function":{"name":"f","arguments":"{\\"x\\":1}"}}]},"finish_reason":null}]}
{"choices":[{"index":0,"delta":{"role":"assistant","content":"","tool_calls":[{"id":"call_y","index":0,"type":"function","function":{"name":"f","arguments":"{\\"x\\":2}"}}]},"finish_reason":null}]}
{"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":"tool_calls"}]}
data: [DONE]
""",
        calls=[("call_x", "f", '{"x":1}'), ("call_y", "f", '{"x":2}')], finish="tool_calls",
        repairs=[words.NEW_ID],
    ),
    "Ollama, an error after the first chunk": Case(
        """
{"choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":null}]}
{"id":"","object":"","created":0,"model":"","choices":null}
""",
        text="Hi", finish=None, outcome="truncated", detail="without a terminal marker",
    ),
    "llama.cpp": Case(
        """
{"choices":[{"finish_reason":null,"index":0,"delta":{"role":"assistant","content":null}}],"created":1,"id":"c1","model":"m.gguf","system_fingerprint":"b1","object":"chat.completion.chunk"}
:

{"choices":[{"finish_reason":null,"index":0,"delta":{"reasoning_content":"hm"}}],"id":"c1","model":"m.gguf"}
{"choices":[{"finish_reason":null,"index":0,"delta":{"content":"Hi"}}],"id":"c1","model":"m.gguf"}
{"choices":[{"finish_reason":"stop","index":0,"delta":{}}],"id":"c1","model":"m.gguf"}
{"choices":[],"id":"c1","model":"m.gguf","usage":{"completion_tokens":3,"prompt_tokens":40,"total_tokens":43,"prompt_tokens_details":{"cached_tokens":36}},"timings":{"cache_n":36,"prompt_n":4,"prompt_ms":9.1,"predicted_n":3,"predicted_ms":40.2}}
data: [DONE]
""",
        text="Hi", reasoning="hm", named="reasoning_content", tokens=(40, 36, 3, 0),
    ),
    "vLLM": Case(
        """
{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"q","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"usage":{"prompt_tokens":5,"total_tokens":5,"completion_tokens":0}}
{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"q","choices":[{"index":0,"delta":{"reasoning":"hm"},"logprobs":null,"finish_reason":null,"token_ids":null}],"usage":{"prompt_tokens":5,"total_tokens":6,"completion_tokens":1}}
{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"q","choices":[{"index":0,"delta":{"content":"Hi"},"logprobs":null,"finish_reason":"stop","stop_reason":null,"token_ids":null}],"usage":{"prompt_tokens":5,"total_tokens":7,"completion_tokens":2}}
{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"q","choices":[],"usage":{"prompt_tokens":5,"total_tokens":7,"completion_tokens":2,"prompt_tokens_details":null}}
data: [DONE]
""",
        text="Hi", reasoning="hm", named="reasoning", tokens=(5, 0, 2, 0),
    ),
    "vLLM, an error of an old version": Case(
        """
{"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}
{"object":"error","message":"engine is dead","type":"InternalServerError","param":null,"code":500}
data: [DONE]
""",
        text="Hi", finish="InternalServerError", outcome="failed", detail="engine is dead",
    ),
    "LM Studio": Case(
        """
{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"q","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"365174485","type":"function","function":{"name":"f","arguments":""}}]},"logprobs":null,"finish_reason":null}]}
{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"type":"function","function":{"name":"","arguments":"{\\"x\\""}}]},"finish_reason":null}]}
{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"type":"function","function":{"name":"","arguments":":1}"}}]},"finish_reason":null}]}
{"choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"tool_calls"}]}
data: [DONE]
""",
        calls=[("365174485", "f", '{"x":1}')], finish="tool_calls",
    ),
    "LM Studio, an error": Case(
        """
event: error
{"error":"The model has crashed"}
""",
        finish=None, outcome="failed", detail="The model has crashed",
    ),
    "Groq": Case(
        """
{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"q","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"x_groq":{"id":"req_1"}}
{"id":"chatcmpl-1","choices":[{"index":0,"delta":{"reasoning":"hm"},"finish_reason":null}]}
{"id":"chatcmpl-1","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}
{"id":"chatcmpl-1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"x_groq":{"id":"req_1","usage":{"queue_time":0.01,"prompt_tokens":9,"prompt_time":0.1,"completion_tokens":4,"total_tokens":13,"total_time":0.2}}}
data: [DONE]
""",
        text="Hi", reasoning="hm", named="reasoning", tokens=(9, 0, 4, 0),
    ),
    "Groq, a call that it could not read": Case(
        """
{"id":"chatcmpl-1","choices":[{"index":0,"delta":{"role":"assistant","content":"I"},"finish_reason":null}]}
event: error
{"error":{"message":"Failed to call a function.","type":"invalid_request_error","code":"tool_use_failed","failed_generation":"<f>","status_code":400}}
""",
        text="I", finish="tool_use_failed", outcome="failed", detail="Failed to call a function.",
    ),
    "Together": Case(
        """
{"id":"n1","object":"chat.completion.chunk","created":1,"choices":[{"index":0,"text":"Hi","logprobs":null,"finish_reason":null,"seed":null,"delta":{"token_id":13347,"role":"assistant","content":"Hi","tool_calls":null}}],"model":"m","usage":null}
{"id":"n1","object":"chat.completion.chunk","created":1,"choices":[{"index":0,"text":"","finish_reason":"eos","delta":{"role":"assistant","content":"","tool_calls":null}}],"model":"m","usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11,"cached_tokens":0}}
data: [DONE]
""",
        text="Hi", tokens=(9, 0, 2, 0), finish="eos",
    ),
    "OpenRouter": Case(
        """
: OPENROUTER PROCESSING

{"id":"gen-1","provider":"Anthropic","model":"a/b","object":"chat.completion.chunk","created":1,"choices":[{"index":0,"delta":{"role":"assistant","content":"","reasoning":"h","reasoning_details":[{"type":"reasoning.text","text":"h","format":"f-v1","index":0}]},"finish_reason":null,"native_finish_reason":null,"logprobs":null}]}
{"id":"gen-1","choices":[{"index":0,"delta":{"role":"assistant","content":"","reasoning":"m","reasoning_details":[{"type":"reasoning.text","text":"m","format":"f-v1","index":0}]},"finish_reason":null}]}
{"id":"gen-1","choices":[{"index":0,"delta":{"role":"assistant","content":"","reasoning":null,"reasoning_details":[{"type":"reasoning.text","signature":"sig","format":"f-v1","index":0}]},"finish_reason":null}]}
{"id":"gen-1","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":null}]}
{"id":"gen-1","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":"stop","native_finish_reason":"end_turn"}]}
{"id":"gen-1","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":{"prompt_tokens":8,"completion_tokens":6,"total_tokens":14,"cost":0.00012,"completion_tokens_details":{"reasoning_tokens":3}}}
data: [DONE]
""",
        text="Hi", reasoning="hm", named="reasoning", tokens=(8, 0, 6, 3),
    ),
    "OpenRouter, an error": Case(
        """
{"id":"gen-1","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}
{"id":"gen-1","object":"chat.completion.chunk","created":1,"model":"a/b","provider":"X","error":{"code":502,"message":"Upstream is gone","metadata":{"provider_name":"X"}},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}
""",
        text="Hi", finish="502", outcome="failed", detail="Upstream is gone",
    ),
    "DeepSeek": Case(
        """
: keep-alive

{"id":"d1","object":"chat.completion.chunk","created":1,"model":"deepseek-reasoner","system_fingerprint":"fp","choices":[{"index":0,"delta":{"role":"assistant","content":null,"reasoning_content":""},"logprobs":null,"finish_reason":null}]}
{"id":"d1","choices":[{"index":0,"delta":{"content":null,"reasoning_content":"hm"},"finish_reason":null}]}
{"id":"d1","choices":[{"index":0,"delta":{"content":"Hi","reasoning_content":null},"finish_reason":null}]}
{"id":"d1","choices":[{"index":0,"delta":{"content":"","reasoning_content":null},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":30,"total_tokens":39,"prompt_cache_hit_tokens":8,"prompt_cache_miss_tokens":1,"completion_tokens_details":{"reasoning_tokens":20}}}
data: [DONE]
""",
        text="Hi", reasoning="hm", named="reasoning_content", tokens=(9, 8, 30, 20),
    ),
    "DeepSeek, short of machines": Case(
        """
{"choices":[{"index":0,"delta":{"content":"H"},"finish_reason":null}]}
{"choices":[{"index":0,"delta":{"content":""},"finish_reason":"insufficient_system_resource"}]}
data: [DONE]
""",
        text="H", finish="insufficient_system_resource", outcome="incomplete",
    ),
    "Gemini": Case(
        """
{"choices":[{"delta":{"content":"hm","extra_content":{"google":{"thought":true}},"role":"assistant"},"index":0}],"created":1,"id":"g1","model":"gemini","object":"chat.completion.chunk","usage":{"completion_tokens":0,"prompt_tokens":9,"total_tokens":19}}
{"choices":[{"delta":{"role":"assistant","tool_calls":[{"extra_content":{"google":{"thought_signature":"s"}},"function":{"arguments":"{\\"x\\":1}","name":"f"},"id":"g-1","type":"function"},{"function":{"arguments":"{}","name":"g"},"id":"g-2","type":"function"}]},"finish_reason":"tool_calls","index":0}],"created":1,"id":"g1","model":"gemini","usage":{"completion_tokens":5,"prompt_tokens":9,"total_tokens":24}}
data: [DONE]
""",
        reasoning="hm", calls=[("g-1", "f", '{"x":1}'), ("g-2", "g", "{}")],
        tokens=(9, 0, 5, 0), finish="tool_calls", repairs=[words.BY_ID],
    ),
    "Gemini, an error": Case(
        """
[{"error":{"code":400,"message":"Invalid value","status":"INVALID_ARGUMENT"}}]
""",
        finish="400", outcome="failed", detail="Invalid value",
    ),
    "LiteLLM": Case(
        """
{"id":"l1","created":1,"model":"m","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"Hi","role":"assistant"}}]}
{"id":"l1","created":1,"model":"m","object":"chat.completion.chunk","choices":[{"finish_reason":"stop","index":0,"delta":{}}]}
{"id":"l1","created":1,"model":"m","object":"chat.completion.chunk","choices":[{"index":0,"delta":{}}],"usage":{"completion_tokens":1,"prompt_tokens":9,"total_tokens":10}}
data: [DONE]
""",
        text="Hi", tokens=(9, 0, 1, 0),
    ),
    "SGLang, arguments before the name": Case(
        """
{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"s1","type":"function","function":{"name":null,"arguments":"{\\"x\\""}}]},"finish_reason":null}]}
{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":null,"function":{"name":"f","arguments":":1}"}}]},"finish_reason":null}]}
{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls","matched_stop":null}]}
data: [DONE]
""",
        calls=[("s1", "f", '{"x":1}')], finish="tool_calls",
    ),
    "TGI": Case(
        """
{"object":"chat.completion.chunk","id":"","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"logprobs":null,"finish_reason":null}]}
{"object":"chat.completion.chunk","id":"","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":"eos_token"}]}
""",
        text="Hi", finish="eos_token",
    ),
}  # fmt: skip


def recording(stream: str) -> list[Event]:
    rows = [fact(0, "request"), fact(1, "head", {"status": 200, "headers": []})]
    name = ""
    for line in stream.strip().split("\n"):
        if line.startswith("event:"):
            name = f"{line}\n"
        elif line:
            data = line if line.startswith((":", "data:")) else f"data: {line}"
            rows.append(Event(len(rows), "sse", f"{name}{data}\n\n".encode()))
            name = ""
    return [*rows, fact(len(rows), "eof"), fact(len(rows), "ended")]


@pytest.mark.parametrize("name", SERVERS)
def test_the_stream_of_a_server(name: str) -> None:
    case = SERVERS[name]
    seen = replay(recording(case.stream), CHAT.reduce)
    assert (seen.text, seen.reasoning) == (case.text, case.reasoning)
    assert shown(seen) == case.calls
    assert (seen.outcome, seen.finish_reason) == (case.outcome, case.finish)
    assert seen.repairs == case.repairs
    assert seen.malformed == 0
    usage = seen.usage
    assert (usage and (usage.input, usage.cached, usage.output, usage.reasoning)) == case.tokens
    for thought in seen.items:
        if isinstance(thought, Reasoning):
            assert thought.name == case.named
    assert case.detail in (seen.problem.detail if seen.problem else "")
