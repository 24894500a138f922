"""A certificate authority for one run: its key is never written, its certificate goes out in each form clients read."""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import trustme

if TYPE_CHECKING:
    from cryptography import x509

_BEGIN: Final = b"-----BEGIN CERTIFICATE-----"
TRUSTSTORE_PASSWORD: Final = "changeit"  # noqa: S105  (the one that every JDK documents; the store holds nothing secret)


class Authority:
    """An authority that lives as long as this object."""

    def __init__(self) -> None:
        self._authority = trustme.CA(organization_name="mockserver-t2v", organization_unit_name="one run")

    @property
    def certificate(self) -> bytes:
        """The authority's certificate, without its key, as PEM."""
        return self._authority.cert_pem.bytes()

    def context(self, hosts: Iterable[str]) -> ssl.SSLContext:
        """What a TLS server needs to be any of these hosts; it speaks HTTP/1.1."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(*hosts).configure_cert(made)
        made.set_alpn_protocols(["http/1.1"])
        return made


def bundle(certificate: bytes, before: Iterable[Path]) -> bytes:
    """Our certificate in one file with those trusted before, as PEM. Files that cannot be read are left out."""
    parts = [certificate]
    for path in before:
        try:
            parts.append(path.read_bytes())
        except OSError:
            continue
    return b"\n".join(part.strip() for part in parts) + b"\n"


def system_bundle() -> Path | None:
    """The file of certificates that this machine's OpenSSL trusts; None where there is none."""
    found = ssl.get_default_verify_paths()
    path = found.cafile or found.openssl_cafile
    return Path(path) if path and Path(path).is_file() else None


def truststore(certificates: bytes) -> bytes:
    """The certificates of a PEM bundle as a PKCS#12 truststore, as Java reads it with TRUSTSTORE_PASSWORD.

    A certificate that cannot be read is left out: machines trust some that are older than today's rules.
    """
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

    entries = [
        pkcs12.PKCS12Certificate(one, f"mockserver-{n}".encode()) for n, one in enumerate(_readable(certificates))
    ]
    password = BestAvailableEncryption(TRUSTSTORE_PASSWORD.encode())
    return pkcs12.serialize_java_truststore(entries, password)


def _readable(certificates: bytes) -> Iterator[x509.Certificate]:
    from cryptography import x509

    for part in certificates.split(_BEGIN)[1:]:
        with warnings.catch_warnings(), suppress(ValueError):
            warnings.simplefilter("ignore")
            yield x509.load_pem_x509_certificate(_BEGIN + part)
