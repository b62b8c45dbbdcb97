"""A pytest plugin: leaves out the tests of some markers, and says how many and why.

`-p leftout --leave-out MARKER=REASON …`. Tests that run in several processes are collected in each
of them; each leaves out the same, and the first to end tells the one that reports.
"""

from collections import Counter
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--leave-out",
        action="append",
        default=[],
        metavar="MARKER=REASON",
        help="do not run the tests of a marker; the reason is printed",
    )


def pytest_configure(config: pytest.Config) -> None:
    given = (one.partition("=") for one in config.getoption("--leave-out"))
    config.pluginmanager.register(LeftOut({marker: reason for marker, _, reason in given}))


class LeftOut:
    def __init__(self, reasons: dict[str, str]) -> None:
        self.reasons = reasons
        """Marker → why its tests do not run; a test with several counts as the first of them."""
        self.count: Counter[str] = Counter()

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        kept, left = [], []
        for item in items:
            marker = next(filter(item.get_closest_marker, self.reasons), None)
            if marker:
                left.append(item)
                self.count[marker] += 1
            else:
                kept.append(item)
        if left:
            items[:] = kept
            config.hook.pytest_deselected(items=left)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["left_out"] = dict(self.count)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        self.count = Counter(getattr(node, "workeroutput", {}).get("left_out")) or self.count

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for marker, reason in self.reasons.items():
            terminalreporter.write_line(f"left out: {self.count[marker]} {marker} ({reason})")
