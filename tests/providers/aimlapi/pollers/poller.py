"""Creates a generation and polls it by the rule of the page's Python sample, in words of our own.

Any status but the four pending words ends it, also none at all; the HTTP status of a poll is not looked at. Arguments:
host, path, key, the JSON of the request, and optionally an id to poll instead of the new one.
"""

import json
import sys
import time

import requests

PENDING = ("waiting", "active", "queued", "generating")


def main(host: str, path: str, key: str, wanted: str, other: str = "") -> None:
    bearer = {"Authorization": f"Bearer {key}"}
    made = requests.post(host + path, json=json.loads(wanted), headers=bearer, timeout=60)
    if made.status_code >= 400:
        sys.exit(made.text)
    polled = {**bearer, "Content-Type": "application/json"}
    begun = time.monotonic()
    while time.monotonic() - begun < 600:
        query = {"generation_id": other or made.json()["id"]}
        body = requests.get(host + path, params=query, headers=polled, timeout=60).json()
        if body.get("status") not in PENDING:
            print("Processing complete:", json.dumps(body))
            return
        time.sleep(10)
    sys.exit("timeout")


main(*sys.argv[1:])
