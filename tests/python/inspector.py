"""Tests the emulator's inspector page in headless Chromium.

Exits non-zero at the first failed check.

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
BODY = {"model": "m", "input": "Three ideas, please."}


def check(holds, what):
    if not holds:
        screenshot()
        sys.exit(f"FAILED: {what}")
    print(f"ok: {what}")


def post(body, **options):
    return requests.post(f"{base_url}/responses", json=body, timeout=60, **options)


def with_key(body, key=api_key):
    return post(body, headers=HEADERS | {"Authorization": f"Bearer {key}"})


# Requests for the page to show: a conversation, a signed turn, a turn with an invalid signature, a
# wrong key.
conversation = requests.post(
    f"{base_url}/conversations", json={"metadata": {"topic": "offsite"}}, timeout=60,
    headers=HEADERS | {"Authorization": f"Bearer {api_key}"},
).json()["id"]
config = oci.config.from_file(config_file)
signer = oci.signer.Signer(config["tenancy"], config["user"], config["fingerprint"], config["key_file"])
assert post(BODY | {"conversation": conversation}, auth=signer, headers=HEADERS).status_code == 200


class Tampered(requests.auth.AuthBase):
    """Signs a request, then changes its body."""

    def __call__(self, request):
        signer(request)
        request.body = request.body.replace(b"Three", b"Seven")
        return request


assert post(BODY, auth=Tampered(), headers=HEADERS).status_code == 401
assert with_key(BODY, "sk-wrong").status_code == 401

options = webdriver.ChromeOptions()
profile = tempfile.TemporaryDirectory()
for flag in ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--disable-dev-shm-usage", f"--user-data-dir={profile.name}", "--window-size=1280,1100"):
    options.add_argument(flag)
options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
# Both paths are set, so that selenium does not search the network.
options.binary_location = shutil.which("chromium")
browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))


def screenshot():
    browser.save_screenshot(os.environ.get("INSPECTOR_PICTURE", "inspector.png"))


def one(selector):
    return browser.find_element(By.CSS_SELECTOR, selector)


def all_of(selector):
    return browser.find_elements(By.CSS_SELECTOR, selector)


def until(holds, what):
    """Waits until the page shows something. The page updates itself."""
    try:
        WebDriverWait(browser, 60, ignored_exceptions=[Exception]).until(lambda _: holds())
    except Exception:
        check(False, what)
    print(f"ok: {what}")


def row(table, text):
    return next(row for row in all_of(f"#{table} tr") if text in row.text)


try:
    browser.get(base_url.removesuffix("/openai/v1") + "/inspector")
    until(lambda: one("body").get_attribute("data-ready") == "true", "the page loads its data")

    # Requests: the newest first, each with its credential, its status and the text that its
    # signature covers.
    until(lambda: len(all_of("#requests tr[data-key]")) == 4, "the page lists all requests")
    rows = [found.text for found in all_of("#requests tr[data-key]")]
    check("POST /conversations" in rows[3] and "POST /responses" in rows[0], "the newest request is first")
    check("200" in rows[2] and "api_signing_key" in rows[2], "a signed request shows its credential")
    check("401" in rows[1] and "401" in rows[0], "rejected requests show their status")
    all_of("#requests tr[data-key]")[2].click()
    until(lambda: "(request-target): post /openai/v1/responses" in one("#signing-string").text,
          "a signed request shows the text that its signature covers")
    check("x-content-sha256: " in one("#signing-string").text, "the text includes the digest of the body")
    check(one("#refusal").text == "", "an accepted request shows no error")
    all_of("#requests tr[data-key]")[1].click()
    until(lambda: one("#refusal").text != "", "a rejected request shows the reason")
    check("x-content-sha256" in one("#refusal").text or "body" in one("#refusal").text, "the reason is the changed body")
    all_of("#requests tr[data-key]")[0].click()
    until(lambda: "key" in one("#refusal").text.lower() and "not signed" in one("#signing-string").text.lower(),
          "a wrong API key is the reason, and there is no signature")
    check("sk-wrong" not in browser.page_source and api_key not in browser.page_source, "keys are not shown")

    # Conversations and their items.
    until(lambda: "2 items" in row("conversations", conversation).text, "a conversation shows the number of its items")
    row("conversations", conversation).click()
    until(lambda: "Three ideas, please." in one("#items").text, "its items are shown")
    check("You just said" in one("#items").text and "offsite" in one("#conversation").text, "the page shows the output and the metadata")
    with_key(BODY | {"conversation": conversation, "input": "The second, cheaper."})
    until(lambda: "The second, cheaper." in one("#items").text, "a new turn appears without a reload")
    until(lambda: len(all_of("#requests tr[data-key]")) == 5, "a new request appears without a reload")

    # Faults: added, disabled, enabled and removed by clicking.
    one("#add").click()
    until(lambda: len(all_of("#faults tr[data-fault]")) == 1, "a fault is added by clicking")
    check(with_key(BODY).status_code == 429, "the fault applies")
    one("#faults input[type=checkbox]").click()
    until(lambda: requests.get(base_url.removesuffix("/openai/v1") + "/_emulator/faults", timeout=60).json()[0]["on"] is False,
          "the fault is disabled")
    until(lambda: one("#faults input[type=checkbox]").get_attribute("title").startswith("disabled"), "the page shows that the fault is disabled")
    check(with_key(BODY).status_code == 200, "a disabled fault does not apply")
    one("#faults input[type=checkbox]").click()
    until(lambda: with_key(BODY).status_code == 429, "the fault is enabled again")
    until(lambda: "2 of" in one("#faults").text, "the page counts how often the fault applied")
    screenshot()
    one("#faults button").click()
    until(lambda: not all_of("#faults tr[data-fault]"), "the fault is removed")
    check(with_key(BODY).status_code == 200, "a removed fault does not apply")
    box = one("#fault")
    box.clear()
    box.send_keys('{"effect": "explode"}')
    one("#add").click()
    until(lambda: "explode" in one("#problem").text, "an invalid fault is rejected with the reason")

    # The rejected request above is a network entry. Only errors of the page itself count.
    errors = [entry for entry in browser.get_log("browser")
              if entry["level"] == "SEVERE" and entry["source"] != "network"]
    check(not errors, f"the page has no errors ({errors})")
finally:
    browser.quit()
    profile.cleanup()
print("all checks passed")
