"""resources/licenses: everything that Playground is made with is named there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LICENSES = ROOT / "resources" / "licenses"


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_library_of_the_lock_is_named_with_its_version() -> None:
    lock = (ROOT / "packaging" / "requirements.lock").read_text()
    # Those with a condition may not be installed where the file was written.
    needed = re.findall(r"^([\w.-]+)==(\S+) \\$", lock, re.MULTILINE)
    table = re.findall(r"^[ *] (\S+) +(\S+) +\S", (LICENSES / "NOTICES.txt").read_text(), re.M)
    named = {(plain(name), version) for name, version in table}
    missing = {(plain(name), version) for name, version in needed} - named
    assert len(needed) > 40
    assert not missing, "run packaging/notices.py inside the environment"


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("Qt.txt", "GNU Lesser General Public License"),
        ("LGPL-3.0.txt", "GNU LESSER GENERAL PUBLIC LICENSE"),
        ("GPL-3.0.txt", "GNU GENERAL PUBLIC LICENSE"),
        ("SmolLM2.txt", "Apache"),
        ("Apache-2.0.txt", "Version 2.0, January 2004"),
        ("llama.cpp.txt", "The ggml authors"),
    ],
)
def test_the_notices_of_what_is_bundled_are_there(file: str, words: str) -> None:
    assert words in (LICENSES / file).read_text()
