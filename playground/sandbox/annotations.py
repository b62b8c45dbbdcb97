"""Annotations: where in a text the words stand that a citation belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from playground.sandbox.fields import Json


def located(annotations: Iterable[Json], text: str) -> Iterator[Json]:
    """The citations whose words (`on`) are in the text, with their places in it. Those of files
    have one index, where the words end; all others a range."""
    for annotation in annotations:
        words = str(annotation.get("on", ""))
        start = text.find(words)
        if start < 0:
            continue
        shown = {name: value for name, value in annotation.items() if name != "on"}
        end = start + len(words)
        if annotation["type"] in ("file_citation", "file_path"):
            yield {**shown, "index": end}
        else:
            yield {**shown, "start_index": start, "end_index": end}
