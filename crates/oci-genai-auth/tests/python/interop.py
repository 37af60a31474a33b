"""Holds signatures against Oracle's own `oci` package. Reads a JSON task on stdin, answers in JSON.

batch      several tasks, to load the package once
verify     requests signed elsewhere are checked with the package's verifier
sign       requests are signed with the package's signers
instance   the package's instance principal signer asks the services at `url` for a token
resource   the package's resource principal signer does (its variables are in the environment)
"""

import base64
import json
import sys

import oci
import requests
from oci._vendor.httpsig_cffi.verify import HeaderVerifier
from oci.auth.signers import SecurityTokenSigner


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


def batch(task):
    return [TASKS[each["do"]](each) for each in task["tasks"]]


TASKS = {"batch": batch, "verify": verify, "sign": sign, "instance": instance, "resource": resource}

if __name__ == "__main__":
    task = json.load(sys.stdin)
    json.dump(TASKS[task["do"]](task), sys.stdout)
