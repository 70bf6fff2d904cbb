"""What may sign: a certificate that is valid now, and whose key has 128 bits of security."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from pyhanko.pdf_utils.reader import PdfFileReader

from reports.paper import signature
from survey.config import Config
from survey.files import certificates
from survey.files.certificates import Unusable, Weak
from tests.support.certificates import P256, RSA_2048, a_certificate_file
from tests.support.signed import a_pdf

NOW = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)
STRONG = {
    "P-256": P256,
    "P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
}
WEAK = {
    "RSA 2048": RSA_2048,
    "P-224": lambda: ec.generate_private_key(ec.SECP224R1()),
}


def bureaus(folder, key, **lasts):
    """Settings that name a certificate of this key."""
    a_certificate_file(file := folder / "bureau.p12", key, now=NOW, **lasts)
    return Config(folder, "", "", signing_file=file)


@pytest.mark.parametrize("kind", STRONG)
def test_a_certificate_with_a_strong_key_may_sign(tmp_path, kind):
    config = bureaus(tmp_path, STRONG[kind]())

    assert certificates.named(config, NOW) is not None
    assert certificates.signer_of(config, NOW) is not None


@pytest.mark.parametrize("kind", WEAK)
def test_one_with_fewer_than_128_bits_of_security_may_not(tmp_path, kind):
    config = bureaus(tmp_path, WEAK[kind]())

    with pytest.raises(Weak):
        certificates.signer_of(config, NOW)


def test_one_that_is_over_may_not(tmp_path):
    config = bureaus(tmp_path, STRONG["P-256"](), lasts=timedelta(hours=-1))

    with pytest.raises(Unusable):
        certificates.signer_of(config, NOW)


def test_an_rsa_key_signs_with_the_padding_that_is_approved_and_a_digest_of_256_bits(tmp_path):
    config = bureaus(tmp_path, rsa.generate_private_key(65537, 3072))

    made = signature.signed(a_pdf(), certificates.signer_of(config, NOW), "2026-000001")

    told = PdfFileReader(BytesIO(made)).embedded_signatures[0].signer_info
    assert told["signature_algorithm"].signature_algo == "rsassa_pss"
    assert told["digest_algorithm"]["algorithm"].native == "sha256"
    seen = signature.seen(made)
    assert (seen.number, seen.holds) == ("2026-000001", True)
