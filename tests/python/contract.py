"""Tests a server against the contract with schemathesis.

Runs all checks in every phase, with valid and invalid requests.

usage: contract.py BASE_URL API_KEY PROJECT OCI_CONFIG_FILE
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

base_url, api_key, project = sys.argv[1:4]
here = pathlib.Path(__file__).parent
contract = yaml.safe_load((here.parent.parent / "openapi/oci-genai.yaml").read_text())

# The contract describes the requests of our clients, which have the type of every item. The service
# also accepts OpenAI's short form of a message and of a reference, which has no type. So it is
# valid here.
schemas = contract["components"]["schemas"]
for name in ("Message", "ItemReference"):
    schemas[name]["required"] = [member for member in schemas[name]["required"] if member != "type"]
schemas["Item"]["anyOf"] = schemas["Item"].pop("oneOf")
del schemas["Item"]["discriminator"]

# An optional member of a request that is null counts as absent. So requests get their own schemas,
# in which every such member may be null. Responses keep theirs.
PREFIX = "#/components/schemas/"
originals = dict(schemas)


def sent(schema):
    """Returns a schema for requests, and adds every schema that it refers to."""
    if isinstance(schema, list):
        return [sent(one) for one in schema]
    if isinstance(schema, str) and schema.startswith(PREFIX):
        name = schema.removeprefix(PREFIX)
        if f"Sent{name}" not in schemas:
            schemas[f"Sent{name}"] = {}
            schemas[f"Sent{name}"] = sent(originals[name])
        return f"{PREFIX}Sent{name}"
    if not isinstance(schema, dict):
        return schema
    made = {keyword: sent(value) for keyword, value in schema.items()}
    properties = made.get("properties")
    if isinstance(properties, dict):
        for name in properties:
            if name not in made.get("required", ()):
                properties[name] = {"anyOf": [properties[name], {"type": "null"}]}
    return made


for path in contract["paths"].values():
    for operation in path.values():
        if isinstance(operation, dict) and "requestBody" in operation:
            operation["requestBody"] = sent(operation["requestBody"])

# The contract describes the data of an event, but schemathesis checks the event around the data.
# The check in contract_hooks.py covers the data.
for path in contract["paths"].values():
    for operation in path.values():
        for response in operation.get("responses", {}).values() if isinstance(operation, dict) else ():
            events = response.get("content", {}).get("text/event-stream")
            if events:
                events["schema"] = {
                    "type": "object",
                    "required": ["event", "data"],
                    "properties": {"event": {"type": "string"}, "data": {"type": "string"}},
                }

with tempfile.TemporaryDirectory() as folder:
    document = pathlib.Path(folder) / "contract.json"
    document.write_text(json.dumps(contract))
    run = subprocess.Popen(
        [
            sys.executable, "-m", "schemathesis.cli", "run", str(document), "--url", base_url,
            "--header", f"Authorization: Bearer {api_key}", "--header", f"OpenAI-Project: {project}",
            "--checks", "all", "--phases", "examples,coverage,fuzzing,stateful", "--mode", "all",
            "--max-examples", os.environ.get("INTEROP_EXAMPLES", "10"), "--generation-deterministic",
            "--continue-on-failure", "--request-timeout", "60",
        ],
        cwd=folder,
        env=os.environ | {
            "SCHEMATHESIS_HOOKS": "contract_hooks", "PYTHONPATH": str(here), "NO_COLOR": "1",
            "CONTRACT": str(document), "EMULATOR_URL": base_url, "EMULATOR_KEY": api_key, "EMULATOR_PROJECT": project,
        },
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )
    output = ""
    for line in run.stdout:
        print(line, end="")
        output += line
    run.wait()
if run.returncode != 0:
    sys.exit("FAILED: schemathesis found a problem")
tested = re.search(r"Tested: (\d+)", output)
if not tested or int(tested[1]) != 15:
    sys.exit("FAILED: not every operation was tested")
for count in re.findall(r"[0-9]+ generated.*", output):
    print(f"ok: {count}, no failure in 15 operations")
print("all checks passed")
