"""`playground import` of what somebody else wrote."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., "subprocess.CompletedProcess[str]"]

CHAT = {"model": "m", "messages": [{"role": "user", "content": "Where is Anna?"}]}
PROMPT = {"id": "pmpt_1", "name": "Travel", "prompt": "Plan for {{city}}."}


def test_a_command_a_request_and_a_prompt_are_kept(
    inside: Command, home: Path, tmp_path: Path
) -> None:
    key = "sk-marked-0123456789"
    command = tmp_path / "ask.sh"
    command.write_text(
        f"curl https://api.openai.com/v1/chat/completions -H 'Authorization: Bearer {key}'"
        f" -d '{json.dumps(CHAT)}'"
    )
    request = tmp_path / "chat.jsonl"
    request.write_text(f"{json.dumps(CHAT)}\n{json.dumps(CHAT)}\n")
    prompt = tmp_path / "prompt.json"
    prompt.write_text(json.dumps(PROMPT))
    done = inside("import", str(command), str(request), str(prompt))
    assert done.returncode == 0
    rows = [row.split(maxsplit=1) for row in done.stdout.strip().split("\n")]
    assert [title for _, title in rows] == ["Where is Anna?"] * 3 + ["Imported/Travel"]
    assert "The header Authorization was left out" in done.stderr
    listed = inside("sessions")
    assert listed.stdout.count("Where is Anna?") == 3
    spilt = [
        path for path in home.rglob("*") if path.is_file() and key.encode() in path.read_bytes()
    ]
    assert spilt == [] and key not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{json.dumps(CHAT)}\n{{broken\n", "Line 2: Expecting property name"),
        ("curl https://x/v1/responses -d @body.json", "the file body.json"),
        ('{"format": "playground.preset", "version": 9}', "newer version"),
    ],
)
def test_what_cannot_be_read_is_a_reason_and_nothing_is_kept(
    inside: Command, tmp_path: Path, text: str, words: str
) -> None:
    file = tmp_path / "file"
    file.write_text(text)
    done = inside("import", str(file))
    assert done.returncode == 1 and words in done.stderr and done.stdout == ""
    assert "Where is Anna?" not in inside("sessions").stdout
