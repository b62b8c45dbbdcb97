"""What the names that Pydantic source imports may mean: types, and functions that only make values.

A name that is not here is never imported.
"""

from __future__ import annotations

import builtins
import importlib
from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import WithJsonSchema

_TYPING = """
Annotated Any ClassVar DefaultDict Deque Dict Final FrozenSet Generic Hashable Iterable List Literal
Mapping MutableMapping MutableSequence MutableSet AbstractSet NewType Optional OrderedDict Pattern
Sequence Set Text Tuple TypeAlias TypeVar Union Counter
"""
_EXTENSIONS = "NotRequired ReadOnly Required TypedDict TypeAliasType Self"
_ABC = "Hashable Iterable Mapping MutableMapping MutableSequence MutableSet Sequence Set"
_ENUM = "Enum Flag IntEnum IntFlag StrEnum auto unique"
_IP = "IPv4Address IPv4Interface IPv4Network IPv6Address IPv6Interface IPv6Network"
_PYDANTIC = """
AfterValidator AliasChoices AliasGenerator AliasPath AllowInfNan AmqpDsn AnyHttpUrl AnyUrl
AnyWebsocketUrl AwareDatetime Base64Bytes Base64Str Base64UrlBytes Base64UrlStr BaseModel
BeforeValidator ByteSize ClickHouseDsn CockroachDsn ConfigDict DirectoryPath Discriminator
EmailStr Field FilePath FileUrl FiniteFloat FtpUrl FutureDate FutureDatetime HttpUrl IPvAnyAddress
IPvAnyInterface IPvAnyNetwork Json JsonValue KafkaDsn MariaDBDsn MongoDsn MySQLDsn NaiveDatetime
NameEmail NatsDsn NegativeFloat NegativeInt NewPath NonNegativeFloat NonNegativeInt
NonPositiveFloat NonPositiveInt PastDate PastDatetime PlainSerializer PositiveFloat PositiveInt
PostgresDsn RedisDsn RootModel Secret SecretBytes SecretStr SkipValidation SnowflakeDsn SocketPath
Strict StrictBool StrictBytes StrictFloat StrictInt StrictStr StringConstraints Tag UUID1 UUID3
UUID4 UUID5 UUID6 UUID7 UUID8 WebsocketUrl WithJsonSchema WrapSerializer WrapValidator conbytes
condate condecimal confloat confrozenset conint conlist conset constr
"""
_ANNOTATED_TYPES = "Ge Gt Interval Le Len Lt MaxLen MinLen MultipleOf"
_BUILTINS = "bool bytearray bytes complex dict float frozenset int list object set str tuple"

KNOWN: Mapping[str, frozenset[str]] = {
    module: frozenset(names.split())
    for module, names in {
        "builtins": _BUILTINS,
        "typing": f"{_TYPING} {_EXTENSIONS}",
        "typing_extensions": f"{_TYPING} {_EXTENSIONS}",
        "collections": "Counter OrderedDict defaultdict deque",
        "collections.abc": _ABC,
        "dataclasses": "KW_ONLY dataclass field",
        "datetime": "date datetime time timedelta",
        "decimal": "Decimal",
        "enum": _ENUM,
        "fractions": "Fraction",
        "ipaddress": _IP,
        "pathlib": "Path PosixPath PurePath PurePosixPath PureWindowsPath WindowsPath",
        "re": "Pattern",
        "uuid": "UUID",
        "annotated_types": _ANNOTATED_TYPES,
        "pydantic": _PYDANTIC,
        "pydantic.alias_generators": "to_camel to_pascal to_snake",
        "pydantic.config": "ConfigDict",
        "pydantic.dataclasses": "dataclass",
        "pydantic.fields": "Field",
        "pydantic.functional_serializers": _PYDANTIC,
        "pydantic.functional_validators": _PYDANTIC,
        "pydantic.json_schema": "Examples SkipJsonSchema WithJsonSchema",
        "pydantic.main": "BaseModel",
        "pydantic.networks": _PYDANTIC,
        "pydantic.root_model": "RootModel",
        "pydantic.types": _PYDANTIC,
    }.items()
}
"""What may be used, by the module it is imported from."""
_INSTEAD: Mapping[str, Any] = {
    # Pydantic itself asks for a further package to make these.
    "pydantic.EmailStr": Annotated[str, WithJsonSchema({"type": "string", "format": "email"})],
    "pydantic.NameEmail": Annotated[
        str, WithJsonSchema({"type": "string", "format": "name-email"})
    ],
}
VALUES = frozenset(
    f"{module}.{name}"
    for module, names in {
        "datetime": ("date", "datetime", "time", "timedelta"),
        "decimal": ("Decimal",),
        "fractions": ("Fraction",),
        "pathlib": ("Path", "PurePath"),
        "uuid": ("UUID",),
        "enum": ("auto",),
        "pydantic": ("AliasChoices", "AliasGenerator", "AliasPath", "ConfigDict"),
        "pydantic.config": ("ConfigDict",),
    }.items()
    for name in names
)
"""Functions that make values."""
_METADATA = """
Field StringConstraints Strict AllowInfNan Discriminator Tag WithJsonSchema Examples Ge Gt Interval
Le Len Lt MaxLen MinLen MultipleOf
"""
METADATA = frozenset(_METADATA.split())
"""Functions whose values stand beside a type in `Annotated`."""
_UNSEEN = "AfterValidator BeforeValidator WrapValidator PlainSerializer WrapSerializer"
UNSEEN = frozenset(_UNSEEN.split())
"""Metadata that leaves the schema of what is validated as it is."""
_TYPES = "conbytes condate condecimal confloat confrozenset conint conlist conset constr"
TYPES = frozenset(_TYPES.split())
"""Functions that make types."""
MISSING: Final = object()


def known(path: str) -> Any:
    """The object at `typing.Optional`, when it is one that may be used; else MISSING."""
    module, _, name = path.rpartition(".")
    if name not in KNOWN.get(module, ()):
        return MISSING
    if module.startswith("pydantic") and (instead := _INSTEAD.get(f"pydantic.{name}")) is not None:
        return instead
    if module == "typing" and name in _EXTENSIONS.split():
        module = "typing_extensions"  # Pydantic takes TypedDict from there on every Python
    home = builtins if module == "builtins" else importlib.import_module(module)
    return getattr(home, name, MISSING)
