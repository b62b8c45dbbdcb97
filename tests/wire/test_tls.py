from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from playground.core.problem import Failure
from playground.wire import tls


def certificate(path: Path) -> bytes:
    """The last one in a file, as DER."""
    text = path.read_text()
    return ssl.PEM_cert_to_DER_cert(text[text.rindex("-----BEGIN CERTIFICATE") :])


def test_the_issuer_is_named(certificates: Path) -> None:
    leaf = certificate(certificates / "localhost.pem")
    assert tls.issuer(leaf) == "Example Networks, Inspection Root"


@pytest.mark.parametrize("size", [0, 1, 2, 5, 30, 100, 200])
def test_an_unreadable_certificate_has_no_issuer(certificates: Path, size: int) -> None:
    assert tls.issuer(certificate(certificates / "localhost.pem")[:size]) == ""


def test_certificates_are_demanded() -> None:
    made = tls.context()
    assert made.verify_mode == ssl.CERT_REQUIRED
    assert made.check_hostname


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_file_that_is_no_good_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    path = tmp_path / "mine.pem"
    if content is not None:
        path.write_text(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with pytest.raises(Failure) as caught:
        tls.context()
    assert "SSL_CERT_FILE" in caught.value.problem.title
    assert caught.value.problem.facts == {"SSL_CERT_FILE": str(path)}
