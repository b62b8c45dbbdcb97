"""Presetting: what a session asks as a preset, and a preset as what a session asks.

Of a preset no tool is offered before somebody offers it: it is withheld, with what its request says
of tools, which servers refuse where there is none.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from playground.core.call import Call
from playground.core.items import Message
from playground.core.presets import LARGEST, Opened, Preset, preset_of, read
from playground.core.problem import Failure, Problem
from playground.core.profile import Profile
from playground.core.prompts import ROLES, Said
from playground.core.session import Session
from playground.core.variables import spelt
from playground.core.withholding import harmless, withholding
from playground.engine.foreign import asked_of
from playground.engine.foreign_keeping import session_of
from playground.engine.workspace import Workspace
from playground.export.saving import replaced


def of_session(session: Session) -> Preset:
    """The settings of its next turn, with what was withheld; what was put in without running; and
    the question: the one that is being written, else the last one."""
    return preset_of(session.title, harmless(session.call), said(session))


def said(session: Session) -> tuple[Said, ...]:
    rows: list[Said] = []
    question: Said | None = None
    for run in session.path():
        told = [_said(item) for item in run.input if isinstance(item, Message)]
        if run.silent:
            rows += [one for one in told if one.role in ROLES]
        else:
            question = next((one for one in told if one.role == "user"), question)
    if session.draft.strip():
        question = Said(role="user", text=session.draft)
    return (*rows, *([question] if question is not None else []))


def taken(before: Call, preset: Preset) -> Call:
    """The settings of a session that becomes what a preset says. Values stay where the variable of
    their name is one here, too."""
    call = preset.call.model_copy(deep=True)
    there = {spelt(one.name) for one in call.variables}
    call.instructions = preset.content.begun[0]
    call.values = {name: value for name, value in before.values.items() if spelt(name) in there}
    call.patterns = before.patterns.model_copy(deep=True)
    return withholding(call)


def draft_of(preset: Preset) -> str:
    """The question that nobody has answered; empty: it ends with something else."""
    last = preset.content.begun[1][-1:]
    return last[0].text if last and last[0].role == "user" else ""


def before_draft(preset: Preset) -> tuple[Said, ...]:
    """What was said before that question."""
    messages = preset.content.begun[1]
    return messages[:-1] if draft_of(preset) else messages


def made(workspace: Workspace, preset: Preset, profile: Profile, notices: list[str]) -> Session:
    """A new session of it, not written yet; its tools are not offered."""
    asked = asked_of(preset)
    asked = replace(asked, call=taken(Call(), preset))
    session = session_of(workspace, asked, (), profile, notices)
    session.named = bool(session.title)
    return session


def opened(path: Path) -> Opened:
    """The preset of a file. Raises Failure with the reason why it is none."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        detail = error.strerror or str(error)
        raise Failure(Problem(title=f"{path.name} cannot be read.", detail=detail)) from error
    return read(data)


def save(data: bytes, path: Path) -> None:
    """Write a file; what was there before stays until all of it is. Raises Failure."""
    try:
        with replaced(path) as file:
            file.write(data)
    except OSError as error:
        detail = error.strerror or str(error)
        raise Failure(Problem(title=f"{path} cannot be written.", detail=detail)) from error


def listed(preset: Preset) -> str:
    """What is in it, as a sentence."""
    call, messages = preset.call, preset.messages
    rows = [call.model] if call.model else []
    counts = (
        (len(messages), "message"),
        (len(call.variables), "variable"),
        (len(call.fields), "parameter"),
        (len(call.tools), "tool"),
    )
    rows += [f"{count} {name}{'s' * (count > 1)}" for count, name in counts if count]
    if call.output.written:
        rows.append(f"the schema “{call.output.name}”")
    return f"It holds {', '.join(rows)}." if rows else "There is nothing in it."


def _said(item: Message) -> Said:
    role: Any = item.role if item.role in ROLES else "user"
    return Said(role=role, text=item.template or str(item.text))
