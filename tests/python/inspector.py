"""Uses the emulator's page in headless Chromium as a person would; exits non-zero at the first thing that is off.

usage: inspector.py BASE_URL API_KEY PROJECT OCI_CONFIG_FILE
"""

import os
import shutil
import sys
import tempfile

import oci
import requests
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

base_url, api_key, project, config_file = sys.argv[1:5]
HEADERS = {"OpenAI-Project": project}
ASK = {"model": "m", "input": "Three ideas, please."}


def check(holds, what):
    if not holds:
        shoot()
        sys.exit(f"FAILED: {what}")
    print(f"ok: {what}")


def ask(body, **options):
    return requests.post(f"{base_url}/responses", json=body, timeout=60, **options)


def with_key(body, key=api_key):
    return ask(body, headers=HEADERS | {"Authorization": f"Bearer {key}"})


# Something to look at: a conversation, a signed turn, a turn whose signature is off, a wrong key.
conversation = requests.post(
    f"{base_url}/conversations", json={"metadata": {"topic": "offsite"}}, timeout=60,
    headers=HEADERS | {"Authorization": f"Bearer {api_key}"},
).json()["id"]
config = oci.config.from_file(config_file)
signer = oci.signer.Signer(config["tenancy"], config["user"], config["fingerprint"], config["key_file"])
assert ask(ASK | {"conversation": conversation}, auth=signer, headers=HEADERS).status_code == 200


class Tampered(requests.auth.AuthBase):
    """Signs, then changes what was signed."""

    def __call__(self, request):
        signer(request)
        request.body = request.body.replace(b"Three", b"Seven")
        return request


assert ask(ASK, auth=Tampered(), headers=HEADERS).status_code == 401
assert with_key(ASK, "sk-wrong").status_code == 401

options = webdriver.ChromeOptions()
profile = tempfile.TemporaryDirectory()
for flag in ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--disable-dev-shm-usage", f"--user-data-dir={profile.name}", "--window-size=1280,1100"):
    options.add_argument(flag)
options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
# Both are named, so that nothing is looked for on the network.
options.binary_location = shutil.which("chromium")
browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))


def shoot():
    browser.save_screenshot(os.environ.get("INSPECTOR_PICTURE", "inspector.png"))


def one(selector):
    return browser.find_element(By.CSS_SELECTOR, selector)


def all_of(selector):
    return browser.find_elements(By.CSS_SELECTOR, selector)


def until(holds, what):
    """Waits until the page shows something; it asks for news by itself."""
    try:
        WebDriverWait(browser, 60, ignored_exceptions=[Exception]).until(lambda _: holds())
    except Exception:
        check(False, what)
    print(f"ok: {what}")


def row(table, text):
    return next(row for row in all_of(f"#{table} tr") if text in row.text)


try:
    browser.get(base_url.removesuffix("/openai/v1") + "/inspector")
    until(lambda: one("body").get_attribute("data-ready") == "true", "the page finds its data")

    # Requests: the newest first, each with its credential, its answer and what its signature covers.
    until(lambda: len(all_of("#requests tr[data-key]")) == 4, "all requests are there")
    rows = [found.text for found in all_of("#requests tr[data-key]")]
    check("POST /conversations" in rows[3] and "POST /responses" in rows[0], "the newest comes first")
    check("200" in rows[2] and "api_signing_key" in rows[2], "a signed request shows its credential")
    check("401" in rows[1] and "401" in rows[0], "refused ones show it")
    all_of("#requests tr[data-key]")[2].click()
    until(lambda: "(request-target): post /openai/v1/responses" in one("#signing-string").text,
          "a signed request shows the text that its signature covers")
    check("x-content-sha256: " in one("#signing-string").text, "with the digest of its body")
    check(one("#refusal").text == "", "and nothing is wrong with it")
    all_of("#requests tr[data-key]")[1].click()
    until(lambda: one("#refusal").text != "", "a refused one says why")
    check("x-content-sha256" in one("#refusal").text or "body" in one("#refusal").text, "namely the altered body")
    all_of("#requests tr[data-key]")[0].click()
    until(lambda: "key" in one("#refusal").text.lower() and "not signed" in one("#signing-string").text.lower(),
          "a wrong API key is named as such, and bears no signature")
    check("sk-wrong" not in browser.page_source and api_key not in browser.page_source, "keys are not shown")

    # Conversations and their items.
    until(lambda: "2 items" in row("conversations", conversation).text, "the conversation shows how much it holds")
    row("conversations", conversation).click()
    until(lambda: "Three ideas, please." in one("#items").text, "its items are shown")
    check("You just said" in one("#items").text and "offsite" in one("#conversation").text, "the answer and the metadata too")
    with_key(ASK | {"conversation": conversation, "input": "The second, cheaper."})
    until(lambda: "The second, cheaper." in one("#items").text, "a turn shows up by itself")
    until(lambda: len(all_of("#requests tr[data-key]")) == 5, "and so does its request")

    # Faults: added, switched off and on, and ended by clicking.
    one("#add").click()
    until(lambda: len(all_of("#faults tr[data-fault]")) == 1, "a fault is added by clicking")
    check(with_key(ASK).status_code == 429, "and strikes")
    one("#faults input[type=checkbox]").click()
    until(lambda: requests.get(base_url.removesuffix("/openai/v1") + "/_emulator/faults", timeout=60).json()[0]["on"] is False,
          "it is switched off")
    until(lambda: one("#faults input[type=checkbox]").get_attribute("title").startswith("off"), "and the page says so")
    check(with_key(ASK).status_code == 200, "and does not strike any more")
    one("#faults input[type=checkbox]").click()
    until(lambda: with_key(ASK).status_code == 429, "it is switched on again")
    until(lambda: "2 of" in one("#faults").text, "and says how often it struck")
    shoot()
    one("#faults button").click()
    until(lambda: not all_of("#faults tr[data-fault]"), "it is ended")
    check(with_key(ASK).status_code == 200, "and gone")
    box = one("#fault")
    box.clear()
    box.send_keys('{"effect": "explode"}')
    one("#add").click()
    until(lambda: "explode" in one("#problem").text, "a fault that makes no sense is refused, and says why")

    # The refusal just above is the network's entry; what counts are errors of the page itself.
    errors = [entry for entry in browser.get_log("browser")
              if entry["level"] == "SEVERE" and entry["source"] != "network"]
    check(not errors, f"the page makes no errors ({errors})")
finally:
    browser.quit()
    profile.cleanup()
print("all checks passed")
