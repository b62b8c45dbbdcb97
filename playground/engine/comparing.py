"""Comparing: the columns of a session as branches of its tree, and what can be done with them.

Nothing here sends anything: a turn that was hung on a branch is sent like any other, see
`comparing_lines` for those that have to wait for each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import takewhile

from playground.core.call import Call
from playground.core.comparison import FEWEST, MOST, Column, Comparison
from playground.core.items import Message
from playground.core.parts import Part
from playground.core.prompts import Content, Prompt
from playground.core.session import Run, Session

NAMES = "ABCD"
"""Of columns, by their places."""


class Branch:
    """A column, as something that a turn can be hung on."""

    def __init__(self, session: Session, column: Column) -> None:
        self.session, self.column = session, column
        self.view = Session(session.id, created=session.created, runs=session.runs)
        """The column as a session: the same tree, its own end, server and settings. It is never
        saved: `look` makes it what the column is, and `hang` takes back what came of it."""
        self.look()

    def look(self) -> Session:
        """The view, as the column is now."""
        session, column, view = self.session, self.column, self.view
        column.leaf = standing(session, column.leaf)
        view.title, view.named, view.changed = session.title, session.named, session.changed
        view.leaf, view.profile = column.leaf, column.profile
        view.call = call_of(session, column)
        return view

    def hang(self, make: Callable[[Session], Run]) -> Run:
        """Have a turn made at the end of the column. Raises what `make` raises, and nothing has
        changed then."""
        view = self.look()
        run = make(view)
        self.column.leaf = view.leaf
        self.session.title, self.session.changed = view.title, view.changed
        return run

    @property
    def path(self) -> list[Run]:
        return path_of(self.session, self.column)

    @property
    def last(self) -> Run | None:
        """Its last turn, sent or not."""
        return self.session.runs.get(self.column.leaf) if self.column.leaf else None


def path_of(session: Session, column: Column) -> list[Run]:
    """Its branch, root first."""
    return session.path(column.leaf) if column.leaf else []


def standing(session: Session, leaf: str | None) -> str | None:
    """The end of a branch as far as it stands: turns may have been deleted since."""
    if leaf is None or leaf not in session.runs:
        return None
    kept = list(takewhile(lambda run: not run.trashed, session.path(leaf)))
    return kept[-1].id if kept else None


def common(session: Session) -> list[Run]:
    """The turns that all columns begin with; of columns that were asked nothing yet, all."""
    paths = [path_of(session, column) for column in session.comparison.columns]
    if not paths:
        return []
    rows = zip(*paths, strict=False)
    return [row[0] for row in takewhile(lambda row: all(one is row[0] for one in row), rows)]


def call_of(session: Session, column: Column) -> Call:
    """What the next turn of a column asks for: its own settings, with the tools and the form of the
    session where it shares them, and with the session's values for what it does not name."""
    call, whole = column.call, session.call
    own = {one.name for one in call.variables}
    update: dict[str, object] = {
        "variables": [*call.variables, *(one for one in whole.variables if one.name not in own)],
        "values": {**whole.values, **call.values},
        "body": None,
    }
    if column.shared:
        update |= {"tools": whole.tools, "output": whole.output}
    return call.model_copy(update=update)


# Columns.


def column_of(session: Session, leaf: str | None) -> Column:
    """A column as the session is."""
    own: dict[str, object] = {"variables": [], "values": {}, "body": None}
    call = session.call.model_copy(update=own, deep=True)
    return Column(profile=session.profile, call=call, leaf=leaf)


def begin(session: Session, *, empty: bool = False, count: int = FEWEST) -> None:
    """Columns at the end of the branch on screen, as far as that is over; `empty`: at the root."""
    ended = [run for run in session.path() if not run.running]
    leaf = None if empty or not ended else standing(session, ended[-1].id)
    columns = [column_of(session, leaf) for _ in range(count)]
    session.comparison = session.comparison.model_copy(update={"columns": columns})


def add(session: Session) -> Column | None:
    """One more column, like the last one, where all of them began; what the others were asked there
    stands in its draft. None when there are as many as there can be."""
    columns = session.comparison.columns
    if not columns or len(columns) >= MOST:
        return None
    begun = common(session)
    made = columns[-1].model_copy(
        update={"leaf": begun[-1].id if begun else None, "draft": "", "attached": []}, deep=True
    )
    first = next(iter(path_of(session, columns[0])[len(begun) :]), None)
    if first is not None:
        made.draft, made.attached = asked(first), shown(first)
    columns.append(made)
    return made


def remove(session: Session, column: Column) -> Callable[[], None] | None:
    """Take a column away, its turns stay in the tree; what brings it back. None where there would
    be too few."""
    columns = session.comparison.columns
    if len(columns) <= FEWEST:
        return None
    at = _place(columns, column)
    del columns[at]
    return lambda: columns.insert(at, column)


def keep(session: Session, column: Column) -> Callable[[], None]:
    """Go on with one column: it is the branch on screen, and its settings are the session's. The
    turns of the others stay where they are. What is returned takes that back."""
    before = session.leaf, session.profile, session.call
    session.call = call_of(session, column)
    session.leaf, session.profile = standing(session, column.leaf), column.profile
    back = _end(session, column)

    def undo() -> None:
        session.leaf, session.profile, session.call = before
        back()

    return undo


def close(session: Session) -> Callable[[], None]:
    """Compare nothing any more; what takes that back."""
    return _end(session)


def _end(session: Session, column: Column | None = None) -> Callable[[], None]:
    """Have no columns. What was written in that one, or for all, is a draft of the conversation,
    unless there is one."""
    comparison, before = session.comparison, (session.draft, session.attached)
    if not session.written:
        own = column is not None and (column.draft or column.attached)
        written = column if column is not None and own else comparison
        session.draft, session.attached = written.draft, list(written.attached)
    now = session.draft, session.attached
    session.comparison = Comparison(repeat=comparison.repeat)

    def undo() -> None:
        session.comparison = comparison
        if (session.draft, session.attached) == now:  # else it was written on meanwhile
            session.draft, session.attached = before

    return undo


def rewind(column: Column, run: Run) -> Callable[[], None]:
    """Have a column stand before one of its turns, whose words are its draft; what takes that
    back. The turn stays in the tree."""
    before = column.leaf, column.draft, column.attached, column.synced
    column.leaf, column.synced = run.parent, False
    column.draft, column.attached = asked(run), shown(run)

    def undo() -> None:
        column.leaf, column.draft, column.attached, column.synced = before

    return undo


def use_prompt(column: Column, prompt: Prompt, number: int) -> Callable[[], None]:
    """Say what a version of a prompt says: its developer message and its variables, and the first
    thing that the user says in it as the column's draft. What is returned takes that back."""
    before = column.call, column.prompt, column.version, column.draft
    version = prompt.version(number)
    content = version.content if version is not None else Content()
    instructions, said = content.begun
    update = {"instructions": instructions, "variables": list(content.variables), "values": {}}
    column.call = column.call.model_copy(update=update)
    column.prompt, column.version = prompt.id, number
    words = next((one.text for one in said if one.role == "user"), "")
    if words:
        column.draft = words

    def undo() -> None:
        column.call, column.prompt, column.version, column.draft = before

    return undo


def asked(run: Run) -> str:
    """What the user said, as it was written: with the variables in it."""
    said = [one for one in run.input if isinstance(one, Message) and one.role == "user"]
    return (said[0].template or str(said[0].text)) if said else ""


def shown(run: Run) -> list[Part]:
    """What was attached to that."""
    said = [one for one in run.input if isinstance(one, Message) and one.role == "user"]
    return list(said[0].parts) if said else []


def _place(columns: Sequence[Column], column: Column) -> int:
    return next(n for n, one in enumerate(columns) if one is column)
