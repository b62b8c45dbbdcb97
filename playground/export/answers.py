"""An answer by itself, as a file: JSON, JSON Lines, or the rows of a table."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

from playground.core.problem import Failure, Problem
from playground.core.tabular import table

LINE_ENDS = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""What JSON may hold as it is and yet breaks files: further ends of lines, controls, and halves of
pairs, which UTF-8 cannot write."""


def as_json(value: Any) -> str:
    """The document, indented. Raises Failure for what JSON has no words for."""
    return f"{_written(value, indent=2)}\n"


def as_jsonl(values: Any) -> str:
    """A line for each element of a list; what is no list is one line. Raises Failure as `as_json`
    does."""
    rows = values if isinstance(values, list) else [values]
    return "".join(f"{_written(row)}\n" for row in rows)


def as_csv(value: Any) -> str:
    """The table in an answer as RFC 4180 has it, the names of the columns first. Raises Failure
    where there is none."""
    found = table(value)
    if found is None:
        raise Failure(
            Problem(
                title="There is no table in this answer.",
                detail="Rows are made of one list of objects or of plain values, and it has none "
                "or several.",
            )
        )
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(map(_cell, found.columns))
    writer.writerows(map(_cell, row) for row in found.rows)
    return file.getvalue()


def _written(value: Any, indent: int | None = None) -> str:
    separators = None if indent else (",", ":")
    try:
        text = json.dumps(
            value, ensure_ascii=False, allow_nan=False, indent=indent, separators=separators
        )
    except (ValueError, RecursionError) as error:
        why = "Infinity, NaN and numbers of thousands of digits are no JSON."
        if isinstance(error, RecursionError):
            why = "It is nested too deep."
        raise Failure(
            Problem(title="This answer cannot be written as JSON.", detail=why)
        ) from error
    return LINE_ENDS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return value.encode("utf-8", "replace").decode()
        case _:
            return json.dumps(value)
