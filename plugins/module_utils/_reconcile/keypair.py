# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SSH keys: reading, comparing and generating them, and keeping a private one on disk."""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import os
import re
import secrets
import struct

from ..sdk.errors import CloudError, Invalid

TYPES = re.compile(r"(ssh-(rsa|dss|ed25519)|ecdsa-sha2-nistp\d+|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)")
EXAMPLE = "it looks like ssh-ed25519 AAAAC3Nza... comment"
RSA_BITS = 4096


def material(text: str, what: str = "public_key") -> str:
    """A public key of OpenSSH's form without its comment; never repeats what may be a private key."""
    if "PRIVATE KEY" in text:
        raise Invalid(f"{what} is a private key; give the public half, {EXAMPLE}")
    words = text.split()
    if len(words) < 2 or not TYPES.fullmatch(words[0]) or len(text.strip().splitlines()) > 1:
        raise Invalid(f"{what} is no public key of OpenSSH; {EXAMPLE}")
    try:
        blob = base64.b64decode(words[1], validate=True)
    except binascii.Error:
        blob = b""
    name = words[0].encode()
    if not blob.startswith(struct.pack(">I", len(name)) + name) or len(blob) <= len(name) + 4:
        raise Invalid(f"{what} is damaged, its second part is no {words[0]} key; {EXAMPLE}")
    return f"{words[0]} {words[1]}"


def fingerprints(public_key: str) -> frozenset[str]:
    """All forms in which clouds write the fingerprint of a key, as ``fingerprint_form`` leaves them."""
    blob = base64.b64decode(public_key.split()[1])
    sha256 = hashlib.sha256(blob)
    return frozenset(
        {
            hashlib.md5(blob, usedforsecurity=False).hexdigest(),
            hashlib.sha1(blob, usedforsecurity=False).hexdigest(),
            sha256.hexdigest(),
            base64.b64encode(sha256.digest()).decode().rstrip("="),
        }
    )


def fingerprint_form(fingerprint: str) -> str:
    """A fingerprint without what only says how it is written."""
    bare = re.sub(r"^(MD5|SHA1|SHA256):", "", fingerprint.strip(), flags=re.IGNORECASE).rstrip("=")
    digits = bare.replace(":", "").lower()
    return digits if re.fullmatch(r"[0-9a-f]{32,64}", digits) else bare


def matches(fingerprint: str, public_key: str) -> bool:
    return fingerprint_form(fingerprint) in fingerprints(public_key)


def generate(kind: str) -> tuple[str, str]:
    """A new pair: the private key in OpenSSH's own format, and the public key."""
    from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    made: ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey
    if kind == "rsa":
        made = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    else:
        made = ed25519.Ed25519PrivateKey.generate()
    private = made.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()
    return private, made.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def public_half(private_key: bytes, path: str) -> str:
    """The public key that belongs to a private one."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        PublicFormat,
        load_pem_private_key,
        load_ssh_private_key,
    )

    load = load_ssh_private_key if b"OPENSSH PRIVATE KEY" in private_key else load_pem_private_key
    try:
        half = load(private_key, None).public_key()
        return half.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    except TypeError:
        raise Invalid(f"the private key in {path} has a passphrase; give its public half as public_key_file") from None
    except (ValueError, AttributeError, UnsupportedAlgorithm):
        raise Invalid(f"private_key_file {path} holds no private key that SSH can use") from None


def read_file(path: str, what: str) -> bytes | None:
    """What a file holds, or nothing where there is none."""
    try:
        with open(path, "rb") as file:
            return file.read(1 << 20)
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise Invalid(f"{what} {path} cannot be read: {problem.strerror}") from None


def keep_private(path: str, private_key: str) -> bool:
    """Writes a private key where no file is yet, wholly or not at all; false if there is one by now."""
    folder = os.path.dirname(path)
    try:
        return _link_new(folder, path, private_key.encode())
    except FileNotFoundError:
        raise Invalid(f"private_key_file {path} cannot be written: there is no folder {folder}") from None
    except OSError as problem:
        raise CloudError(
            f"private_key_file {path} cannot be written: {problem.strerror}; nothing was changed"
        ) from None


def _link_new(folder: str, path: str, content: bytes) -> bool:
    draft = os.path.join(folder, f".{os.path.basename(path)}.{secrets.token_hex(6)}")
    file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with open(file, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(draft)
    held = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)
    return True
