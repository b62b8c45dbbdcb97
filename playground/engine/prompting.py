"""A prompt in a session: what becomes of its messages there, and a prompt made of a session.

The developer message and the variables become those of the session, and a question at the end
becomes the draft. What stands between hangs in the tree as if it had been said, and nothing is
sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from playground.core.call import Call
from playground.core.items import Item, Message, Text
from playground.core.prompts import ROLES, Content, Role, Said
from playground.core.session import Run, Session, new_id
from playground.core.variables import Variable, escaped, fill, names
from playground.engine.filling import filled_where_new, variables_of, written
from playground.engine.workspace import Workspace

Values = Mapping[str, Any]


class Use(NamedTuple):
    """What a prompt makes of a session."""

    call: Call
    turns: Sequence[Sequence[Item]]
    """What hangs in the tree, from question to question, filled in."""
    draft: str
    left: int
    """Messages that it has no place for, as something has been said there already."""


def needed(content: Content) -> list[Variable]:
    """Its variables: those that are declared, and those that are only used as texts."""
    declared = {one.name for one in content.variables}
    used = [Variable(name=name) for name in content.names if name not in declared]
    return [*content.variables, *used]


def missing(content: Content, call: Call) -> list[Variable]:
    """Variables of what would hang in the tree that have no value: there they need one at once."""
    _, said = content.begun
    before, _ = _parted(said)
    wanted = {name for turn in before for one in turn for name in names(one.text)}
    made = _templated(content, call)
    given = {one.name for one in made.variables if one.default is not None} | made.values.keys()
    return [one for one in made.variables if one.name in wanted and one.name not in given]


def used(content: Content, call: Call, *, fresh: bool, values: Values | None = None) -> Use:
    """What a prompt makes of a session with this call. `fresh`: nothing has been said in it.
    `values`: for its variables, beside those that the call has.

    Raises Failure when what hangs in the tree has a variable without a value.
    """
    made = _templated(content, call)
    made.values |= {name: value for name, value in (values or {}).items() if _is_in(name, made)}
    instructions, said = content.begun
    made.instructions = instructions if made.variables else fill(instructions, {})
    before, draft = _parted(said)
    text = draft.text if draft is not None else ""
    turns: list[list[Item]] = []
    for turn in before if fresh else ():
        messages = [_message(one, number) for number, one in enumerate(turn)]
        if made.variables:
            turns.append(filled_where_new(made, [written(one) for one in messages]))
        else:
            turns.append([replace(one, text=Text(fill(str(one.text), {}))) for one in messages])
    left = 0 if fresh else sum(map(len, before))
    return Use(made, turns, text if made.variables else fill(text, {}), left)


def hang(workspace: Workspace, session: Session, use: Use) -> list[Run]:
    """Give a session what a prompt makes of it. The runs that this hangs into its tree are to be
    written by `go`, which sends none of them."""
    session.call, session.draft = use.call, use.draft
    made = []
    for turn in use.turns:
        run = Run(
            id=new_id("run"),
            session=session.id,
            parent=session.leaf,
            call=use.call.model_copy(deep=True),
            profile=session.profile,
            input=list(turn),
            reduce=workspace.endpoints[use.call.api].reduce,
        )
        session.add(run)
        made.append(run)
    return made


def content_of(session: Session) -> tuple[Content, list[str]]:
    """A session as a prompt: its developer message, what the user said on the branch on screen,
    what was put into the model's mouth, and the draft. Answers are not part of it.

    Also what could not be taken over, in sentences.
    """
    call = session.call
    said: list[Said] = []
    if call.instructions:
        said.append(Said(role="developer", text=_kept(call.instructions, bool(call.variables))))
    parts = bool(session.attached)
    for run in session.path():
        for item in run.input:
            if not isinstance(item, Message) or (role := _role(item.role)) is None:
                continue
            if role == "assistant" and not run.silent:
                continue
            text = item.template or escaped(str(item.text))
            said.append(Said(role=role, text=text))
            parts |= bool(item.parts)
    if session.draft:
        said.append(Said(role="user", text=_kept(session.draft, bool(call.variables))))
    content = Content(messages=tuple(said))
    known = {one.name: one for one in call.variables}
    variables = [known.get(name, Variable(name=name)) for name in content.names]
    variables = [_valued(one, call.values) for one in variables]
    notices = ["What is attached is not part of a prompt and was left out."] if parts else []
    return content.model_copy(update={"variables": tuple(variables)}), notices


def _templated(content: Content, call: Call) -> Call:
    """The call with the variables of a prompt, and those that its tools and parameters need."""
    bare = call.model_copy(update={"instructions": ""}, deep=True)
    elsewhere = set(variables_of(bare))
    wanted = needed(content)
    names_of = {one.name for one in wanted}
    kept = [one for one in call.variables if one.name in elsewhere and one.name not in names_of]
    bare.variables = [one.model_copy(deep=True) for one in (*wanted, *kept)]
    bare.values = {
        one.name: call.values[one.name]
        for one in bare.variables
        if one.name in call.values and _fits(one, call.values[one.name])
    }
    return bare


def _parted(said: Sequence[Said]) -> tuple[list[list[Said]], Said | None]:
    """From question to question, and the question at the end that nobody has answered."""
    turns: list[list[Said]] = []
    for one in said:
        if not turns or one.role == "user":
            turns.append([])
        turns[-1].append(one)
    match turns:
        case [*before, [Said(role="user") as last]]:
            return before, last
        case _:
            return turns, None


def _message(one: Said, number: int) -> Message:
    return Message(key=f"in:{number}", role=one.role, text=Text(one.text))


def _role(role: str) -> Role | None:
    return next((one for one in ROLES if one == role), None)


def _kept(text: str, template: bool) -> str:
    return text if template else escaped(text)


def _valued(one: Variable, values: Values) -> Variable:
    """With the value that the session has for it as its default, if it has none of its own."""
    if one.default is None and one.name in values and _fits(one, values[one.name]):
        return one.model_copy(update={"default": values[one.name]})
    return one


def _fits(one: Variable, value: Any) -> bool:
    try:
        one.checked(value)
    except ValueError:
        return False
    return True


def _is_in(name: str, call: Call) -> bool:
    return any(one.name == name for one in call.variables)
