"""An answer as it arrives, against its schema: a tree of what is expected, there, and wrong.

Problem: somebody watches an answer of 100 KB come in 25,000 pieces, and wants to see at once which
field is being written, which are still to come, and which went wrong.
Goals: the same tree however the text was cut; each piece costs what it changes; the last word has
the validator of the whole document.
Choice: the push parser of `core.partial_json` reads. Its tree is followed in the order of the text:
a field is entered, begun and closed once, judged when it is closed, and closes branches of unions
around it that it does not fit. What that cannot decide (`not`, `if`, `uniqueItems` …) is `complete`
until the whole document was judged at the end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from playground.core.json_nodes import AROUND, LEGAL, Flaw, Node
from playground.core.partial_json import Live
from playground.core.problem import Failure, Problem
from playground.schemas.answer_fields import Field, FieldState
from playground.schemas.answer_schema import Guide, Outlook, Place, Verdict
from playground.schemas.source import Path
from playground.schemas.validation import Error, Validator

__all__ = ["EXPECTED", "Answer", "Field", "FieldState"]

EXPECTED = 20_000
"""Fields that are laid out before they come. Any further ones appear when they do."""

Judgement = list[Error] | Problem
_NOTHING = Verdict(frozenset(), [])


class _Open:
    """A field whose value has not ended."""

    __slots__ = ("begun", "field", "names", "node", "outlook", "place", "taken")

    def __init__(self, field: Field, node: Node, place: Place | None) -> None:
        self.field = field
        self.node = node
        self.place = place
        """What is expected of it; None when nobody says anything."""
        self.outlook: Outlook | None = None
        """Of an object or an array: what is expected inside."""
        self.names: dict[str | int, Field] = {}
        """The fields of an object."""
        self.taken = 0
        """Children of the node that were entered."""
        self.begun = False


class Answer:
    """Takes the text as it comes. Whatever the text or the schema is, nothing here raises but
    `feed` after the end. Who wants to know what changed keeps the `rev` it saw, and asks `since`.
    """

    def __init__(self, schema: Any | None) -> None:
        self.schema = schema
        self.live = Live()
        self.unusable: Problem | None = None
        """Why the schema cannot check anything, or not this."""
        self.missing: list[Path] = []
        """What is required and did not come, in the order of the text. Only after the end; of
        what was laid out, see `EXPECTED`."""
        self.ended = False
        self.whole = False
        """Whether nobody said that it was cut."""
        self.judged = False
        """Whether `settled` was told."""
        self._validator: Validator | None = None
        self._expected: Place | None = None
        if schema is not None:
            try:
                self._validator = Validator(schema)
                self._expected = Place(Guide(schema, self._validator).root, (0,))
            except Failure as failure:
                self.unusable = failure.problem
        self._at = 0
        self._log: list[Field] = []  # each field as often as it was touched; its length is `rev`
        self._open: list[_Open] = []
        self._laid_out = 0
        self._flaws = 0  # that were seen
        self._flawed: dict[Node, list[str]] = defaultdict(list)
        self._wrong: dict[Field, None] = {}  # those that have errors
        self._lacking: list[Field] = []  # required, and did not come
        self._unsettled: list[Field] = []
        self._final: list[Error] | None = None
        self.root = Field(None, None)
        self._await()

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
        legal = all(flaw.kind in LEGAL for flaw in self.flaws)
        return self.ended and legal and self.live.flawed == len(self.flaws)

    @property
    def errors(self) -> list[Error]:
        """What the schema has against the document: all of it, once it was judged; before that,
        and of a document that was cut, what is known of single values."""
        if self._final is not None:
            return self._final
        return [one for field in self._wrong for one in field.errors if one.keyword != "json"]

    @property
    def holds(self) -> bool:
        """Whether it is whole, and everything is as the schema says."""
        sound = self.parsed and self.whole and self.judged
        return sound and self.unusable is None and not self.errors

    def since(self, rev: int) -> list[Field]:
        """Fields that changed after revision `rev`, each once, parents before children that are
        new. Costs what changed, not what is there."""
        return [field for field in dict.fromkeys(self._log[rev:]) if field.rev > rev]

    def field(self, path: Path) -> Field | None:
        """The field at this path; None when there is none."""
        field = self._nearest(path)
        return field if field.path == path else None

    def feed(self, text: str, at: int) -> None:
        """Add text, cut anywhere, that came `at` nanoseconds of the run. Raises ValueError after
        the end."""
        before = self.live.rev
        self.live.feed(text)
        self._at = at
        self._follow(before)

    def end(self, at: int, *, whole: bool, judged: bool = True) -> None:
        """No more text will come. `whole`: nobody said that it was cut. Without `judged` the
        document as a whole waits for `settled(judge())`, where `judge` may be called elsewhere."""
        if self.ended:
            return
        before = self.live.rev
        self.live.end()
        self._at, self.ended, self.whole = at, True, whole
        self._follow(before)
        for one in reversed(self._open):
            self._cut(one)
        self._open.clear()
        if self.root.node is None:
            self._miss(self.root)
            if not self._lacking:
                self.root.required = True
                self._lacking.append(self.root)
            self.root.state = "missing"
            self._touch(self.root)
        self.missing = [field.path for field in self._lacking if field.rev]
        if judged:
            self.settled(self.judge())

    def judge(self) -> Judgement:
        """Everything that the schema has against the document; a Problem when it cannot be used
        for that. Of a document that was cut, nothing. Changes nothing: another thread may do it."""
        root = self.live.root
        if self._validator is None or root is None or root.end is None:
            return []
        try:
            return self._validator.errors(root.value())
        except Failure as failure:
            return failure.problem

    def settled(self, judgement: Judgement) -> None:
        """The whole document was judged: hang each error to its field, or the nearest there is."""
        self.judged = True
        if isinstance(judgement, Problem):
            self.unusable = judgement
            return
        closed = self.live.root is not None and self.live.root.end is not None
        if not closed or self.unusable is not None:
            return
        if not judgement and self.errors:
            self._acquit()
        self._final = judgement
        for error in judgement:
            field = self._nearest(error.path)
            if error.message not in [one.message for one in field.errors]:
                self._blame(field, error)
            for one in field.line():
                one.state = "invalid"
        for field in self._unsettled:
            if field.state == "complete" and field.rev:
                field.state = "valid"
                self._touch(field)

    # Following the parser, in the order of the text.

    def _follow(self, before: int) -> None:
        """Do what the parser did since it was at this revision."""
        if self.live.root is not self.root.node:
            self._plant(self.live.root)
        for flaw in self.flaws[self._flaws :]:
            if flaw.node is not None and flaw.kind not in LEGAL | AROUND | {"cut"}:
                self._flawed[flaw.node].append(flaw.words)
        self._flaws = len(self.flaws)
        while self._open:
            top = self._open[-1]
            node = top.node
            if not top.begun and (node.kind is not None or node.end is not None):
                self._begin(top)
            if top.taken < len(node.children):
                top.taken += 1
                self._enter(top, node.children[top.taken - 1])
            elif node.end is not None:
                self._close(self._open.pop())
            else:
                if node.rev > before:
                    self._touch(top.field)
                break
        if self._flawed:
            for one in self._open:
                self._tell_flaws(one)

    def _plant(self, node: Node | None) -> None:
        """The root begins; or began again, since what came first was prose."""
        if self.root.node is not None:
            self._open.clear()
            self._forget(self.root)
            self._flaws = 0
            self._flawed.clear()
            self._await()
        if node is not None:
            self.root.node = node
            self._open.append(_Open(self.root, node, self._expected))

    def _await(self) -> None:
        """Lay out what is expected of the root, before anything has come."""
        self._introduce(self.root, self._expected, required=True)
        self._touch(self.root)
        outlook = self._expected and self._expected.expectation.outlook("object")
        if outlook is not None:
            self._lay_out(self.root, outlook, {})

    def _enter(self, parent: _Open, node: Node) -> None:
        """A name is there, or an item begins."""
        key = node.key
        assert key is not None
        place, refusal, unknown = None, None, False
        field = parent.names.get(key)
        if field is not None and field.node is not None:
            self._restart(parent, field)
        if parent.outlook is not None and isinstance(key, int):
            place = parent.outlook.item(key)
        elif parent.outlook is not None and isinstance(key, str):
            found = parent.outlook.field(key)
            if found is None:
                refusal = parent.outlook.refusal(key)
            else:
                self._narrow(parent, found[0])
                place = found[1]
                unknown = not parent.outlook.speaks_of(key)
        field = parent.names.get(key)
        if field is None:
            field = Field(parent.field, key)
            parent.field.children.append(field)
            if isinstance(key, str):
                parent.names[key] = field
            self._touch(parent.field)
        field.node, field.unknown = node, unknown or refusal is not None
        self._introduce(field, place, required=field.required)
        self._touch(field)
        if refusal is not None:
            self._blame(field, refusal._replace(path=field.path))
        self._open.append(_Open(field, node, place))

    def _begin(self, one: _Open) -> None:
        """The value begins."""
        one.begun = True
        field, kind = one.field, one.node.kind
        field.began = self._at
        if field.state == "waiting":
            field.state = "streaming"
        self._touch(field)
        awaited = {child.key: child for child in field.children if child.key is not None}
        if kind in ("object", "array") and one.place is not None:
            one.outlook = one.place.expectation.outlook(kind)
            if one.outlook is None:
                error = one.place.expectation.misfit(kind)
                self._blame(field, error._replace(path=field.path))
        if kind == "object" and one.outlook is not None:
            one.names = awaited
            self._lay_out(field, one.outlook, one.names)
        elif field.children:
            field.children = []
            for child in awaited.values():
                self._forget(child)

    def _close(self, one: _Open) -> None:
        """The value is there: judge it."""
        field = one.field
        field.ended = self._at
        if one.node.kind == "object":
            self._miss(field)
        self._tell_flaws(one)
        verdict = self._verdict(one)
        for error in verdict.errors:
            self._blame(field, error._replace(path=field.path + error.path))
        sound = field.went_wrong is None or not any(
            child.state == "invalid" for child in field.children
        )
        if field.errors or not sound:
            field.state = "invalid"
        else:
            field.went_wrong = None
            field.state = self._good(one)
        self._touch(field)
        if sound and verdict.options and self._open and one.place is not None:
            parent = self._open[-1]
            if parent.outlook is not None:
                self._narrow(parent, parent.outlook.holding(one.place, verdict.options))

    def _verdict(self, one: _Open) -> Verdict:
        node = one.node
        if one.place is None or node.kind is None or self.unusable is not None:
            return _NOTHING
        if node.kind not in ("object", "array"):
            try:
                return one.place.expectation.judge(node.value())
            except Failure as failure:
                self.unusable = failure.problem
                return _NOTHING
        if one.outlook is None:
            return _NOTHING
        names = set(node.members) if node.kind == "object" else None
        return one.outlook.close(names, len(node.children) if names is None else len(names))

    def _good(self, one: _Open) -> FieldState:
        """The state of a value that nobody has anything against."""
        if one.place is None or self.unusable is not None:
            return "complete"
        if one.outlook is None or one.place.expectation.followed:
            return "valid"
        self._unsettled.append(one.field)
        return "complete"

    def _cut(self, one: _Open) -> None:
        """The text ended before the value did."""
        field = one.field
        self._miss(field)
        if one.node.kind is None:
            field.state = "missing"
            if field.required:
                self._lacking.append(field)
        elif not field.errors:
            field.state = "cut"
        self._touch(field)

    # Fields.

    def _touch(self, field: Field) -> None:
        self._log.append(field)
        field.rev = len(self._log)

    def _introduce(self, field: Field, place: Place | None, *, required: bool) -> None:
        field.required = required
        if place is not None:
            expectation = place.expectation
            field.expects = expectation.words
            field.title, field.description = expectation.title, expectation.description

    def _lay_out(self, field: Field, outlook: Outlook, names: dict[str | int, Field]) -> None:
        """Put the fields that are expected in order, before those that came unexpected."""
        expected = []
        for name, required in outlook.names.items():
            child = names.get(name)
            if child is None and self._laid_out < EXPECTED:
                self._laid_out += 1
                child = names[name] = Field(field, name)
            if child is None:
                continue
            expected.append(child)
            found = outlook.field(name)
            if child.node is None and found is not None:
                self._introduce(child, found[1], required=required)
                self._touch(child)
            child.required = required
        others = [child for child in field.children if child.key not in outlook.names]
        for child in others:
            if child.node is None:
                self._forget(child)
                names.pop(child.key or "", None)
        field.children = [*expected, *(child for child in others if child.node is not None)]

    def _narrow(self, one: _Open, outlook: Outlook) -> None:
        if outlook is not one.outlook:
            one.outlook = outlook
            if one.node.kind == "object":
                self._touch(one.field)
                self._lay_out(one.field, outlook, one.names)

    def _restart(self, parent: _Open, field: Field) -> None:
        """A name came again, and the last one counts: nothing is known by the one before."""
        self._forget(field)
        self._touch(field)
        if parent.outlook is not None:
            full = parent.outlook.expectation.outlook("object")
            self._narrow(parent, full or parent.outlook)

    def _forget(self, field: Field) -> None:
        """What was known of a field and all in it; those are no longer in the tree."""
        waiting = [field]
        while waiting:
            one = waiting.pop()
            waiting += one.children
            self._wrong.pop(one, None)
            one.rev = 0
        field.node = field.went_wrong = field.began = field.ended = None
        field.state, field.errors, field.children = "waiting", [], []

    def _miss(self, field: Field) -> None:
        """Nothing more will come into it."""
        for child in field.children:
            if child.node is None:
                child.state = "missing"
                self._touch(child)
                if child.required:
                    self._lacking.append(child)

    def _tell_flaws(self, one: _Open) -> None:
        words = self._flawed.pop(one.node, [])
        if one.node.state == "invalid" and not words and one.node.end is not None:
            words = [] if one.field.errors else ["This is no JSON."]
        for text in words:
            self._blame(one.field, Error(one.field.path, (), "json", text))

    def _blame(self, field: Field, error: Error) -> None:
        field.errors.append(error)
        field.state = "invalid"
        self._wrong[field] = None
        self._touch(field)
        for one in field.line():
            if one.went_wrong is not None and one is not field:
                break
            if one.went_wrong is None:
                one.went_wrong = self._at
                self._touch(one)

    def _acquit(self) -> None:
        """The document holds after all: a name came twice, and the second time well."""
        for field in reversed(list(self._walk())):
            field.errors = [error for error in field.errors if error.keyword == "json"]
            bad = field.errors or any(child.state == "invalid" for child in field.children)
            if field.state == "invalid" and not bad:
                field.state, field.went_wrong = "valid", None
                self._wrong.pop(field, None)
                self._touch(field)

    def _walk(self) -> Iterator[Field]:
        """All fields, parents first."""
        waiting = [self.root]
        while waiting:
            field = waiting.pop()
            yield field
            waiting += field.children

    def _nearest(self, path: Path) -> Field:
        """The field at a path, or what it would be in."""
        field = self.root
        for step in path:
            if isinstance(step, int) and step < len(field.children):
                inner: Field | None = field.children[step]
            else:
                inner = next((child for child in field.children if child.key == step), None)
            if inner is None:
                break
            field = inner
        return field
