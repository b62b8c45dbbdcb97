"""index.html of the gallery: every picture with what it shows, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

HEAD = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Gallery</title>
<style>
  body { font: 14px system-ui, sans-serif; margin: 24px; background: #f4f5f7; color: #1a1d23; }
  h2 { font-size: 15px; margin: 32px 0 8px; }
  div { display: grid; grid-template-columns: repeat(auto-fill, minmax(420px, 1fr)); gap: 12px; }
  figure { margin: 0; }
  img { width: 100%; border: 1px solid #dfe2e7; border-radius: 8px; }
  figcaption { color: #596170; font-size: 12px; }
  li { color: #b32540; }
</style>
<h1>Every state of the window</h1>
"""


def write(folder: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """Write the page beside its pictures; its path."""
    parts = [HEAD]
    for state in dict.fromkeys(row["state"] for row in rows):
        shots = [row for row in rows if row["state"] == state]
        parts.append(f'<h2 id="{state}">{escape(shots[0]["title"])}</h2>\n<div>\n')
        parts += [_figure(row) for row in shots]
        parts.append("</div>\n")
    path = folder / "index.html"
    path.write_text("".join(parts), encoding="utf-8")
    return path


def _figure(row: dict[str, Any]) -> str:
    file, kind = row["file"], row["kind"]
    faults = "".join(f"<li>{escape(fault)}</li>" for fault in row["faults"])
    return (
        f'<figure><a href="{file}"><img src="{file}" loading="lazy" alt="{escape(row["title"])}">'
        f"</a><figcaption>{escape(kind)}</figcaption>{faults and f'<ul>{faults}</ul>'}</figure>\n"
    )
