"""Exact where the vocabulary is known, an estimate where it is not, a rule of thumb without it."""

from __future__ import annotations

import sys

import pytest

from playground.counting.tokens import Estimate, estimate

HINDI = "नमस्ते दुनिया"


@pytest.mark.parametrize(
    "model",
    ["gpt-4o", "gpt-4o-mini", "GPT-4.1-nano", "gpt-5", "gpt-5-mini", "o3", "o4-mini",
     "openai/gpt-4o", "ft:gpt-4o-mini:org::abc", "gpt-oss-20b"],
)  # fmt: skip
def test_current_models_are_counted_exactly(model: str) -> None:
    assert estimate("hello world", model) == Estimate(2, True)
    assert estimate(HINDI, model) == estimate(HINDI, "gpt-4o")


@pytest.mark.parametrize("model", ["gpt-4", "gpt-4-turbo", "gpt-3.5-turbo", "gpt-4-0613"])
def test_older_models_have_the_older_vocabulary(model: str) -> None:
    assert estimate("hello world", model) == Estimate(2, True)
    assert estimate(HINDI, model).tokens > estimate(HINDI, "gpt-4o").tokens


@pytest.mark.parametrize("model", ["", "llama3.2", "gpt-5.5", "gpt-6-sol", "claude", "o30"])
def test_other_models_are_estimated(model: str) -> None:
    assert estimate("hello world", model) == Estimate(2, False)


@pytest.mark.parametrize("text", ["", "<|endoftext|>", "a\ud83d", "🧠" * 100, "\x00"])
def test_any_text_can_be_counted(text: str) -> None:
    assert estimate(text, "gpt-4o").tokens >= len(text) // 100


def test_a_special_token_in_a_text_is_text() -> None:
    assert estimate("<|endoftext|>", "gpt-4o").tokens > 1


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("a", 1), ("abcd", 1), ("abcde", 2)])
def test_without_the_vocabulary_four_characters_are_a_token(
    text: str, tokens: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "toktok", None)
    assert estimate(text, "gpt-4o") == Estimate(tokens, False)
