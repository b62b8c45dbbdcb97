"""An answer as it arrives, against its schema: a tree of what is expected, there, and wrong."""

from __future__ import annotations

from typing import Any

from playground.core.json_nodes import LEGAL, Flaw, Node
from playground.core.partial_json import Live
from playground.core.problem import Failure, Problem
from playground.schemas.answer_fields import Field, FieldState
from playground.schemas.source import Path
from playground.schemas.validation import Error, Validator

__all__ = ["Answer", "Field", "FieldState"]


class Answer:
    """Takes the text as it comes. Whatever the text or the schema is, nothing here raises, but
    `feed` after the end. Who wants to know what changed keeps the `rev` it saw and asks `since`."""

    def __init__(self, schema: Any | None) -> None:
        self.schema = schema
        self.live = Live()
        self.unusable: Problem | None = None
        """Why the schema cannot check anything."""
        self.errors: list[Error] = []
        """Of the whole document, in its order; before the end, those that are known."""
        self.missing: list[Path] = []
        """What is required and did not come; only after the end."""
        self.ended = False
        self.whole = False
        """Whether the server said that this is all of it."""
        self.judged = False
        self._validator: Validator | None = None
        if schema is not None:
            try:
                self._validator = Validator(schema)
            except Failure as failure:
                self.unusable = failure.problem
        self._log: list[Field] = []
        self._open: list[Field] = []
        self._at = 0
        self.root = Field(None, None)

    @property
    def rev(self) -> int:
        """Grows whenever a field changes."""
        return len(self._log)

    @property
    def value(self) -> Any:
        """What is there, as `json.loads` would give it; None when nothing is."""
        return self.live.value()

    @property
    def flaws(self) -> list[Flaw]:
        """What is wrong with the text itself."""
        return self.live.flaws

    @property
    def parsed(self) -> bool:
        """Whether the text is over and was one JSON document, legal by the letter."""
        return self.ended and all(flaw.kind in LEGAL for flaw in self.live.flaws)

    @property
    def holds(self) -> bool:
        """Whether it is whole, and all that the schema says of it is so."""
        return self.parsed and self.whole and not self.errors

    def since(self, rev: int) -> list[Field]:
        """Fields that changed after revision `rev`, each once, parents before children that are
        new. Costs what changed, not what is there."""
        return [field for field in dict.fromkeys(self._log[rev:]) if field.rev > rev]

    def field(self, path: Path) -> Field | None:
        one = self.root
        for step in path:
            found = [child for child in one.children if child.key == step]
            if not found:
                return None
            one = found[-1]
        return one

    def feed(self, text: str, at: int) -> None:
        """Add text that arrived `at` nanoseconds of the run. Raises ValueError after the end."""
        self.live.feed(text)
        self._at = at
        self._follow()

    def end(self, at: int, *, whole: bool, judged: bool = True) -> None:
        """No more text will come. `whole`: nobody said that it was cut. Without `judged` the
        document as a whole still waits for `settled(judge())`, `judge` in another thread."""
        self.live.end()
        self._at, self.ended, self.whole = at, True, whole
        self._follow()
        if judged:
            self.settled(self.judge())

    def judge(self) -> list[Error] | Problem:
        """Everything that the schema has against the document; a Problem if it cannot be used.
        Changes nothing."""
        if self._validator is None or self.live.root is None:
            return []
        try:
            return self._validator.errors(self.value)
        except Failure as failure:
            return failure.problem

    def settled(self, judgement: list[Error] | Problem) -> None:
        """Take what `judge` said."""
        if isinstance(judgement, Problem):
            self.unusable = judgement
            return
        self.errors = judgement
        self.judged = True

    def _touch(self, field: Field) -> None:
        self._log.append(field)
        field.rev = len(self._log)

    def _follow(self) -> None:
        """Do what the parser did, in the order of the text."""
        if self.live.root is not self.root.node and self.live.root is not None:
            self.root.children.clear()
            self._begin(self.root, self.live.root)
        while self._open:
            field = self._open[-1]
            node = field.node
            assert node is not None
            if len(field.children) < len(node.children):
                inner = node.children[len(field.children)]
                child = Field(field, inner.key)
                field.children.append(child)
                self._begin(child, inner)
            elif node.end is not None or node.state == "cut":
                self._open.pop()
                field.state = "complete" if node.state == "complete" else "cut"
                field.ended = self._at
                self._touch(field)
            else:
                field.state = "waiting" if node.kind is None else "streaming"
                self._touch(field)
                break

    def _begin(self, field: Field, node: Node) -> None:
        field.node, field.began = node, self._at
        self._open.append(field)
        self._touch(field)
