"""What goes into a file of a call, and what comes out of one."""

from __future__ import annotations

from playground.core.call import Call
from playground.core.tools import Tool
from playground.core.withholding import harmless, offering, withholding

KEY = "sk-not-a-key-0123456789"


def test_a_key_that_was_typed_among_the_fields_goes_into_no_file() -> None:
    call = Call(
        fields={"metadata": {"api_key": KEY, "city": "Oslo"}, "temperature": 1},
        extra={"provider": {"authorization": KEY}, "top_k": 3},
        headers={"Authorization": KEY, "X-Trace": "7"},
        body={"model": "m", "api_key": KEY},
    )
    made = harmless(call)
    assert KEY not in made.model_dump_json()
    assert made.fields == {"metadata": {"city": "Oslo"}, "temperature": 1}
    assert made.extra == {"provider": {}, "top_k": 3}
    assert made.body == {"model": "m"}
    assert harmless(made) == made


def test_tools_wait_until_they_are_offered_and_are_the_same_then() -> None:
    tool = Tool(name="weather", mode="mock")
    call = Call(tools=[tool], fields={"tool_choice": "required", "temperature": 0})
    aside = withholding(call)
    assert aside.tools == [] and aside.fields == {"temperature": 0}
    assert harmless(aside) == harmless(call)
    assert offering(aside, {}).tools == harmless(call).tools
