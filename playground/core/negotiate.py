"""Negotiation: what to change in a request that a server refused because of one of its fields.

From the server's own words and the body that was sent, in whatever way servers say it: OpenAI,
Azure, vLLM, Groq, Mistral, Gemini, FastAPI's lists, serde, Go. Only what is in the body is ever
offered, and nothing that a request cannot do without. Who resends, and who remembers, is elsewhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from playground.core.call import Call
from playground.core.endpoint import merge, place, take
from playground.core.problem import Problem
from playground.core.profile import Fields, Quirks
from playground.core.recording import Recording

NEEDED = frozenset(
    ("model", "messages", "input", "prompt", "previous_response_id", "conversation")
)  # fmt: skip
"""Fields that carry what is asked. Without one of them it would be another question."""
TWINS = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}
"""Two names of one field: a server that does not know the one mostly knows the other."""
ROLE = "messages[].role"
"""The path of an offer to call the instructions `system` instead of `developer`."""
WITHIN = frozenset(("invalid_json_schema",))
"""Codes of a mistake inside a field that is known well: leaving it out mends nothing."""
VALUES = 3
"""Offers of other values, at most."""
READ = 4096
"""Characters of what the server says that are looked at."""
SHOWN = 120
"""Characters of a value that a difference shows."""

REFUSAL = re.compile(
    r"un(?:supported|known|recogni[sz]ed|expected)|(?:does|do)(?: not|n't) support"
    r"|not (?:be )?(?:supported|permitted|allowed|accept)|not (?:a )?(?:valid|known|recogni[sz]ed)"
    r"|extra[_ ](?:inputs|fields|forbidden)|additional propert|cannot find field"
    r"|deprecated|no longer|not one of",
    re.IGNORECASE,
)
"""Words with which servers refuse a field, so that a name beside them is that of the field."""
QUOTED = re.compile(r"[`'\"‘“]([A-Za-z_$][\w.$\[\]-]*)[`'\"’”]")
LISTED = re.compile(
    r"(?:parameters?|arguments?|fields?|propert(?:y|ies)|names?)(?: supplied)?:?\s+"
    r"((?:[A-Za-z_][\w.]*(?:,\s*|\s+and\s+)?)+)"
)
"""Names without quotes after a word that announces them."""
LEADING = re.compile(
    r"(?:^|[;\n]|: )\s*([A-Za-z_][\w.\[\]]*)(?=:|\s+(?:must|is|does|should|cannot|was)\b)"
)
"""A name that begins a statement: `body.top_p: Extra inputs are not permitted`."""
INSTEAD = re.compile(
    r"(?:\buse|moved to|renamed to|replaced (?:by|with)|did you mean|in favou?r of)\s+"
    r"(?:the\s+)?(?:parameter\s+|field\s+)?([`'\"]?)([A-Za-z_](?:[\w.]*\w)?)",
    re.IGNORECASE,
)
CHOICES = re.compile(
    r"(?:(?:supported|allowed|valid|possible) (?:values|options)(?: are| is|:)*|input should be"
    r"|expected (?:one of|any of)|(?:must|should) be one of|is not one of)\s*:?\s*(.+?)"
    r"(?:\.\s|\.$|;|\n|$)",
    re.IGNORECASE,
)
MOST = re.compile(r"(?:at most|<=|less than or equal to)\s*(-?\d+(?:\.\d+)?)", re.IGNORECASE)
LEAST = re.compile(r"(?:at least|>=|greater than or equal to)\s*(-?\d+(?:\.\d+)?)", re.IGNORECASE)

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Offer:
    """One change of a request that may make a server take it."""

    kind: Literal["drop", "rename", "value"]
    path: str
    """Of a field in the body that was sent, or ROLE."""
    to: Any = None
    """The new name or value."""

    @property
    def words(self) -> str:
        """What follows `Resend`."""
        match self.kind:
            case "drop":
                return f"without {self.path}"
            case "rename":
                return f"as {self.to}"
            case "value":
                if self.path == ROLE:
                    return f"with the role {self.to}"
                if self.path == "stream":
                    return "without streaming"
                return f"with {self.path} {self.to}"

    @property
    def lasting(self) -> bool:
        """Whether it can be remembered: names and roles can, values are the user's."""
        return self.kind != "value" or self.path == ROLE


def sent(recording: Recording) -> Body:
    """The body of the last request on a recording; empty when there is none."""
    for event in reversed(recording):
        if event.kind == "request":
            fact, _ = event.json()
            try:
                body = json.loads(fact["body"])
            except (TypeError, KeyError, ValueError, RecursionError):
                return {}
            return body if isinstance(body, dict) else {}
    return {}


def wanted(call: Call) -> Body:
    """What a call switches on itself: all there is where a recording is not at hand."""
    body: Body = {}
    for path, value in call.fields.items():
        place(body, path, value)
    return merge(body, call.extra)


def offers(problem: Problem, body: Body) -> list[Offer]:
    """What can be offered, the best first. Empty when the failure is about something else."""
    said = problem.detail[:READ]
    refused = REFUSAL.search(said) is not None
    if problem.status not in (400, 422) and not (refused and (problem.status or 500) >= 500):
        return []
    if problem.code in WITHIN:
        return []
    found: list[Offer] = []
    if _is_about_the_role(said, body):
        found.append(Offer("value", ROLE, "system"))
    paths = _paths(said, problem.param or "", body, refused=refused)
    for path in paths[:VALUES]:
        if path == "stream":
            found.append(Offer("value", "stream", False))
            continue
        new = _new_name(said, path, body, refused=refused) if path == paths[0] else ""
        if new:
            found.append(Offer("rename", path, new))
        elif path == paths[0]:
            found += [Offer("value", path, value) for value in _values(said, _value(body, path))]
        found.append(Offer("drop", path))
    return found


def amended(body: Body, offer: Offer) -> Body:
    """The body as it would be with an offer."""
    made = dict(body)
    if offer.path == ROLE:
        made["messages"] = [
            {**row, "role": offer.to} if _is_developer(row) else row for row in body["messages"]
        ]
    elif offer.path == "stream":
        for name in ("stream", "stream_options"):
            made.pop(name, None)
    else:
        _change(made, offer)
    return made


def applied(call: Call, offer: Offer) -> Call:
    """The call with an offer, as far as it is the call that says what is refused."""
    if call.body is not None:
        call = call.model_copy(update={"body": amended(call.body, offer)})
    if offer.path == ROLE:
        return call
    if offer.path == "stream":
        return call.model_copy(update={"stream": False})
    extra = dict(call.extra)
    in_extra = take(dict(extra), offer.path) is not None
    if in_extra:
        _change(extra, offer)
    fields = dict(call.fields)
    if offer.kind == "value" and not in_extra:
        fields[offer.path] = offer.to
    elif offer.kind != "value":
        for name in list(fields):
            if name == offer.path:
                value = fields.pop(name)
                if offer.kind == "rename":
                    fields[offer.to] = value
            elif name.startswith(f"{offer.path}.") and offer.kind == "drop":
                del fields[name]
            elif offer.path.startswith(f"{name}.") and isinstance(fields[name], dict):
                whole = {name: fields.pop(name)}
                _change(whole, offer)
                fields |= whole
    return call.model_copy(update={"fields": fields, "extra": extra})


def learnt(quirks: Quirks, model: str, offer: Offer) -> Quirks:
    """The quirks with an offer remembered for a model; without a model, for all of the server."""
    if not offer.lasting:
        return quirks
    if offer.path == ROLE:
        return quirks.model_copy(update={"system_role": offer.to})
    old = quirks.models.get(model, Fields()) if model else quirks
    # A field that got its name from these is dropped, or renamed, as what it was before.
    first = next((one for one, new in old.rename.items() if new == offer.path), offer.path)
    rename = {one: new for one, new in old.rename.items() if one != first}
    drop = [one for one in old.drop if one != first]
    if offer.kind == "drop":
        drop.append(first)
    elif first != offer.to:
        rename[first] = offer.to
    update: dict[str, Any] = {"drop": drop, "rename": rename}
    if model:
        update = {"models": {**quirks.models, model: old.model_copy(update=update)}}
    if offer.path in ("stream_options", "stream_options.include_usage"):
        update["stream_usage"] = False
    return quirks.model_copy(update=update)


def difference(before: Body, after: Body) -> list[str]:
    """What is another in two bodies, a line each: `- top_p: 0.5`, `+ max_tokens: 100`."""
    return list(_differing("", before, after))


# What the server says.


def _paths(said: str, param: str, body: Body, *, refused: bool) -> list[str]:
    """The fields of the body that the server speaks of, the one it means first.

    Its `param` is believed whatever is said of it, and so is the subject of a sentence; any other
    name only beside a refusal.
    """
    replacing = {name for _, name in INSTEAD.findall(said)}
    names = [param, *LEADING.findall(said)]
    if refused:
        said = CHOICES.sub("", said)
        names += QUOTED.findall(said)
        for row in LISTED.findall(said):
            names += re.split(r",\s*|\s+and\s+", row)
    known = list(_walk(body))
    found = dict.fromkeys(filter(None, (_path(name, known) for name in names)))
    return [path for path in found if path not in replacing or path == param]


def _path(name: str, known: Collection[str]) -> str:
    """The path in the body that a server's name for it means; empty when there is none."""
    name = re.sub(r"^(?:\$\.|body\.|request\.|query\.)+", "", name.strip().rstrip("."))
    if name.partition(".")[0] in NEEDED or not name:
        return ""
    if name in known:
        return name
    inner = [path for path in known if path.endswith(f".{name}")]
    return inner[0] if len(inner) == 1 else ""


def _walk(body: Body, before: str = "") -> Iterator[str]:
    """The paths of all fields that could be spared, outer ones first."""
    for name, value in body.items():
        if before or name not in NEEDED:
            yield before + name
            if isinstance(value, dict):
                yield from _walk(value, f"{before}{name}.")


def _new_name(said: str, path: str, body: Body, *, refused: bool) -> str:
    for quote, name in INSTEAD.findall(said):
        named = bool(quote) or "_" in name or "." in name
        if named and name != path and _value(body, name) is None:
            return str(name)
    twin = TWINS.get(path, "")
    unknown = refused and not MOST.search(said) and not LEAST.search(said)
    return twin if twin and unknown and twin not in body else ""


def _values(said: str, now: Any) -> list[Any]:
    """Values that the server names as good in the place of the one that was sent."""
    if isinstance(now, bool):
        return []
    if isinstance(now, int | float):
        for limit, wrong in ((MOST, float.__gt__), (LEAST, float.__lt__)):
            if (found := limit.search(said)) and wrong(float(now), float(found[1])):
                number = float(found[1])
                return [int(number) if number.is_integer() else number]
        return []
    if not isinstance(now, str) or not (listed := CHOICES.search(said)):
        return []
    words = QUOTED.findall(listed[1]) or re.findall(r"[\w.-]+", listed[1])
    return [word for word in dict.fromkeys(words) if word not in (now, "and", "or")][:VALUES]


def _is_about_the_role(said: str, body: Body) -> bool:
    rows = body.get("messages")
    return "developer" in said and isinstance(rows, list) and any(map(_is_developer, rows))


def _is_developer(row: Any) -> bool:
    return isinstance(row, dict) and row.get("role") == "developer"


# Bodies.


def _value(body: Body, path: str) -> Any:
    found = take(dict(body), path)
    return found[0] if found is not None else None


def _change(body: Body, offer: Offer) -> None:
    found = take(body, offer.path)
    if found is not None and offer.kind == "rename":
        place(body, offer.to, found[0])
    elif offer.kind == "value":
        place(body, offer.path, offer.to)


def _differing(path: str, before: Any, after: Any) -> Iterator[str]:
    match before, after:
        case dict(), dict():
            dot = f"{path}." if path else ""
            for name in before:
                if name in after:
                    yield from _differing(f"{dot}{name}", before[name], after[name])
                else:
                    yield f"- {dot}{name}: {_shown(before[name])}"
            for name in after:
                if name not in before:
                    yield f"+ {dot}{name}: {_shown(after[name])}"
        case list(), list() if len(before) == len(after):
            for at, (one, other) in enumerate(zip(before, after, strict=True)):
                yield from _differing(f"{path}[{at}]", one, other)
        case _ if before != after:
            yield f"- {path}: {_shown(before)}"
            yield f"+ {path}: {_shown(after)}"
        case _:
            pass


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"
