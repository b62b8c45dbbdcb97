"""The almanac: a very long answer that is worth reading and true to the last line.

It goes through the whole numbers from 1 and says about each what can be said by arithmetic alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isqrt, prod

CHAPTER = 50

_ROMAN = (
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
)


def almanac(last: int) -> str:
    """The numbers 1 to `last` as Markdown, in chapters of 50."""
    return "\n".join(_lines(last))


def factors(number: int) -> dict[int, int]:
    """Prime factors with their powers; empty for 1."""
    found: dict[int, int] = {}
    divisor = 2
    while divisor * divisor <= number:
        while number % divisor == 0:
            found[divisor] = found.get(divisor, 0) + 1
            number //= divisor
        divisor += 1
    if number > 1:
        found[number] = found.get(number, 0) + 1
    return found


def roman(number: int) -> str:
    numerals = []
    for value, sign in _ROMAN:
        times, number = divmod(number, value)
        numerals.append(sign * times)
    return "".join(numerals)


def _lines(last: int) -> Iterator[str]:
    yield "# An almanac of whole numbers"
    yield ""
    yield (
        "This is a scripted answer of the sandbox, made to be long. Every line is computed, so it "
        f"can be checked: what follows are the numbers from 1 to {last}, in chapters of {CHAPTER}, "
        "each with its prime factors, the sum of its proper divisors, and its other spellings."
    )
    for first in range(1, last + 1, CHAPTER):
        yield from _chapter(first, min(first + CHAPTER - 1, last))
    yield ""
    yield f"That was the last entry. The almanac ends at {last} because it has to end somewhere."


def _chapter(first: int, last: int) -> Iterator[str]:
    numbers = range(first, last + 1)
    primes = [str(number) for number in numbers if _is_prime(number)]
    yield ""
    yield f"## From {first} to {last}"
    yield ""
    if primes:
        yield f"Primes in this chapter: {', '.join(primes)}."
    else:
        yield "There is no prime in this chapter."
    yield ""
    yield "| Number | Factors | Roman | Binary |"
    yield "| ---: | --- | --- | --- |"
    for number in numbers:
        yield f"| {number} | {_product(number)} | {roman(number)} | `{number:b}` |"
    yield ""
    for number in numbers:
        yield f"- **{number}** {_remark(number)}"


def _remark(number: int) -> str:
    if number == 1:
        return "is the unit: it divides everything, and is neither prime nor composite."
    powers = factors(number)
    if _is_prime(number):
        text = "is prime"
    else:
        divisors = prod(power + 1 for power in powers.values())
        total = prod((p ** (n + 1) - 1) // (p - 1) for p, n in powers.items()) - number
        word = "perfect" if total == number else "abundant" if total > number else "deficient"
        text = f"has {divisors} divisors; the proper ones add up to {total}, so it is {word}"
    root = isqrt(number)
    if root * root == number:
        text += f"; it is the square of {root}"
    if number & (number - 1) == 0:
        text += f"; it is 2 to the power of {number.bit_length() - 1}"
    side = (isqrt(8 * number + 1) - 1) // 2
    if side * (side + 1) // 2 == number:
        text += f"; as a triangle it has {side} rows"
    return text + "."


def _product(number: int) -> str:
    powers = factors(number)
    if not powers:
        return "1"
    return " × ".join(f"{p}^{n}" if n > 1 else str(p) for p, n in powers.items())


def _is_prime(number: int) -> bool:
    return sum(factors(number).values()) == 1
