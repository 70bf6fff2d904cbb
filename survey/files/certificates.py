"""The key and certificate that sign what this installation issues: the bureau's own, or one made here.

Either is one PKCS#12 file. The instance makes its own at first need, issued by itself, and keeps it
beside its other keys; machines that share an installation name one file (``SIGNING_FILE``).
"""

from __future__ import annotations

import os
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12
from cryptography.x509.oid import NameOID

from survey.config import Config

if TYPE_CHECKING:
    from pyhanko.sign import SimpleSigner

OWN = "signing.p12"
LEAST_RSA, LEAST_CURVE = 3072, 256
"""Bits of a key that come to 128 bits of security (NIST SP 800-57 part 1, table 2)."""
LASTS = timedelta(days=20 * 365)
SIGNS_ONLY = x509.KeyUsage(
    digital_signature=True,
    content_commitment=True,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


class Unusable(ValueError):
    """The file that signs is missing, its password wrong, or its certificate not valid now."""


class Weak(Unusable):
    """Its key has fewer than 128 bits of security, or is of a kind that nobody should sign with."""


def signer_of(config: Config, now: datetime) -> SimpleSigner:
    """Return what signs, making the instance's own key the first time.

    Raises:
        Unusable: Nothing may be signed with what the settings name.
    """
    from pyhanko.sign import SimpleSigner  # only work loads the signing parts

    content, password = _content(config, now)
    require_usable(content, password, now)
    signer = SimpleSigner.load_pkcs12_data(content, other_certs=[], passphrase=password)
    if signer is None:
        raise Unusable
    signer.prefer_pss = True  # of RSA keys: the older padding is not approved any more
    return signer


def require_usable(content: bytes, password: bytes | None, now: datetime) -> x509.Certificate:
    """Return the certificate of a PKCS#12 file that may sign now.

    Raises:
        Weak: Its key is too short, or of a kind that is not approved.
        Unusable: It cannot be opened, or is not valid now.
    """
    try:
        _, certificate, _ = pkcs12.load_key_and_certificates(content, password)
    except ValueError as error:
        raise Unusable from error
    if certificate is None or not _covers(certificate, now):
        raise Unusable
    if not _is_strong(certificate.public_key()):
        raise Weak
    return certificate


def _is_strong(key: object) -> bool:
    match key:
        case rsa.RSAPublicKey():
            return key.key_size >= LEAST_RSA
        case ec.EllipticCurvePublicKey():
            return key.key_size >= LEAST_CURVE
    return isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey)


def named(config: Config, now: datetime) -> x509.Certificate | None:
    """Return the certificate the settings name; None where the instance makes its own.

    Raises:
        Unusable: As ``signer_of``.
    """
    if config.signing_file is None:
        return None
    return require_usable(*_content(config, now), now)


def end_of(path: Path) -> datetime:
    """Return until when a certificate (PEM) holds.

    Raises:
        OSError, ValueError: There is none.
    """
    return x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc


def _covers(certificate: x509.Certificate, now: datetime) -> bool:
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc


def _content(config: Config, now: datetime) -> tuple[bytes, bytes | None]:
    own = config.instance / OWN
    if config.signing_file is None and not own.exists():
        _keep(own, _made(now))
    try:
        password = config.signing_password_file
        return (
            (config.signing_file or own).read_bytes(),
            password.read_bytes().strip() if password and config.signing_file else None,
        )
    except OSError as error:
        raise Unusable from error


def _made(now: datetime) -> bytes:
    """Return a new key with a certificate it issued itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    word = secrets.token_hex(4)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "数智阶梯"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"数智阶梯实例 {word}"),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))  # clocks of readers differ
        .not_valid_after(now + LASTS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(SIGNS_ONLY, critical=True)
        .sign(key, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(b"signing", key, certificate, None, NoEncryption())


def _keep(path: Path, content: bytes) -> None:
    """Write a file whole, for its owner alone, unless another process was first."""
    part = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(part, path)
        except FileExistsError:
            return
    finally:
        part.unlink()
