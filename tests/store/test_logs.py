"""The log keeps what happened, and no secret."""

from __future__ import annotations

import io
import logging
import os
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from playground.store import logs
from playground.store.home import Home

SECRET = "sk-test-LOGGED-456"


@pytest.fixture
def screen(home: Home) -> Iterator[io.StringIO]:
    stream = io.StringIO()
    undo = logs.configure(home, stderr=stream)
    logs.redact(SecretStr(SECRET))
    yield stream
    undo()
    assert not [h for h in logging.getLogger().handlers if isinstance(h, logs._PrivateFile)]


def written(home: Home) -> str:
    return (home.logs / "playground.log").read_text()


@pytest.mark.logs
def test_secrets_are_overwritten_wherever_they_stand(home: Home, screen: io.StringIO) -> None:
    log = logging.getLogger("wire")
    log.warning("in the text %s" % SECRET)  # noqa: UP031  what must not happen, happens
    log.warning("in an argument %s", {"key": SECRET})
    try:
        raise ValueError(f"in a traceback {SECRET}")
    except ValueError:
        log.exception("oops")
    for text in (written(home), screen.getvalue()):
        assert SECRET not in text
        assert text.count("*" * len(SECRET)) >= 3
        assert "ValueError: in a traceback" in text


def test_our_topics_are_kept_and_others_only_when_they_warn(
    home: Home, screen: io.StringIO
) -> None:
    for topic in (*logs.TOPICS, "wire.retry"):
        logging.getLogger(topic).info("news from %s", topic)
    logging.getLogger("httpx").info("chatter")
    text = written(home)
    assert all(f"news from {topic}\n" in text for topic in (*logs.TOPICS, "wire.retry"))
    assert "chatter" not in text
    assert screen.getvalue() == ""


@pytest.mark.logs
def test_warnings_are_on_the_screen_as_well(home: Home, screen: io.StringIO) -> None:
    logging.getLogger("somebody").warning("mind this")
    assert screen.getvalue() == "WARNING: mind this\n"
    assert "somebody: mind this" in written(home)


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_the_file_turns_over_and_all_of_it_is_closed_to_others(
    home: Home, screen: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    (handler,) = [h for h in logging.getLogger().handlers if isinstance(h, logs._PrivateFile)]
    handler.maxBytes = 200
    before = os.umask(0)
    try:
        for number in range(40):
            logging.getLogger("store").info("line %d", number)
    finally:
        os.umask(before)
    files = sorted(path.name for path in home.logs.iterdir())
    assert files == ["playground.log", *[f"playground.log.{n}" for n in (1, 2, 3)]]
    assert {path.stat().st_mode & 0o777 for path in home.logs.iterdir()} == {0o600}


def test_short_words_are_no_secrets() -> None:
    logs.redact(SecretStr("word"))
    assert logs.redacted("word by word") == "word by word"


def test_half_a_surrogate_pair_does_not_break_the_log(home: Home, screen: io.StringIO) -> None:
    logging.getLogger("store").info("half %s", "\ud83d")
    assert "half \\ud83d" in written(home)
