"""Prompts come back as they went in, and their versions are written once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from playground.core.problem import Failure
from playground.core.prompts import ROLES, Content, Draft, Prompt, Said, Version, folder_of
from playground.core.variables import TYPES, Variable
from playground.store import logs
from playground.store.database import Database
from playground.store.home import Home
from playground.store.prompts import Prompts

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
VARIABLES = st.builds(
    Variable,
    name=st.text(max_size=8),
    type=st.sampled_from(TYPES),
    default=JSON,
    choices=st.lists(st.text(max_size=5), max_size=3),
    help=st.text(max_size=8),
)
CONTENTS = st.builds(
    Content,
    messages=st.lists(
        st.builds(Said, role=st.sampled_from(ROLES), text=st.text(max_size=40)), max_size=4
    ).map(tuple),
    variables=st.lists(VARIABLES, max_size=2).map(tuple),
)


@st.composite
def prompts(draw: st.DrawFn) -> Prompt:
    contents = draw(st.lists(CONTENTS, max_size=4))
    moments = st.floats(0, 4e9)
    return Prompt(
        id=draw(st.sampled_from(["prm_1", "prm_2", "prm_ü"])),
        title=draw(st.text(max_size=20)),
        folder=folder_of(draw(st.text(max_size=20))),
        trashed=draw(st.booleans()),
        versions=tuple(
            Version(number=n, created=draw(moments), note=draw(st.text(max_size=9)), content=one)
            for n, one in enumerate(contents, 1)
        ),
    )


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Prompts]:
    database = Database(Home(folder).prepare().database)
    try:
        await database.open()
        yield Prompts(database)
    finally:
        await database.close()


async def rows(prompts: Prompts) -> list[Any]:
    """All that stands in the tables."""
    return await prompts._database.read(
        lambda connection: [
            connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
            for table in ("prompt", "prompt_version")
        ]
    )


def said(text: str) -> Content:
    return Content(messages=(Said(role="user", text=text),))


def prompt_of(*texts: str, **more: Any) -> Prompt:
    prompt = Prompt(**{"id": "prm_1", "title": "Greeting", **more})
    for number, text in enumerate(texts):
        prompt.write(said(text), float(number + 1))
    return prompt


@given(made=prompts())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_saved_loaded_and_saved_again_it_is_the_same_to_the_byte(made: Prompt) -> None:
    async def go(folder: Path) -> None:
        async with opened(folder / "one") as one, opened(folder / "two") as two:
            await one.save(made)
            loaded = await one.load(made.id)
            assert loaded == made
            await two.save(loaded)
            assert await rows(two) == await rows(one)
            await one.save(loaded)
            assert await rows(one) == await rows(two)

    with TemporaryDirectory() as folder:
        asyncio.run(go(Path(folder)))


def test_halves_of_letters_and_secrets_are_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "_secrets", set())

    async def go() -> None:
        async with opened(tmp_path) as prompts:
            logs.redact(SecretStr("marked-key-000"))
            await prompts.save(prompt_of("a \ud83d marked-key-000"))
            loaded = await prompts.load("prm_1")
            assert loaded.versions[0].content == said("a \ufffd **************")

    asyncio.run(go())


def test_a_version_is_never_overwritten(tmp_path: Path) -> None:
    async def go() -> None:
        async with opened(tmp_path) as prompts:
            await prompts.save(prompt_of("a", "b"))
            await prompts.save(prompt_of("a", "b", "c"))
            with pytest.raises(Failure, match="changed elsewhere"):
                await prompts.save(prompt_of("a", "x", "y", title="Other"))
            assert await prompts.load("prm_1") == prompt_of("a", "b", "c")

    asyncio.run(go())


def test_prompts_are_listed_moved_and_thrown_away(tmp_path: Path) -> None:
    async def go() -> None:
        async with opened(tmp_path) as prompts:
            await prompts.save(prompt_of("a", id="prm_1", folder="Work/Mail"))
            await prompts.save(prompt_of("a", "b", id="prm_2", folder="Workshop"))
            await prompts.save(prompt_of(id="prm_3"))
            rows = [(row.id, row.folder, row.versions, row.changed) for row in await prompts.list()]
            assert rows == [
                ("prm_3", "", 0, 0.0),
                ("prm_1", "Work/Mail", 1, 1.0),
                ("prm_2", "Workshop", 2, 2.0),
            ]
            await prompts.move_folder("Work", "Old / Things")
            await prompts.move("prm_3", "Old")
            assert [row.folder for row in await prompts.list()] == [
                "Old",
                "Old/Things/Mail",
                "Workshop",
            ]
            with pytest.raises(Failure, match="cannot lie in itself"):
                await prompts.move_folder("Old", "Old/Things")
            await prompts.move_folder("Old", "Old")

            await prompts.trash("prm_2")
            assert [row.id for row in await prompts.list()] == ["prm_3", "prm_1"]
            assert [row.id for row in await prompts.list(trashed=True)] == ["prm_2"]
            assert (await prompts.load("prm_2")).trashed
            await prompts.restore("prm_2")
            assert len(await prompts.list()) == 3

            with pytest.raises(Failure, match="There is no prompt 'prm_9'"):
                await prompts.put({"prm_1": "New", "prm_9": "New"})
            assert (await prompts.load("prm_1")).folder == "Old/Things/Mail"
            await prompts.put({"prm_1": "New", "prm_2": "New / Too"})
            assert [row.folder for row in await prompts.list()] == ["New", "New/Too", "Old"]

            for do in (prompts.load, prompts.trash, prompts.restore):
                with pytest.raises(Failure, match="There is no prompt 'prm_9'"):
                    await do("prm_9")

    asyncio.run(go())


def test_what_is_forgotten_is_in_no_file(tmp_path: Path) -> None:
    async def go() -> None:
        async with opened(tmp_path) as prompts:
            await prompts.save(prompt_of("xyzzymarker one", "xyzzymarker two"))
            await prompts.save(prompt_of("stays", id="prm_2"))
            await prompts.forget("prm_1")
            assert [row.id for row in await prompts.list()] == ["prm_2"]
            for path in tmp_path.rglob("*"):
                assert not path.is_file() or b"xyzzymarker" not in path.read_bytes()

    asyncio.run(go())


def test_a_damaged_prompt_is_a_reason_and_harms_no_other(tmp_path: Path) -> None:
    async def go() -> None:
        async with opened(tmp_path) as prompts:
            await prompts.save(prompt_of("a"))
            await prompts.save(prompt_of("b", id="prm_2"))
            await prompts._database.write(
                lambda connection: connection.execute(
                    "UPDATE prompt_version SET content = '{\"messages\": 3}' WHERE prompt = 'prm_1'"
                )
            )
            with pytest.raises(Failure, match="damaged on the disk"):
                await prompts.load("prm_1")
            assert len(await prompts.list()) == 2
            await prompts.load("prm_2")

    asyncio.run(go())


@given(content=CONTENTS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_no_version_yet_is_kept_beside_them_and_goes_when_it_is_told(
    content: Content,
) -> None:
    async def go(folder: Path) -> None:
        async with opened(folder) as prompts:
            await prompts.save(prompt_of("a", "b"))
            draft = Draft(base=2, note="shorter", content=content)
            await prompts.keep_draft("prm_1", draft, 3.0)
            assert await prompts.draft("prm_1") == draft
            assert await prompts.load("prm_1") == prompt_of("a", "b")
            (row,) = await prompts.list()
            assert (row.versions, row.changed, row.drafted) == (2, 2.0, True)
            await prompts.keep_draft("prm_1", None, 4.0)
            assert await prompts.draft("prm_1") is None
            assert not (await prompts.list())[0].drafted
            await prompts.keep_draft("prm_9", draft, 5.0)  # which was forgotten
            assert await prompts.draft("prm_9") is None

    with TemporaryDirectory() as folder:
        asyncio.run(go(Path(folder)))


def test_prompts_are_found_by_title_folder_and_what_they_say_now(tmp_path: Path) -> None:
    async def go() -> None:
        async with opened(tmp_path) as prompts:
            await prompts.save(prompt_of("old words", 'a "quoted"\nTEXT', folder="Work/Mail"))
            await prompts.save(prompt_of("Straße in user", id="prm_2", title="Städte"))
            await prompts.save(prompt_of(id="prm_3", title="empty"))
            await prompts.rename("prm_3", "Nothing")
            for words, found in (
                ("", ["prm_3", "prm_2", "prm_1"]),
                ("text", ["prm_1"]),
                ('"QUOTED"', ["prm_1"]),
                ("mail greet quoted", ["prm_1"]),
                ("old", []),
                ("STRASSE stä", ["prm_2"]),
                ("role", []),
                ("nothing", ["prm_3"]),
            ):
                assert [row.id for row in await prompts.list(words=words)] == found, words

    asyncio.run(go())
