"""What is said in the pictures: ordinary, long, foreign and awkward."""

from __future__ import annotations

QUESTION = "What should I wear in Oslo and in Rome tomorrow?"
THOUGHT = (
    "Two cities, one day. Oslo in November is near freezing and often wet; Rome is mild with a"
    " chance of rain in the evening.\n\nI should give one short list for each, and say what works"
    " in both, because the suitcase is the same."
)
ANSWER = """\
Pack in layers: what keeps you warm in **Oslo** is what you take off in **Rome**.

| | Oslo | Rome |
| --- | --- | --- |
| Morning | −2 °C, sleet | 9 °C, dry |
| Evening | 1 °C, dry | 14 °C, showers |

## What to take

1. A *waterproof* coat that fits over a sweater.
2. Boots that may get wet; one pair is enough.
3. A light shirt for the afternoon in Rome, see the
   [forecast](https://example.org/forecast?city=rome).

> The coat is the only thing that you will need in both.
"""
CODE_QUESTION = "Write a Python function that returns the sum of a list of numbers."
CODE_ANSWER = '''\
The built-in `sum` does it; written out, and honest about what it takes:

```python
from collections.abc import Iterable


def total(numbers: Iterable[float]) -> float:
    """The sum of all numbers; 0 of none."""
    result = 0.0
    for number in numbers:
        result += number  # one at a time, so that a generator works too
    return result


print(total([1, 2, 3.5]))
```

For many floats use `math.fsum`, which does not lose digits.
'''
LONG_LINE = "            return self.session.post(self.base_url + '/responses', headers=headers,"
LONG_CODE = "Here is the whole client.\n\n```python\n" + "\n".join(
    [
        "class Client:",
        *(
            f"    def step_{n}(self, value: int) -> int:\n        return value * {n}"
            for n in range(1, 24)
        ),
        f"{LONG_LINE} json=body, timeout=self.timeouts.first_token, stream=True, verify=self.tls)",
    ]
)
LONG_CODE += "\n```\n\nThat is all of it.\n"
RTL_QUESTION = "מה ללבוש מחר באוסלו? وماذا عن روما؟"
RTL_ANSWER = """\
קחו **מעיל גשם** לאוסלו, וחולצה קלה לרומא.

في روما الجو معتدل، خذ قميصًا خفيفًا ومظلة.

- שורה עם English באמצע, ואחריה מספר 42.
- سطر فيه كلمة Python ثم رقم ١٢٣.

The last paragraph is English, and mentions שלום in passing.
"""
CJK_QUESTION = "明日、東京では何を着ればいいですか?📱"
CJK_ANSWER = """\
**東京**は晴れ ☀️、最高気温は 17 ℃。薄手のコート 🧥 があれば安心です。

서울은 흐리고 바람이 붑니다. 목도리를 챙기세요 🧣.

上海有小雨 🌧️,请带伞。家族で行くなら 👨‍👩‍👧‍👦 折りたたみ傘を二本。
"""
AWKWARD_QUESTION = (
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
    "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz"
    " https://example.org/a/very/long/path/that/does/not/end/soon?with=parameters&and=more"
    "&of=them&until=the&line=is&much=too&long=for&any=window#fragment-of-it"
)
AWKWARD_ANSWER = (
    "A hash without a break: "
    + "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" * 3
    + "\n\nA link: https://example.org/"
    + "segment/" * 24
    + "\n\nHidden characters: a\u202eb\u200bc, and a control\x07 one."
    + "\n\n- "
    + "Pneumonoultramicroscopicsilicovolcanoconiosis" * 4
)
HTML = b"""<!DOCTYPE html>
<html><head><title>Sign in</title></head>
<body><h1>Welcome to the hotel network</h1><p>Please accept the terms to go on.</p>
<form action="https://portal.example/accept"><input type="submit" value="I agree"></form>
</body></html>
"""
LONG_ERROR = (
    "This model's maximum context length is 128000 tokens. However, your messages resulted in"
    " 131882 tokens (130921 in the messages, 961 in the functions). Please reduce the length of"
    " the messages or functions. See https://platform.example.com/docs/guides/errors/"
    "context-length-exceeded?model=gpt-5.4-mini-2026-03-17&requested=131882&allowed=128000 for"
    " ways to shorten a conversation, such as dropping the oldest turns or summarising them."
)
TITLES = (
    ("Weather desk demo", 0.02),
    ("Invoice extraction, schema v4", 0.1),
    ("Tone of voice, variant B", 0.2),
    ("Why is the stream slow?", 0.3),
    ("Compare four small models on the same twenty prompts about shipping", 1.1),
    ("Release notes", 1.2),
    ("מה ללבוש מחר באוסלו?", 1.3),
    ("東京では何を着ればいいですか", 2.2),
    ("Regular expressions for dates", 2.4),
    ("Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamter", 3.2),
    ("A haiku about recursion 🍂", 9.0),
    ("Untangle this SQL", 12.0),
)
"""Titles of sessions, and how many days ago each changed."""
