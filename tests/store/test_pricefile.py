"""The table of prices is read again when it changes, and a broken one is never overwritten."""

from __future__ import annotations

import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from playground.core.pricebook import OwnPrice, PriceBook
from playground.core.problem import Failure
from playground.store import pricefile
from playground.store.home import Home
from playground.store.pricefile import PriceFile

ONE = PriceBook(
    prices=(
        OwnPrice(
            server="mine",
            model="*",
            since=date(2026, 1, 1),
            input=Decimal("0.1"),
            output=Decimal(2),
        ),
    )
)


@pytest.fixture
def file(tmp_path: Path) -> PriceFile:
    return PriceFile(Home(tmp_path).prices)


def test_without_a_file_there_are_no_prices_and_nothing_is_made(file: PriceFile) -> None:
    assert not file.look()
    assert (file.book, file.problem) == (PriceBook(), None)
    assert not file.path.exists()


def test_what_is_saved_is_read_and_closed_to_others(file: PriceFile) -> None:
    file.save(ONE)
    assert file.book == ONE
    other = PriceFile(file.path)
    assert other.look() and other.book == ONE and not other.look()
    if os.name == "posix":
        assert file.path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in file.path.parent.iterdir()] == ["prices.json"]


def test_a_change_by_hand_is_seen(file: PriceFile) -> None:
    file.save(ONE)
    changed = ONE.written().replace('"0.1"', '"0.25"')
    file.path.write_text(changed, encoding="utf-8-sig")  # as some editors write it
    assert file.look() and file.book.prices[0].input == Decimal("0.25")
    file.path.unlink()
    assert file.look() and file.book == PriceBook()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b'{"prices": [\n{"server": 1}]}', "Line 2: prices"),
        (b'{"prices":\n\n[}', "Line 3: "),
        (b'{"a":\n"\xff"}', "Line 2: it is no UTF-8"),
    ],
)
def test_a_broken_table_is_told_of_once_and_kept(file: PriceFile, content: bytes, why: str) -> None:
    file.path.write_bytes(content)
    assert file.look() and not file.look()
    assert file.book == PriceBook() and file.problem is not None
    assert why in file.problem.detail and file.problem.facts["file"] == str(file.path)
    assert file.path.read_bytes() == content
    file.save(ONE)
    assert file.book == ONE and PriceFile(file.path).problem is None
    (aside,) = file.path.parent.glob("prices.broken-*.json")
    assert aside.read_bytes() == content


def test_a_file_that_is_far_too_long_is_not_read(
    file: PriceFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pricefile, "MOST", 10)
    file.path.write_text(ONE.written())
    assert file.look() and file.problem is not None and "longer" in file.problem.detail


def test_what_cannot_be_opened_or_written_is_a_problem(file: PriceFile) -> None:
    file.path.mkdir()
    assert file.look() and file.problem is not None and file.book == PriceBook()
    (file.path / "kept").touch()
    with pytest.raises(Failure):
        PriceFile(file.path / "kept" / "prices.json").save(ONE)
    assert (file.path / "kept").exists()
