"""Certificates that servers of tests issue themselves, and those a bureau signs with."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from survey.config import AUTHORITY, CERTIFICATE, KEY
from survey.files.certificates import SIGNS_ONLY

STEPS = Path(__file__).parents[2] / "survey" / "running" / "deploy" / "README.md"


def a_certificate(name: str) -> tuple[bytes, bytes]:
    """Return a key, and a certificate of a host that it signed itself, both as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem = serialization.Encoding.PEM
    return key.private_bytes(pem, *plain), made.public_bytes(pem)


def inside(folder: Path) -> dict[str, Path]:
    """Make what machines know each other by with the very commands of the steps; a folder for each."""
    told = STEPS.read_text("utf-8").partition("### 多台机器之间的证书")[2]
    commands = re.findall(r"(?:^    .*\n)+", told, re.MULTILINE)[0].replace("<数据库>", "localhost")
    folder.mkdir()
    subprocess.run(
        ["bash", "-e"], input=commands.encode(), cwd=folder, check=True, capture_output=True
    )
    made = {}
    for key in folder.glob("*.key"):
        if key.stem != "ca":
            made[key.stem] = at = folder / f"of-{key.stem}"
            at.mkdir()
            (at / KEY).write_bytes(key.read_bytes())
            (at / KEY).chmod(0o600)
            (at / CERTIFICATE).write_bytes(key.with_suffix(".pem").read_bytes())
            (at / AUTHORITY).write_bytes((folder / "ca.pem").read_bytes())
    return made


P256 = partial(ec.generate_private_key, ec.SECP256R1())
RSA_2048 = partial(rsa.generate_private_key, 65537, 2048)


def a_certificate_file(
    path: Path,
    key: Any,
    *,
    now: datetime | None = None,
    lasts: timedelta = timedelta(days=100),
) -> None:
    """A bureau's own key and certificate, as settings name them (PKCS#12)."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "虚构局")])
    now = now or datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + lasts)
        .add_extension(SIGNS_ONLY, critical=True)
        .sign(key, None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256())
    )
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"bureau", key, made, None, serialization.NoEncryption()
        )
    )
