"""Pydantic sources of ours, with every kind of field.

What is read from them must be what Pydantic says of them when they are run. Each is a module; the
model that is meant is the last one.
"""

from __future__ import annotations

import importlib.util
import itertools
import sys
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import BaseModel, TypeAdapter

_NUMBER = itertools.count()

SOURCES: dict[str, str] = {
    "scalars": '''
from pydantic import BaseModel


class Scalars(BaseModel):
    """All of them.

    In two paragraphs.
    """

    a: str
    b: int
    c: float
    d: bool
    e: bytes
    f: None
    snake_case_name: str
    camelCase: int
    with2digits: float
''',
    "any": """
from typing import Any
from pydantic import BaseModel, JsonValue


class M(BaseModel):
    a: Any
    b: object
    c: JsonValue
    d: Any = None
    e: dict
    f: list
    g: tuple
""",
    "optional": """
from typing import Optional, Union
from pydantic import BaseModel


class M(BaseModel):
    a: Optional[str]
    b: Optional[int] = None
    c: Union[int, str]
    d: Union[None, int, str] = None
    e: int | None = 3
    f: Optional[Union[int, list[str]]] = None
    g: int | str | list[int | None]
""",
    "defaults": """
from pydantic import BaseModel, Field

LIMIT = 7
WORDS = ["a", "b"]


class M(BaseModel):
    a: int = 1
    b: float = -1.5
    c: str = "x"
    d: bool = True
    e: list[int] = []
    f: list[str] = ["a", "b"]
    g: dict[str, int] = {"k": 1}
    h: int = Field(3)
    i: int = Field(default=4)
    j: list[int] = Field(default_factory=list)
    k: list[int] = Field(default_factory=lambda: [1, 2])
    l: int = Field(...)
    m: int = ...
    n: int = LIMIT
    o: list[str] = WORDS
    p: tuple[int, str] = (1, "x")
    q: str = Field(default="q", validate_default=True, frozen=True, repr=False)
""",
    "constraints": r"""
from decimal import Decimal
from pydantic import BaseModel, Field


class M(BaseModel):
    a: int = Field(gt=0, lt=10)
    b: float = Field(ge=0.5, le=9.5, multiple_of=0.5)
    c: str = Field(min_length=1, max_length=20, pattern=r"^[a-z]+\d*$")
    d: list[int] = Field(min_length=1, max_length=3)
    e: Decimal = Field(ge=0, max_digits=6, decimal_places=2)
    f: dict[str, int] = Field(min_length=1)
    g: set[int] = Field(max_length=5)
    h: int | None = Field(None, ge=1)
    i: str = Field("ab", pattern="a\d?b")
""",
    "annotated": """
from typing import Annotated, Optional
import annotated_types as at
from annotated_types import Gt, Len
from pydantic import AfterValidator, BaseModel, Field, Strict, StringConstraints

Name = Annotated[str, Field(min_length=1, description="A name")]
Short = Annotated[str, StringConstraints(max_length=3, to_upper=True, pattern="^[A-Z]*$")]
Scores = dict[str, list[Annotated[float, Field(ge=0, le=1)]]]


def check(value):
    return value


class M(BaseModel):
    a: Name
    b: Short = "A"
    c: Annotated[int, Gt(3), at.MultipleOf(2)]
    d: Annotated[list[int], Len(1, 4)]
    e: list[Annotated[str, Field(min_length=2, description="inner")]]
    f: Annotated[Optional[int], Field(description="maybe")] = None
    g: Annotated[int, AfterValidator(check), Strict()]
    h: Scores
    i: Annotated[int, Field(ge=1)] = Field(2, description="outer", le=5)
    j: Annotated[str, "said by the way"]
    k: Annotated[int, at.Interval(ge=1, lt=4)]
""",
    "notes": """
from pydantic import BaseModel, Field


class M(BaseModel):
    a: int = Field(description="How many", examples=[1, 2], title="Amount")
    b: str = Field(alias="B-name")
    c: str = Field(validation_alias="see", serialization_alias="sea")
    d: str = Field("x", deprecated=True)
    e: str = Field(json_schema_extra={"format": "hostname", "x-order": 3})
    f: list[int] = Field(description="two\\nlines with \\"quotes\\" and \\\\ and é ✓")
    g: int = Field(strict=True, exclude=True)
""",
    "config": """
from pydantic import BaseModel, ConfigDict


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, title="The closed one")

    a: int


class Open(BaseModel):
    model_config = {"extra": "allow", "json_schema_extra": {"examples": [{"a": 1}]}}

    a: int


class Typed(BaseModel):
    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, int]

    a: int


class Inherits(Closed):
    b: int


class M(BaseModel, extra="forbid"):
    closed: Closed
    open: Open
    typed: Typed
    inherits: Inherits
""",
    "aliases": """
from pydantic import AliasChoices, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class M(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    first_name: str
    last_name: str = Field(alias="family")
    zip_code: str = Field("", validation_alias=AliasChoices("zip", "plz"))
""",
    "literals": """
from typing import Literal
from pydantic import BaseModel

Size = Literal["s", "m", "l"]


class M(BaseModel):
    a: Literal["only"]
    b: Literal["x", "y"] = "x"
    c: Literal[1, 2, 3]
    d: Literal["a", 1, True, None]
    e: Size
    f: list[Size] = ["s"]
    g: Literal["with 'quotes'", 'and "more"', "new\\nline", "é"]
    h: dict[Literal["p", "q"], int]
    i: Literal[-1]
""",
    "enums": '''
import enum
from enum import Enum, IntEnum, StrEnum, auto
from typing import Literal
from pydantic import BaseModel, Field


class Color(str, Enum):
    """Colours of things."""

    RED = "red"
    GREEN = "green"

    @property
    def nice(self) -> bool:
        return True


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Mixed(Enum):
    A = 1
    B = "b"


class Single(enum.Enum):
    ONE = "one"


class Named(StrEnum):
    First = auto()
    Second = auto()


class M(BaseModel):
    color: Color
    colors: list[Color] = [Color.RED]
    level: Level = Level.LOW
    mixed: Mixed | None = None
    single: Single = Field(Single.ONE, description="just one")
    named: Named
    picked: Literal[Color.RED]
    by: dict[Color, int]
    raw: str = Color.GREEN.value
''',
    "collections": """
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, Deque, Dict, FrozenSet, Iterable, List, Set, Tuple
from pydantic import BaseModel, conlist, conset


class M(BaseModel):
    a: list[list[int]]
    b: List[str]
    c: Dict[str, List[int]]
    d: set[str]
    e: FrozenSet[int]
    f: tuple[int, str, bool]
    g: Tuple[int, ...]
    h: tuple[()]
    i: dict[int, str]
    j: Sequence[int]
    k: Mapping[str, Any]
    l: deque[int]
    m: Iterable[str]
    n: conlist(int, min_length=2)
    o: conset(str, max_length=3)
    p: dict[str, dict[str, float | None]]
    q: Set[int] = {1}
    r: Deque[str]
""",
    "constrained functions": """
from pydantic import BaseModel, conbytes, condecimal, confloat, conint, constr


class M(BaseModel):
    a: conint(gt=1, le=5)
    b: constr(min_length=1, pattern="^x")
    c: confloat(ge=0, lt=1) = 0.5
    d: condecimal(max_digits=4)
    e: conbytes(max_length=3)
    f: list[conint(ge=0)]
""",
    "times": """
import datetime
import datetime as dt
from datetime import date, timedelta
from pydantic import AwareDatetime, BaseModel, FutureDate, NaiveDatetime, PastDatetime


class M(BaseModel):
    a: date
    b: datetime.datetime
    c: dt.time
    d: timedelta
    e: AwareDatetime
    f: NaiveDatetime
    g: PastDatetime
    h: FutureDate
    day: date | None = None
    i: date = date(2024, 1, 2)
    j: timedelta = timedelta(days=1)
""",
    "well known types": """
import decimal
import pathlib
import re
import uuid
from ipaddress import IPv4Address, IPv6Network
from typing import Pattern
from uuid import UUID
from pydantic import (
    UUID4, AnyUrl, Base64Str, BaseModel, ByteSize, FilePath, FiniteFloat, HttpUrl, IPvAnyAddress,
    Json, NegativeInt, PositiveInt, PostgresDsn, SecretStr, StrictInt, StrictStr,
)
from pydantic.types import NonNegativeFloat


class M(BaseModel):
    a: UUID
    b: decimal.Decimal
    c: pathlib.Path
    d: AnyUrl
    e: HttpUrl = "https://example.com"
    f: IPv4Address
    g: IPv6Network
    h: SecretStr
    i: Json
    j: Json[list[int]]
    k: PositiveInt
    l: NegativeInt = -1
    m: StrictInt
    n: StrictStr
    o: FiniteFloat
    p: UUID4
    q: Base64Str
    r: re.Pattern
    s: Pattern[str]
    t: FilePath
    u: IPvAnyAddress
    v: NonNegativeFloat
    w: PostgresDsn
    x: decimal.Decimal = decimal.Decimal("1.50")
    y: ByteSize
    z: uuid.UUID = uuid.UUID("12345678-1234-5678-1234-567812345678")
""",
    "nested": '''
from pydantic import BaseModel, Field


class Street(BaseModel):
    name: str
    number: int


class Address(BaseModel):
    """Where somebody lives."""

    street: Street
    city: str = Field(description="Its name")


class Person(BaseModel):
    home: Address
    work: Address | None = Field(None, description="May be missing")
    others: list[Address] = []
    by_name: dict[str, Address] = {}
    pair: tuple[Address, Street]
''',
    "recursive": """
from __future__ import annotations
from typing import Optional
from pydantic import BaseModel


class Node(BaseModel):
    value: int
    left: Optional[Node] = None
    right: "Node | None" = None
    children: list["Node"] = []
""",
    "mutually recursive": """
from typing import List, Optional
from pydantic import BaseModel


class Employee(BaseModel):
    name: str
    team: Optional["Team"] = None


class Team(BaseModel):
    lead: Employee
    members: List["Employee"]


class Later(BaseModel):
    x: int


class Company(BaseModel):
    teams: list[Team]
    later: "Later"


Company.model_rebuild()
""",
    "inheritance": '''
from typing import Literal
from pydantic import BaseModel, ConfigDict, Field


class Base(BaseModel):
    """Not said of those that inherit."""

    model_config = ConfigDict(extra="forbid")

    id: int
    kind: str = "base"


class Mixin(BaseModel):
    tags: list[str] = []


class Cat(Base, Mixin):
    kind: Literal["cat"] = "cat"
    lives: int = Field(9, ge=0)


class Kitten(Cat):
    """A small one."""

    id: str
''',
    "unions of models": """
from typing import Annotated, Literal, Union
from pydantic import BaseModel, Field


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog", "puppy"]
    name: str


Pet = Annotated[Union[Cat, Dog], Field(discriminator="kind")]


class Owner(BaseModel):
    pet: Pet
    pets: list[Pet] = []
    either: Cat | Dog
    one: Cat | Dog = Field(discriminator="kind", description="Tagged")
    maybe: Cat | None
""",
    "dataclasses": '''
import dataclasses
from dataclasses import dataclass, field
from pydantic import BaseModel, ConfigDict, Field
from pydantic.dataclasses import dataclass as validated


@dataclass
class Point:
    x: int
    y: int = 0
    tags: list[str] = field(default_factory=list)


@dataclasses.dataclass(order=True)
class Place(Point):
    """Somewhere."""

    name: str = ""


@validated(config=ConfigDict(extra="forbid"))
class Box:
    width: int = Field(gt=0, description="In metres")
    inner: "Box | None" = None


class M(BaseModel):
    point: Point
    place: Place
    box: Box
''',
    "a dataclass alone": """
from dataclasses import dataclass


@dataclass
class Point:
    x: int
    y: int = 0
""",
    "typed dictionaries": '''
from typing import Annotated
from pydantic import BaseModel, Field
from typing_extensions import NotRequired, Required, TypedDict


class User(TypedDict):
    """Somebody."""

    name: str
    age: NotRequired[int]


class Loose(TypedDict, total=False):
    a: Required[int]
    b: Annotated[str, Field(description="B")]


class Admin(User):
    rights: list[str]
    boss: "NotRequired[Admin]"


class M(BaseModel):
    user: User
    loose: Loose = {"a": 1}
    admin: Admin
''',
    "root models": '''
from typing import Dict
from pydantic import BaseModel, RootModel


class Tags(RootModel[list[str]]):
    """Many words."""


class Scores(RootModel):
    root: Dict[str, float]


class M(RootModel[list[Tags | Scores]]):
    pass
''',
    "generics": """
from typing import Generic, Optional, TypeVar
from pydantic import BaseModel

T = TypeVar("T")
N = TypeVar("N", bound=int)


class Page(BaseModel, Generic[T]):
    items: list[T]
    following: Optional[str] = None


class Item(BaseModel):
    id: int


class M(BaseModel):
    items: Page[Item]
    words: Page[str]
    both: Page[Page[int]]
""",
    "named types": """
from typing import NewType, Union
from pydantic import BaseModel, Field
from typing_extensions import Annotated, TypeAliasType

UserId = NewType("UserId", int)
Json = TypeAliasType("Json", "Union[dict[str, Json], list[Json], str, int, float, bool, None]")
Percent = TypeAliasType("Percent", Annotated[float, Field(ge=0, le=100, description="Of all")])


class M(BaseModel):
    id: UserId
    data: Json
    done: Percent
    others: list[Percent] = []
""",
    "what is not a field": """
from typing import ClassVar
from pydantic import BaseModel, PrivateAttr, field_validator, model_validator


class M(BaseModel):
    a: int
    limit: ClassVar[int] = len("abc")
    _private: int = PrivateAttr(default=3)
    _count = 0

    class Inner(BaseModel):
        x: int

    b: Inner

    @field_validator("a")
    @classmethod
    def positive(cls, value: int) -> int:
        return value

    @model_validator(mode="after")
    def check(self) -> "M":
        return self

    @property
    def double(self) -> int:
        return self.a * 2

    def method(self) -> None:
        while True:
            pass
""",
    "names that hide": """
from pydantic import BaseModel
from datetime import date


class M(BaseModel):
    json: int
    copy: str = ""
    schema: list[int] = []
    model_name: str
    date: date
    type: str
    id: int
    größe: float
""",
    "what else modules hold": '''
"""A module."""
from __future__ import annotations

import os
import sys as system
from typing import TYPE_CHECKING

import pydantic as p

try:
    import numpy
except ImportError:
    numpy = None

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["M"]
VERSION: str = "1"


def helper() -> None: ...


class NotAModel:
    def __init__(self) -> None:
        self.x = 1


class Error(Exception):
    pass


class M(p.BaseModel):
    a: int = p.Field(gt=0)
    b: p.PositiveInt


if __name__ == "__main__":
    print(M.model_json_schema())
''',
}


def imported(source: str, folder: Path) -> ModuleType:
    """The source as a module that was really run."""
    name = f"source_{next(_NUMBER)}"
    path = folder / f"{name}.py"
    path.write_text(source, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # Pydantic looks for the names of annotations here
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # fields that hide names of the model
        spec.loader.exec_module(module)
    return module


def last_model(module: ModuleType) -> Any:
    """The last class of a module that a schema may be asked of."""
    own = [
        one
        for one in vars(module).values()
        if isinstance(one, type) and one.__module__ == module.__name__
    ]
    return own[-1]


def schema_of(model: Any) -> dict[str, Any]:
    """What Pydantic says of a model."""
    if issubclass(model, BaseModel):
        return model.model_json_schema()
    return TypeAdapter(model).json_schema()
