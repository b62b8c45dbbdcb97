"""Texts in generated code: identifiers out of any text, comments, patterns."""

from __future__ import annotations

import keyword
import re
import unicodedata
import warnings
from collections.abc import Container

HUMPS = re.compile(r"[^\W_]+")

_RESERVED = """
abstract any arguments as async await bigint boolean break case catch class const continue
debugger declare default delete do else enum eval export extends false finally for
function get if implements import in infer instanceof interface is keyof let module
namespace never new null number object of package private protected public readonly
require return set static string super switch symbol this throw true try type typeof
undefined unique unknown var void while with yield Array Boolean Date Error Function
Infinity JSON Map Math NaN Number Object Omit Partial Pick Promise Proxy Record RegExp
Required Set String Symbol globalThis z
"""
JAVASCRIPT = frozenset(_RESERVED.split())
"""Words that may not, or had better not, name a type or a constant in JavaScript or TypeScript."""


def is_identifier(text: str) -> bool:
    """Whether Python takes the text as a name, and as this name: it folds look-alikes."""
    return (
        text.isidentifier()
        and not keyword.iskeyword(text)
        and unicodedata.normalize("NFKC", text) == text
    )


def type_name(text: str, fallback: str = "Model") -> str:
    """The text itself where it is a name, else its words in PascalCase: `line item` → LineItem."""
    if is_identifier(text) and not text.startswith("_"):
        return text
    return pascal(text, fallback)


def pascal(text: str, fallback: str = "Model") -> str:
    """The words of a text in PascalCase: `shipping_address` → ShippingAddress."""
    words = HUMPS.findall(unicodedata.normalize("NFKC", text))
    joined = "".join(word[0].upper() + word[1:] for word in words)
    if joined[:1].isdigit():
        joined = fallback + joined
    return joined if is_identifier(joined) else fallback


def field_name(text: str) -> str:
    """A name of a Python attribute for a JSON key: `first name` → first_name, `class` → class_."""
    if is_identifier(text) and not text.startswith("_"):
        return text
    joined = "_".join(HUMPS.findall(unicodedata.normalize("NFKC", text)))
    if joined[:1].isdigit():
        joined = f"field_{joined}"
    if keyword.iskeyword(joined):
        joined += "_"
    return joined if is_identifier(joined) else "field"


def unique(wanted: str, taken: Container[str]) -> str:
    """The name, with a number after it when it is taken."""
    name, number = wanted, 2
    while name in taken:
        name = f"{wanted}{number}"
        number += 1
    return name


def printable(text: str) -> str:
    """A text as part of a comment: nothing in it ends the line, or cannot be seen."""
    return "".join(one if one.isprintable() else " " for one in text)


def pattern_fault(pattern: str) -> str:
    """What Python's regular expressions have against a pattern; empty when they take it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what may mean something else one day
        try:
            re.compile(pattern)
        except re.error as error:
            return error.msg
        except (RecursionError, OverflowError):
            return "too deep"
    return ""
