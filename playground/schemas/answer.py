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
from typing import Any

from playground.core.json_nodes import AROUND, LEGAL, Flaw, Node
from playground.core.partial_json import Live
from playground.core.problem import Failure, Problem
from playground.schemas.answer_fields import JSON, Field, FieldState
from playground.schemas.answer_schema import Guide, Outlook, Place, Verdict
from playground.schemas.answer_tree import Fields, Names
from playground.schemas.source import Path
from playground.schemas.validation import Error, Validator

__all__ = ["Answer", "Field", "FieldState", "Judgement"]

DEEPEST = 256
"""Levels of which the values are judged; the validator of the whole gives up before."""

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
        self.names: Names = {}
        """The fields of an object."""
        self.taken = 0
        """Children of the node that were entered."""
        self.begun = False


class Answer(Fields):
    """Takes the text as it comes. Whatever the text or the schema is, nothing here raises but
    `feed` after the end."""

    def __init__(self, schema: Any | None) -> None:
        super().__init__()
        self.schema = schema
        self.live = Live()
        self.unusable: Problem | None = None
        """Why the schema cannot check anything, or not this."""
        self.missing: list[Path] = []
        """What is required and did not come, in the order of the text. Only after the end; of
        what was laid out (`answer_tree.EXPECTED`)."""
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
        self._open: list[_Open] = []  # the outermost first
        self._flaws = 0  # that were seen
        self._flawed: dict[Node, list[str]] = defaultdict(list)
        self._unsettled: list[Field] = []  # nothing is known against them, and not all is known
        self._final: list[Error] | None = None
        self._await()

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
        return [one for field in self._wrong for one in field.errors if one.keyword != JSON]

    @property
    def holds(self) -> bool:
        """Whether it is whole, and everything is as the schema says."""
        sound = self.parsed and self.whole and self.judged
        return sound and self.unusable is None and not self.errors

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
                self._blame(field, error._replace(path=error.path[len(field.path) :]))
            for one in field.line():
                if one.state != "invalid":
                    one.state = "invalid"
                    self._touch(one)
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
        self._touch(self.root)
        if self._expected is not None:
            self._introduce(self.root, self._expected, required=True)
            if outlook := self._expected.expectation.outlook("object"):
                self._lay_out(self.root, outlook, {})

    def _enter(self, parent: _Open, node: Node) -> None:
        """A name is there, or an item begins."""
        key = node.key
        field = parent.names.get(key)
        if field is not None and field.node is not None:
            self._restart(parent, field)
        place, refusal, unknown = None, None, False
        if parent.outlook is not None and isinstance(key, str):
            found = parent.outlook.field(key)
            if found is None:
                refusal, unknown = parent.outlook.refusal(key), True
            else:
                self._narrow(parent, found[0])
                place, unknown = found[1], not found[0].speaks_of(key)
        elif parent.outlook is not None and isinstance(key, int):
            place = parent.outlook.item(key)
        field = self._came(parent.field, parent.names, node)
        field.unknown = unknown
        if place is not None:
            self._introduce(field, place, required=field.required)
        if refusal is not None:
            self._blame(field, refusal)
        self._open.append(_Open(field, node, place if len(self._open) < DEEPEST else None))

    def _begin(self, one: _Open) -> None:
        """The value begins."""
        one.begun = True
        field, kind = one.field, one.node.kind
        field.began = self._at
        if field.state == "waiting":
            field.state = "streaming"
        self._touch(field)
        awaited: Names = {child.key: child for child in field.children}
        if kind in ("object", "array") and one.place is not None:
            one.outlook = one.place.expectation.outlook(kind)
            if one.outlook is None:
                self._blame(field, one.place.expectation.misfit(kind))
        if kind == "object" and one.outlook is not None:
            one.names = awaited
            self._lay_out(field, one.outlook, one.names)
        elif field.children:
            field.children = []
            self._laid_out -= len(awaited)
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
            self._blame(field, error)
        sound = field.went_wrong is None or all(one.state != "invalid" for one in field.children)
        if field.errors or not sound or one.node.state == "invalid":
            field.state = "invalid"
        else:
            field.went_wrong = None
            field.state = self._good(one)
        self._touch(field)
        parent = self._open[-1] if self._open else None
        if verdict.options and one.place and parent and parent.outlook:
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

    def _narrow(self, one: _Open, outlook: Outlook) -> None:
        """Some branches of a union are out of the question."""
        if outlook is not one.outlook:
            one.outlook = outlook
            if one.node.kind == "object":
                self._touch(one.field)
                self._lay_out(one.field, outlook, one.names)

    def _restart(self, parent: _Open, field: Field) -> None:
        """A name came again, and the last one counts: what the first one told no longer holds."""
        self._forget(field)
        self._laid_out += 1
        if parent.outlook is not None:
            full = parent.outlook.expectation.outlook("object")
            self._narrow(parent, full or parent.outlook)

    def _tell_flaws(self, one: _Open) -> None:
        for words in self._flawed.pop(one.node, ()):
            self._blame(one.field, Error((), (), JSON, words))
