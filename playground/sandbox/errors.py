"""ApiError: an answer other than 200, in the shape and the words that clients know from OpenAI."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from playground.sandbox.manners import filled

INVALID = "invalid_request_error"


@dataclass
class ApiError(Exception):
    status: int
    message: str
    type: str = INVALID
    param: str | None = None
    code: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> dict[str, Any]:
        return {
            "error": {
                "message": self.message,
                "type": self.type,
                "param": self.param,
                "code": self.code,
            }
        }

    def shaped(self, template: Any) -> Any:
        """The body in another server's shape; OpenAI's where there is none."""
        if template is None:
            return self.body
        return filled(template, {**self.body["error"], "status": self.status})


def broken_json(detail: str) -> ApiError:
    return ApiError(
        400,
        "We could not parse the JSON body of your request. (HINT: This likely means you aren't "
        "using your HTTP library correctly. The request body should be a JSON object in UTF-8: "
        f"{detail}.)",
    )


def missing(param: str) -> ApiError:
    return ApiError(
        400,
        f"Missing required parameter: '{param}'.",
        param=param,
        code="missing_required_parameter",
    )


def unknown_parameter(param: str) -> ApiError:
    return ApiError(400, f"Unknown parameter: '{param}'.", param=param, code="unknown_parameter")


def invalid_type(param: str, expected: str, value: object) -> ApiError:
    return ApiError(
        400,
        f"Invalid type for '{param}': expected {expected}, but got {_kind(value)} instead.",
        param=param,
        code="invalid_type",
    )


def invalid_value(param: str, value: object, supported: Iterable[str]) -> ApiError:
    words = ", ".join(f"'{word}'" for word in supported)
    return ApiError(
        400,
        f"Invalid value: '{value}'. Supported values are: {words}.",
        param=param,
        code="invalid_value",
    )


def out_of_range(param: str, value: float, limit: float, *, below: bool) -> ApiError:
    side, relation = ("below minimum", ">=") if below else ("above maximum", "<=")
    kind = "integer" if isinstance(value, int) else "decimal"
    return ApiError(
        400,
        f"Invalid '{param}': {kind} {side} value. Expected a value {relation} {limit:g}, "
        f"but got {str(value)[:40]} instead.",
        param=param,
        code=f"{kind}_{'below_min' if below else 'above_max'}_value",
    )


def context_exceeded(param: str, used: int, most: int) -> ApiError:
    return ApiError(
        400,
        f"This model's maximum context length is {most} tokens. However, your messages resulted in "
        f"{used} tokens. Please reduce the length of the messages.",
        param=param,
        code="context_length_exceeded",
    )


def unsupported(param: str, message: str) -> ApiError:
    return ApiError(400, message, param=param, code="unsupported_parameter")


def model_not_found(model: str) -> ApiError:
    return ApiError(
        404,
        f"The model `{model}` does not exist or you do not have access to it.",
        param="model",
        code="model_not_found",
    )


def unknown_url(method: str, path: str) -> ApiError:
    return ApiError(404, f"Invalid URL ({method} {path})", code="unknown_url")


def wrong_method(method: str, path: str, allowed: Iterable[str]) -> ApiError:
    words = ", ".join(allowed)
    return ApiError(
        405,
        f"Not allowed to {method} on {path}. (HINT: Perhaps you meant to make your {words} "
        "request?)",
        code="method_not_supported",
        headers={"allow": words},
    )


def foreign_host(host: str) -> ApiError:
    return ApiError(
        421,
        f"This server answers to the names of this computer only, not to '{host}'.",
        code="misdirected_request",
    )


def too_large(limit: int) -> ApiError:
    return ApiError(
        413,
        f"The request body is larger than {limit // 2**20} MB, the most this server takes.",
        code="request_too_large",
    )


def server_error() -> ApiError:
    return ApiError(
        500,
        "The server had an error while processing your request. Sorry about that!",
        type="server_error",
        code="server_error",
    )


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int():
            return "an integer"
        case float():
            return "a decimal number"
        case str():
            return "a string"
        case list():
            return "an array"
        case _:
            return "an object"
