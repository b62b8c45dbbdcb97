"""What a keyword demands, said in words: for a description, which a model reads."""

from __future__ import annotations

import json
from typing import Any


def phrase(keyword: str, value: Any) -> str:
    """A sentence such as `At least 2 keys.`; empty where the keyword demands nothing."""
    match keyword, value:
        case "default", None:
            return ""
        case "default", _:
            return f"Default: {_json(value)}."
        case _ if value in ([], {}):
            return ""
        case (("uniqueItems" | "nullable" | "unevaluatedProperties" | "unevaluatedItems"), bool()):
            return "Every item occurs once." if keyword == "uniqueItems" and value else ""
        case "minProperties", _:
            return f"At least {_json(value)} keys."
        case "maxProperties", _:
            return f"At most {_json(value)} keys."
        case "minLength", _:
            return f"At least {_json(value)} characters."
        case "maxLength", _:
            return f"At most {_json(value)} characters."
        case "format", _:
            return f"Format: {_json(value)}."
        case "pattern", _:
            return f"Matches the regular expression {_json(value)}."
        case "not", _:
            return f"Must not match this JSON Schema: {_json(value)}."
        case "contains", _:
            return f"At least one item matches this JSON Schema: {_json(value)}."
        case "dependentRequired", dict():
            return " ".join(
                f"With {_json(key)} there must be {', '.join(map(_json, others))}."
                for key, others in value.items()
                if isinstance(others, list)
            )
        case _:
            return f"{keyword}: {_json(value)}."


def joined(*texts: object) -> str:
    """Descriptions under each other, without what is empty or was said already."""
    said = [text for text in texts if isinstance(text, str) and text]
    return "\n".join(dict.fromkeys(said))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
