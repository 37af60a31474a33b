"""Holds signatures against Oracle's own `oci` package. Reads a JSON task on stdin, answers in JSON.

batch      several tasks, to load the package once
verify     requests signed elsewhere are checked with the package's verifier
sign       requests are signed with the package's signers
instance   the package's instance principal signer asks the services at `url` for a token
resource   the package's resource principal signer does (its variables are in the environment)
load_keys      key files are loaded with the package, and tried by signing
load_profiles  profiles are loaded and checked with the package, and tried by signing
expand         paths are expanded as the package does it
"""

import base64
import hashlib
import json
import os
import sys
import warnings

import oci
import requests
from cryptography.hazmat.primitives import serialization
from oci._vendor.httpsig_cffi.verify import HeaderVerifier
from oci.auth.signers import SecurityTokenSigner


warnings.simplefilter("ignore")


def verify(task):
    results = {}
    for case in task["requests"]:
        signed = HeaderVerifier(
            headers=case["headers"],
            secret=case["public_key"],
            required_headers=case["required"],
            method=case["method"],
            path=case["target"],
            host=case["headers"].get("host"),
        )
        results[case["name"]] = bool(signed.verify())
    return results


def signer_of(task):
    key = oci.signer.load_private_key(task["private_key"], task.get("pass_phrase"))
    if "token" in task:
        return SecurityTokenSigner(task["token"], key)
    return oci.signer.Signer(
        task["tenancy"],
        task["user"],
        task["fingerprint"],
        private_key_file_location=None,
        pass_phrase=task.get("pass_phrase"),
        private_key_content=task["private_key"],
    )


def sign(task):
    signer = signer_of(task)
    results = []
    for case in task["requests"]:
        body = case.get("body")
        request = requests.Request(
            case["method"],
            case["url"],
            data=body.encode() if body is not None else None,
            headers=case.get("headers", {}),
        ).prepare()
        signer(request)
        results.append(
            {
                "method": request.method,
                "target": request.path_url,
                "headers": dict(request.headers),
                "body": base64.b64encode(request.body or b"").decode(),
            }
        )
    return results


def call(signer, url):
    response = requests.post(url + "/service", data=b"{}", auth=signer,
                             headers={"content-type": "application/json"})
    return {"status": response.status_code, "body": response.text}


def instance(task):
    signer = oci.auth.signers.InstancePrincipalsSecurityTokenSigner(
        federation_endpoint=task["url"] + "/v1/x509"
    )
    return call(signer, task["url"])


def resource(task):
    return call(oci.auth.signers.get_resource_principals_signer(), task["url"])


def try_signer(signer):
    signer(requests.Request("GET", "https://example.com/").prepare())


def fingerprint_of(key):
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return hashlib.md5(public).digest().hex(":")


def verdict(load):
    try:
        return {"taken": load()}
    except Exception as error:
        return {"refused": f"{type(error).__name__}: {error}"[:200]}


def load_keys(task):
    def load(case):
        phrase = case.get("pass_phrase")
        try_signer(oci.signer.Signer("t", "u", "f", case["path"], phrase))
        return fingerprint_of(oci.signer.load_private_key_from_file(case["path"], phrase))

    return {case["name"]: verdict(lambda: load(case)) for case in task["keys"]}


def load_profiles(task):
    def load(case):
        config = oci.config.from_file(case["path"], case["profile"])
        if config.get("security_token_file"):
            with open(os.path.expanduser(config["security_token_file"])) as file:
                token = file.read().strip()
            key = oci.signer.load_private_key_from_file(config["key_file"], config.get("pass_phrase"))
            try_signer(SecurityTokenSigner(token, key))
            return "ST$" + token
        oci.config.validate_config(config)
        signer = oci.signer.Signer(
            config["tenancy"],
            config["user"],
            config["fingerprint"],
            config["key_file"],
            config.get("pass_phrase"),
        )
        try_signer(signer)
        key = oci.signer.load_private_key_from_file(config["key_file"], config.get("pass_phrase"))
        if fingerprint_of(key) != config["fingerprint"]:
            raise ValueError("the fingerprint is another key's")
        return signer.api_key

    return {case["name"]: verdict(lambda: load(case)) for case in task["profiles"]}


def expand(task):
    return [os.path.expanduser(path) for path in task["paths"]]


def batch(task):
    return [TASKS[each["do"]](each) for each in task["tasks"]]


TASKS = {
    "batch": batch,
    "verify": verify,
    "sign": sign,
    "instance": instance,
    "resource": resource,
    "load_keys": load_keys,
    "load_profiles": load_profiles,
    "expand": expand,
}

if __name__ == "__main__":
    task = json.load(sys.stdin)
    json.dump(TASKS[task["do"]](task), sys.stdout)
