"""Tables as CSV that a spreadsheet opens and runs nothing of."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

Value = str | int | float | Decimal | date | None
"""None: nothing is known; the cell stays empty."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a text begins with that a spreadsheet would take for a formula."""


def as_csv(heads: Sequence[str], rows: Iterable[Sequence[Value]]) -> str:
    """RFC 4180. Amounts have all their digits, and a point in them whatever the locale."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(map(_cell, heads))
    writer.writerows(map(_cell, row) for row in rows)
    return file.getvalue()


def _cell(value: Value) -> str:
    match value:
        case None:
            return ""
        case str():
            text = value.encode("utf-8", "replace").decode()
            return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
        case Decimal():
            return exact(value)
        case datetime():
            return value.isoformat(sep=" ", timespec="seconds")
        case date():
            return value.isoformat()
        case _:
            return str(value)


def exact(value: Decimal) -> str:
    """All digits of an amount, none of them in a power of ten and no noughts after the last."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
