"""Settings survive restarts, damage and newer versions."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from playground.core.problem import Failure
from playground.core.profile import Profile, Quirks
from playground.store import settings as module
from playground.store.settings import MIGRATIONS, VERSION, Settings, SettingsFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.json"


def changed() -> Settings:
    settings = Settings(theme="dark", scale=1.5, enter_sends=False, profile="mine")
    settings.profiles = [
        Profile(id="mine", name="Mein Server ☂", base_url="http://x/v1", quirks=Quirks(drop=["a"]))
    ]
    settings.limits.idle = 7.5
    settings.window = {"geometry": "AAEC", "panel": "chat"}
    return settings


def aside(path: Path) -> list[Path]:
    return sorted(path.parent.glob("settings.broken-*.json"))


def test_without_a_file_everything_has_its_default(path: Path) -> None:
    assert SettingsFile(path).load() == (Settings(), None)
    assert not path.exists()


def test_what_is_saved_is_loaded(path: Path) -> None:
    SettingsFile(path).save(changed())
    assert SettingsFile(path).load() == (changed(), None)
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_the_file_is_closed_to_others(path: Path) -> None:
    before = os.umask(0)
    try:
        SettingsFile(path).save(changed())
        SettingsFile(path).save(changed())
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"theme": "dark"}', b'{"version": "one"}',
     b'{"version": 0}', b"[" * 100_000],
)  # fmt: skip
def test_a_broken_file_is_set_aside_and_never_overwritten(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    file = SettingsFile(path)
    settings, problem = file.load()
    assert settings == Settings()
    assert problem is not None and problem.remedy == "open_folder"
    (kept,) = aside(path)
    assert kept.read_bytes() == content
    assert problem.facts["file"] == str(kept)
    file.save(changed())
    assert SettingsFile(path).load() == (changed(), None)
    assert kept.read_bytes() == content


def test_two_broken_files_are_both_kept(path: Path) -> None:
    for content in (b"first", b"second"):
        path.write_bytes(content)
        SettingsFile(path).load()
    assert [kept.read_bytes() for kept in aside(path)] == [b"first", b"second"]


def test_one_wrong_value_costs_only_itself(path: Path) -> None:
    SettingsFile(path).save(changed())
    data = json.loads(path.read_text())
    path.write_text(json.dumps({**data, "theme": "purple", "scale": 40}))
    settings, problem = SettingsFile(path).load()
    assert settings == changed().model_copy(update={"theme": "system", "scale": 1.0})
    assert problem is not None and "theme" in problem.detail and "scale" in problem.detail
    assert len(aside(path)) == 1


def test_unknown_values_are_ignored(path: Path) -> None:
    SettingsFile(path).save(changed())
    path.write_text(json.dumps({**json.loads(path.read_text()), "aura": "blue"}))
    assert SettingsFile(path).load() == (changed(), None)


def test_a_newer_file_is_read_as_far_as_it_goes_and_never_written(path: Path) -> None:
    SettingsFile(path).save(changed())
    newer = json.dumps({**json.loads(path.read_text()), "version": VERSION + 1, "scale": "huge"})
    path.write_text(newer)
    file = SettingsFile(path)
    settings, problem = file.load()
    assert (settings.theme, settings.scale) == ("dark", 1.0)
    assert problem is not None and problem.remedy == "update"
    with pytest.raises(Failure, match="newer version"):
        file.save(settings)
    assert path.read_text() == newer
    assert aside(path) == []


def test_a_file_that_cannot_be_read_is_not_written(path: Path) -> None:
    path.mkdir()
    file = SettingsFile(path)
    settings, problem = file.load()
    assert settings == Settings()
    assert problem is not None
    with pytest.raises(Failure, match="cannot be read"):
        file.save(settings)


def test_two_that_are_written_at_once_do_not_take_each_others_file(path: Path) -> None:
    file, settings = SettingsFile(path), Settings(theme="dark")
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(file.save, settings) for _ in range(40)]:
            done.result()
    assert SettingsFile(path).load() == (settings, None)
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_full_disk_leaves_the_file_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = SettingsFile(path)
    file.save(changed())

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Failure) as caught:
        file.save(Settings())
    assert caught.value.problem.remedy == "free_space"
    monkeypatch.undo()
    assert SettingsFile(path).load() == (changed(), None)
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_a_folder_that_takes_nothing_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(Failure) as caught:
        SettingsFile(tmp_path / "absent" / "settings.json").save(Settings())
    assert caught.value.problem.remedy == "open_folder"


def test_only_possible_values_can_be_set() -> None:
    with pytest.raises(ValueError):
        Settings().theme = "purple"  # type: ignore[assignment]
    with pytest.raises(ValueError):
        Settings().limits.idle = -1


def test_migrations_bring_an_old_file_up_to_date(path: Path) -> None:
    def brighter(data: dict[str, Any]) -> dict[str, Any]:
        """`white` is called `light` now."""
        return {**data, "theme": "light" if data["theme"] == "white" else data["theme"]}

    def larger(data: dict[str, Any]) -> dict[str, Any]:
        """The scale was a percentage."""
        return {**data, "scale": data["scale"] / 100}

    steps = (*MIGRATIONS, brighter, larger)
    path.write_text(json.dumps({"version": VERSION, "theme": "white", "scale": 150}))
    settings, problem = SettingsFile(path, migrations=steps).load()
    assert problem is None
    assert (settings.theme, settings.scale, settings.version) == ("light", 1.5, VERSION + 2)


def untested(migrations: tuple[module.Migration, ...], names: set[str]) -> list[str]:
    """Migrations without a test of theirs."""
    return [step.__name__ for step in migrations if f"test_migration_{step.__name__}" not in names]


def test_every_migration_has_a_test_and_says_why() -> None:
    assert untested(MIGRATIONS, set(globals())) == []
    assert all(step.__doc__ for step in MIGRATIONS)


def test_a_migration_without_a_test_is_noticed() -> None:
    def forgotten(data: dict[str, Any]) -> dict[str, Any]:
        return data

    assert untested((forgotten,), set(globals())) == ["forgotten"]


def test_budgets_are_kept_to_the_last_digit(path: Path) -> None:
    settings = Settings()
    settings.budgets.day.usd = Decimal("0.123456789012345678")
    settings.budgets.month.tokens = 0
    SettingsFile(path).save(settings)
    assert SettingsFile(path).load() == (settings, None)


@pytest.mark.parametrize(
    ("budgets", "where"),
    [
        ({"day": {"usd": -1}}, "budgets.day.usd"),
        ({"day": {"usd": "much"}}, "budgets.day.usd"),
        ({"day": {"usd": True}}, "budgets.day.usd"),
        ({"session": {"usd": "NaN"}}, "budgets.session.usd"),
        ({"run": {"tokens": -1}}, "budgets.run.tokens"),
        ({"month": {"tokens": 1.5}}, "budgets.month.tokens"),
        ({"seconds": -1}, "budgets.seconds"),
        (7, "budgets"),
    ],
)
def test_a_budget_that_is_none_is_told_of_and_nothing_is_lost(
    path: Path, budgets: Any, where: str
) -> None:
    content = json.dumps({"version": VERSION, "theme": "dark", "budgets": budgets})
    path.write_text(content)
    settings, problem = SettingsFile(path).load()
    assert settings.theme == "dark" and not settings.budgets.is_set
    assert problem is not None and where in problem.detail
    assert aside(path)[0].read_text() == content
    with pytest.raises(ValidationError):
        settings.budgets.day.usd = Decimal(-1)
