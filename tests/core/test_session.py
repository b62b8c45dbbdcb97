"""The tree of a session: siblings, families, the branch a person expects to see."""

from __future__ import annotations

from playground.core.call import Call
from playground.core.session import Run, Session


def run(session: Session, name: str, parent: str | None, created: float) -> Run:
    made = Run(name, session.id, parent, Call(), "p", [], lambda *_: None, created=created)
    session.add(made)
    return made


def test_families_are_siblings_in_the_order_they_were_made_without_the_trash() -> None:
    session = Session("s")
    run(session, "b", None, 2)
    run(session, "a", None, 1)
    run(session, "c", None, 3).trashed = True
    run(session, "below", "a", 4)
    names = {
        parent: [one.id for one in siblings] for parent, siblings in session.families().items()
    }
    assert names == {None: ["a", "b"], "a": ["below"]}
    for parent, siblings in session.families().items():
        assert session.children(parent) == siblings


def test_the_deepest_run_follows_the_newest_child() -> None:
    session = Session("s")
    root = run(session, "root", None, 1)
    run(session, "old", "root", 2)
    run(session, "new", "root", 3)
    leaf = run(session, "leaf", "new", 4)
    run(session, "other", "old", 5)
    assert session.deepest(root) is leaf
    leaf.trashed = True
    assert session.deepest(root).id == "new"


def test_a_long_branch_is_walked_in_one_go() -> None:
    session = Session("s")
    first = run(session, "0", None, 0)
    for number in range(1, 5_000):
        run(session, str(number), str(number - 1), number)
    assert session.deepest(first).id == "4999"
    assert len(session.path("4999")) == 5_000
