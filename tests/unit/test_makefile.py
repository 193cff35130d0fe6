"""What `make` gives the tools that download packages: uv and pip trust what the system trusts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "PIP_CERT", "UV_SYSTEM_CERTS")


def exported(**given: str) -> dict[str, str]:
    """Return the settings of uv and pip in the environment of a recipe, where the system has no others than given."""
    inherited = {name: value for name, value in os.environ.items() if name not in (*CERTIFICATES, "MAKEFLAGS")}
    nothing = {"SSL_CERT_FILE": "/nowhere", "SSL_CERT_DIR": "/nowhere"}
    done = subprocess.run(
        ["make", "-s", "-f", "-", f"PYTHON={sys.executable}", "show"],
        input="include Makefile\nshow:\n\t@env\n",
        cwd=ROOT,
        env=inherited | nothing | given,
        check=True,
        capture_output=True,
        text=True,
    )
    lines = (line.partition("=") for line in done.stdout.splitlines())
    return {name: value for name, _, value in lines if name in ("PIP_CERT", "UV_SYSTEM_CERTS")}


@pytest.fixture
def bundle(tmp_path: Path) -> str:
    file = tmp_path / "roots.pem"
    file.write_text("-----BEGIN CERTIFICATE-----\n")
    return str(file)


def test_uv_and_pip_trust_the_file_of_certificates_that_the_system_names(bundle: str) -> None:
    assert exported(SSL_CERT_FILE=bundle) == {"PIP_CERT": bundle, "UV_SYSTEM_CERTS": "true"}


def test_uv_and_pip_trust_the_folder_of_certificates_that_the_system_names(bundle: str) -> None:
    folder = str(Path(bundle).parent)
    assert exported(SSL_CERT_DIR=folder) == {"PIP_CERT": folder, "UV_SYSTEM_CERTS": "true"}


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS keeps its certificates elsewhere")
def test_uv_and_pip_use_what_they_ship_where_the_system_has_no_certificates(tmp_path: Path) -> None:
    for folder in ("/nowhere", str(tmp_path)):
        assert exported(SSL_CERT_DIR=folder) == {"PIP_CERT": "", "UV_SYSTEM_CERTS": "false"}


def test_settings_of_uv_and_pip_in_the_environment_are_kept(bundle: str) -> None:
    own = {"PIP_CERT": "own.pem", "UV_SYSTEM_CERTS": "false"}
    assert exported(SSL_CERT_FILE=bundle, **own) == own
