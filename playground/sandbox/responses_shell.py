"""The shell of a response: everything that it repeats from its request, before its answer."""

from __future__ import annotations

from playground.sandbox.fields import Fields, Json
from playground.sandbox.responses_request import Asked
from playground.sandbox.turn import EFFORTS, VERBOSITIES, served_tier

SUMMARIES = ("auto", "concise", "detailed")
CONTEXTS = ("auto", "current_turn", "all_turns")
MODES = ("standard", "pro")
TIERS = ("auto", "default", "flex", "scale", "priority", "fast", "ultrafast")


def shell(asked: Asked, response_id: str, created: int) -> Json:
    """Raises ApiError for a field that is not what it should be."""
    fields, turn = asked.fields, asked.turn
    temperature, top_p = fields.number("temperature", 0, 2), fields.number("top_p", 0, 1)
    text = fields.object("text")
    return {
        "id": response_id,
        "object": "response",
        "created_at": created,
        "status": "queued",
        "background": asked.background,
        "completed_at": None,
        "conversation": {"id": asked.conversation} if asked.conversation else None,
        "error": None,
        "incomplete_details": None,
        "instructions": fields.raw("instructions"),
        "max_output_tokens": turn.limit,
        "max_tool_calls": turn.hosted_limit,
        "model": turn.model,
        "output": [],
        "parallel_tool_calls": turn.parallel,
        "previous_response_id": fields.text("previous_response_id"),
        "prompt_cache_key": fields.text("prompt_cache_key"),
        "prompt_cache_options": _cache_options(fields),
        "reasoning": _reasoning(fields),
        "safety_identifier": fields.text("safety_identifier"),
        "service_tier": served_tier(fields.choice("service_tier", TIERS)),
        "store": asked.store,
        "temperature": 1.0 if temperature is None else temperature,
        "text": {
            "format": asked.form,
            "verbosity": text.choice("verbosity", VERBOSITIES) or "medium",
        },
        "tool_choice": fields.raw("tool_choice") or "auto",
        "tools": asked.tools,
        "top_logprobs": fields.integer("top_logprobs", 0, 20) or 0,
        "top_p": 1.0 if top_p is None else top_p,
        "truncation": fields.choice("truncation", ("auto", "disabled")) or "disabled",
        "usage": None,
        "user": fields.text("user"),
        "metadata": fields.metadata(),
    }


def _cache_options(fields: Fields) -> Json | None:
    if fields.raw("prompt_cache_options") is None:
        return None
    options = fields.object("prompt_cache_options")
    return {
        "mode": options.choice("mode", ("implicit", "explicit")) or "implicit",
        "ttl": options.choice("ttl", ("30m", "12h")) or "30m",
    }


def _reasoning(fields: Fields) -> Json:
    given = fields.object("reasoning")
    shown: Json = {
        "effort": given.choice("effort", EFFORTS),
        "summary": given.choice("summary", SUMMARIES),
    }
    for name, words in (("context", CONTEXTS), ("mode", MODES)):
        if (value := given.choice(name, words)) is not None:
            shown[name] = value
    return shown
