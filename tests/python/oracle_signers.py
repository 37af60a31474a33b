"""Signs requests with Oracle's own Python packages; exits non-zero at the first failed check.

usage: oracle_signers.py BASE_URL API_KEY PROJECT OCI_CONFIG_FILE

The config file has an API signing key in its profile DEFAULT and a security token in SESSION.
"""

import sys

import httpx
import oci
import requests
from oci_genai_auth import OciSessionAuth, OciUserPrincipalAuth

base_url, _, project, config_file = sys.argv[1:5]
api_key_profile, session_profile = "DEFAULT", "SESSION"
HEADERS = {"OpenAI-Project": project}


def check(holds, what):
    if not holds:
        sys.exit(f"FAILED: {what}")
    print(f"ok: {what}")


def turn(post, get, what):
    created = post("/conversations", {"metadata": {"topic": "signing"}})
    check(created.status_code == 200, f"{what} creates a conversation ({created.status_code} {created.text[:200]})")
    conversation = created.json()["id"]
    response = post("/responses", {"model": "openai.gpt-oss-120b", "conversation": conversation, "input": "Hello."})
    check(response.status_code == 200, f"{what} gets a response")
    items = get(f"/conversations/{conversation}/items?order=asc&limit=10&include[]=message.output_text.logprobs")
    check(items.status_code == 200 and len(items.json()["data"]) == 2, f"{what} signs a query with brackets")


def with_requests(signer, what):
    turn(
        lambda path, body: requests.post(base_url + path, json=body, auth=signer, headers=HEADERS),
        lambda path: requests.get(base_url + path, auth=signer, headers=HEADERS),
        what,
    )


def with_httpx(auth, what):
    with httpx.Client(auth=auth, headers=HEADERS) as client:
        created = client.post(base_url + "/conversations", json={"metadata": {"topic": "signing"}})
        check(created.status_code == 200, f"{what} creates a conversation ({created.status_code} {created.text[:200]})")
        found = client.get(base_url + "/conversations/" + created.json()["id"])
        check(found.status_code == 200, f"{what} retrieves the conversation")


config = oci.config.from_file(config_file, api_key_profile)
user = oci.signer.Signer(config["tenancy"], config["user"], config["fingerprint"], config["key_file"], config.get("pass_phrase"))
with_requests(user, "oci.signer.Signer")

session = oci.config.from_file(config_file, session_profile)
with open(session["security_token_file"]) as token:
    signer = oci.auth.signers.SecurityTokenSigner(
        token.read(), oci.signer.load_private_key_from_file(session["key_file"], session.get("pass_phrase"))
    )
with_requests(signer, "oci SecurityTokenSigner")

with_httpx(OciUserPrincipalAuth(config_file=config_file, profile_name=api_key_profile), "oci-genai-auth OciUserPrincipalAuth")
with_httpx(OciSessionAuth(config_file=config_file, profile_name=session_profile), "oci-genai-auth OciSessionAuth")

stale = requests.get(
    base_url + "/conversations/conv_none", auth=user, headers=HEADERS | {"date": "Mon, 02 Mar 2020 10:15:00 GMT"}
)
check(stale.status_code == 401, f"a date years ago is rejected (got {stale.status_code})")
unknown = oci.signer.Signer(config["tenancy"], "ocid1.user.oc1..stranger", config["fingerprint"], config["key_file"], config.get("pass_phrase"))
check(requests.get(base_url + "/conversations/conv_none", auth=unknown, headers=HEADERS).status_code == 401, "an unknown user is rejected")
print("all checks passed")
