"""Writes an OCI config file in the form of Oracle's tools.

It has one profile with an API signing key and one with a security token.

usage: oci_config.py FOLDER [SECONDS THAT THE TOKEN IS GOOD FOR]
"""

import base64
import json
import os
import sys
import time

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

USER = "ocid1.user.oc1..aaaaaaaainterop"
TENANCY = "ocid1.tenancy.oc1..aaaaaaaainterop"

folder = os.path.abspath(sys.argv[1])
seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 3600
os.makedirs(folder, exist_ok=True)


def write(name, content):
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(content)
    os.chmod(path, 0o600)
    return path


def key(name):
    """Writes a key and returns its path and its fingerprint, computed as Oracle does."""
    pair = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = pair.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = pair.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    digest = hashes.Hash(hashes.MD5())
    digest.update(public)
    return write(name, pem), digest.finalize().hex(":")


def token():
    """Returns a security token. Its signature is invalid; only the identity service checks it."""

    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")

    now = int(time.time())
    claims = {"sub": USER, "tenant": TENANCY, "iat": now, "exp": now + seconds}
    return b".".join([part({"alg": "RS256", "kid": "interop"}), part(claims), b"bm90LWNoZWNrZWQ"])


key_file, fingerprint = key("api_key.pem")
session_key_file, session_fingerprint = key("session_key.pem")
token_file = write("token", token())
write(
    "config",
    f"""[DEFAULT]
user={USER}
tenancy={TENANCY}
fingerprint={fingerprint}
region=us-chicago-1
key_file={key_file}

[SESSION]
tenancy={TENANCY}
fingerprint={session_fingerprint}
region=us-chicago-1
key_file={session_key_file}
security_token_file={token_file}
""".encode(),
)
