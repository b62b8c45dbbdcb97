"""llama.cpp's HTTP server on the bundled model, with settings for a small shared machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playground.localmodel.wheels import MODEL

KEY_VARIABLE = "PLAYGROUND_MODEL_KEY"
"""Environment variable in which the child finds its key; arguments can be read by anybody."""

SLOTS = 2
"""Answers that can be under way at once: a run may go on while another one is watched."""

CONTEXT = 4096
"""Tokens of conversation each of them can hold; together, what the model was trained for."""

LONGEST = 1024
"""Tokens of an answer whose request sets no limit: small models fall into loops."""


def start(weights: Path, template: str, listen: Path, key: str, threads: int) -> Any:
    """Loads the model and serves it on the Unix socket `listen`. Seconds, with the GIL held.

    Returns what must be kept for as long as it is to run. With a `key`, requests must bring it.
    Raises RuntimeError when llama.cpp cannot.
    """
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(weights)
    params.model_alias = {MODEL}
    params.chat_template = template
    params.hostnames = [str(listen)]
    params.api_keys = [key] if key else []

    params.n_parallel = SLOTS
    params.n_ctx = SLOTS * CONTEXT
    params.n_predict = LONGEST
    params.cache_ram_mib = 256  # prompts of conversations that lost their slot; else 8 GiB
    params.fit_params = False  # it fits
    # What is a small effect with a large model decides this one's facts; a request can override it.
    params.sampling.temp = 0.2

    for cpu in (params.cpuparams, params.cpuparams_batch):
        cpu.n_threads = threads
        cpu.poll = 0  # Threads that spin while they wait take the cores from everybody else.

    # Nothing but the API: no web page, no list of what others are asking, and no page of another
    # origin may read an answer. (By default llama.cpp allows every origin, with credentials.)
    params.ui = False
    params.endpoint_slots = False
    params.cors_origins = "http://127.0.0.1"
    params.cors_credentials = False

    params.verbosity = 1  # errors
    return xllamacpp.Server(params)
