"""Where webhooks go: which URLs are called, one at a time each, whatever they answer and whoever never does."""

from __future__ import annotations

import ssl
from typing import Any

import pytest

from mockserver.adapters.webhooks.dispatcher import PATIENCE_SECONDS
from mockserver.domain.delivery import Payload
from tests.adapters.dispatchers import SANDBOX, finals, job, run, world
from tests.adapters.receiver import receiver
from tests.cli.process import CERTIFICATE, KEY


def test_deliveries_to_one_target_come_in_the_order_of_their_due_instants_one_at_a_time() -> None:
    async def script() -> None:
        async with world() as here, receiver() as hook:
            for n, seconds in enumerate([50, 10, 30, 10, 20, 40], 1):
                here.expect(job(n, seconds), finals(hook.url))
            ids = await here.advance(60)
            order = ["job-2", "job-4", "job-5", "job-3", "job-6", "job-1"]
            assert [one.value["job"] for one in hook.received] == order
            assert [one.delivery.job for one in here.attempts] == order
            assert ids == [one.delivery.id for one in here.attempts]
            assert hook.most_at_once == 1

    run(script())


@pytest.mark.fact("modelslab.webhook.timeout")
def test_a_target_that_never_answers_stops_nobody_else() -> None:
    async def script() -> None:
        async with world() as here, receiver(None) as deaf, receiver() as hook:
            for n in range(1, 4):
                here.expect(job(n), finals(deaf.url))
                here.expect(job(n + 10), finals(hook.url))
            ids = await here.advance(10, within=0)
            for n in (11, 12, 13):
                assert (await hook.arrivals.get()).value["job"] == f"job-{n}"
            assert (await deaf.arrivals.get()).value["job"] == "job-1"
            assert ids == []
            assert here.dispatcher.under_way(SANDBOX) >= 3
            assert len(deaf.received) == 1

    run(script())


def test_an_attempt_ends_when_its_real_time_is_over_and_the_next_one_begins() -> None:
    async def script() -> None:
        async with world(patience_seconds=0.01) as here, receiver(None) as deaf:
            here.expect(job(1), finals(deaf.url))
            here.expect(job(2), finals(deaf.url))
            assert len(await here.advance(10)) == 2
            assert [(one.status, one.error) for one in here.attempts] == [(None, "no answer within 0.01 s")] * 2
            assert [one.value["job"] for one in deaf.received] == ["job-1", "job-2"]

    run(script())


@pytest.mark.fact("modelslab.webhook.timeout")
def test_thirty_seconds_are_the_default() -> None:
    assert PATIENCE_SECONDS == 30.0


REFUSED = {
    "": "expected an http or https URL",
    "not a url": "expected an http or https URL",
    "ftp://127.0.0.1/x": "expected an http or https URL",
    "http://": "expected an http or https URL",
    "http://127.0.0.1:99999/": "expected a URL, got",
    "http://[::1/": "expected a URL, got",
    "http://127.0.0.1/\ud800": "expected a URL, got",
    "http://u:p@127.0.0.1/": "user name",
    "http://192.0.2.1/x": "not to 192.0.2.1",
    "https://example.com/x": "not to example.com",
    "http://localhost.example.com/": "not to localhost.example.com",
    "http://127.0.0.1.example.com/": "not to 127.0.0.1.example.com",
    "http://2130706433/": "not to 2130706433",
    "http://0.0.0.0/": "not to 0.0.0.0",
    "http://[2001:db8::1]/": "not to 2001:db8::1",
}


@pytest.mark.parametrize("url", REFUSED)
def test_a_url_that_is_none_or_leads_elsewhere_is_recorded_with_the_reason(url: str) -> None:
    async def script() -> None:
        async with world() as here:
            one = here.expect(job(), lambda _, seen: Payload(url, {}) if seen.state.is_terminal else None)
            assert await here.advance(10) == []
            assert [(found.delivery.job, found.delivery.payload.url) for found in here.refused] == [(one.id, url)]
            assert REFUSED[url] in here.refused[0].why
            assert here.refused[0].why.isascii()
            assert here.attempts == []

    run(script())


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "LOCALHOST", "[::1]"])
def test_all_of_loopback_is_called(host: str) -> None:
    async def script() -> None:
        async with world() as here:
            # Nothing listens on port 1; that an attempt was made is enough.
            here.expect(job(), finals(f"http://{host}:1"))
            assert len(await here.advance(10)) == 1
            assert (here.attempts[0].status, here.refused) == (None, [])
            assert here.attempts[0].error

    run(script())


@pytest.mark.parametrize("allow", ["any", frozenset({"hooks.invalid"})])
def test_other_hosts_can_be_allowed(allow: Any) -> None:
    async def script() -> None:
        async with world(allow=allow) as here:
            here.expect(job(), finals("http://hooks.invalid"))
            assert len(await here.advance(10)) == 1
            assert here.attempts[0].error

    run(script())


def answering(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ("HTTP/1.1 204 No Content\n\n", 204),
        ("HTTP/1.0 500 Oh\n\nanything", 500),
        ("HTTP/1.1 100 Continue\n\nHTTP/1.1 201 Created\nContent-Length: 0\n\n", 201),
        ("HTTP/1.1 103 Early Hints\nLink: </a>\n\nHTTP/1.1 202 Accepted\nContent-Length: 0\n\n", 202),
        ("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n3\nabc\n0\n\n", 200),
        ("HTTP/1.1 302 Found\nLocation: /elsewhere\nContent-Length: 0\n\n", 302),
        ("HTTP/1.1 200 OK\nContent-Length: 10\n\nshort", None),
        ("220 smtp.example ESMTP\n\n", None),
        ("", None),
    ],
)
def test_the_status_is_recorded_and_no_redirect_is_followed(answer: str, status: int | None) -> None:
    async def script() -> None:
        async with world() as here, receiver(answering(answer)) as hook:
            here.expect(job(), finals(hook.url))
            assert len(await here.advance(10)) == 1
            assert here.attempts[0].status == status
            assert bool(here.attempts[0].error) == (status is None)
            assert len(hook.received) == 1

    run(script())


@pytest.mark.parametrize(
    "answer",
    [
        "HTTP/1.1 204 No Content\n\n",
        "HTTP/1.1 200 OK\ncontent-length: 2\n\nok",
        "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n3;x=y\nabc\n1\nd\n0\nX-Trailer: 1\n\n",
    ],
)
def test_an_answer_is_over_where_it_says_so_though_the_connection_stays(answer: str) -> None:
    async def script() -> None:
        async with world() as here, receiver(answering(answer), keeps=True) as hook:
            here.expect(job(), finals(hook.url))
            assert len(await here.advance(10)) == 1
            assert here.attempts[0].error == ""

    run(script())


def test_a_receiver_with_a_certificate_of_its_own_is_called() -> None:
    async def script() -> None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(CERTIFICATE, KEY)
        async with world() as here, receiver(tls=tls) as hook:
            here.expect(job(), finals(hook.url))
            assert len(await here.advance(10)) == 1
            assert (here.attempts[0].status, here.attempts[0].error) == (200, "")
            assert len(hook.received) == 1

    run(script())


def test_no_proxy_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async def script() -> None:
        async with world() as here, receiver() as hook, receiver() as proxy:
            monkeypatch.setenv("http_proxy", proxy.url)
            here.expect(job(), finals(hook.url))
            await here.advance(10)
            assert (len(hook.received), len(proxy.received)) == (1, 0)

    run(script())
