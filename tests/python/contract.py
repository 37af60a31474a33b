"""Holds a server against the contract with schemathesis: all checks, every phase, valid and invalid requests.

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

# The contract describes what our clients send, with the type of every item. The service takes OpenAI's short
# form of a message and of a reference as well, which have none; so they count as valid here.
schemas = contract["components"]["schemas"]
for name in ("Message", "ItemReference"):
    schemas[name]["required"] = [member for member in schemas[name]["required"] if member != "type"]
schemas["Item"]["anyOf"] = schemas["Item"].pop("oneOf")
del schemas["Item"]["discriminator"]

# An optional member of a request that is null counts as absent. So requests get schemas of their own, in which
# every such member may be null; responses keep theirs.
PREFIX = "#/components/schemas/"
originals = dict(schemas)


def sent(schema):
    """A schema of what is sent, with every schema it refers to."""
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

# The contract tells what the data of an event is; the tool looks at the event around it. A check of our own
# looks at the data.
for path in contract["paths"].values():
    for operation in path.values():
        for answer in operation.get("responses", {}).values() if isinstance(operation, dict) else ():
            events = answer.get("content", {}).get("text/event-stream")
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
    said = ""
    for line in run.stdout:
        print(line, end="")
        said += line
    run.wait()
if run.returncode != 0:
    sys.exit("FAILED: schemathesis found something")
tested = re.search(r"Tested: (\d+)", said)
if not tested or int(tested[1]) != 15:
    sys.exit("FAILED: not every operation was tested")
for count in re.findall(r"[0-9]+ generated.*", said):
    print(f"ok: {count}, no failure in 15 operations")
print("all checks passed")
