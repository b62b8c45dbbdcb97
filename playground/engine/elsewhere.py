"""Elsewhere: a call that was meant for one server as it goes to another one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from playground.core.call import Call
from playground.core.endpoint import Endpoint, carried
from playground.core.keyless import Keyless, without_access, without_secrets
from playground.core.patterns import Target
from playground.core.problem import Failure, Problem
from playground.core.profile import Profile, is_secret
from playground.core.tools import Tool
from playground.engine.history import STATES

Profiles = Callable[[str], Profile]
"""A profile by its id. Raises Failure when there is none."""


@dataclass(frozen=True, slots=True)
class Way:
    """A call as it goes to a target."""

    profile: Profile
    call: Call
    left: tuple[str, ...] = ()
    """What of the call does not go there, by name."""

    @property
    def place(self) -> str:
        """`gpt-4.1-mini at OpenAI`."""
        return f"{self.call.model or 'the first model'} at {self.profile.name}"

    @property
    def without(self) -> str:
        """What is left out, as a sentence; empty: nothing."""
        return f"Not sent there: {', '.join(self.left)}." if self.left else ""


def way(
    call: Call,
    own: Profile,
    target: Target,
    profiles: Profiles,
    endpoints: Mapping[str, Endpoint],
) -> Way:
    """The call, which is for `own`, as it goes to a target. Raises Failure when there is none, or
    when it cannot be said in what that one speaks."""
    profile = own if target.profile in ("", own.id) else profiles(target.profile)
    if profile.id == own.id:
        return Way(own, call.model_copy(update={"model": target.model or call.model}))
    old, new = endpoints[call.api], endpoints[profile.api]
    fields, extra = dict(call.fields), dict(call.extra)
    left: list[str] = []
    if new.id != old.id:
        fields = carried(fields, old, new)
        left += [name for name in call.fields if name not in fields]
        _check(call, new, profile)
    for name in STATES:  # what one server keeps means nothing to another
        left += [name for found in (fields.pop(name, None), extra.pop(name, None)) if found]
    bare, gone = loginless(call.model_copy(update={"fields": fields, "extra": extra}))
    changes = {"api": new.id, "model": target.model or profile.model}
    return Way(profile, bare.model_copy(update=changes), tuple(dict.fromkeys([*left, *gone])))


def loginless(call: Call) -> tuple[Call, list[str]]:
    """(the call without what one server logs in with, there or elsewhere: that is no other one's
    business; what was left out, by name)."""
    headers = {name: value for name, value in call.headers.items() if not is_secret(name)}
    left = [f"the header {name}" for name in call.headers if name not in headers]
    tools: list[Tool] = []
    for tool in call.tools:
        hosted = without_access(tool.hosted)
        left += [f"the {name} of {tool.title}" for name in hosted.names]
        tools.append(tool.model_copy(update={"hosted": hosted.value}) if hosted.names else tool)
    fields, extra = dict(call.fields), dict(call.extra)
    for rows in (fields, extra):
        if isinstance(given := rows.get("tools"), list):
            bare = [
                without_access(one) if isinstance(one, dict) else Keyless(one, (), ())
                for one in given
            ]
            left += [f"the {name} of a tool" for one in bare for name in one.names]
            rows["tools"] = [one.value for one in bare]
        left += [f"the {name}" for name in without_secrets(rows).names]
    changes = {
        "fields": without_secrets(fields).value,
        "extra": without_secrets(extra).value,
        "headers": headers,
        "tools": tools,
    }
    return call.model_copy(update=changes), list(dict.fromkeys(left))


def _check(call: Call, endpoint: Endpoint, profile: Profile) -> None:
    """Raises Failure where a dialect cannot say what the call is about."""
    what = ""
    if call.output.asked and call.output.mode not in endpoint.modes:
        what = "the form of the answer"
    elif call.tools and not any(one.path == "tools" for one in endpoint.parameters):
        what = "tools"
    if what:
        raise Failure(
            Problem(
                title=f"{profile.name} is asked in {endpoint.title}, which does not know {what}.",
                remedy="switch_profile",
            )
        )
