"""Files become parts, and parts can be told apart again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.parts import Described, describe, part_at, part_of, size_of

PNG = b"\x89PNG\r\n\x1a\n123"


@pytest.mark.parametrize(
    ("name", "media_type", "kind", "said"),
    [
        ("a.png", "", "input_image", Described("image", "image.png", "image/png", PNG, "", "auto")),
        ("a", "image/jpeg", "input_image",
         Described("image", "image.jpg", "image/jpeg", PNG, "", "auto")),
        ("a.svg", "", "input_file", Described("file", "a.svg", "image/svg+xml", PNG)),
        ("a b.pdf", "", "input_file", Described("file", "a b.pdf", "application/pdf", PNG)),
        ("noise", "", "input_file", Described("file", "noise", "application/octet-stream", PNG)),
        ("a.wav", "", "input_audio", Described("audio", "sound.wav", "audio/wav", PNG)),
        ("a.mp3", "", "input_audio", Described("audio", "sound.mp3", "audio/mp3", PNG)),
    ],
)  # fmt: skip
def test_a_file_becomes_a_part(name: str, media_type: str, kind: str, said: Described) -> None:
    part = part_of(name, PNG, media_type)
    assert part["type"] == kind
    assert describe(part) == said
    assert describe(part, decode=False) == replace(said, data=None)
    assert size_of(part) == len(PNG)


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("https://a.example/x/cat.png?w=3",
         {"type": "input_image", "image_url": "https://a.example/x/cat.png?w=3", "detail": "auto"}),
        ("https://a.example/paper.pdf",
         {"type": "input_file", "file_url": "https://a.example/paper.pdf"}),
        ("https://a.example/", {"type": "input_file", "file_url": "https://a.example/"}),
        ("file-abc", {"type": "input_file", "file_id": "file-abc"}),
    ],
)  # fmt: skip
def test_an_address_becomes_a_part(url: str, part: dict[str, Any]) -> None:
    assert part_at(url) == part
    assert describe(part).url == url
    assert describe(part).data is None


def test_an_address_names_what_lies_there() -> None:
    assert describe(part_at("https://a.example/x/cat.png?w=3")).name == "cat.png"
    assert describe(part_at("https://a.example/")).name == "file"
    assert describe(part_at("file-abc")).name == "file-abc"
    assert describe(part_at("http://[/x.png")).name == "file"


@pytest.mark.parametrize("length", range(7))
def test_a_size_is_known_without_decoding(length: int) -> None:
    assert size_of(part_of("a.pdf", b"x" * length)) == length
    assert size_of(part_of("a.wav", b"x" * length)) == length
    assert size_of(part_at("https://a.example/cat.png")) is None


def test_what_cannot_be_decoded_is_no_data() -> None:
    assert describe({"type": "input_image", "image_url": "data:image/png;base64,???"}).data is None
    assert describe({"type": "input_image", "image_url": "data:text/plain,a%20b"}).data == b"a b"


values = st.none() | st.integers() | st.text(max_size=9) | st.just("data:") | st.just("data:,")
names = st.sampled_from(["type", "image_url", "file_data", "filename", "detail", "input_audio"])


@given(st.dictionaries(names, values), st.sampled_from(["input_image", "input_file", "x"]))
def test_nonsense_is_described(part: dict[str, Any], kind: str) -> None:
    assert describe(part).name
    assert size_of(part) is None or isinstance(size_of(part), int)
    assert describe({**part, "type": kind}).name
