"""The life of a job from the side of a careful client.

A creation is sent once: only a refusal for the rate, which says that nothing was made, is followed by another. What is
safe (polls, downloads) is sent again until the deadline. Every small decision is a method, so that a broken client is
this one with a single method replaced.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from tests.clients.reference.wire import A_DAY, Answer, Ended, Http, Lost, Order, Outcome, Time, retry_after

MARGIN = 0.5
"""Seconds before the deadline at which the client gives up, so that it can say so."""
MOST_HOPS = 5


class Client:
    """A client of one provider, whose class says what the provider's calls look like."""

    request_seconds = 4.0
    first_backoff = 0.25
    growth = 2.0
    longest_backoff = 3.0
    most_sends = 6
    """How often a creation and a download are sent at most."""
    most_gone = 5
    """How often a job may be unknown in a row."""
    most_failures = 50
    """How often a request of any kind is sent at most."""
    user_agent = "reference-client/1.0"

    def __init__(self, order: Order, http: Http, time: Time, rng: random.Random | None = None) -> None:
        self.order, self.http, self.time = order, http, time
        self.rng = rng or random.Random(order.api_key)
        self.start = time.monotonic()
        self.jobs: list[str] = []
        self.pause = order.poll_seconds
        self.failures = 0

    # What a provider says.

    def creation(self) -> tuple[str, dict[str, Any]]:
        """Path and body of the creation."""
        raise NotImplementedError

    def status_call(self, job: str) -> tuple[str, str, dict[str, Any] | None]:
        """Method, path and body of a poll."""
        raise NotImplementedError

    def job_of(self, value: Mapping[str, Any]) -> str | None:
        """The id in the answer to a creation."""
        raise NotImplementedError

    def word_of(self, value: Mapping[str, Any]) -> str | None:
        """The status word."""
        word = value.get("status")
        return word if isinstance(word, str) else None

    words: Mapping[str, str] = {}
    """Our state (running, succeeded, failed) for each status word."""

    def refusal(self, value: Mapping[str, Any]) -> tuple[object, str] | None:
        """Code and message where a body under 200 says that the call was refused."""
        return None

    def failure(self, value: Mapping[str, Any]) -> tuple[object, str]:
        """Code and message of a job that failed, or of an error."""
        raise NotImplementedError

    def link_of(self, value: Mapping[str, Any], job: str) -> str | None:
        """The link to the clip of a job that succeeded; None: there is none."""
        raise NotImplementedError

    def hint_of(self, value: Mapping[str, Any]) -> float | None:
        """Seconds to wait that a body tells and the provider's page documents."""
        return None

    # The life of a job.

    def run(self) -> Outcome:
        """Make a clip."""
        try:
            job, value = self.create()
            value = self.follow(job, value)
            clip = self.download(job, value)
        except Ended as end:
            return Outcome(end.outcome, end.code, end.message, tuple(self.jobs), attempts=self.most_failures)
        return Outcome("completed", jobs=tuple(self.jobs), clip=clip, attempts=self.most_failures)

    def create(self) -> tuple[str, Mapping[str, Any]]:
        """Send the creation; the job's id, and the answer."""
        path, body = self.creation()
        url, data = self.order.base_url + path, self.encode(body)
        for attempt in range(self.most_sends):
            try:
                answer = self.call("POST", url, data)
            except Lost as lost:
                return self.lost_creation(lost)
            if self.may_create_again(answer):
                self.back_off(answer, attempt)
                continue
            return self.created(answer)
        raise Ended("error", f"the creation was refused {self.most_sends} times for its rate")

    def lost_creation(self, lost: Lost) -> tuple[str, Mapping[str, Any]]:
        """A job may have been made, and paid for: another creation might make another one."""
        raise Ended("error", f"the answer to the creation was lost, and the job may exist: {lost}")

    def may_create_again(self, answer: Answer) -> bool:
        """Whether an answer says that nothing was made, and that another try is welcome."""
        return answer.status == 429

    def created(self, answer: Answer) -> tuple[str, Mapping[str, Any]]:
        """The job in the answer to a creation."""
        value = answer.json()
        if not 200 <= answer.status < 300:
            self.refused(answer, value)
        if value is None:
            raise Ended("error", "the answer to the creation is no JSON object, and the job may exist")
        refusal = self.refusal(value)
        if refusal is not None:
            raise Ended("rejected", refusal[1], refusal[0])
        job = self.job_of(value)
        if job is None:
            raise Ended("error", "the answer to the creation names no job")
        self.jobs.append(job)
        return job, value

    def refused(self, answer: Answer, value: Mapping[str, Any] | None) -> None:
        """A creation that was refused."""
        code, message = self.failure(value or {})
        outcome = "rejected" if 400 <= answer.status < 500 else "error"
        raise Ended(outcome, f"HTTP {answer.status}: {message}", code or answer.status)

    def follow(self, job: str, value: Mapping[str, Any]) -> Mapping[str, Any]:
        """Poll until the end of a job; the answer that told it."""
        while True:
            state = self.state_of(value)
            if state == "succeeded":
                return value
            if state == "failed":
                code, message = self.failure(value)
                raise Ended("failed", message, code)
            self.wait_to_poll(value)
            value = self.poll(job)

    def state_of(self, value: Mapping[str, Any]) -> str:
        """The state that an answer tells; a word that is not known may become one that is."""
        return self.words.get(self.word_of(value) or "", "running")

    def wait_to_poll(self, value: Mapping[str, Any]) -> None:
        """Wait before the next poll: what the answer asks for, at least the floor, a little longer each time."""
        hint = max(self.hint_of(value) or 0.0, self.header_hint or 0.0)
        self.wait(max(hint, self.pause * self.rng.uniform(1.0, 1.25)))
        self.pause = min(self.pause * 1.15, 8 * self.order.poll_seconds)

    def poll(self, job: str) -> Mapping[str, Any]:
        """One reading of a job, whatever it takes."""
        gone = 0
        while True:
            method, path, body = self.status_call(job)
            try:
                answer = self.call(method, self.order.base_url + path, None if body is None else self.encode(body))
            except Lost:
                self.back_off(None, self.failures)
                self.failures += 1
                continue
            value = answer.json()
            if answer.status in (404, 410):
                gone += 1
                if gone > self.most_gone:
                    raise Ended("expired", f"the job {job} is gone: HTTP {answer.status}")
                self.wait_to_poll({})
                continue
            if 400 <= answer.status < 500 and answer.status not in (408, 409, 425, 429):
                code, message = self.failure(value or {})
                raise Ended("error", f"HTTP {answer.status} for the job {job}: {message}", code or answer.status)
            if 200 <= answer.status < 300 and value is not None and value:
                self.failures = 0
                refusal = self.refusal(value)
                if refusal is not None:
                    raise Ended("error", f"{refusal[1]} (the job {job} may go on)", refusal[0])
                return value
            self.useless(answer, job)
            self.back_off(answer, self.failures)
            self.failures += 1

    def useless(self, answer: Answer, job: str) -> None:
        """Look at the answer to a poll that told nothing of the job. The job goes on."""

    def download(self, job: str, value: Mapping[str, Any]) -> bytes:
        """The clip of a job that succeeded."""
        link = self.link_of(value, job)
        if not link:
            raise Ended("error", f"the job {job} ended without an output")
        renewed, self.lost = 0, Lost("")
        for attempt in range(self.most_sends):
            try:
                answer = self.fetch(link)
            except Lost as lost:
                self.lost = self.kept(lost)
                self.back_off(None, attempt)
                continue
            if answer.status in (403, 410):
                if renewed:
                    raise Ended("expired", f"the link of the job {job} has expired")
                renewed += 1
                link = self.renewed(job) or link
            elif self.is_clip(answer):
                return self.whole(answer)
            elif answer.status == 416:
                self.lost = Lost("")
            elif 400 <= answer.status < 500 and answer.status not in (404, 408, 425, 429):
                raise Ended("error", f"HTTP {answer.status} for the clip of {job}")
            else:
                self.back_off(answer, attempt)
        raise Ended("error", f"the clip of the job {job} could not be fetched")

    lost = Lost("")
    """What came of a download that broke off."""

    def kept(self, lost: Lost) -> Lost:
        """What is worth keeping of a download that broke off: a part of a file that the server named."""
        if not lost.etag or lost.etag.startswith("W/"):
            return Lost("")
        return Lost("", self.lost.part + lost.part, lost.etag) if lost.status == 206 else lost

    def resuming(self) -> dict[str, str]:
        """The headers that ask for the rest of what was lost, if it is still the same file."""
        if not (self.lost.part and self.lost.etag):
            return {}
        return {"range": f"bytes={len(self.lost.part)}-", "if-range": self.lost.etag}

    def whole(self, answer: Answer) -> bytes:
        """The whole clip: the part before and the rest, or all of it."""
        if answer.status != 206:
            return answer.body
        return self.lost.part + answer.body

    def renewed(self, job: str) -> str | None:
        """A new link to the clip of a job."""
        self.wait(self.order.poll_seconds * 1.1)
        return self.link_of(self.poll(job), job)

    def is_clip(self, answer: Answer) -> bool:
        """Whether an answer is a whole clip: bytes, of a kind that is none of a page."""
        kind = answer.headers.get("content-type", "")
        if answer.status == 206:
            return answer.headers.get("content-range", "").startswith(f"bytes {len(self.lost.part)}-")
        return answer.status == 200 and bool(answer.body) and not kind.startswith(("text/", "application/json"))

    def fetch(self, link: str) -> Answer:
        """One try at a download."""
        return self.call("GET", link, None, self.resuming())

    # One call.

    header_hint: float | None = None
    """The seconds that the last answer's Retry-After told."""

    def call(self, method: str, url: str, data: bytes | None, more: Mapping[str, str] | None = None) -> Answer:
        """One call, redirects followed; `more` are further headers."""
        for _ in range(MOST_HOPS + 1):
            answer = self.send(method, url, data, more or {})
            self.header_hint = self.told(answer)
            place = answer.headers.get("location")
            if answer.status not in (301, 302, 303, 307, 308) or not place:
                return answer
            url = urljoin(url, place)
            method, data = self.redirected(answer.status, method, data)
            if self.header_hint:
                self.wait(self.header_hint)
        raise Ended("error", f"more than {MOST_HOPS} redirects")

    def redirected(self, status: int, method: str, data: bytes | None) -> tuple[str, bytes | None]:
        """Method and body after a redirect."""
        is_another = status == 303 or (status in (301, 302) and method == "POST")
        return ("GET", None) if is_another else (method, data)

    def told(self, answer: Answer) -> float | None:
        """The seconds that the headers of an answer ask to wait."""
        return self.sane(retry_after(answer.headers.get("retry-after"), self.time.now()))

    def send(self, method: str, url: str, data: bytes | None, more: Mapping[str, str]) -> Answer:
        """One request on the wire."""
        timeout = min(self.request_seconds, max(self.remaining(), 0.05))
        return self.http.send(method, url, {**self.headers(url, data), **more}, data, timeout)

    def headers(self, url: str, data: bytes | None) -> dict[str, str]:
        """The headers of a request; the credential goes to the API's origin alone."""
        sent = {"user-agent": self.user_agent, "accept": "application/json" if self.is_own(url) else "*/*"}
        if self.is_own(url):
            sent |= {"accept-encoding": "gzip", **self.credential()}
        if data is not None:
            sent["content-type"] = "application/json"
        return sent

    def credential(self) -> dict[str, str]:
        """The header that carries the key."""
        return {"authorization": f"Bearer {self.order.api_key}"}

    def is_own(self, url: str) -> bool:
        """Whether an address is of the API's origin."""
        mine, other = urlsplit(self.order.base_url), urlsplit(url)
        return (mine.scheme, mine.netloc) == (other.scheme, other.netloc)

    def encode(self, body: Mapping[str, Any]) -> bytes:
        """A body as bytes."""
        return json.dumps(body).encode()

    # Time.

    def remaining(self) -> float:
        """Seconds that are left."""
        return self.order.deadline - MARGIN - (self.time.monotonic() - self.start)

    def wait(self, seconds: float) -> None:
        """Wait; where there is no time for it, the end is now."""
        if seconds >= self.remaining():
            self.time_is_over(seconds)
        self.time.sleep(seconds)

    def time_is_over(self, seconds: float) -> None:
        """The deadline comes first."""
        told = ", ".join(self.jobs) or "no job"
        raise Ended("timeout", f"no time is left to wait {seconds:.1f} s; the job may still end: {told}")

    def back_off(self, answer: Answer | None, failures: int) -> None:
        """Wait after a failure: what the answer asks for, else longer and longer, with jitter."""
        if failures >= self.most_failures - 1:
            raise Ended("error", f"{failures + 1} tries failed")
        hint = self.wanted(answer) if answer is not None else None
        if hint is not None and hint >= A_DAY:
            raise Ended("error", f"the server asks for a pause of {hint:g} s")
        own = min(self.longest_backoff, self.first_backoff * self.growth**failures)
        own = max(own, self.order.poll_seconds)
        self.wait(max(hint, self.order.poll_seconds) if hint is not None else own * self.rng.uniform(1.0, 1.5))

    def wanted(self, answer: Answer) -> float | None:
        """The seconds that a refusal asks for: the longer of header and body."""
        value = answer.json()
        found = [retry_after(answer.headers.get("retry-after"), self.time.now())]
        found.append(self.hint_of(value) if value is not None else None)
        return max((one for one in found if one), default=None)

    def sane(self, seconds: float | None) -> float | None:
        """Seconds that are less than a day."""
        return seconds if seconds is not None and seconds < A_DAY else None
