"""What a prompt makes of a session, and a session as a prompt."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.call import Call
from playground.core.items import Message, Text
from playground.core.problem import Failure
from playground.core.prompts import Content, Role, Said
from playground.core.session import Run, Session
from playground.core.tools import Tool
from playground.core.variables import Variable
from playground.endpoints import BY_ID
from playground.engine.prompting import Use, content_of, missing, needed, used


def content(*said: tuple[Role, str], variables: tuple[Variable, ...] = ()) -> Content:
    messages = tuple(Said(role=role, text=text) for role, text in said)
    return Content(messages=messages, variables=variables)


def hung(use: Use, session: Session | None = None) -> Session:
    """A session that has got what a prompt makes of it."""
    session = session or Session("ses_1")
    session.call, session.draft = use.call, use.draft
    for number, turn in enumerate(use.turns):
        session.add(
            Run(
                id=f"run_{number}",
                session=session.id,
                parent=session.leaf,
                call=use.call,
                profile="",
                input=list(turn),
                reduce=BY_ID[use.call.api].reduce,
            )
        )
    return session


def texts(use: Use) -> list[list[tuple[str, str]]]:
    return [
        [(one.role, str(one.text)) for one in turn if isinstance(one, Message)]
        for turn in use.turns
    ]


FEW_SHOT = content(
    ("developer", "Answer in {{language}}."),
    ("user", "One in {{language}}?"),
    ("assistant", "Un"),
    ("user", "{{question}}"),
    variables=(Variable(name="language", default="French"), Variable(name="question")),
)


def test_a_question_at_the_end_is_the_draft_and_what_is_between_hangs_in_the_tree() -> None:
    use = used(FEW_SHOT, Call(model="m", fields={"temperature": 1}), fresh=True)
    assert use.call.instructions == "Answer in {{language}}."
    assert [one.name for one in use.call.variables] == ["language", "question"]
    assert (use.call.model, use.call.fields) == ("m", {"temperature": 1})
    assert texts(use) == [[("user", "One in French?"), ("assistant", "Un")]]
    assert (use.draft, use.left) == ("{{question}}", 0)


def test_a_session_in_which_something_was_said_gets_no_turns_and_that_is_told() -> None:
    use = used(FEW_SHOT, Call(), fresh=False)
    assert (use.turns, use.draft, use.left) == ([], "{{question}}", 2)


def test_a_prompt_that_ends_with_an_answer_leaves_no_draft() -> None:
    use = used(content(("user", "Hi"), ("assistant", "Hello")), Call(), fresh=True)
    assert texts(use) == [[("user", "Hi"), ("assistant", "Hello")]]
    assert use.draft == ""


def test_what_hangs_in_the_tree_needs_its_values_at_once() -> None:
    bare = content(("user", "In {{language}}?"), ("assistant", "Oui"), ("user", "{{later}}"))
    assert [one.name for one in needed(bare)] == ["language", "later"]
    assert [one.name for one in missing(bare, Call())] == ["language"]
    with pytest.raises(Failure, match="language has no value"):
        used(bare, Call(), fresh=True)
    use = used(bare, Call(), fresh=True, values={"language": "Thai", "nobody": "asked"})
    assert texts(use)[0][0] == ("user", "In Thai?")
    assert use.call.values == {"language": "Thai"}
    assert missing(bare, use.call) == []


def test_variables_of_the_session_stay_where_its_tools_need_them() -> None:
    tool = Tool(name="look", description="Looks at {{place}}.")
    call = Call(
        instructions="Old {{gone}}.",
        tools=[tool],
        variables=[Variable(name="place"), Variable(name="gone"), Variable(name="count")],
        values={"place": "here", "gone": "x", "count": "many"},
    )
    prompt = content(
        ("developer", "{{count}}"), variables=(Variable(name="count", type="integer"),)
    )
    use = used(prompt, call, fresh=False)
    assert [(one.name, one.type) for one in use.call.variables] == [
        ("count", "integer"),
        ("place", "text"),
    ]
    assert use.call.values == {"place": "here"}  # the old count is no number
    assert call.instructions == "Old {{gone}}."


def test_braces_that_are_meant_come_through_where_nothing_is_filled_in() -> None:
    prompt = content(("developer", r"Write \{{x}}."), ("user", r"And \{{y}}"))
    use = used(prompt, Call(), fresh=True)
    assert (use.call.instructions, use.draft) == ("Write {{x}}.", "And {{y}}")
    assert not use.call.variables
    assert content_of(hung(use))[0] == prompt


def test_answers_are_no_part_of_a_prompt_and_what_is_left_out_is_told() -> None:
    session = Session("ses_1", call=Call(instructions="Be brief."), draft="And Rome?")
    asked = Message(key="in:0", role="user", text=Text("Oslo?"), parts=[{"type": "input_image"}])
    session.add(Run("run_1", "ses_1", None, session.call, "", [asked], BY_ID["responses"].reduce))
    made, notices = content_of(session)
    assert made == content(("developer", "Be brief."), ("user", "Oslo?"), ("user", "And Rome?"))
    assert notices == ["What is attached is not part of a prompt and was left out."]


def test_values_of_a_session_become_defaults_of_its_prompt() -> None:
    call = Call(
        instructions="{{a}} {{b}} {{c}}",
        variables=[Variable(name="a"), Variable(name="b", default="old"), Variable(name="d")],
        values={"a": "1", "b": "new", "d": "4"},
    )
    made, _ = content_of(Session("ses_1", call=call))
    assert [(one.name, one.default) for one in made.variables] == [
        ("a", "1"),
        ("b", "old"),
        ("c", None),
    ]


TEXTS = st.lists(
    st.sampled_from(["{{a}}", r"\{{a}}", "{{b}}", "{{", "}}", "\\", "x", " ", "\n", "é", "{{1}}"]),
    min_size=1,
    max_size=5,
).map("".join)
SAID = st.tuples(st.sampled_from(["user", "assistant", "system"]), TEXTS)


@given(
    developer=TEXTS,
    said=st.lists(SAID, max_size=5),
    declared=st.booleans(),
)
def test_used_in_a_new_session_and_saved_again_it_is_the_same(
    developer: str, said: list[Any], declared: bool
) -> None:
    if said and said[0][0] == "system":  # it would be part of the developer message
        said = said[1:]
    if said and said[0][0] != "user":
        said = [("user", "x"), *said]
    said = [("developer", developer), *said]
    names = content(*said).names
    variables = tuple(Variable(name=name, default="v") for name in names) if declared else ()
    prompt = content(*said, variables=variables)
    use = used(prompt, Call(), fresh=True, values=dict.fromkeys(names, "v"))
    made, notices = content_of(hung(use))
    assert not notices
    assert made.messages == prompt.messages
    assert {one.name for one in made.variables} == set(names)
