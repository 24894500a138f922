"""Clients that poll in ways that the pages do not foresee: each gets its answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.providers.modelslab.client import ENTERPRISE, V6, Client

ClientOf = Callable[..., Client]

NOT_FOUND = {
    "status": "failed",
    "id": "",
    "message": "Request not found",
    "output": "",
    "tip": "Get 20x faster image generation using enterprise plan. Click here : https://modelslab.com/enterprise",
}
UUID = "0b3b7f4e-6a43-4a6c-9d0c-6a1f0f4a4f0e"


@pytest.mark.fact("modelslab.fetch.other-key")
def test_another_key_does_not_find_the_video_but_may_download_it(client_of: ClientOf) -> None:
    ours, theirs = client_of(name="ours"), client_of(name="theirs")
    made = ours.make()
    ours.advance(5)
    assert theirs.fetch(made["id"]) == NOT_FOUND
    assert theirs.fetch(made["id"], ENTERPRISE) == NOT_FOUND
    assert theirs.get(made["future_links"][0]).status == 200


@pytest.mark.fact("modelslab.fetch.unknown-uuid", "modelslab.fetch.unknown-number")
@pytest.mark.parametrize("id_", [UUID, "1", "abc", "a%2Fb", "%00", "-1", "null", "9" * 30])
def test_any_text_is_looked_up_as_an_id(client_of: ClientOf, id_: str) -> None:
    assert client_of().fetch(id_) == NOT_FOUND
    answer = client_of("documented").post(f"{V6}/fetch/{id_}")
    assert (answer.status, answer.value) == (404, {"status": "error", "message": "Video not found"})


def test_a_client_that_polls_the_prefix_of_its_own_file_finds_no_request(client: Client) -> None:
    made = client.make()
    client.advance(5)
    assert client.fetch(made["meta"]["file_prefix"]) == NOT_FOUND
    assert client.get(f"/generations/{made['id']}.gif").status == 404


@pytest.mark.fact("modelslab.file.lifetime")
@pytest.mark.parametrize("fields", [{}, {"temp": True}])
def test_a_file_lives_for_exactly_24_hours_and_its_request_longer(client_of: ClientOf, fields: dict[str, bool]) -> None:
    client = client_of("float-eta")
    made = client.make(f"{ENTERPRISE}/text2video", **fields)
    link = made["future_links"][0]
    client.advance(made["eta"] - 0.001)
    assert client.get(link).status == 404
    client.advance(0.001)
    assert client.get(link).status == 200
    client.advance(24 * 3600 - 0.001)
    assert client.get(link).status == 200
    client.advance(0.001)
    gone = client.get(link)
    assert gone.status == 404
    assert gone.value == {"message": f"The route generations/{link.rpartition('/')[2]} could not be found."}
    assert client.fetch(made["id"], ENTERPRISE)["output"] == [link]


def test_a_late_file_follows_its_video_by_five_seconds(client_of: ClientOf) -> None:
    client = client_of("float-eta", "late-files")
    made = client.make()
    client.advance(made["eta"] + 4.999)
    assert client.fetch(made["id"])["status"] == "success"
    assert client.get(made["future_links"][0]).status == 404
    client.advance(0.001)
    assert client.get(made["future_links"][0]).status == 200


@pytest.mark.fact("modelslab.create.hold.frozen-clock", "modelslab.fetch.reading-changes-nothing")
def test_under_a_frozen_clock_nothing_is_held_and_nothing_moves(client: Client) -> None:
    made = client.make(instant_response=False)
    assert made["status"] == "processing"
    answers = {client.post(f"{V6}/fetch/{made['id']}").body for _ in range(10)}
    assert len(answers) == 1
    client.advance(made["eta"])
    assert client.fetch(made["id"])["status"] == "success"


def test_a_file_of_a_failed_video_never_comes(client_of: ClientOf) -> None:
    client = client_of(scenario="fails-in-processing")
    made = client.make()
    client.advance(5)
    assert client.get(made["future_links"][0]).status == 404


def test_head_of_a_file_has_its_length_and_no_body(client: Client) -> None:
    link = client.make()["future_links"][0]
    client.advance(5)
    path = link.removeprefix(client.server.url)
    status, headers, body = client.server.request("HEAD", path)
    assert (status, body) == (200, b"")
    assert dict(headers)["content-length"] == str(len(client.get(link).body))


@pytest.mark.fact("modelslab.fetch.page-loop")
@pytest.mark.parametrize(("scenario", "ended"), [("success", "success"), ("fails-in-processing", "failed")])
def test_the_loop_of_the_page_ends(client_of: ClientOf, scenario: str, ended: str) -> None:
    """Every five seconds a fetch, until success (then the first output) or failed."""
    client = client_of(timing="documented", scenario=scenario)
    made, overrides = client.make(), 0
    while (found := client.fetch(made["id"]))["status"] == "processing":
        client.advance(5)
        overrides += 1
    assert found["status"] == ended
    assert 30 / 5 <= overrides <= 120 / 5
    if ended == "success":
        assert client.get(found["output"][0]).status == 200
