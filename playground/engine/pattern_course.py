"""Course: which server the requests of one run go to, and who is asked when that one fails.

Every turn is a fact on the recording, and makes the run belong to whom it went to.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from playground.core.endpoint import Endpoint
from playground.core.items import Item, Notice
from playground.core.patterns import Patterns, Target
from playground.core.problem import Failure, Problem
from playground.core.profile import Profile
from playground.core.session import Run
from playground.core.transcript import Reader, Transcript
from playground.engine.elsewhere import Profiles, Way, way
from playground.engine.fallback import is_theirs
from playground.engine.history import foreign
from playground.engine.routing import Fit, settled

Note = Callable[[str, dict[str, Any]], None]
"""Puts a fact on the recording."""


class Course:
    """Of one run."""

    def __init__(
        self,
        run: Run,
        profile: Profile,
        profiles: Profiles,
        endpoints: Mapping[str, Endpoint],
        note: Note,
    ) -> None:
        self.profile = profile
        """Whom the next request goes to."""
        self._run = run
        self._own = profile
        self._profiles = profiles
        self._endpoints = endpoints
        self._note = note
        if run.call.body is not None:  # written by hand, for one server
            self.patterns = Patterns()
        else:
            self.patterns = settled(run.call.patterns, profile.id)
            run.call = run.call.model_copy(update={"patterns": self.patterns})
        self._call = run.call
        """As the session has it, for its own server."""
        self._asked = {(profile.id, run.call.model)}
        self._left = deque(self.patterns.fallback)

    def route(self, fit: Fit, **more: Any) -> None:
        """Go where a rule says. Where that cannot be, where the session says, and say why."""
        run, own = self._run, Way(self._own, self._call)
        wrong = ""
        try:
            there = self._way(fit.target)
        except Failure as failure:
            there, wrong = own, f", but: {failure.problem.title}"
        if wrong:
            words = f"Not sent elsewhere: {fit.why}{wrong}"
        else:
            words = " ".join(filter(None, (f"Sent to {there.place}: {fit.why}.", there.without)))
        self._go(there)
        self._asked = {(there.profile.id, there.call.model)}
        told = {"profile": there.profile.id, "model": run.call.model, "rule": fit.rule}
        self._note("routed", {**told, "words": words, **more})

    def turn(self, problem: Problem, *, noted: bool) -> bool:
        """The server of the run failed: go to the next one that can be asked. Whether there is one;
        `noted`: the recording says so already."""
        if not is_theirs(problem):
            return False
        before, passed = self.profile, list[str]()
        was = f"{self._run.call.model or 'The first model'} at {before.name}"
        while self._left:
            target = self._left.popleft()
            try:
                there = self._next(target)
            except Failure as failure:
                passed.append(f"Passed over: {failure.problem.title}")
                continue
            if there is None:
                continue
            if not noted:
                self._note("failed", {"problem": dumped(problem)})
            self._go(there)
            why = problem.title.rstrip(".")
            status = f" ({problem.status})" if problem.status else ""
            words = (f"{was}: {why}{status}.", *passed, f"Asked instead: {there.place}.")
            told = {
                "profile": there.profile.id,
                "model": there.call.model,
                "words": " ".join(filter(None, (*words, there.without))),
                "crossed": there.profile.id != before.id,
            }
            self._note("fallback", told)
            return True
        if passed:
            self._note("notice", {"text": " ".join(passed)})
        return False

    def said(self, items: Sequence[Item]) -> list[Item]:
        """What stands in this run so far, as the server that is asked now may be told it."""
        since = self._run.transcript.asked_since
        return foreign(items, since)

    def _next(self, target: Target) -> Way | None:
        """Raises Failure when a target cannot be asked; None: it has been."""
        there = self._way(target)
        asked = (there.profile.id, there.call.model)
        if asked in self._asked:
            return None
        run = self._run
        seen = run.transcript
        begun = seen.legs > 1 or any(not isinstance(item, Notice) for item in seen.items)
        if there.call.api != run.call.api and begun:
            endpoint = self._endpoints[there.call.api]
            title = f"{there.profile.name} is asked in {endpoint.title}, and this run has begun"
            raise Failure(Problem(title=f"{title} in another dialect."))
        self._asked.add(asked)
        return there

    def _way(self, target: Target) -> Way:
        return way(self._call, self._own, target, self._profiles, self._endpoints)

    def _go(self, there: Way) -> None:
        run = self._run
        if there.call.api != run.call.api:
            # Nothing but facts is there yet: they say the same in every dialect.
            run.reduce = self._endpoints[there.call.api].reduce
            run.reader = Reader(run.reduce, Transcript(rev=run.transcript.rev + 1))
            run.reader.take(run.recording)
        run.profile, run.call = there.profile.id, there.call
        self.profile = there.profile


def dumped(problem: Problem) -> dict[str, Any]:
    return problem.model_dump(mode="json", exclude_defaults=True)
