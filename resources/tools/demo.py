"""Tools to try things with: weather, shares, a calculator, a calendar, a database, units.

Everything in here is made up and the same every time, and nothing leaves the machine. A function
with types and a docstring is a tool, of which a model is told the first paragraph; what begins with
an underscore is none. A ValueError goes back to the model in its own words.
"""

import ast
import math
import operator
import sqlite3
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated, Any, Literal, TypedDict


class Weather(TypedDict):
    city: str
    temperature: float
    unit: Literal["celsius", "fahrenheit"]
    sky: str
    wind_kmh: int


class Share(TypedDict):
    symbol: str
    company: str
    price: float
    currency: str
    change_percent: float


class Event(TypedDict):
    day: str
    start: str
    end: str
    title: str
    place: str


class Events(TypedDict):
    events: list[Event]


class Table(TypedDict):
    columns: list[str]
    rows: list[list[str | int | float | None]]
    complete: bool


class Measure(TypedDict):
    value: float
    unit: str


# Weather


_WEATHER = {
    "amsterdam": ("Amsterdam", 12.0, "light rain", 27),
    "berlin": ("Berlin", 9.5, "cloudy", 14),
    "buenos aires": ("Buenos Aires", 22.0, "clear", 18),
    "cairo": ("Cairo", 29.0, "clear", 11),
    "cape town": ("Cape Town", 18.5, "partly cloudy", 32),
    "london": ("London", 11.0, "drizzle", 19),
    "mumbai": ("Mumbai", 31.0, "humid", 12),
    "nairobi": ("Nairobi", 21.0, "partly cloudy", 15),
    "new york": ("New York", 8.0, "clear", 22),
    "oslo": ("Oslo", -3.0, "snow", 9),
    "paris": ("Paris", 13.0, "cloudy", 13),
    "reykjavik": ("Reykjavík", 2.0, "sleet", 41),
    "rome": ("Rome", 19.0, "clear", 8),
    "singapore": ("Singapore", 30.5, "thunderstorms", 10),
    "sydney": ("Sydney", 24.0, "clear", 20),
    "tokyo": ("Tokyo", 15.5, "light rain", 16),
    "zurich": ("Zürich", 7.0, "fog", 4),
}


def get_weather(
    city: Annotated[str, "Name of the city in English, such as Oslo"],
    unit: Annotated[Literal["celsius", "fahrenheit"], "Of the temperature"] = "celsius",
) -> Weather:
    """The weather in a city right now."""
    row = _WEATHER.get(_plain(city.partition(",")[0]))
    if row is None:
        known = ", ".join(name for name, *_ in _WEATHER.values())
        raise ValueError(f"There is no weather for {city!r}. Known are {known}.")
    name, degrees, sky, wind = row
    temperature = degrees if unit == "celsius" else round(degrees * 9 / 5 + 32, 1)
    return {"city": name, "temperature": temperature, "unit": unit, "sky": sky, "wind_kmh": wind}


def _plain(text: str) -> str:
    """In small letters, without accents."""
    letters = unicodedata.normalize("NFD", text.strip().casefold())
    return "".join(one for one in letters if not unicodedata.combining(one))


# Shares


_SHARES: dict[str, Share] = {
    "FJRD": {
        "symbol": "FJRD",
        "company": "Fjord Foods",
        "price": 84.2,
        "currency": "NOK",
        "change_percent": 0.6,
    },
    "NIMB": {
        "symbol": "NIMB",
        "company": "Nimbus Airways",
        "price": 12.75,
        "currency": "EUR",
        "change_percent": -2.3,
    },
    "ORCH": {
        "symbol": "ORCH",
        "company": "Orchard Robotics",
        "price": 231.4,
        "currency": "USD",
        "change_percent": 4.1,
    },
    "QUIL": {
        "symbol": "QUIL",
        "company": "Quill & Daughters",
        "price": 47.05,
        "currency": "GBP",
        "change_percent": 0.0,
    },
}


def get_stock_price(
    symbol: Annotated[str, "Ticker symbol: FJRD, NIMB, ORCH or QUIL"],
) -> Share:
    """The latest price of a share. The companies are made up."""
    share = _SHARES.get(symbol.strip().upper())
    if share is None:
        raise ValueError(f"There is no share {symbol!r}. Known are {', '.join(_SHARES)}.")
    return share


# Calculator


_LONGEST = 200
_BITS = 1024

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "cos": math.cos,
    "exp": math.exp,
    "log": math.log,
    "log10": math.log10,
    "max": max,
    "min": min,
    "sin": math.sin,
    "sqrt": math.sqrt,
    "tan": math.tan,
}
_CONSTANTS = {"pi": math.pi, "e": math.e}


def calculate(
    expression: Annotated[str, "Such as (3 + 4) * 1.2 ** 2 or sqrt(2) / pi"],
) -> float:
    """The value of an arithmetic expression.
    It knows + - * / // % **, brackets, pi, e, and the functions abs, cos, exp, log, log10, max,
    min, sin, sqrt and tan.
    """
    if len(expression) > _LONGEST:
        raise ValueError(f"The expression is longer than {_LONGEST} characters.")
    try:
        value: float = _evaluated(ast.parse(expression.strip(), mode="eval").body)
        return value
    except SyntaxError as error:
        raise ValueError(f"{expression!r} is no expression: {error.msg}.") from error
    except ZeroDivisionError as error:
        raise ValueError("That is a division by zero.") from error
    except OverflowError as error:
        raise ValueError("The result is too large.") from error
    except (TypeError, RecursionError, MemoryError) as error:
        raise ValueError(f"{expression!r} cannot be calculated.") from error


def _evaluated(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return _bounded(value)
        case ast.Name(id=name) if name in _CONSTANTS:
            return _CONSTANTS[name]
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _UNARY:
            return _UNARY[type(op)](_evaluated(operand))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            one, other = _evaluated(left), _evaluated(right)
            whole = isinstance(one, int) and isinstance(other, int)
            # Looked at before: 9 ** 9 ** 9 would never be there.
            if whole and isinstance(op, ast.Pow) and one.bit_length() * abs(other) > 4 * _BITS:
                raise OverflowError
            return _bounded(_BINARY[type(op)](one, other))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _FUNCTIONS:
            values = [_evaluated(one) for one in args]
            try:
                return _bounded(_FUNCTIONS[name](*values))
            except ValueError as error:
                raise ValueError(f"{ast.unparse(node)} is no real number.") from error
    raise ValueError(f"A calculator does not know {ast.unparse(node)!r}.")


def _bounded(value: Any) -> Any:
    if isinstance(value, complex) or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError("The result is no real number.")
    if isinstance(value, int) and value.bit_length() > _BITS:
        raise OverflowError
    return value


# Calendar


_WEEK = (
    (
        ("09:00", "09:15", "Stand-up", "Room 2"),
        ("13:00", "14:00", "Planning of the week", "Room 1"),
    ),
    (
        ("09:00", "09:15", "Stand-up", "Room 2"),
        ("10:30", "11:30", "Interview", "Room 3"),
        ("15:00", "16:00", "Design review", "Room 1"),
    ),
    (("09:00", "09:15", "Stand-up", "Room 2"), ("12:30", "13:30", "Lunch with Ines", "Canteen")),
    (
        ("09:00", "09:15", "Stand-up", "Room 2"),
        ("14:00", "15:30", "Visit of a customer", "Reception"),
    ),
    (
        ("09:00", "09:15", "Stand-up", "Room 2"),
        ("16:00", "16:30", "Demo to the stakeholders", "Auditorium"),
    ),
    (),
    (("11:00", "12:00", "Run along the river", "Bridge"),),
)


def list_events(
    first_day: Annotated[str, "As YYYY-MM-DD"],
    days: Annotated[int, "How many days, from 1 to 31"] = 1,
) -> Events:
    """What is in the calendar from a day on. Every week is the same."""
    try:
        day = date.fromisoformat(first_day)
    except ValueError as error:
        raise ValueError(f"{first_day!r} is no day: it is written YYYY-MM-DD.") from error
    if not 1 <= days <= 31:
        raise ValueError("It can be asked for 1 to 31 days.")
    events: list[Event] = []
    for one in (day + timedelta(number) for number in range(min(days, (date.max - day).days + 1))):
        for start, end, title, place in _WEEK[one.weekday()]:
            events.append(
                {
                    "day": one.isoformat(),
                    "start": start,
                    "end": end,
                    "title": title,
                    "place": place,
                }
            )
    return {"events": events}


# Database


_MOST_ROWS = 50
_MOST_COLUMNS = 50
_LONGEST_TEXT = 200
_STEPS = 200_000
_ALLOWED = (
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
)
_SHOP = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, city TEXT, since TEXT);
INSERT INTO customers VALUES
  (1, 'Amara Okafor', 'London', '2021-03-14'),
  (2, 'Björn Lindqvist', 'Oslo', '2022-11-02'),
  (3, 'Chiara Romano', 'Rome', '2020-06-21'),
  (4, 'Daichi Mori', 'Tokyo', '2023-01-09'),
  (5, 'Elena Petrova', 'Berlin', '2021-09-30');
CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT, category TEXT, price REAL, stock INTEGER);
INSERT INTO products VALUES
  (1, 'Desk lamp', 'home', 39.9, 120),
  (2, 'Oak shelf', 'home', 149.0, 15),
  (3, 'Trail shoes', 'sport', 89.5, 60),
  (4, 'Rain jacket', 'sport', 119.0, 0),
  (5, 'Notebook', 'office', 4.5, 900),
  (6, 'Fountain pen', 'office', 27.0, 44);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers,
  product_id INTEGER REFERENCES products, quantity INTEGER, day TEXT);
INSERT INTO orders VALUES
  (1, 1, 5, 20, '2029-11-03'), (2, 2, 4, 1, '2029-11-05'), (3, 3, 1, 2, '2029-11-05'),
  (4, 1, 6, 3, '2029-11-12'), (5, 4, 3, 1, '2029-11-19'), (6, 5, 2, 1, '2029-11-20'),
  (7, 2, 3, 2, '2029-12-01'), (8, 3, 5, 10, '2029-12-04'), (9, 5, 1, 1, '2029-12-11');
"""


def query_database(
    sql: Annotated[str, "One SELECT statement of SQLite"],
) -> Table:
    """Rows of the database of a small shop; nothing in it can be changed.
    Its tables are customers (id, name, city, since), products (id, name, category, price, stock)
    and orders (id, customer_id, product_id, quantity, day).
    """
    connection = sqlite3.connect(":memory:")
    try:
        connection.executescript(_SHOP)
        # What one statement can cost: text and numbers of its own, memory, and time.
        connection.setlimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH, 10_000)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 10_000)
        connection.setlimit(sqlite3.SQLITE_LIMIT_COLUMN, _MOST_COLUMNS)
        connection.setlimit(sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 100)
        connection.set_authorizer(_authorized)
        connection.set_progress_handler(lambda: 1, _STEPS)
        cursor = connection.execute(sql)
        rows = cursor.fetchmany(_MOST_ROWS + 1)
    except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
        raise ValueError(_told(str(error).rstrip("."))) from error
    finally:
        connection.close()
    if cursor.description is None:
        raise ValueError("That is no query.")
    return {
        "columns": [name for name, *_ in cursor.description],
        "rows": [[_shown(value) for value in row] for row in rows[:_MOST_ROWS]],
        "complete": len(rows) <= _MOST_ROWS,
    }


def _authorized(action: int, *_: object) -> int:
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY


def _told(words: str) -> str:
    match words:
        case "not authorized":
            return "The database can only be read: use SELECT."
        case "interrupted":
            return "The query takes too long."
    return f"SQLite says: {words}."


def _shown(value: Any) -> str | int | float | None:
    match value:
        case bytes():
            return value[:_LONGEST_TEXT].hex()
        case str():
            return value[:_LONGEST_TEXT]
        case float() if not math.isfinite(value):
            return str(value)
        case int() | float():
            return value
    return None


# Units


_UNITS = {
    "mm": ("length", 0.001),
    "cm": ("length", 0.01),
    "m": ("length", 1.0),
    "km": ("length", 1000.0),
    "inch": ("length", 0.0254),
    "foot": ("length", 0.3048),
    "yard": ("length", 0.9144),
    "mile": ("length", 1609.344),
    "g": ("mass", 0.001),
    "kg": ("mass", 1.0),
    "ounce": ("mass", 0.028349523125),
    "pound": ("mass", 0.45359237),
    "ml": ("volume", 0.001),
    "l": ("volume", 1.0),
    "cup": ("volume", 0.2365882365),
    "gallon": ("volume", 3.785411784),
    "second": ("time", 1.0),
    "minute": ("time", 60.0),
    "hour": ("time", 3600.0),
    "day": ("time", 86400.0),
    "km/h": ("speed", 1 / 3.6),
    "m/s": ("speed", 1.0),
    "mph": ("speed", 0.44704),
    "celsius": ("temperature", 1.0),
    "fahrenheit": ("temperature", 5 / 9),
    "kelvin": ("temperature", 1.0),
}
_ZERO_IN_KELVIN = {"celsius": 273.15, "fahrenheit": 459.67 * 5 / 9, "kelvin": 0.0}


def convert_units(
    value: Annotated[float, "How much of the first unit"],
    from_unit: Annotated[str, "Such as mile, kg, cup, hour, km/h or celsius"],
    to_unit: Annotated[str, "A unit of the same kind"],
) -> Measure:
    """A quantity in another unit, to ten digits."""
    known = ", ".join(_UNITS)
    for unit in (from_unit, to_unit):
        if unit not in _UNITS:
            raise ValueError(f"There is no unit {unit!r}. Known are {known}.")
    (kind, factor), (other_kind, other_factor) = _UNITS[from_unit], _UNITS[to_unit]
    if kind != other_kind:
        raise ValueError(f"{from_unit} measures {kind}, {to_unit} measures {other_kind}.")
    base = value * factor + _ZERO_IN_KELVIN.get(from_unit, 0.0)
    result = (base - _ZERO_IN_KELVIN.get(to_unit, 0.0)) / other_factor
    if not math.isfinite(result):
        raise ValueError("The result is too large.")
    return {"value": float(f"{result:.10g}"), "unit": to_unit}
