"""Pricebook: the user's own prices, each from the day on which it began to hold.

They are looked up before any list of prices. The table is one JSON file; `read` says on which line
it is wrong and why. Amounts are decimal from the first digit: a number in the file never becomes a
float.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from playground.core.places import place
from playground.core.problem import Failure, Problem
from playground.core.profile import OURS, Profile, is_loopback, origin

STANDARD = frozenset(("", "auto", "default", "on_demand", "standard"))
"""What servers call the service tier at the standard price."""
ANY = "*"
NEWEST = 1


def _amount(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("true and false are no amounts")
    return value


Amount = Annotated[Decimal, BeforeValidator(_amount), Field(ge=0, allow_inf_nan=False)]
"""US dollars. A string or a number in JSON."""


class OwnPrice(BaseModel):
    """What a model costs at a server, in US dollars a million tokens where nothing else is said."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    server: str
    """The id of a profile, an address (`https://api.example.com`, its path does not count), or `*`
    for every server but those on this computer."""
    model: str
    """Its name as the server says it; `*` and `?` stand for anything. Case does not count."""
    tier: str = "standard"
    """The service tier: `batch`, `flex`, `priority` …"""
    since: date = Field(validation_alias="from", serialization_alias="from")
    """The first day on which it holds, in UTC."""
    above: int = Field(default=0, ge=0)
    """It holds for requests with more input tokens than this."""
    input: Amount
    output: Amount
    cached: Amount | None = None
    """Input that the server had already; None: like input."""
    cache_write: Amount | None = None
    """Input that was put into the cache; None: like input."""
    reasoning: Amount | None = None
    """None: like output."""
    audio_input: Amount | None = None
    audio_output: Amount | None = None
    image_input: Amount | None = None
    image_output: Amount | None = None
    request: Amount = Decimal(0)
    """For each request, whatever is in it."""
    calls: dict[str, Amount] = Field(default_factory=dict)
    """For a thousand calls of a hosted tool, by the kind of its items: `web_search_call`."""

    def holds(self, profile: Profile, model: str, tier: str | None, day: date, size: int) -> bool:
        tiers = STANDARD if self.tier in STANDARD else (self.tier,)
        return (
            self.since <= day
            and (size > self.above or self.above == 0)
            and (tier or "") in tiers
            and fnmatchcase(model.lower(), self.model.lower())
            and self._is_at(profile)
        )

    def _is_at(self, profile: Profile) -> bool:
        if self.server == ANY:
            return profile.id not in OURS and not is_loopback(profile.base_url)
        return self.server == profile.id or (
            bool(profile.origin) and origin(self.server) == profile.origin
        )

    @property
    def _rank(self) -> tuple[bool, bool, int, date, int]:
        """The more closely it says what it is for, the sooner it is taken: by profile, by address;
        by the letters of the model's name; then the newest; then the one for the longest input."""
        named = len(self.model.replace("*", "").replace("?", ""))
        place = self.server != ANY
        return place, place and not origin(self.server), named, self.since, self.above


class PriceBook(BaseModel):
    """The whole table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    prices: tuple[OwnPrice, ...] = ()

    def find(
        self, profile: Profile, model: str, tier: str | None, day: date, size: int
    ) -> OwnPrice | None:
        """The price that holds on a day for a request with `size` input tokens; of several that
        are alike, the last of the table."""
        rows = [row for row in self.prices if row.holds(profile, model, tier, day, size)]
        return max(reversed(rows), key=lambda row: row._rank, default=None)

    def written(self) -> str:
        """As `read` reads it."""
        rows = [row.model_dump(mode="json", by_alias=True, exclude_defaults=True)
                for row in self.prices]  # fmt: skip
        data = {"version": self.version, "prices": rows}
        return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def read(text: str) -> PriceBook:
    """The table. Raises Failure with the line and the reason when any of it cannot be used: half a
    table would give amounts that are wrong and look right."""
    try:
        data = json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise _wrong(error.lineno, error.msg[:1].lower() + error.msg[1:]) from error
    except (ValueError, RecursionError) as error:
        raise _wrong(1, str(error)) from error
    if isinstance(data, Mapping):
        version = data.get("version")
        if isinstance(version, int) and version > NEWEST:
            raise _wrong(
                _line(text, ("version",)),
                f"version {version} was written by a newer Playground; this one knows {NEWEST}",
            )
    try:
        return PriceBook.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        path = tuple(one for one in first["loc"] if isinstance(one, str | int))
        where = " › ".join(str(one + 1) if isinstance(one, int) else one for one in path)
        said = first["msg"][:1].lower() + first["msg"][1:]
        raise _wrong(_line(text, path), f"{where}: {said}" if where else said) from error


def _line(text: str, path: tuple[str | int, ...]) -> int:
    """Of the value at a path, or of the innermost one around it that is there."""
    while path:
        if (found := place(text, path)) is not None:
            return text.count("\n", 0, found[0]) + 1
        path = path[:-1]
    return 1


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no amount")


def _wrong(line: int, why: str) -> Failure:
    return Failure(
        Problem(
            title="Your table of prices cannot be read. The built-in prices are used.",
            detail=f"Line {line}: {why}.",
            remedy="open_folder",
            code="prices",
            facts={"line": str(line)},
        )
    )
