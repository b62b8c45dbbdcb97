"""Code that repeats a request is run, and what a server then gets is what was sent before."""

from __future__ import annotations

import inspect
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from playground.core.call import Call
from playground.core.problem import Failure
from playground.core.profile import Profile
from playground.core.recording import Event, fact
from playground.core.session import Run
from playground.core.transcript import replay
from playground.endpoints import BY_ID
from playground.export import EXPORTERS, curl, javascript, python, python_httpx
from playground.export.base import Exported
from playground.export.request import PATHS, Request, Variable, sent, unsent
from playground.export.sse import read
from playground.providers.openai import OpenAI

CODES = (curl, python, python_httpx, javascript)
PYTHONS = pytest.mark.parametrize("module", [python, python_httpx], ids=lambda one: one.EXPORT.id)
APIS = tuple(PATHS)

MARKER = "sk-test-MARKER-123"
NASTY = (
    'it\'s "quoted" and \\escaped\\',
    "two\nlines\r\nand\ttabs",
    "$HOME ${HOME} $(id) `id` !! %s %d \\$",
    "Grüße, 世界 🌍 مرحبا",
    "\u2028\u2029\u0085\u200b\u202e\ufeff",
    "\x00\x01\x1b[31m\x7f",
    "'; rm -rf / #",
    "\"\"\"\n'''",
    "{brace} [bracket] <tag> & | ; * ?",
    "EOF\nJSON\n",
    "",
)

needs_curl = pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("bash")), reason="curl or bash is not installed"
)


def run_code(command: list[str], tmp_path: Path, **env: str) -> str:
    done = subprocess.run(
        command,
        capture_output=True,
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), **env},
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert done.stderr == b""
    return done.stdout.decode()


def bash(code: str, tmp_path: Path, **env: str) -> str:
    path = tmp_path / "request.sh"
    path.write_bytes(code.encode())
    return run_code(["bash", str(path)], tmp_path, **env)


def python_code(code: str, tmp_path: Path, **env: str) -> str:
    path = tmp_path / "request.py"
    path.write_bytes(code.encode())
    return run_code([sys.executable, "-X", "utf8", str(path)], tmp_path, **env)


def nasty_body(api: str, stream: bool = True) -> dict[str, Any]:
    rows = [{"role": "user", "content": text} for text in NASTY]
    said = {"responses": {"input": rows}, "chat": {"messages": rows}}
    body: dict[str, Any] = {"model": "m'\"$x", **said.get(api, {"prompt": list(NASTY)})}
    if stream:
        body["stream"] = True
    return body | {
        "temperature": 0.5,
        "metadata": {"a-b": "c", "class": "d", "": "e"},
        "top_k": 40,
        "class": {"lambda": [1, -2.5e-7, None, True, False, {}, []]},
    }


# What is sent.


@needs_curl
@pytest.mark.parametrize("api", APIS)
def test_curl_sends_the_same_bytes(api: str, record: Any, catcher: Any, tmp_path: Path) -> None:
    run, profile = record(
        api,
        base_url=f"{catcher.base_url}?api-version=2026&q=%5Ba%5D",
        body=nasty_body(api),
        organization="org-1",
        headers={"X-Title": "it's $HOME `id`", "X-Empty": "", "X-API-Key": "header-secret"},
    )
    code = curl.write(Exported(run, profile))
    printed = bash(code, tmp_path, OPENAI_API_KEY="key-1", X_API_KEY="key-2")
    (path, headers, body) = catcher.requests[0]
    assert path == f"/v1{BY_ID[api].path}?api-version=2026&q=%5Ba%5D"
    assert body == sent(run, profile).body.encode()
    assert headers["authorization"] == "Bearer key-1"
    assert headers["x-api-key"] == "key-2"
    assert headers["x-title"] == "it's $HOME `id`"
    assert headers["x-empty"] == ""
    assert headers["openai-organization"] == "org-1"
    assert headers["content-type"] == "application/json"
    assert headers["accept"] == "text/event-stream, application/json"
    assert headers["user-agent"].startswith("curl/")
    assert replay(read(printed.encode()), BY_ID[api].reduce).text == run.transcript.text


@needs_curl
def test_curl_sends_a_body_that_is_too_long_for_an_argument(
    record: Any, catcher: Any, tmp_path: Path
) -> None:
    body = {"model": "m", "input": "it's 100 % \\n ü\n" * 20_000}
    run, profile = record("responses", base_url=catcher.base_url, body=body)
    bash(curl.write(Exported(run, profile)), tmp_path)
    assert catcher.requests[0][2] == sent(run, profile).body.encode()


@needs_curl
def test_curl_reads_brackets_in_an_address_as_brackets(
    record: Any, catcher: Any, tmp_path: Path
) -> None:
    run, profile = record(base_url=f"{catcher.base_url}?a[]=1&b={{2,3}}", body=nasty_body("chat"))
    bash(curl.write(Exported(run, profile)), tmp_path)
    assert [path for path, _, _ in catcher.requests] == ["/v1/chat/completions?a[]=1&b={2,3}"]


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("stream", [True, False])
@PYTHONS
def test_python_sends_the_same_request(
    module: Any, api: str, stream: bool, record: Any, catcher: Any, tmp_path: Path
) -> None:
    run, profile = record(
        api,
        base_url=f"{catcher.base_url}?api-version=2026&q=%5Ba%5D",
        body=nasty_body(api, stream),
        key_env="MY_KEY",
        organization="org-1",
        project="proj_1",
        headers={"X-Title": "it's $HOME `id` \"", "X-API-Key": "header-secret"},
    )
    code = module.write(Exported(run, profile))
    printed = python_code(code, tmp_path, MY_KEY="key-1", X_API_KEY="key-2")
    (path, headers, body) = catcher.requests[0]
    assert path == f"/v1{BY_ID[api].path}?api-version=2026&q=%5Ba%5D"
    assert json.loads(body) == json.loads(sent(run, profile).body)
    assert headers["authorization"] == "Bearer key-1"
    assert headers["x-api-key"] == "key-2"
    assert headers["x-title"] == "it's $HOME `id` \""
    assert headers["openai-organization"] == "org-1"
    assert headers["openai-project"] == "proj_1"
    assert printed == f"{run.transcript.text}\n"


@PYTHONS
def test_python_sends_another_authorization_as_it_was(
    module: Any, record: Any, catcher: Any, tmp_path: Path
) -> None:
    run, profile = record(
        base_url=catcher.base_url, key="", headers={"Authorization": "Basic dXNlcjpwYXNz"}
    )
    code = module.write(Exported(run, profile))
    assert "dXNlcjpwYXNz" not in code
    python_code(code, tmp_path, OPENAI_API_KEY="other")
    assert catcher.requests[0][1]["authorization"] == "Basic other"


def test_the_package_takes_every_argument_that_is_given_by_name() -> None:
    from openai.resources.chat.completions import Completions as Chat
    from openai.resources.completions import Completions
    from openai.resources.responses import Responses

    takers = {"chat": Chat, "completions": Completions, "responses": Responses}
    for api, taker in takers.items():
        assert python.ARGUMENTS[api] <= set(inspect.signature(taker.create).parameters)


# JavaScript, where there is Node.

STUB = """
export default class OpenAI {
    constructor(options) {
        const create = async (...given) => {
            console.log(JSON.stringify([options, ...given]));
            return (async function* () {})();
        };
        this.responses = { create };
        this.completions = { create };
        this.chat = { completions: { create } };
        this.get = this.post = this.delete = create;
    }
}
"""


def package(where: Path) -> None:
    """Put the stub where a program finds the package."""
    path = where / "node_modules" / "openai"
    path.mkdir(parents=True)
    (path / "package.json").write_text('{"name":"openai","type":"module","main":"index.js"}')
    (path / "index.js").write_text(STUB)


@pytest.mark.external
@pytest.mark.skipif(not shutil.which("node"), reason="Node is not installed")
@pytest.mark.parametrize("api", APIS)
def test_javascript_hands_the_same_request_to_the_package(
    api: str, record: Any, tmp_path: Path
) -> None:
    body = nasty_body(api) | {"__proto__": {"polluted": True}}
    run, profile = record(
        api,
        base_url="https://api.example.com/v1?api-version=2026",
        body=body,
        organization="org-1",
        headers={"X-API-Key": "header-secret"},
    )
    code = javascript.write(Exported(run, profile))
    package(tmp_path)
    path = tmp_path / "request.mjs"
    path.write_bytes(code.encode())
    run_code(["node", "--check", str(path)], tmp_path)
    printed = run_code(["node", str(path)], tmp_path, OPENAI_API_KEY="key-1", X_API_KEY="key-2")
    options, fields, beside = json.loads(printed.split("\n")[0])
    assert fields == json.loads(sent(run, profile).body)
    assert beside == {"headers": {"X-API-Key": "key-2"}}
    assert options == {
        "baseURL": "https://api.example.com/v1",
        "apiKey": "key-1",
        "organization": "org-1",
        "defaultQuery": {"api-version": "2026"},
    }


@pytest.mark.external
@pytest.mark.skipif(not shutil.which("node"), reason="Node is not installed")
@pytest.mark.parametrize("stream", [True, False])
def test_javascript_is_valid_for_both_kinds_of_answer(
    stream: bool, record: Any, tmp_path: Path
) -> None:
    for api in APIS:
        run, profile = record(api, body=nasty_body(api, stream))
        path = tmp_path / f"{api}.mjs"
        path.write_bytes(javascript.write(Exported(run, profile)).encode())
        run_code(["node", "--check", str(path)], tmp_path)


def test_nothing_in_javascript_or_python_is_invisible(record: Any) -> None:
    run, profile = record(body=nasty_body("chat"))
    for module in (python, python_httpx, javascript):
        code = module.write(Exported(run, profile))
        assert all(one.isprintable() or one == "\n" for one in code)


# Requests that have no name in the packages.

UNNAMED = [("GET", "/responses/resp_1", "?stream=true&starting_after=7", None),
           ("GET", "/responses/resp_1", "", None),
           ("DELETE", "/chat/completions/c_1", "", None),
           ("POST", "/responses/resp_1/cancel", "?a=b", {}),
           ("POST", "/dialect/of/tomorrow", "", {"input": "it's", "stream": True})]  # fmt: skip


def unnamed(base_url: str, method: str, path: str, query: str, body: Any) -> Request:
    profile = Profile(id="p", name="P", base_url=base_url, headers={"X-API-Key": "header-secret"})
    made = OpenAI().address(profile, path, SecretStr(MARKER), body)
    return unsent(replace(made, method=method, url=made.url + query), profile)


@needs_curl
@pytest.mark.parametrize(("method", "path", "query", "body"), UNNAMED)
def test_curl_sends_any_request(
    method: str, path: str, query: str, body: Any, catcher: Any, tmp_path: Path
) -> None:
    request = unnamed(catcher.base_url, method, path, query, body)
    bash(curl.code(request), tmp_path, OPENAI_API_KEY="key-1", X_API_KEY="key-2")
    assert catcher.methods == [method]
    (sent_to, headers, arrived) = catcher.requests[0]
    assert (sent_to, arrived.decode()) == (f"/v1{path}{query}", request.body)
    assert (headers["authorization"], headers["x-api-key"]) == ("Bearer key-1", "key-2")


@PYTHONS
@pytest.mark.parametrize(("method", "path", "query", "body"), UNNAMED)
def test_python_sends_any_request(
    module: Any, method: str, path: str, query: str, body: Any, catcher: Any, tmp_path: Path
) -> None:
    request = unnamed(catcher.base_url, method, path, query, body)
    code = module.code(request)
    printed = python_code(code, tmp_path, OPENAI_API_KEY="key-1", X_API_KEY="key-2")
    assert catcher.methods == [method]
    (sent_to, headers, arrived) = catcher.requests[0]
    assert sent_to == f"/v1{path}{query}"
    assert json.loads(arrived or b"null") == body
    assert (headers["authorization"], headers["x-api-key"]) == ("Bearer key-1", "key-2")
    assert "Grüße" in printed or r"Gr\u00fc\u00dfe" in printed


@pytest.mark.external
@pytest.mark.skipif(not shutil.which("node"), reason="Node is not installed")
@pytest.mark.parametrize(("method", "path", "query", "body"), UNNAMED)
def test_javascript_hands_any_request_to_the_package(
    method: str, path: str, query: str, body: Any, tmp_path: Path
) -> None:
    request = unnamed("https://h.example", method, path, query, body)
    code = javascript.code(request)
    assert f"client.{method.lower()}(" in code
    package(tmp_path)
    program = tmp_path / "request.mjs"
    program.write_bytes(code.encode())
    printed = run_code(["node", str(program)], tmp_path, OPENAI_API_KEY="1", X_API_KEY="key-2")
    _, url, options = json.loads(printed.split("\n")[0])
    assert url == f"https://h.example/v1{path}"
    assert options["headers"] == {"X-API-Key": "key-2"}
    assert options.get("body") == body
    assert options.get("stream", False) is request.streamed


def test_what_only_fetched_more_of_an_answer_is_not_the_request(record: Any) -> None:
    run, profile = record("responses")
    asked = sent(run, profile)
    more = {"method": "GET", "url": "https://h.example/v1/responses/r?stream=true", "headers": [],
            "body": ""}  # fmt: skip
    run.take([fact(5, "request", more)])
    assert sent(run, profile) == asked
    alone = Run("r", "s", None, Call(), "p", [], BY_ID["responses"].reduce)
    alone.take([fact(0, "request", more)])
    assert (sent(alone, profile).method, sent(alone, profile).streamed) == ("GET", True)


def test_any_request_of_a_run_can_be_asked_for() -> None:
    profile = Profile(id="p", name="P")

    def asked(method: str, body: str, leg: int, attempt: int) -> Event:
        data = {"method": method, "url": "http://h/v1/responses", "headers": [], "body": body}
        return fact(0, "request", data, leg, attempt)

    run = Run("r", "s", None, Call(), "p", [], BY_ID["responses"].reduce)
    first = asked("POST", "a", 0, 0), asked("POST", "b", 0, 1), asked("GET", "", 0, 2)
    run.take([*first, asked("POST", "c", 1, 0)])
    assert sent(run, profile).body == "c"
    assert sent(run, profile, 0).body == "b"
    assert sent(run, profile, 0, 0).body == "a"
    assert sent(run, profile, 0, 2).method == "GET"
    with pytest.raises(Failure):
        sent(run, profile, 2)


# Secrets.


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("exporter", EXPORTERS, ids=lambda one: one.id)
def test_no_export_holds_a_secret(exporter: Any, api: str, record: Any) -> None:
    run, profile = record(
        api,
        base_url="https://h.example/v1?api_key=query-secret-12",
        headers={"X-Api-Key": "profile-secret-12", "Cookie": "a=cookie-secret-12; b=2"},
        call={"headers": {"X-Auth-Token": "call-secret-12", "api-key": "short"}},
    )
    data = exporter.write(Exported(run, profile))
    text = data if isinstance(data, str) else data.decode()
    for secret in ("MARKER", "query-secret", "profile-secret", "cookie-secret", "call-secret"):
        assert secret not in text
    if exporter.code is not None:
        assert "short" not in text


@pytest.mark.parametrize("module", CODES, ids=lambda one: one.EXPORT.id)
@pytest.mark.parametrize("key", ["sk-test-MARKER-123", "$OPENAI_API_KEY", "tiny"])
def test_a_request_that_was_not_sent_shows_no_secret_either(module: Any, key: str) -> None:
    profile = Profile(id="p", name="P", base_url="https://h.example/v1?key=query-secret-12",
                      headers={"X-Api-Key": "profile-secret-12"}, key_env="GROQ_KEY")  # fmt: skip
    body = {"model": "m", "messages": [{"role": "user", "content": "Hi"}], "stream": True}
    made = OpenAI().address(profile, "/chat/completions", SecretStr(key), body, stream=True)
    code = module.code(unsent(made, profile))
    assert key not in code
    assert "secret" not in code
    assert "GROQ_KEY" in code
    assert "OPENAI_API_KEY" not in code


@pytest.mark.parametrize("name", ["api-key", "X-Team"])
@pytest.mark.parametrize("key", ["sk-test-MARKER-123", "tiny"])
def test_a_key_in_a_header_of_another_name_is_a_variable(name: str, key: str) -> None:
    profile = Profile(id="p", name="P", base_url="https://h.example", key_env="AZURE_KEY",
                      key_header=name)  # fmt: skip
    made = OpenAI().address(profile, "/chat/completions", SecretStr(key), {"model": "m"})
    assert dict(unsent(made, profile).headers)[name] == Variable("AZURE_KEY")


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("module", CODES, ids=lambda one: one.EXPORT.id)
def test_sent_and_not_yet_sent_give_the_same_code(module: Any, api: str, record: Any) -> None:
    run, profile = record(api, headers={"X-Api-Key": "profile-secret-12", "X-Title": "T"})
    body = json.loads(sent(run, profile).body)
    made = OpenAI().address(
        profile, BY_ID[api].path, SecretStr("$OPENAI_API_KEY"), body, stream=True
    )
    assert module.code(unsent(made, profile)) == module.write(Exported(run, profile))


@pytest.mark.parametrize("name", ["my key; rm -rf ~", "$(id)", "A-B", "1A", "Ä", "A\n"])
def test_a_variable_that_is_no_name_is_not_put_into_code(name: str, record: Any) -> None:
    run, profile = record(key_env=name)
    assert dict(sent(run, profile).headers)["Authorization"] == Variable(
        "OPENAI_API_KEY", "Bearer "
    )


# What cannot be written.


@pytest.mark.parametrize("module", CODES, ids=lambda one: one.EXPORT.id)
def test_a_run_that_sent_nothing_says_so(module: Any) -> None:
    run = Run("r", "s", None, Call(), "p", [], BY_ID["chat"].reduce)
    with pytest.raises(Failure):
        module.write(Exported(run, Profile(id="p", name="P")))


def test_a_recording_that_somebody_edited_says_so_too() -> None:
    run = Run("r", "s", None, Call(), "p", [], BY_ID["chat"].reduce)
    run.take([fact(0, "request", {"method": 3}), fact(1, "request")])
    with pytest.raises(Failure):
        sent(run, Profile(id="p", name="P"))


def test_the_last_request_of_several_is_the_one(record: Any) -> None:
    run, profile = record()
    again = fact(5, "request", {"method": "POST", "url": "https://h.example/v1/responses",
                 "headers": [], "body": "{}"}, leg=1)  # fmt: skip
    run.take([again])
    assert sent(run, profile) == Request("POST", "https://h.example/v1/responses", (), (), "{}")
