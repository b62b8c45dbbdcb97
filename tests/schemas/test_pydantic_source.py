from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from playground.core.problem import Failure
from playground.schemas import pydantic_source
from tests.schemas.pydantic_sources import SOURCES, imported, last_model, schema_of

HEAD = "from typing import *\nfrom pydantic import *\n"


def read(body: str, name: str = "") -> dict[str, Any]:
    return pydantic_source.read(HEAD + body, name)


def refusal(source: str, name: str = "") -> str:
    with pytest.raises(Failure) as caught:
        pydantic_source.read(source, name)
    assert not caught.value.problem.bug
    return caught.value.problem.detail


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES.keys())
def test_what_is_read_is_what_pydantic_says(source: str, tmp_path: Path) -> None:
    model = last_model(imported(source, tmp_path))
    assert pydantic_source.read(source, model.__name__) == schema_of(model)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("class A(BaseModel):\n x: int\nclass B(BaseModel):\n a: A", "B"),
        ("class B(BaseModel):\n a: 'A'\nclass A(BaseModel):\n x: int", "B"),
        ("class A(BaseModel):\n x: int\nclass B(BaseModel):\n y: int", "B"),
        ("class A(BaseModel):\n x: int\nclass B(A):\n y: int", "B"),
        ("class A(BaseModel):\n x: 'A | None'", "A"),
        ("class A(BaseModel):\n x: 'B'\nclass B(BaseModel):\n y: A", "B"),
        ("class A(BaseModel):\n class I(BaseModel):\n  x: int\n i: I", "A"),
        ("class A(TypedDict):\n x: int", "A"),
        ("from enum import Enum\nclass A(BaseModel):\n x: int\nclass E(Enum):\n Q = 1", "A"),
        ("class A(BaseModel):\n x: int\nclass A(BaseModel):\n y: int", "A"),
    ],
)
def test_without_a_name_it_is_the_last_that_no_other_uses(body: str, name: str) -> None:
    assert read(body) == read(body, name)


def test_a_name_may_be_a_type_that_is_assigned() -> None:
    body = "class A(BaseModel):\n x: int\nMany = list[A]"
    assert read(body, "Many")["items"] == {"$ref": "#/$defs/A"}
    body += "\nclass Outer(BaseModel):\n class In(BaseModel):\n  z: int\n y: int"
    assert set(read(body, "In")["properties"]) == {"z"}


def test_comments_and_strings_describe_fields() -> None:
    body = """
class M(BaseModel):
    a: int  # How many
    b: int = 3  #: How often
    c: int  # noqa: E501
    d: int
    \"\"\"Under it,
    in two lines.\"\"\"
    e: int = Field(description="Said")  # not this
    f: Annotated[int, Field(description="Said too")]  # nor this
    g: str = "# no comment"
    h: str  # größe: ✓\N{NO-BREAK SPACE}
    é: str = "é"  # after bytes
"""
    found = {key: one.get("description") for key, one in read(body)["properties"].items()}
    assert found == {
        "a": "How many",
        "b": "How often",
        "c": None,
        "d": "Under it,\nin two lines.",
        "e": "Said",
        "f": "Said too",
        "g": None,
        "h": "größe: ✓",
        "é": "after bytes",
    }


def test_an_address_needs_no_further_package() -> None:
    assert read("class M(BaseModel):\n e: EmailStr")["properties"]["e"]["format"] == "email"


REFUSED = {
    "class M(BaseModel):\n x: int = len('abc')": (4, "len"),
    "class M(BaseModel):\n x: int\n y: Unknown": (5, "Unknown"),
    "import numpy as np\nclass M(BaseModel):\n y: np.ndarray": (5, "np.ndarray"),
    "from os import system\nclass M(BaseModel):\n y: int = system('true')": (5, "system"),
    "class M(BaseModel):\n x: int\n @computed_field\n def y(self) -> int: ...": (5, "computed"),
    "class M(BaseModel):\n for i in range(9):\n  x: int": (4, "For"),
    "class M(BaseModel):\n import os\n x: int": (4, "Import"),
    "class M(make_base()):\n x: int": (3, "make_base"),
    "class M(BaseModel, metaclass=Meta):\n x: int": (3, "Meta"),
    "@decorate\nclass M(BaseModel):\n x: int": (3, "decorate"),
    "class M(BaseModel):\n x = 3": (4, "annotation"),
    "class M(BaseModel):\n x: int = 10 ** 10": (4, "BinOp"),
    "class M(BaseModel):\n x: list[int] = [i for i in []]": (4, "ListComp"),
    "class M(BaseModel):\n x: str = f'{1}'": (4, "JoinedStr"),
    "class M(BaseModel):\n x: int = Field(json_schema_extra=more)": (4, "more"),
    "class M(BaseModel):\n x: int = Field(**more())": (4, "more"),
    "class M(BaseModel):\n x: Annotated[int, PlainValidator(print)]": (4, "PlainValidator"),
    "class M(BaseModel):\n x: int\n @field_validator('x', mode='plain')\n def f(c, v): ...": (
        5,
        "field_validator",
    ),
    "class M(BaseModel):\n x: Callable[[], int]": (4, "Callable"),
    "class M(BaseModel):\n x: __import__('os').PathLike": (4, "attribute"),
    'class M(BaseModel):\n x: \'__import__("os").system("true")\'': (4, "call"),
    "class M(BaseModel):\n x: 'int int'": (4, "annotation"),
    "class M(BaseModel):\n x: int[str]": (4, "int"),
    "class M(BaseModel):\n x: str = Field(pattern='(')": (3, "class `M`"),
    "class M(BaseModel):\n x: int = Field(discriminator='y')": (3, "class `M`"),
    "class M(BaseModel):\n x: ImportString = 'os.system'": (4, "ImportString"),
    "class A:\n pass\nclass M(BaseModel):\n x: A": (3, "class `A`"),
    "class M(BaseModel):\n x: A\nclass A(BaseModel):\n y: Unknown": (6, "Unknown"),
    "class M(BaseModel):\n x: X\nX = list[X]": (5, "deep"),
    "class M(BaseModel):\n @classmethod\n def __get_pydantic_json_schema__(c): ...": (5, "schema"),
}
"""Bodies after two lines of imports, the line that is to blame, and a word of the reason."""


@pytest.mark.parametrize(("body", "line", "word"), [(k, *v) for k, v in REFUSED.items()])
def test_what_only_running_would_tell_is_refused(body: str, line: int, word: str) -> None:
    detail = refusal(HEAD + body)
    assert detail.startswith(f"Line {line}, ")
    assert word in detail


def test_a_class_that_is_not_needed_may_be_anything() -> None:
    body = "class B(Base):\n x: Unknown\nclass M(BaseModel):\n x: int"
    assert set(read(body, "M")["properties"]) == {"x"}


WRITES = "open({marker!r}, 'w').close()"


def bombs(marker: Path) -> dict[str, str]:
    """Sources that do something when any part of them is run, and declare a model."""
    act = WRITES.format(marker=str(marker))
    doing = f"__import__('pathlib').Path({str(marker)!r}).touch()"
    model = "class M(BaseModel):\n x: int\n"
    return {
        "on import": f"{act}\n{model}",
        "in a factory": f"class M(BaseModel):\n x: int = Field(default_factory=lambda: {doing})\n",
        "in a validator": f"{model} @field_validator('x')\n def f(c, v):\n  {act}\n",
        "in a decorator": f"{model} @field_validator({doing})\n def f(c, v): ...\n",
        "in a function": f"def f(x={doing}): ...\n{model}",
        "in a comprehension": f"[{doing} for _ in [1]]\n{model}",
        "in another class": f"class A:\n {act}\n{model}",
        "behind an if": f"if {doing} or True:\n {act}\n{model}",
        "infinite loop": f"while True: pass\n{model}",
        "fork bomb": f"import os\nwhile True: os.fork()\n{model}",
        "network": f"import socket\nsocket.create_connection(('192.0.2.1', 9))\n{model}",
        "memory": f"x = ' ' * (4 << 30)\n{model}",
        "exit": f"import sys\nsys.exit(3)\n{model}",
        "raises": f"raise SystemExit\n{model}",
        "in a private attribute": f"{model} _y: int = {doing}\n _z = {doing}\n",
        "in the type of a private attribute": f"{model} _y: {doing} = 1\n",
    }


@pytest.mark.parametrize("kind", bombs(Path("x")))
def test_nothing_is_run(kind: str, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    assert set(read(bombs(marker)[kind])["properties"]) == {"x"}
    assert not marker.exists()


def refused_bombs(marker: Path) -> dict[str, str]:
    """The same in places where the value would be needed."""
    doing = f"__import__('pathlib').Path({str(marker)!r}).touch()"
    return {
        "default": f"class M(BaseModel):\n x: int = {doing}\n",
        "annotation": f"class M(BaseModel):\n x: {doing}\n",
        "string annotation": f"class M(BaseModel):\n x: {doing!r}\n",
        "base": f"class M({doing}):\n x: int\n",
        "decorator": f"@{doing}\nclass M(BaseModel):\n x: int\n",
        "config": f"class M(BaseModel):\n model_config = {doing}\n x: int\n",
        "class keyword": f"class M(BaseModel, extra={doing}):\n x: int\n",
        "metadata": f"class M(BaseModel):\n x: Annotated[int, {doing}]\n",
        "argument of Field": f"class M(BaseModel):\n x: int = Field(ge={doing})\n",
        "alias": f"X = {doing}\nclass M(BaseModel):\n x: X\n",
        "type alias": f"X = TypeAliasType('X', {doing!r})\nclass M(BaseModel):\n x: X\n",
        "enumeration": f"from enum import Enum\nclass E(Enum):\n A = {doing}\n"
        "class M(BaseModel):\n x: E\n",
        "literal": f"class M(BaseModel):\n x: Literal[{doing}]\n",
        "class body": f"class M(BaseModel):\n x: int\n {doing}\n",
        "bound": f"T = TypeVar('T', bound={doing})\nclass M(BaseModel, Generic[T]):\n x: T\n",
    }


@pytest.mark.parametrize("kind", refused_bombs(Path("x")))
def test_nothing_is_run_to_refuse_it(kind: str, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    assert "Line" in refusal(
        HEAD + "from typing_extensions import *\n" + refused_bombs(marker)[kind]
    )
    assert not marker.exists()


MODEL = "class M(BaseModel):\n x: "
HOSTILE = {
    "nothing": "",
    "no model": "x = 1",
    "prose": "I want a model with a name and an age.",
    "json": '{"type": "object"}',
    "syntax error": "class M(BaseModel:\n x: int",
    "indentation": "class M(BaseModel):\nx: int",
    "null bytes": "class M(BaseModel):\n x: int\0",
    "not utf-8": b"class M(BaseModel):\n x: int  # \xff\xfe".decode("utf-8", "surrogateescape"),
    "5 MB": "class M(BaseModel):\n" + " x: int\n" * 700_000,
    "5 MB of one string": f"x = '{'a' * 5_000_000}'",
    "100,000 nested lists": MODEL + "list[" * 100_000 + "int" + "]" * 100_000,
    "nested lists the parser takes": MODEL + "list[" * 90 + "int" + "]" * 90,
    "100,000 alternatives": MODEL + " | ".join(["int"] * 100_000),
    "100,000 minus signs": MODEL + "int = " + "-" * 100_000 + "1",
    "100,000 attributes": MODEL + "a" + ".b" * 100_000,
    "attributes the parser takes": MODEL + "a" + ".b" * 900,
    "100,000 nots": "x = " + "not " * 100_000 + "1",
    "doubling types": "A0 = int\n"
    + "".join(f"A{i + 1} = tuple[A{i}, A{i}]\n" for i in range(50))
    + f"{MODEL}A50",
    "doubling values": "A0 = [1]\n"
    + "".join(f"A{i + 1} = [A{i}, A{i}]\n" for i in range(50))
    + f"{MODEL}list = A50",
    "repeated text": f"T = '{'a' * 100_000}'\n{MODEL}list = [{'T,' * 10_000}]",
    "a type of itself": f"A = A\n{MODEL}A",
    "a list of itself": f"A = list[A]\n{MODEL}A",
    "a class of itself": "class M(M):\n x: int",
    "classes of each other": "class A(M):\n x: int\nclass M(A):\n y: int",
    "a number too long": MODEL + "int = " + "9" * 5000,
    "a member that is none": "from enum import Enum\nclass E(Enum):\n A = 1\n" + MODEL + "E = E.B",
    "an enumeration with the names of its own": "from enum import Enum\nclass E(Enum):\n mro = 1\n"
    + MODEL
    + "E",
    "a dunder field": "class M(BaseModel):\n __class__ = int\n x: nothing",
    "the model's own": "class M(BaseModel):\n model_dump: int\n model_fields: int",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_source_gets_a_reason(kind: str) -> None:
    source = HOSTILE[kind]
    detail = refusal(source if len(source) > 1_000_000 else HEAD + source)
    assert 5 < len(detail) < 500


def test_many_classes_and_fields_are_read() -> None:
    fields = "".join(f" f{number}: int = Field(ge={number})\n" for number in range(1500))
    assert len(read(f"class M(BaseModel):\n{fields}")["properties"]) == 1500
    classes = "".join(f"class C{number}(BaseModel):\n x: int\n" for number in range(300))
    model = "class M(BaseModel):\n" + "".join(f" f{number}: C{number}\n" for number in range(300))
    assert len(read(classes + model)["$defs"]) == 300


def test_models_may_lead_to_models_to_models() -> None:
    chain = "".join(f"class C{number}(BaseModel):\n x: 'C{number + 1}'\n" for number in range(20))
    assert len(read(chain + "class C20(BaseModel):\n x: int", "C0")["$defs"]) == 20


def test_a_name_that_is_not_there_is_said() -> None:
    assert "`Other`" in refusal(HEAD + "class M(BaseModel):\n x: int", "Other")


@pytest.mark.skipif(sys.version_info < (3, 12), reason="`type` came with Python 3.12")
def test_types_may_be_named_by_a_statement() -> None:
    body = "type Tree = int | list[Tree]\nclass M(BaseModel):\n x: Tree"
    schema = read(body)
    assert schema["properties"]["x"] == {"$ref": "#/$defs/Tree"}
    assert schema["$defs"]["Tree"]["anyOf"][1]["items"] == {"$ref": "#/$defs/Tree"}
