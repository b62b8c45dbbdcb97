"""Where the home is: what platformdirs says, which is not imported for it where it can be told."""

from __future__ import annotations

import subprocess
import sys

import platformdirs
import pytest

from playground.store.place import default_home


@pytest.mark.parametrize("home", ["/home/ada", "/home/ada/", "", "ada", "~"])
@pytest.mark.parametrize("data", [None, "", " ", "/data", "/data/", "data", "~/data"])
def test_it_is_where_platformdirs_says(
    monkeypatch: pytest.MonkeyPatch, home: str, data: str | None
) -> None:
    monkeypatch.setenv("HOME", home)
    if data is None:
        monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    else:
        monkeypatch.setenv("XDG_DATA_HOME", data)
    assert default_home() == platformdirs.user_data_path("playground", appauthor=False)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere only platformdirs knows")
def test_platformdirs_is_not_imported_for_it() -> None:
    script = (
        "import sys; from playground.store.place import default_home; default_home();"
        "sys.exit('platformdirs' in sys.modules)"
    )
    environment = {"HOME": "/home/ada", "PYTHONPATH": ":".join(sys.path)}
    assert subprocess.run([sys.executable, "-c", script], env=environment).returncode == 0
