"""Pydantic models with every kind of field, as the schemas that they give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar
from uuid import UUID

from pydantic import (
    AnyUrl,
    Base64Bytes,
    BaseModel,
    ConfigDict,
    Field,
    IPvAnyAddress,
    Json,
    RootModel,
    SecretStr,
)
from typing_extensions import TypedDict

T = TypeVar("T")


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Point(NamedTuple):
    x: float
    y: float = 0.0


class Row(TypedDict, total=False):
    name: str
    size: int


class Plain(BaseModel):
    """Each plain type."""

    text: str
    whole: int
    real: float
    flag: bool
    nothing: None


class Defaults(BaseModel):
    text: str = "x"
    whole: int = 3
    maybe: str | None = None
    rows: list[int] = []
    made: list[str] = Field(default_factory=list)


class Optionals(BaseModel):
    demanded: str | None
    left_out: int | None = None
    either: int | str | None = None


class Constrained(BaseModel):
    name: Annotated[str, Field(min_length=1, max_length=9, pattern="^[a-z]+$")]
    count: Annotated[int, Field(ge=0, lt=9, multiple_of=2)]
    share: Annotated[float, Field(gt=0, le=1)]
    rows: Annotated[list[int], Field(min_length=1, max_length=3)]


class Enums(BaseModel):
    colour: Colour
    level: Level
    word: Literal["a", "b"]
    one: Literal["only"]
    chosen: Colour = Colour.RED


class Dates(BaseModel):
    day: date
    moment: datetime
    clock: time
    span: timedelta


class Special(BaseModel):
    id: UUID
    url: AnyUrl
    address: IPvAnyAddress
    amount: Decimal
    secret: SecretStr
    path: Path
    packed: Base64Bytes
    raw: bytes
    written: Json[int]


class Lists(BaseModel):
    rows: list[int]
    any_rows: list[Any]
    bare: list  # type: ignore[type-arg]
    nested: list[list[str]]
    read: Sequence[int]


class Sets(BaseModel):
    unique: set[int]
    frozen: frozenset[str]


class Tuples(BaseModel):
    pair: tuple[int, str]
    many: tuple[int, ...]
    point: Point
    empty: tuple[()]


class Maps(BaseModel):
    counts: dict[str, int]
    by_colour: dict[Colour, int]
    deep: dict[str, dict[str, list[int]]]
    bare: dict  # type: ignore[type-arg]
    read: Mapping[str, float]


class Anything(BaseModel):
    value: Any
    thing: object


class Address(BaseModel):
    """Where somebody lives."""

    street: str
    city: str | None = None


class Nested(BaseModel):
    home: Address
    work: Address = Field(description="Where they work.")
    others: list[Address] = []
    by_name: dict[str, Address] = {}


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"]
    tricks: list[str]


class Tagged(BaseModel):
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]


class Untagged(BaseModel):
    pet: Cat | Dog
    place: Address | Plain | None


class Left(BaseModel):
    name: str
    left: int


class Right(BaseModel):
    name: str
    right: int


class Ambiguous(BaseModel):
    side: Left | Right


class Twins(BaseModel):
    side: Left | Plain | list[Left] | str


class Tree(BaseModel):
    name: str
    branches: list[Tree] = []


class Forest(BaseModel):
    trees: list[Tree]
    parent: Forest | None = None


class Typed(BaseModel):
    row: Row


class Generics(BaseModel, Generic[T]):
    item: T
    items: list[T]


class Rows(RootModel[list[Address]]):
    pass


class Wrapped(RootModel[dict[str, int]]):
    pass


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")
    name: str


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str


class Aliased(BaseModel):
    class_: str = Field(alias="class")
    two_words: int = Field(alias="two words")


class Described(BaseModel):
    """A model with words."""

    model_config = ConfigDict(title="Said", json_schema_extra={"examples": [{"name": "x"}]})
    name: str = Field(title="Name", description="What it is called.", examples=["x", "y"])


class Child(Address):
    age: int


MODELS: tuple[type[BaseModel], ...] = (
    Plain, Defaults, Optionals, Constrained, Enums, Dates, Special, Lists, Sets, Tuples, Maps,
    Anything, Address, Nested, Tagged, Untagged, Ambiguous, Twins, Tree, Forest, Typed,
    Generics[int], Generics[Address], Rows, Wrapped, Open, Closed, Aliased, Described, Child,
)  # fmt: skip

SCHEMAS: dict[str, dict[str, Any]] = {model.__name__: model.model_json_schema() for model in MODELS}
