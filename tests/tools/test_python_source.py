"""Which functions of a file are found, and what is known of each without running the file."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.problem import Failure
from playground.tools.python_source import GIVES, LARGEST, MOST, TAKES, Function, read


def only(source: str) -> Function:
    (function,) = read(source).functions
    return function


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def a():\n 'text'", ["a"]),
        ("def a(x: int): ...", ["a"]),
        ("def a() -> int: ...", ["a"]),
        ("async def a(*, x: int): ...", ["a"]),
        ("def a(x, y): ...", []),
        ("def _a():\n 'text'", []),
        ("def __call__():\n 'text'", []),
        ("class A:\n def a(self):\n  'text'", []),
        ("def a():\n 'text'\n def b():\n  'text'", ["a"]),
        ("def b():\n 'text'\ndef a():\n 'text'", ["b", "a"]),
        ("a = lambda x: x", []),
        ("if True:\n def a():\n  'text'", []),
    ],
)
def test_which_are_found(source: str, names: list[str]) -> None:
    assert [one.name for one in read(source).functions] == names


def test_the_last_of_one_name_counts() -> None:
    assert only("def a():\n 'first'\ndef a():\n 'second'").text == "second"


def test_names_that_no_tool_may_have() -> None:
    found = read("def größe():\n 'text'\ndef " + "x" * 65 + "():\n 'text'")
    assert found.functions == ()
    assert [note.partition(" is not offered")[0] for note in found.notes] == [
        "`größe`",
        f"`{'x' * 64}`",
    ]


def test_no_more_than_can_be_shown() -> None:
    source = "\n".join(f"def f{number}():\n 'text'" for number in range(MOST + 1))
    found = read(source)
    assert len(found.functions) == MOST
    assert found.notes == (f"It has more functions than the {MOST} that are read.",)


PARAMETERS = '''
def f(a, b: int, /, c: "list[str]" = [], *rest, d: Annotated[str, "said here"] = X, **more) -> int:
    """Adds.

    Args:
        a: the first
        d: not this
    """
'''


def test_what_is_known_of_parameters() -> None:
    function = only(PARAMETERS)
    rows = [(one.name, one.annotation, one.default, one.text) for one in function.parameters]
    assert rows == [
        ("a", "", None, "the first"),
        ("b", "int", None, ""),
        ("c", "list[str]", "[]", ""),
        ("d", "str", "X", "said here"),
    ]
    assert [one.constant for one in function.parameters] == [True, True, True, False]
    assert (function.text, function.line, function.returns) == ("Adds.", 2, "int")
    assert [note.split(" is left out")[0] for note in function.notes] == [
        "`f`: `*rest`",
        "`f`: `**more`",
    ]


@pytest.mark.parametrize(
    ("annotation", "bare", "text"),
    [
        ("Annotated[int, 'a', Doc('b'), 'c']", "int", "a b c"),
        ("typing.Annotated[int, Field(gt=1), 'a']", "typing.Annotated[int, Field(gt=1)]", "a"),
        ("'Annotated[int, \"a\"]'", "int", "a"),
        ("Annotated[list[int], Field(description='a')]", None, ""),
        ("'no annotation ('", None, ""),
        ("list['A']", None, ""),
        ("Annotated[int]", None, ""),
    ],
)
def test_texts_beside_a_type(annotation: str, bare: str | None, text: str) -> None:
    (parameter,) = only(f"def f(x: {annotation}): ...").parameters
    assert (parameter.annotation, parameter.text) == (bare or annotation, text)


@pytest.mark.parametrize("returns", ["None", "str", "Any", "typing.Any", "object"])
def test_results_of_which_nothing_is_said(returns: str) -> None:
    assert only(f"def f(x: int) -> {returns}: ...").returns == ""


@pytest.mark.parametrize(
    ("decorator", "opaque"),
    [
        ("@functools.cache", ""),
        ("@lru_cache(maxsize=3)", ""),
        ("@function_tool", "`@function_tool` may change what it takes"),
        ("@app.tool(name='x')", "`@tool` may change what it takes"),
        ("@tools[0]", "`@…` may change what it takes"),
    ],
)
def test_decorators(decorator: str, opaque: str) -> None:
    assert only(f"{decorator}\ndef f(x: int): ...").opaque == opaque


def test_the_rest_stays_in_its_lines() -> None:
    source = "import a\n\n@cache\ndef f(\n  x: int,\n):\n  'text'\nB = 1\nasync def g(): ...\nC = 2"
    assert read(source).rest == "import a\n\n\n\n\n\n\nB = 1\n\nC = 2"


def test_the_classes_that_are_made() -> None:
    source = (
        "def f(copy: int, _x, y=Field(3, gt=1), z=[1], late=now()) -> list[int]:\n 'text'\nA = 1"
    )
    found = read(source)
    (function,) = found.functions
    first, last = found.arguments(function), found.arguments(function, factories=True)
    assert first.startswith("\n\nA = 1\n")
    made = ast.parse(first).body[-1]
    assert isinstance(made, ast.ClassDef)
    assert made.name == TAKES
    assert [ast.unparse(one) for one in made.body] == [
        "model_config = {'extra': 'forbid'}",
        "p0: int = playground_field(alias='copy')",
        "p1: playground_any = playground_field(alias='_x')",
        "p2: playground_any = Field(3, gt=1, alias='y')",
        "p3: playground_any = playground_field(default=[1], alias='z')",
        "p4: playground_any = playground_field(default=now(), alias='late')",
    ]
    assert "default_factory=list, alias='late'" in last
    assert "default=[1]" in last
    result = ast.parse(found.result(function)).body[-1]
    assert ast.unparse(result) == f"{GIVES} = list[int]"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("def f(:", "Line 1: "),
        ("x = '\0'", "null bytes"),
        ("x = " + "-" * 100_000 + "1", "nested too deep"),
        (" " * (LARGEST + 1), f"{LARGEST:,} are read"),
        ("x = '\udcff'", "surrogates not allowed"),
    ],
)
def test_what_is_no_python(source: str, words: str) -> None:
    with pytest.raises(Failure) as caught:
        read(source)
    assert words in caught.value.problem.detail
    assert not caught.value.problem.bug


@given(st.text(alphabet="xyz:=,*/()[]'@. 1\\", max_size=30), st.text(max_size=30))
def test_any_text_is_read_or_refused(parameters: str, text: str) -> None:
    try:
        found = read(f"@cache\ndef f({parameters}) -> list[int]:\n    {text!r}")
    except Failure:
        return
    for one in found.functions:
        ast.parse(found.arguments(one, factories=True))
        ast.parse(found.result(one))
