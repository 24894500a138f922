"""The recipe of the README, as it stands there: a test with `mock_sandbox` and any HTTP client."""
# ruff: noqa: ANN001, ANN201

import requests


def test_my_client_waits_out_a_429(mock_sandbox):
    url, headers = mock_sandbox.base_urls["tensorone"], mock_sandbox.headers
    mock_sandbox.clock.freeze()
    mock_sandbox.scenario.queue("fails-in-processing")
    mock_sandbox.limits.set(createVideo=(1, 60))
    job = requests.post(f"{url}/ai/text-to-video", json={"prompt": "a cat"}, headers=headers).json()["videoId"]
    refused = requests.post(f"{url}/ai/text-to-video", json={"prompt": "a dog"}, headers=headers)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    mock_sandbox.clock.advance(60)
    assert requests.get(f"{url}/ai/videos/{job}/status", headers=headers).json()["status"] == "failed"
    assert requests.post(f"{url}/ai/text-to-video", json={"prompt": "a dog"}, headers=headers).status_code == 200
