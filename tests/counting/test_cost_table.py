"""What an answer costs, to the last digit: a table worked out by hand from published prices.

Each amount has its arithmetic beside it, in millionths of a dollar: tokens times the price of a
million of them. Prices are those of 20 November 2026 where a row does not say otherwise.
"""

from __future__ import annotations

import ast
import decimal
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from playground.core.profile import Profile
from playground.core.usage import Cost, Usage
from playground.counting.prices import price
from playground.store.rows import cost_columns

ROOT = Path(__file__).parent.parent.parent / "playground"
WHEN = datetime(2026, 11, 20, 12, tzinfo=UTC)
SERVERS = {
    "openai": "https://api.openai.com/v1",
    "azure": "https://mine.openai.azure.com/openai/v1",
    "anthropic": "https://api.anthropic.com/v1",
    "google": "https://generativelanguage.googleapis.com/v1beta/openai",
    "x-ai": "https://api.x.ai/v1",
    "deepseek": "https://api.deepseek.com",
    "groq": "https://api.groq.com/openai/v1",
    "mistral": "https://api.mistral.ai/v1",
    "together": "https://api.together.xyz/v1",
    "aws": "https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1",
    "regional": "https://us.api.openai.com/v1",
    "gateway": "https://gateway.example/v1",
    "lookalike": "https://api.openai.com.gateway.example/v1",
}


class Row(NamedTuple):
    server: str
    model: str
    tier: str | None
    given: int
    cached: int
    written: int
    made: int
    usd: Decimal
    sound: tuple[int, int] = (0, 0)
    """Tokens of sound in and out."""
    pictures: tuple[int, int] = (0, 0)
    calls: dict[str, int] = {}
    when: datetime = WHEN


WEB, FILES = "web_search_call", "file_search_call"
JUNE = datetime(2025, 6, 9, tzinfo=UTC)
NIGHT = datetime(2026, 11, 20, 20, tzinfo=UTC)
D = Decimal
O, A, G = "openai", "anthropic", "google"  # noqa: E741  columns stay narrow

TABLE = (
    # Standard prices; what was cached is a part of what was given.
    Row(O, "gpt-5", None, 1000, 0, 0, 100, D("0.00225")),  # 1000·1.25 + 100·10 = 2250
    Row(O, "gpt-5", "default", 1000, 0, 0, 100, D("0.00225")),  # the same
    Row(O, "gpt-5", "auto", 1000, 0, 0, 100, D("0.00225")),  # the same
    Row(O, "gpt-5", None, 10_000, 8000, 0, 500, D("0.0085")),  # 2000·1.25 + 8000·.125 + 500·10
    Row(O, "gpt-5-mini", None, 1, 0, 0, 1, D("0.00000225")),  # .25 + 2 = 2.25
    Row(O, "gpt-5-nano", None, 1_000_000, 0, 0, 0, D("0.05")),  # 1000000·.05 = 50000
    Row(O, "gpt-5.2", None, 100_000, 40_000, 0, 1000, D("0.126")),  # 105000 + 7000 + 14000
    Row(O, "gpt-4o", None, 2000, 1000, 0, 300, D("0.00675")),  # 2500 + 1250 + 3000
    Row(O, "gpt-4o-mini", None, 123_456, 0, 0, 789, D("0.0189918")),  # 18518.4 + 473.4
    Row(O, "gpt-4.1", None, 5000, 1024, 0, 200, D("0.010064")),  # 3976·2 + 1024·.5 + 200·8
    Row(O, "o3", None, 1000, 0, 0, 100, D("0.0028")),  # 1000·2 + 100·8
    Row(O, "o3", None, 1000, 0, 0, 100, D("0.014"), when=JUNE),  # before it fell: 1000·10 + 100·40
    Row(O, "o4-mini", None, 10_000, 5000, 0, 1000, D("0.011275")),  # 5500 + 5000·.275 + 4400
    Row(O, "gpt-5.4-pro", None, 1000, 0, 0, 100, D("0.048")),  # 1000·30 + 100·180
    Row(O, "gpt-5", None, 0, 0, 0, 0, D("0")),
    # What is written to the cache costs more than input, where it has a price.
    Row(O, "gpt-6-sol", None, 10_000, 4000, 2000, 1000, D("0.0238")),  # 8000 + 800 + 5000 + 10000
    Row(O, "gpt-6.1-sol", None, 10_000, 4000, 2000, 1000, D("0.0234")),  # 8000 + 400 + 5000 + 10000
    Row(O, "gpt-5", None, 1000, 0, 400, 0, D("0.00125")),  # 1000·1.25
    # A long context: past the step every token costs more.
    Row(O, "gpt-5.4", None, 272_000, 0, 0, 0, D("0.68")),  # 272000·2.5
    Row(O, "gpt-5.4", None, 272_001, 0, 0, 10, D("1.36023")),  # 272001·5 + 10·22.5
    Row(O, "gpt-5.5", None, 300_000, 100_000, 0, 1000, D("2.145")),  # 200000·10 + 100000 + 45000
    Row(O, "gpt-6-luna", None, 500_000, 300_000, 100_000, 2000, D("0.0525")),
    # 100000·.2 + 300000·.02 + 100000·.25 + 2000·.75 = 20000 + 6000 + 25000 + 1500
    Row(G, "gemini-2.5-pro", None, 200_000, 0, 0, 100, D("0.251")),  # 250000 + 1000
    Row(G, "gemini-2.5-pro", None, 200_001, 0, 0, 100, D("0.5015025")),  # 200001·2.5 + 1500
    Row(A, "claude-sonnet-4-5", None, 250_000, 50_000, 10_000, 1000, D("1.2675")),
    # 190000·6 + 50000·.6 + 10000·7.5 + 1000·22.5 = 1140000 + 30000 + 75000 + 22500
    Row("x-ai", "grok-4.5", None, 199_999, 0, 0, 100, D("0.400598")),  # 199999·2 + 100·6
    Row("x-ai", "grok-4.5", None, 200_000, 0, 0, 100, D("0.8012")),  # 200000·4 + 100·12
    # Service tiers.
    Row(O, "gpt-5", "batch", 10_000, 2000, 0, 1000, D("0.010125")),  # 5000 + 125 + 5000
    Row(O, "gpt-5", "flex", 10_000, 2000, 0, 1000, D("0.010125")),  # the same
    Row(O, "gpt-5", "priority", 10_000, 2000, 0, 1000, D("0.0405")),  # 20000 + 500 + 20000
    Row(O, "gpt-5-mini", "flex", 1000, 0, 0, 100, D("0.000225")),  # 1000·.125 + 100
    Row(O, "gpt-5-mini", "priority", 1000, 0, 0, 100, D("0.00081")),  # 450 + 360
    Row(O, "gpt-4.1", "batch", 1000, 0, 0, 100, D("0.0014")),  # 1000 + 400
    Row(O, "gpt-4o", "priority", 1000, 0, 0, 100, D("0.00595")),  # 4250 + 1700
    Row(O, "gpt-6-sol", "flex", 10_000, 4000, 2000, 1000, D("0.0119")),  # 4000 + 400 + 2500 + 5000
    Row(O, "gpt-6-sol", "priority", 300_000, 0, 0, 10, D("2.4003")),  # 300000·8 + 10·30
    Row(O, "gpt-5.4", "batch", 300_000, 0, 0, 1000, D("0.76125")),  # 300000·2.5 + 1000·11.25
    Row(O, "gpt-5.4", "flex", 1000, 500, 0, 0, D("0.00069")),  # 500·1.25 + 500·.13
    Row(A, "claude-haiku-4-5", "batch", 1000, 100, 200, 10, D("0.000505")),  # 350 + 5 + 125 + 25
    # Sound and pictures.
    Row(O, "gpt-audio", None, 100, 0, 0, 100, D("0.006455"), sound=(30, 80)),
    # 70·2.5 + 30·32 + 20·10 + 80·64 = 175 + 960 + 200 + 5120
    Row(O, "gpt-audio-mini", None, 100, 0, 0, 100, D("0.00199"), sound=(30, 80)),
    # 70·.6 + 30·10 + 20·2.4 + 80·20 = 42 + 300 + 48 + 1600
    Row(O, "gpt-audio", None, 100, 60, 0, 10, D("0.00271"), sound=(80, 0)),
    # cached or not, 20·2.5 + 80·32 + 10·10 = 50 + 2560 + 100
    Row(G, "gemini-2.5-flash", None, 100, 0, 0, 10, D("0.000111"), sound=(80, 0)),  # 6 + 80 + 25
    Row(O, "gpt-image-1", None, 1000, 0, 0, 200, D("0.016"), pictures=(600, 0)),
    # 400·5 + 600·10 + 200·40 = 2000 + 6000 + 8000
    Row(O, "gpt-image-1.5", None, 100, 0, 0, 1300, D("0.0399"), pictures=(0, 1200)),
    # 100·5 + 100·10 + 1200·32 = 500 + 1000 + 38400
    Row(G, "gemini-2.5-flash-image", None, 10, 0, 0, 1300, D("0.038728"), pictures=(0, 1290)),
    # 10·.3 + 10·2.5 + 1290·30 = 3 + 25 + 38700
    # Hosted tools, by the thousand calls.
    Row(O, "gpt-5", None, 1000, 0, 0, 100, D("0.03225"), calls={WEB: 3}),  # 2250 + 3·10000
    Row(O, "gpt-4.1", None, 1000, 0, 0, 100, D("0.0078"), calls={FILES: 2}),  # 2800 + 2·2500
    Row(O, "gpt-5", None, 1000, 0, 0, 100, D("0.02225"), calls={WEB: 1, FILES: 4}),
    # 2250 + 10000 + 4·2500
    Row(O, "gpt-5", "flex", 1000, 0, 0, 100, D("0.011125"), calls={WEB: 1}),  # 625 + 500 + 10000
    Row(A, "claude-haiku-4-5", None, 1000, 0, 0, 100, D("0.0115"), calls={WEB: 1}),  # 1500 + 10000
    Row(G, "gemini-2.5-flash", None, 1000, 0, 0, 100, D("0.07055"), calls={WEB: 2}),  # 550 + 70000
    # Other providers.
    Row("azure", "gpt-4.1", None, 1000, 0, 0, 100, D("0.0028")),  # 2000 + 800
    Row("deepseek", "deepseek-chat", None, 1000, 100, 0, 10, D("0.000261")),  # 243 + 7 + 11
    Row("deepseek", "deepseek-chat", None, 1000, 100, 0, 10, D("0.0001305"), when=NIGHT),
    # 900·.135 + 100·.035 + 10·.55 = 121.5 + 3.5 + 5.5
    Row("groq", "llama-3.3-70b-versatile", None, 1000, 0, 0, 10, D("0.0005979")),  # 590 + 7.9
    Row("mistral", "mistral-medium-latest", None, 1000, 500, 0, 100, D("0.001575")),
    # 500·1.5 + 500·.15 + 100·7.5 = 750 + 75 + 750
    Row("x-ai", "grok-3", None, 1000, 200, 0, 50, D("0.0033")),  # 2400 + 150 + 750
    Row("together", "MiniMaxAI/MiniMax-M3", None, 1000, 400, 0, 100, D("0.000324")),
    # 600·.3 + 400·.06 + 100·1.2 = 180 + 24 + 120
    Row("aws", "amazon.nova-lite-v1:0", None, 1000, 400, 0, 100, D("0.000066")),  # 36 + 6 + 24
)

UNKNOWN = (
    # server, model, tier, given, cached, sound in, why
    (O, "gpt-99", None, 1, 0, 0, "no price for gpt-99"),
    (O, "", None, 1, 0, 0, "no price for"),
    ("regional", "gpt-5", None, 1, 0, 0, "no prices for this server"),
    ("gateway", "gpt-5", None, 1, 0, 0, "no prices for this server"),
    ("lookalike", "gpt-5", None, 1, 0, 0, "no prices for this server"),
    ("azure", "gpt-5", "flex", 1, 0, 0, "no flex price"),
    (O, "gpt-4-turbo", "flex", 1, 0, 0, "no flex price"),
    (O, "gpt-5", "scale", 1, 0, 0, "no scale price"),
    (O, "gpt-6-sol", "ultrafast", 1, 0, 0, "no ultrafast price"),
    (O, "gpt-4.1", "batch", 1000, 500, 0, "no batch cached input price"),
    (O, "gpt-5.4", "priority", 272_001, 0, 0, "no priority long-context price"),
    (G, "gemini-2.5-flash", None, 100, 60, 80, "cannot price these counts"),
    (O, "whisper-1", None, 1, 0, 0, "no input price"),
)


def usage_of(
    given: int,
    cached: int,
    written: int,
    made: int,
    sound: tuple[int, int] = (0, 0),
    pictures: tuple[int, int] = (0, 0),
) -> Usage:
    """As a server reports it."""
    told: dict[str, Any] = {
        "input_tokens": given,
        "output_tokens": made,
        "input_tokens_details": {
            "cached_tokens": cached,
            "cache_write_tokens": written,
            "audio_tokens": sound[0],
            "image_tokens": pictures[0],
        },
        "output_tokens_details": {
            "reasoning_tokens": made // 2,
            "audio_tokens": sound[1],
            "image_tokens": pictures[1],
        },
    }
    usage = Usage.read(told)
    assert usage is not None
    return usage


def server(name: str) -> Profile:
    return Profile(id="p", name="P", base_url=SERVERS[name])


@pytest.fixture
def no_floats() -> Iterator[None]:
    """Arithmetic or a comparison of a Decimal with a float is an error."""
    with decimal.localcontext() as context:
        context.traps[decimal.FloatOperation] = True
        yield


def test_the_table_is_as_long_as_it_should_be() -> None:
    assert len(TABLE) >= 40 and len(set(map(repr, TABLE))) == len(TABLE)


@pytest.mark.usefixtures("no_floats")
@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.model}-{row.tier}-{row.usd}")
def test_each_amount_is_the_one_worked_out_by_hand(row: Row) -> None:
    usage = usage_of(row.given, row.cached, row.written, row.made, row.sound, row.pictures)
    made = price(
        server(row.server), row.model, usage, row.when, service_tier=row.tier, calls=row.calls
    )
    assert (made.basis, made.usd, made.missing) == ("calculated", row.usd, ())
    assert type(made.usd) is Decimal
    for line in made.lines:
        assert type(line.usd) is Decimal and type(line.per_million) in (Decimal, type(None))
        assert line.usd >= 0
    assert sum((line.usd for line in made.lines), Decimal(0)) == row.usd
    # Neither a sum, nor JSON, nor the store's whole numbers lose a digit.
    twice = Cost.add([made, made])
    assert twice is not None and twice.usd == 2 * row.usd
    assert Cost.model_validate_json(made.model_dump_json()) == made
    assert Decimal(cost_columns(made)["picodollars"]) == row.usd * 10**12


@pytest.mark.usefixtures("no_floats")
@pytest.mark.parametrize(
    ("name", "model", "tier", "given", "cached", "sound", "why"),
    UNKNOWN,
    ids=lambda value: str(value)[:30],
)
def test_what_is_not_known_is_unknown_and_never_nothing(
    name: str, model: str, tier: str | None, given: int, cached: int, sound: int, why: str
) -> None:
    usage = usage_of(given, cached, 0, 0, (sound, 0))
    made = price(server(name), model, usage, WHEN, service_tier=tier)
    assert (made.basis, made.usd, made.lines) == ("unknown", None, ())
    assert why in made.source


def floats(source: str) -> list[str]:
    """Where a text of Python makes or declares a float. That something is one may be asked."""
    found: list[str] = []
    asked: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "isinstance":
            asked |= {id(one) for one in ast.walk(node.args[1])}
        if (isinstance(node, ast.Name) and node.id == "float" and id(node) not in asked) or (
            isinstance(node, ast.Constant) and isinstance(node.value, float)
        ):
            found.append(f"line {node.lineno}: {ast.unparse(node)}")
        if isinstance(node, ast.ImportFrom | ast.Import):
            found += [f"{node.lineno}: math" for one in node.names if one.name == "math"]
    return found


MONEY = (
    "core/budget.py",
    "core/pricebook.py",
    "core/usage.py",
    "engine/accounting.py",
    "engine/budget.py",
    "engine/estimate.py",
)


@pytest.mark.parametrize(
    "path",
    [*MONEY, *(f"counting/{file.name}" for file in sorted((ROOT / "counting").glob("*.py")))],
)
def test_no_float_is_where_money_is(path: str) -> None:
    assert floats((ROOT / path).read_text(encoding="utf-8")) == []


def test_a_float_would_be_found() -> None:
    assert floats("a = 0.25") and floats("a = float(b)") and floats("def f(usd: float): ...")
    assert floats("isinstance(a, int | float)") == []
