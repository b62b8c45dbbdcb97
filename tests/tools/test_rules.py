"""Mock rules: their paths, their files, and which of them holds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from playground.core.problem import Failure, Problem
from playground.tools import mock_template, rules_match
from playground.tools.jsonpath import LOOKED_AT, PathError, parsed, same
from playground.tools.mock_template import Filling, TooLongError
from playground.tools.rules import RuleFile, RuleSet
from playground.tools.rules_file import LARGEST, load, read, save, written
from playground.tools.rules_match import Chosen, Given, chosen

SHOP = {
    "items": [{"price": 5, "unit price": 1}, {"price": 15, "tag": None}, {"name": "pen"}],
    "city": "Oslo",
    "new": True,
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$", [SHOP]),
        ("$.city", ["Oslo"]),
        ("$['city', 'new']", ["Oslo", True]),
        ("$.items[*].price", [5, 15]),
        ("$..price", [5, 15]),
        ("$.items[0]['unit price']", [1]),
        ('$.items[0]["unit price"]', [1]),
        ("$.items[-1].name", ["pen"]),
        ("$.items[0:2].price", [5, 15]),
        ("$.items[::-1].price", [15, 5]),
        ("$.items[::0]", []),
        ("$.items[?@.price > 10].price", [15]),
        ("$.items[?(@.price <= 5)].price", [5]),
        ("$.items[?@.tag]", [{"price": 15, "tag": None}]),
        ("$.items[?@.tag == null].price", [15]),
        ("$.items[?@.name == 'pen'].name", ["pen"]),
        ("$.items[?@.price != 5]", SHOP["items"][1:]),  # type: ignore[index]
        ("$.items[?@['unit price'] == 1.0].price", [5]),
        ("$.items[?@.name > 3]", []),
        ("$[?@ == true]", [True]),
        ("$..[0]['price']", [5]),
        ("$.items.*.price", [5, 15]),
        ("$.city.letters", []),
        ("$.items[7]", []),
        ("$.items.price", []),
    ],
)
def test_a_path_leads_to_what_the_rfc_says(path: str, found: list[Any]) -> None:
    assert parsed(path).select(SHOP) == found


def test_names_in_quotes_may_be_anything() -> None:
    value = {"it's": 1, 'a"b': 2, "é\n": 3, "🙂": 4}
    for path, found in [
        (r"$['it\'s']", 1),
        ("$['a\"b']", 2),
        (r"$['\u00e9\n']", 3),
        (r'$["\ud83d\ude42"]', 4),
        ("$.🙂", None),
    ]:
        if found is None:
            with pytest.raises(PathError):
                parsed(path)
        else:
            assert parsed(path).select(value) == [found]


@pytest.mark.parametrize(
    "path",
    [
        *("", "city", "$city", "$.", "$..", "$[", "$[1", "$[]", "$.a-b", "$['a]", "$...a", "$.[0]"),
        *(
            "$[?@.a && @.b]",
            "$[?(@.a]",
            "$[?@.a)]",
            "$[?@.a == @.b]",
            "$[?@.x == 01]",
            "$[?@.a = 1]",
        ),
        *(r"$['\q']", "$[?length(@) > 1]", "$[99999999999999999999]", "$.a[-]", "$" + ".a" * 600),
    ],
)
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(PathError, match="path"):
        parsed(path)


def test_a_path_does_not_lead_to_more_than_can_be_looked_at() -> None:
    many = [[0] * 20] * 20
    assert len(parsed("$..*").select(many)) == 420
    with pytest.raises(PathError, match=f"{LOOKED_AT:,}"):
        parsed("$" + "[*, *]" * 20).select([[[[[[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]]]]]])
    with pytest.raises(PathError, match=f"{LOOKED_AT:,}"):
        parsed("$[" + "*," * 400 + "*][?@ == 1]").select([[0] * 1000])


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (1, 1.0, True),
        (1, True, False),
        (0, False, False),
        ([1, {"a": [2]}], [1.0, {"a": [2]}], True),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ({"a": True}, {"a": 1}, False),
        ([1], [1, 1], False),
        ({}, [], False),
        ("1", 1, False),
        (None, None, True),
        (None, 0, False),
    ],
)
def test_equal_is_what_is_equal_as_json(one: Any, other: Any, equal: bool) -> None:
    assert same(one, other) is equal
    assert same(other, one) is equal


def test_depth_is_no_matter_for_what_is_equal() -> None:
    one, other = [], []  # type: ignore[var-annotated]
    for _ in range(100_000):
        one, other = [one], [other]
    assert same(one, other)
    assert not same([one], other)


# Files.


def rule(when: str, then: str = '{"gives": "result", "value": 1}') -> str:
    """A file with one rule, whose condition begins in line 5 and whose reply in line 6."""
    return (
        '{"version": 1,\n "sets": [\n  {"name": "one", "rules": [\n'
        f'   {{"tool": "t",\n    "when": [{when}],\n    "then": {then}}}]}}]}}\n'
    )


ALL = """{
  "version": 1,
  "sets": [
    {
      "name": "all",
      "about": "Everything that there is.",
      "rules": [
        {
          "tool": "t", "about": "why",
          "when": [
            {"by": "equality", "value": null},
            {"by": "equality", "at": "$.a", "value": {"b": [1, 2.5, true, "é"]}},
            {"by": "fields", "fields": {"a": 1}},
            {"by": "regex", "pattern": "^a\\\\b"},
            {"by": "regex", "at": "$..a", "pattern": ""},
            {"by": "jsonpath", "path": "$.a"},
            {"by": "schema", "schema": {"type": "object"}},
            {"by": "schema", "at": "$.a", "schema": true}
          ],
          "then": {"gives": "result", "value": null, "latency_ms": 20}
        },
        {"tool": "u", "then": {"gives": "error", "message": "{{arguments.a}} {{tool}}"}},
        {"tool": "u", "then": {"gives": "timeout"}},
        {"tool": "u", "then": {"gives": "malformed", "how": "cut", "value": {"a": 1}}},
        {"tool": "u", "then": {"gives": "malformed", "how": "html"}},
        {"tool": "u", "then": {"gives": "oversized", "megabytes": 1.5}}
      ],
      "defaults": {"t": {"gives": "result", "value": "{{what}}", "verbatim": true}}
    },
    {"name": "none"}
  ]
}"""


def test_what_is_saved_is_what_was_loaded(tmp_path: Path) -> None:
    first = read(ALL)
    save(tmp_path / "rules.json", first)
    again = load(tmp_path / "rules.json")
    assert again == first
    assert written(again) == written(first)
    # Also nothing was added: what is written is what stood there.
    assert json.loads(written(first)) == json.loads(ALL)
    assert [path.name for path in tmp_path.iterdir()] == ["rules.json"]
    assert first.named("none") == RuleSet(name="none")
    assert first.named("other") is None


BY = "$.sets[0].rules[0].when[0]"
THEN = "$.sets[0].rules[0].then"
DEEP = "[" * 120 + "]" * 120


@pytest.mark.parametrize(
    ("text", "line", "path", "words"),
    [
        (rule('{"by": "words"}'), 5, BY, "`by` is 'words'; it may be 'equality'"),
        (rule("{}"), 5, BY, "The field `by` is missing"),
        (rule('{"by": "regex"}'), 5, BY, "The field `pattern` is missing"),
        (rule('{"by": "regex",\n"pattern": "("}'), 6, f"{BY}.pattern", "cannot be read: missing )"),
        (rule('{"by": "regex", "pattern": 3}'), 5, f"{BY}.pattern", "string"),
        (rule('{"by": "regex", "pattern": "(a{99}){99}"}'), 5, f"{BY}.pattern", "repeats"),
        (rule('{"by": "regex", "pattern": "a",\n"x": 1}'), 6, f"{BY}.x", "There is no field `x`"),
        (rule('{"by": "jsonpath", "path": "a"}'), 5, f"{BY}.path", "does not begin with `$`"),
        (rule('{"by": "regex", "at": "$[", "pattern": ""}'), 5, f"{BY}.at", "cannot be read"),
        (rule('{"by": "fields", "fields": {}}'), 5, f"{BY}.fields", "It is empty"),
        (rule("", '{"gives": "gold"}'), 6, THEN, "`gives` is 'gold'"),
        (rule("", '{"gives": "timeout", "latency_ms": 1}'), 6, f"{THEN}.latency_ms", "no field"),
        (rule("", '{"gives": "error", "message": "{{x}}"}'), 6, f"{THEN}.message", "{{x}}"),
        (
            rule("", '{"gives": "result", "value": {"a": ["{{arguments.}}"]}}'),
            6,
            THEN,
            "arguments.",
        ),
        (rule("", f'{{"gives": "result", "value": {DEEP}}}'), 6, THEN, "more than 100 levels"),
        (rule("") + "and so on", 7, "", "text after the JSON"),
        (rule("", '{"gives": "error", "message": "\\ud800"}'), 6, "", "surrogate"),
        (rule("", '{"gives": "result", "value": 1, "latency_ms": "5"}'), 6, THEN, "integer"),
        (rule("", '{"gives": "oversized", "megabytes": 5000}'), 6, f"{THEN}.megabytes", "1024"),
        (rule("", '{"gives": "result", "gives": "error"}'), 6, "", "The name is there twice."),
        (rule("", '{"gives": "result", "value": NaN}'), 6, "", "JSON has no NaN"),
        (rule("", '{"gives": "result" "value": 1}'), 6, "", "A comma is missing."),
        ('{"version": 1}', 1, "$", "The field `sets` is missing"),
        ('{"version": 1, "sets": []}', 1, "$.sets", "It is empty"),
        ('{"version":\n2, "sets": []}', 2, "$.version", "And 1 more."),
        ('{"version": 1, "sets": [{"name": "a"}, {"name": "a"}]}', 1, "$", "named 'a'"),
        ("[]", 1, "$", "object"),
        ("\n\nRules", 1, "", "There is no JSON"),
        ('{"a": ' * 9_000, 1, "", "ended before this did"),
    ],
)
def test_what_is_wrong_in_a_file_is_told_with_its_place(
    text: str, line: int, path: str, words: str
) -> None:
    with pytest.raises(Failure) as caught:
        read(text, "rules.json")
    problem = caught.value.problem
    assert problem.title == "These are no mock rules."
    assert words in problem.detail
    assert problem.detail.startswith(f"rules.json, line {line}")
    assert problem.facts["line"] == str(line)
    assert problem.facts.get("path", "").startswith(path)


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(Failure) as caught:
        load(tmp_path / "none.json")
    assert caught.value.problem.facts == {"file": str(tmp_path / "none.json")}
    (tmp_path / "bytes.json").write_bytes(b'{"version":\n\xff}')
    with pytest.raises(Failure, match=r"line 2: This is no UTF-8\."):
        load(tmp_path / "bytes.json")
    (tmp_path / "large.json").write_bytes(b" " * (LARGEST + 1))
    with pytest.raises(Failure, match="larger than"):
        load(tmp_path / "large.json")


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    rules = RuleFile(version=1, sets=(RuleSet(name="one"),))
    (tmp_path / "folder").mkdir()
    with pytest.raises(Failure, match="could not be written"):
        save(tmp_path / "folder", rules)
    with pytest.raises(Failure, match="could not be written"):
        save(tmp_path / "none" / "rules.json", rules)
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


# Which rule holds.


def choice(
    conditions: Sequence[dict[str, Any]], arguments: str, errors: rules_match.Errors | None = None
) -> Chosen:
    """By a set whose first rule has these conditions; behind it is a default."""
    made = RuleSet.model_validate(
        {
            "name": "one",
            "rules": [
                {"tool": "other", "then": {"gives": "timeout"}},
                {"tool": "t", "when": conditions, "then": {"gives": "result", "value": "rule"}},
                {"tool": "u", "then": {"gives": "timeout"}},
            ],
            "defaults": {"t": {"gives": "result", "value": "default"}},
        }
    )
    try:
        given = Given(arguments, json.loads(arguments))
    except ValueError as error:
        given = Given(arguments, wrong=str(error))
    return chosen(made, "t", given, errors)


@pytest.mark.parametrize(
    ("condition", "holds", "others"),
    [
        (
            {"by": "equality", "value": {"a": 1, "b": [True]}},
            ['{"b": [true], "a": 1.0}'],
            ['{"a": 1}', '{"a": 1, "b": [1]}', '{"a": 1, "b": [true], "c": 0}', "a", ""],
        ),
        ({"by": "equality", "at": "$.a", "value": None}, ['{"a": null}'], ["{}", '{"a": 0}', "[]"]),
        ({"by": "equality", "at": "$.a[*]", "value": 2}, ['{"a": [1, 2]}'], ['{"a": [1]}']),
        (
            {"by": "fields", "fields": {"a": 1, "b": "x"}},
            ['{"a": 1, "b": "x", "c": 2}'],
            ['{"a": 1}', '{"a": true, "b": "x"}', "[1]", '"a"', "null"],
        ),
        ({"by": "regex", "pattern": r"^Os"}, ["Oslo", "Os"], ['{"a": "Oslo"}', ""]),
        ({"by": "regex", "pattern": r'"a":\s*1'}, ['{"a":  1}', '{"a": 1'], ['{"a": 2}']),
        (
            {"by": "regex", "at": "$.a", "pattern": "^O"},
            ['{"a": "Oslo"}'],
            ['{"a": "X"}', "O", "{}"],
        ),
        ({"by": "regex", "at": "$.a", "pattern": r"^\[1, 2\]$"}, ['{"a": [1,2]}'], ['{"a": [1]}']),
        ({"by": "jsonpath", "path": "$.a[?@ > 3]"}, ['{"a": [1, 5]}'], ['{"a": [1]}', "[5]", "x"]),
    ],
)
def test_a_rule_holds_for_what_it_says(
    condition: dict[str, Any], holds: list[str], others: list[str]
) -> None:
    for arguments in holds:
        found = choice([condition], arguments)
        assert (found.rule, found.notes) == (1, ()), arguments
    for arguments in others:
        found = choice([condition], arguments)
        assert (found.rule, found.notes) == (None, ()), arguments
        assert found.reply is not None and found.reply.gives == "result"


def test_all_conditions_of_a_rule_hold_and_none_is_always() -> None:
    both = [{"by": "regex", "pattern": "a"}, {"by": "jsonpath", "path": "$.b"}]
    assert choice(both, '{"a": 0, "b": 0}').rule == 1
    assert choice(both, '{"a": 0}').rule is None
    assert choice([], "no JSON at all").rule == 1


def test_the_first_rule_that_holds_is_the_one() -> None:
    rows = [
        {"tool": "t", "when": [{"by": "jsonpath", "path": path}], "then": {"gives": "timeout"}}
        for path in ("$.a", "$.b", "$.b")
    ]
    made = RuleSet.model_validate({"name": "one", "rules": rows})
    assert chosen(made, "t", Given("", {"b": 1})).rule == 1
    assert chosen(made, "t", Given("", {"b": 1, "a": 1})).rule == 0
    assert chosen(made, "t", Given("", {})) == Chosen(None, None, ())
    assert chosen(made, "u", Given("", {"a": 1})) == Chosen(None, None, ())


def test_a_schema_is_checked_by_whoever_can() -> None:
    asked: list[tuple[Any, Any]] = []

    def errors(schema: Any, value: Any) -> list[str]:
        asked.append((schema, value))
        return [] if value == 1 else ["it is not 1"]

    condition = {"by": "schema", "at": "$.a[*]", "schema": {"const": 1}}
    assert choice([condition], '{"a": [0, 1]}', errors).rule == 1
    assert asked == [({"const": 1}, 0), ({"const": 1}, 1)]
    assert choice([condition], '{"a": [0]}', errors).rule is None
    found = choice([condition], '{"a": [1]}')
    assert found.rule is None
    assert found.notes == ("Rule 2 could not be tried. Nothing here can check a schema.",)


def test_a_schema_that_cannot_be_used_is_noted() -> None:
    def errors(schema: Any, value: Any) -> list[str]:
        raise Failure(Problem(title="This is no schema.", detail="It is odd."))

    found = choice([{"by": "schema", "schema": 3}], "{}", errors)
    assert found.rule is None
    assert found.notes == ("Rule 2 could not be tried. This is no schema. It is odd.",)


def test_a_pattern_that_takes_too_long_does_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules_match, "LIMIT", 0.01)
    found = choice([{"by": "regex", "pattern": "^(a|aa)+$"}], "a" * 60 + "b")
    assert found.rule is None
    assert "takes too long" in found.notes[0]
    # What they may take together is spent: even a quick one is not looked at any more.
    monkeypatch.setattr(rules_match, "ALLOWANCE", 0.0)
    assert "takes too long" in choice([{"by": "regex", "pattern": "a"}], "a").notes[0]


def test_arguments_nested_too_deeply_match_nothing_and_break_nothing() -> None:
    value: Any = []
    for _ in range(100_000):
        value = [value]
    rows = [
        {"tool": "t", "when": [when], "then": {"gives": "timeout"}}
        for when in (
            {"by": "regex", "at": "$[0]", "pattern": "a"},
            {"by": "jsonpath", "path": "$..a"},
            {"by": "equality", "value": []},
        )
    ]
    made = RuleSet.model_validate({"name": "one", "rules": rows})
    found = chosen(made, "t", Given("", value))
    assert found.reply is None
    assert found.notes == ("Rule 1 could not be tried. The arguments are nested too deeply.",)


# Templates.


def fill(value: Any, arguments: Any, room: int = 1_000) -> tuple[Any, list[str]]:
    mock_template.check(value)
    filling = Filling(arguments, {"tool": "t", "call_id": "c"}, room)
    return filling.fill(value), filling.missing


@pytest.mark.parametrize(
    ("value", "filled"),
    [
        ("{{arguments.city}}", "Oslo"),
        ("{{ arguments.n }}", 3),
        ("n = {{arguments.n}}, {{arguments.rows}}", 'n = 3, [{"a": null}]'),
        ("{{arguments.rows[0]}}", {"a": None}),
        ("{{arguments.rows[0].a}}", None),
        ("a {{arguments.rows[0].a}}", "a null"),
        ("{{arguments['odd name']}}", "x"),
        ("{{tool}}/{{call_id}}", "t/c"),
        ("{{tool}}{{tool}}", "tt"),
        ({"{{arguments.city}}": ["{{arguments.n}}", 1.5, None]}, {"Oslo": [3, 1.5, None]}),
        ("{{arguments..a}}", None),
        ("one { two } {", "one { two } {"),
    ],
)
def test_arguments_are_filled_in(value: Any, filled: Any) -> None:
    arguments = {"city": "Oslo", "n": 3, "rows": [{"a": None}], "odd name": "x"}
    assert fill(value, arguments) == (filled, [])


def test_what_is_filled_in_is_not_filled_again() -> None:
    assert fill("{{arguments.a}}!", {"a": "{{tool}}"}) == ("{{tool}}!", [])


def test_what_the_call_does_not_have_is_told() -> None:
    value = ["{{arguments.b}}", "<{{arguments.b}}{{arguments.c.d}}>"]
    assert fill(value, {"a": 1}) == ([None, "<>"], ["arguments.b", "arguments.c.d"])
    assert fill("{{arguments.b}}", None) == (None, ["arguments.b"])


def test_a_reply_cannot_be_blown_up() -> None:
    with pytest.raises(TooLongError, match="too long"):
        fill(["{{arguments.a}}"] * 100, {"a": "x" * 11})
    assert len(fill("{{arguments.a}}" * 100, {"a": "x" * 10})[0]) == 1_000
