"""What the dialects of choices ask of a stream."""

from __future__ import annotations

from typing import Any

from playground.core.call import Call
from playground.core.profile import Quirks

OPTIONS = "stream_options"


def with_stream(body: dict[str, Any], call: Call, quirks: Quirks) -> Call:
    """Ask for a stream, and for its usage beside the options of the call.

    Gives the call without options that no server takes when nothing is streamed.
    """
    fields = dict(call.fields)
    if call.stream:
        body["stream"] = True
        usage = {"include_usage": True} if quirks.stream_usage else {}
        if usage:
            body[OPTIONS] = usage
        if isinstance(given := fields.get(OPTIONS), dict):
            fields[OPTIONS] = {**usage, **given}
    else:
        fields = {name: fields[name] for name in fields if name.partition(".")[0] != OPTIONS}
    return call.model_copy(update={"fields": fields})
