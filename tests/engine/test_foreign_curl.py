"""Commands that people paste are read as a shell reads them, and never run."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.problem import Failure
from playground.engine.foreign_curl import Sent, is_curl, read
from playground.engine.foreign_shell import commands

URL = "https://api.openai.com/v1/responses"
KEY = "sk-marked-0123456789"


def one(text: str) -> Sent:
    (sent,) = read(text)
    return sent


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\0")), max_size=5))
def test_words_that_a_shell_would_quote_come_back(words: list[str]) -> None:
    text = "curl " + " ".join(map(shlex.quote, words))
    assert commands(text)[0].words == ("curl", *words)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=60))
def test_any_text_is_read_or_there_is_a_reason(text: str) -> None:
    try:
        read(f"curl {text}")
    except Failure as failure:
        assert failure.problem.detail


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (r"""curl "a \"b\" \$c \d" 'e\f' g\ h""", ["curl", 'a "b" $c \\d', "e\\f", "g h"]),
        (r"""curl $'it\'s\n\t\u00e9\x41\101\U0001F600'""", ["curl", "it's\n\té" + "AA😀"]),
        ("curl a\\\nb \\\n  c", ["curl", "ab", "c"]),
        ("curl a `\n  b", ["curl", "a", "b"]),
        ("curl 'a'\"b\"c '' \"\"", ["curl", "abc", "", ""]),
        ("# a remark\ncurl a # and one more\n", ["curl", "a"]),
        ('curl ^"http://h^" ^\r\n  -d ^"{^\\^"a^\\^":^\\^"b^\\^"}^"',
         ["curl", "http://h", "-d", '{"a":"b"}']),
        ('curl "http://h" ^\r\n  -d "{\\"a\\": \'b\'}"',
         ["curl", "http://h", "-d", '{"a": \'b\'}']),
    ],
)  # fmt: skip
def test_words(text: str, words: list[str]) -> None:
    assert list(commands(text)[0].words) == words


@pytest.mark.parametrize(
    ("options", "body"),
    [
        ("-d '{\"a\": 1}'", '{"a": 1}'),
        ("-d'{}'", "{}"),
        ("--data-raw '@home'", "@home"),
        ("--data a=1 --data-binary b=2", "a=1&b=2"),
        ("--json '{\"a\"' --json ':1}'", '{"a":1}'),
        ("-sSNd '{}'", "{}"),
        ('-d @- <<\'EOF\'\n{"it": "\'s"}\nEOF\n', '{"it": "\'s"}\n'),
        ("-d @- <<EOF | jq .\n{}\nEOF\n", "{}\n"),
        ("-d '{}' > answer.json", "{}"),
    ],
)
def test_a_body_in_every_way(options: str, body: str) -> None:
    sent = one(f"curl {URL} {options}")
    assert (sent.method, sent.url, sent.body) == ("POST", URL, body)


def test_a_body_that_another_command_prints() -> None:
    assert one(f"printf %s '{{\"a\": 1}}' |\ncurl {URL} --data-binary @-").body == '{"a": 1}'
    assert one(f"echo '{{}}' | curl {URL} -d @-").body == "{}"


def test_several_commands_are_several_requests() -> None:
    sent = read(f"export A=b\n$ A=b curl {URL} -d 1; /usr/bin/curl {URL} -d 2 && curl.exe x")
    assert [(one.url, one.body) for one in sent] == [(URL, "1"), (URL, "2"), ("x", None)]


@pytest.mark.parametrize(
    "login",
    [
        f"-H 'Authorization: Bearer {KEY}'",
        f"-H 'api-key:{KEY}'",
        f"-u me:{KEY}",
        f"--oauth2-bearer {KEY}",
        f"-b 'session={KEY}'",
        f"-H 'Cookie: {KEY}'",
        f"--url '{URL}?key={KEY}&a=b'",
        f"--url 'https://me:{KEY}@api.openai.com/v1/responses'",
    ],
)
def test_keys_are_left_out_wherever_they_stand_and_it_is_said(login: str) -> None:
    where = "" if "--url" in login else URL
    sent = one(f"curl {where} {login} -H 'X-Team: {KEY}' -d '{{\"user\": \"{KEY}\"}}'")
    spilt = json.dumps([sent.url, sent.headers, sent.body, sent.notices])
    assert sent.notices and sent.url.startswith("https://api.openai.com/v1/responses")
    if "session=" not in login:
        assert KEY not in spilt
        assert any("overwritten" in note for note in sent.notices)


def test_headers_that_say_something_stay() -> None:
    sent = one(f"curl {URL} -H 'Content-Type: application/json' -H 'OpenAI-Beta: x=1' -H 'X-E;'")
    assert sent.headers == {"OpenAI-Beta": "x=1", "X-E": ""} and sent.notices == []
    assert one(f"curl -H 'Authorization: Bearer $OPENAI_API_KEY' {URL} -d '$OPENAI'").body


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (f"curl {URL} -d @body.json", "the file body.json"),
        (f"curl {URL} --data-binary @/etc/passwd", "the file /etc/passwd"),
        (f"curl {URL} -d @-", "what another command writes"),
        (f"cat x | curl {URL} -d @-", "what another command writes"),
        (f"curl {URL} -F file=@x", "a form"),
        (f"curl {URL} -G -d a=b", "into the address"),
        (f"curl {URL} -T x", "sends a file"),
        (f"curl -K x {URL}", "reads options from a file"),
        (f"curl -H @headers {URL}", "files are not looked into"),
        (f"curl {URL} -d \"$(cat x)\"", "not run"),
        (f"curl {URL} -d `cat x`", "not run"),
        (f"curl {URL} -d \"a`cat x`\"", "not run"),
        (f"curl {URL} -d $(cat x)", "not run"),
        (f"curl {URL} -d 'a", "The quote ' that begins in line 1 does not end"),
        (f"curl {URL} \\\n -d \"a", 'The quote " that begins in line 2'),
        (f"curl {URL} -d $'a", "does not end"),
        (f"curl {URL} -d @- <<EOF\n{{}}", "<<EOF does not end"),
        (f"curl {URL} --frobnicate", "--frobnicate means is not known"),
        (f"curl {URL} -sY", "-Y has nothing behind it"),
        (f"curl {URL} -s_", "-_ means is not known"),
        (f"curl {URL} {URL}", "two addresses"),
        (f"curl {URL} -d", "-d has nothing behind it"),
        (f"curl {URL} --next {URL}", "one by one"),
        ("curl -d '{}'", "no address"),
        ("wget x", "no curl"),
        ("", "no curl"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_over_is_refused_with_a_reason(command: str, words: str) -> None:
    with pytest.raises(Failure) as raised:
        read(command)
    assert words in raised.value.problem.detail


def test_it_is_known_when_it_is_seen() -> None:
    for text in ("curl x", "$ curl x", "# note\n\ncurl.exe x", "/usr/bin/curl x"):
        assert is_curl(text)
    for text in ("", "curling is a sport", '{"curl": 1}', "printf hello"):
        assert not is_curl(text)


@pytest.mark.parametrize("text", ["'" * 200_001, "\\" * 200_001, "a " * 100_000, "^" * 200_001,
                                  "<<" * 100_000, "<<a\na\n" * 50_000, '"' * 200_000])  # fmt: skip
def test_enormous_commands_are_read_in_one_go(text: Any) -> None:
    try:
        read(f"curl {text}")
    except Failure as failure:
        assert len(failure.problem.detail) < 1000
