"""Where the files of `resources/` are: in a checkout, in an installed wheel, in a frozen build."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def resource(*parts: str) -> Path:
    """The file or folder `resources/<parts>`.

    Raises FileNotFoundError when this installation does not have it.
    """
    for root in _roots():
        path = root.joinpath(*parts)
        if path.exists():
            return path
    raise FileNotFoundError(f"This installation of playground lacks resources/{'/'.join(parts)}")


def _roots() -> Iterator[Path]:
    # An installed package comes before the checkout's place: beside an installed package lies
    # site-packages, where some other project may well have left a `resources` folder.
    unpacked = getattr(sys, "_MEIPASS", None)
    if unpacked is not None:
        yield Path(unpacked) / "playground" / "_resources"
        yield Path(unpacked) / "resources"
    yield PACKAGE / "_resources"
    yield PACKAGE.parent / "resources"
