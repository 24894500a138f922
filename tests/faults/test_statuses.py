"""Statuses, redirects and changes of headers and hints, as a client reads them from the socket."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockserver.testing import MockServer
from tests.faults.wire import Caller

MODEL = json.dumps({"model": "pixverse/v5/text-to-video", "prompt": "a cat"}).encode()
CREATE = "/v2/video/generations"


def polled(
    server: MockServer, key: str, row: dict[str, Any], *, poll: int = 1
) -> tuple[int, dict[str, list[str]], bytes]:
    """The status, the headers and the body of a poll under one fault."""
    caller = Caller(server, key, {"faults": [{"at": "poll", **row}]})
    caller.create()
    with caller.connect() as connection:
        for _ in range(poll):
            connection.ask(caller.poll_path, caller.auth)
            head, body = connection.answer()
    status, *lines = head.decode().strip().split("\r\n")
    headers: dict[str, list[str]] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        headers.setdefault(name, []).append(value)
    return int(status.split()[1]), headers, body


@pytest.mark.parametrize("status", [408, 471, 504, 520, 524, 599])
def test_a_status_that_the_provider_has_no_words_for_is_a_gateways(status: int, server: MockServer) -> None:
    """Its page is HTML that names the status."""
    found, headers, body = polled(server, f"status {status}", {"does": "status", "status": status})
    assert (found, headers["content-type"]) == (status, ["text/html"])
    assert f"<h1>{status}".encode() in body


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500])
def test_a_status_that_the_provider_knows_is_in_its_words(status: int, server: MockServer) -> None:
    """It is the same answer as that of the refusal's own word, but for its ids and times."""
    found, headers, body = polled(server, f"status {status}", {"does": "status", "status": status})
    assert (found, headers["content-type"]) == (status, ["application/json; charset=utf-8"])
    assert json.loads(body)["statusCode"] == status


def test_a_good_status_keeps_its_body(server: MockServer) -> None:
    """299 and 202 carry the answer; 204 carries none."""
    _, _, plain = polled(server, "plain", {"does": "answered"})
    for status in (202, 299):
        found, _, body = polled(server, f"good {status}", {"does": "status", "status": status})
        assert (found, len(body)) == (status, len(plain))
    caller = Caller(server, "good 204", {"faults": [{"at": "poll", "does": "status", "status": 204, "to": 1}]})
    caller.create()
    with caller.connect() as connection:
        connection.ask(caller.poll_path, caller.auth)
        wanted = b"HTTP/1.1 204 No Content\r\ncontent-type: application/json; charset=utf-8\r\n\r\n"
        assert connection.read(len(wanted)) == wanted
        connection.ask(caller.poll_path, caller.auth)
        assert connection.answer()[0].startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize("status", [404, 410])
def test_a_job_is_not_found_by_its_first_polls_or_from_one_on(status: int, server: MockServer) -> None:
    """404 or 410 for the first two polls; and from the second on."""
    row = {"does": "status", "status": status}
    assert [polled(server, f"first {status}", {**row, "to": 2}, poll=n)[0] for n in (1, 2, 3)] == [status, status, 200]
    assert [polled(server, f"from {status}", {**row, "from": 2}, poll=n)[0] for n in (1, 2, 3)] == [200, status, status]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", ["here", "other-origin", "http", "loop"])
def test_a_redirect_leads_to_the_answer_or_to_itself(status: int, location: str, server: MockServer) -> None:
    """Where it leads, the answer is as ever, at once; a loop leads to the same address for ever."""
    row = {"at": "poll", "does": "redirect", "status": status, "location": location}
    caller = Caller(server, f"redirect {status} {location}", {"faults": [row]})
    caller.create()
    port = server.url.rpartition(":")[2]
    with caller.connect() as connection:
        connection.ask(caller.poll_path, caller.auth, host=f"127.0.0.1:{port}")
        head, body = connection.answer()
        assert head.startswith(b"HTTP/1.1 %d " % status)
        (where,) = [line.partition(": ")[2] for line in head.decode().split("\r\n") if line.startswith("location:")]
        origin = f"http://{'localhost' if location == 'other-origin' else '127.0.0.1'}:{port}"
        assert where == origin + ("" if location == "loop" else "/~redirected") + caller.poll_path
        assert body == b""
        connection.ask(where.removeprefix(origin), caller.auth)
        assert connection.answer()[0].split()[1] == (b"%d" % status if location == "loop" else b"200")


def test_a_redirected_creation_makes_one_job(server: MockServer) -> None:
    """307 makes none where it stands, and one where it leads."""
    caller = Caller(server, "redirected creation", {"faults": [{"at": "creation", "does": "redirect", "status": 307}]})
    with caller.connect() as connection:
        connection.ask(CREATE, caller.auth, method="POST", body=MODEL)
        head, _ = connection.answer()
        assert (head.split()[1], caller.sandbox.jobs()) == (b"307", [])
        connection.ask("/~redirected" + CREATE, caller.auth, method="POST", body=MODEL)
        assert connection.answer()[0].split()[1] == b"200"
    assert len(caller.sandbox.jobs()) == 1


@pytest.mark.parametrize("applied", [False, True])
@pytest.mark.parametrize("status", [504, 503])
def test_a_creation_is_refused_or_its_answer_lost(status: int, applied: bool, server: MockServer) -> None:
    """The job is made only where the creation is applied; the answer is the same."""
    row = {"at": "creation", "does": "status", "status": status, "applied": applied}
    caller = Caller(server, f"lost {status} {applied}", {"faults": [row]})
    with caller.connect() as connection:
        connection.ask(CREATE, caller.auth, method="POST", body=MODEL)
        assert connection.answer()[0].split()[1] == b"%d" % status
    assert len(caller.sandbox.jobs()) == int(applied)


@pytest.mark.parametrize(
    ("told", "form", "wanted"),
    [
        (5, None, "5"),
        (-5, None, "-5"),
        (1.5, None, "1.5"),
        (1e10, None, "1e+10"),
        ("soon", None, "soon"),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None, "Wed, 21 Oct 2026 07:28:00 GMT"),
        (60, "imf-fixdate", "Sat, 31 Jan 2026 12:01:00 GMT"),
        (60, "rfc850", "Saturday, 31-Jan-26 12:01:00 GMT"),
        (86400, "asctime", "Sun Feb  1 12:00:00 2026"),
        (-60, "imf-fixdate", "Sat, 31 Jan 2026 11:59:00 GMT"),
    ],
)
@pytest.mark.parametrize("answer", [{"does": "answered"}, {"does": "limited"}, {"does": "status", "status": 202},
                                    {"does": "overloaded"}], ids=lambda row: row["does"])  # fmt: skip
def test_retry_after_is_what_the_row_says(
    told: object, form: str | None, wanted: str, answer: dict[str, Any], server: MockServer
) -> None:
    """Seconds, texts and the three forms of a date, on 200, 202, 429 and 503; dates count from the sandbox's clock."""
    caller = Caller(server, f"retry {told} {form} {answer}", {
        "faults": [{"at": "poll", "retry_after": told, "retry_after_form": form, **answer}],
    })  # fmt: skip
    caller.create()
    with caller.connect() as connection:
        connection.ask(caller.poll_path, caller.auth)
        head, _ = connection.answer()
    assert [line for line in head.decode().split("\r\n") if line.startswith("retry-after")] == [
        f"retry-after: {wanted}"
    ]


def test_a_hint_in_the_body_differs_from_the_header(server: MockServer) -> None:
    """TensorOne's 429 tells one wait in Retry-After and another in its body."""
    row = {"at": "poll", "does": "limited", "seconds": 7, "body_hint": 90}
    caller = Caller(server, "two hints", {"faults": [row]})
    caller.create_file()
    with caller.connect() as connection:
        connection.ask(f"/v2/ai/videos/{caller.sandbox.jobs()[0]['id']}/status", caller.auth)
        head, body = connection.answer()
    assert b"\r\nretry-after: 7\r\n" in head
    assert json.loads(body)["details"]["retry_after"] == 90


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        ({"headers": {"X-More": "1", "content-type": "text/plain"}}, ["content-length", "X-More", "content-type"]),
        ({"headers": {"Set-Cookie": ["a=1", "b=2"]}}, ["content-length", "content-type", "Set-Cookie", "Set-Cookie"]),
        ({"remove": ["Content-Type"]}, ["content-length"]),
        ({"repeat": ["content-type"]}, ["content-length", "content-type", "content-type"]),
        ({"case": "upper"}, ["CONTENT-LENGTH", "CONTENT-TYPE"]),
        ({"case": "title"}, ["Content-Length", "Content-Type"]),
    ],
)
def test_headers_are_changed_as_the_row_says(row: dict[str, Any], wanted: list[str], server: MockServer) -> None:
    """Set, sent several times, removed, repeated, in another case."""
    caller = Caller(server, f"headers {row}", {"faults": [{"at": "poll", "does": "answered", **row}]})
    caller.create()
    with caller.connect() as connection:
        connection.ask(caller.poll_path, caller.auth)
        head, _ = connection.answer()
    assert [line.partition(":")[0] for line in head.decode().strip().split("\r\n")[1:]] == wanted


def test_a_late_answer_is_late_on_the_sandboxs_clock(server: MockServer) -> None:
    """Latency, and a jitter that the seed repeats: two sandboxes of the same key have it alike, whatever the run."""
    row = {"at": "poll", "does": "answered", "latency_seconds": 10, "jitter_seconds": 10}
    told = []
    for _ in range(2):
        caller = Caller(server, "jitter", {"faults": [row]})
        caller.create()
        with caller.connect() as connection:
            for _ in range(2):
                connection.ask(caller.poll_path, caller.auth)
                connection.answer()
        told.append(caller.faults())
    assert told == [[None, "answered", "answered"]] * 2
