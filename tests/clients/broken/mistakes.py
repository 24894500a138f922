"""The mistakes: each replaces one small decision of the reference client's core. Put before a provider's client."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from tests.clients.reference.core import Client
from tests.clients.reference.wire import Answer, Ended, Lost, Outcome, retry_after


class BarePolls(Client):
    def headers(self, url: str, data: bytes | None) -> dict[str, str]:
        sent = super().headers(url, data)
        if data is None:
            sent.pop("authorization", None)
        return sent


class KeyForAll(Client):
    def is_own(self, url: str) -> bool:
        return True


class KeyInQuery(Client):
    def send(self, method: str, url: str, data: bytes | None, more: Mapping[str, str]) -> Answer:
        mark = "&" if "?" in url else "?"
        return super().send(method, f"{url}{mark}api_key={self.order.api_key}" if self.is_own(url) else url, data, more)


class Refused401(Client):
    def call(self, method: str, url: str, data: bytes | None, more: Mapping[str, str] | None = None) -> Answer:
        answer = super().call(method, url, data, more)
        return Answer(503, {}, answer.body) if answer.status == 401 and data is None else answer


class Chatty(Client):
    def send(self, method: str, url: str, data: bytes | None, more: Mapping[str, str]) -> Answer:
        print(f"{method} {url} with {self.order.api_key}")
        return super().send(method, url, data, more)


class TextForNumber(Client):
    def creation(self) -> tuple[str, dict[str, Any]]:
        path, body = super().creation()
        return path, {**body, "width": "wide"}


class NoContentType(Client):
    def headers(self, url: str, data: bytes | None) -> dict[str, str]:
        sent = super().headers(url, data)
        if data is not None:
            sent["content-type"] = "text/plain"
        return sent


class Misspelt(Client):
    def creation(self) -> tuple[str, dict[str, Any]]:
        path, body = super().creation()
        return path, {**body, "promt_strength": 1}


class HalfAnId(Client):
    def status_call(self, job: str) -> tuple[str, str, dict[str, Any] | None]:
        return super().status_call(job.partition(":")[0])


class Anonymous(Client):
    def headers(self, url: str, data: bytes | None) -> dict[str, str]:
        sent = super().headers(url, data)
        del sent["user-agent"]
        return sent


class BeyondLimits(Client):
    def creation(self) -> tuple[str, dict[str, Any]]:
        path, body = super().creation()
        return path, {**body, "num_frames": 60}


class CreatesAfter500(Client):
    def may_create_again(self, answer: Answer) -> bool:
        return answer.status in (429, 500)


class CreatesAfter502(Client):
    def may_create_again(self, answer: Answer) -> bool:
        return answer.status in (429, 502)


class CreatesAtOnce(Client):
    def back_off(self, answer: Answer | None, failures: int) -> None:
        if self.jobs or failures or answer is None or "retry-after" in answer.headers:
            super().back_off(answer, failures)


class Only200(Client):
    def created(self, answer: Answer) -> tuple[str, Mapping[str, Any]]:
        if answer.status != 200:
            raise Ended("error", f"HTTP {answer.status}")
        return super().created(answer)


class PollsFirst(Client):
    def follow(self, job: str, value: Mapping[str, Any]) -> Mapping[str, Any]:
        return super().follow(job, {})


class NoHints(Client):
    def wait_to_poll(self, value: Mapping[str, Any]) -> None:
        super().wait_to_poll({})


class Hasty(Client):
    def wait_to_poll(self, value: Mapping[str, Any]) -> None:
        self.wait(max(self.header_hint or 0.0, self.rng.uniform(0.05, 0.3)))


class Steady(Client):
    def wait_to_poll(self, value: Mapping[str, Any]) -> None:
        self.wait(max(self.header_hint or 0.0, self.order.poll_seconds * 1.2))


class Endless(Client):
    def remaining(self) -> float:
        return 1e9


class Patient(Client):
    request_seconds = 1e9

    def send(self, method: str, url: str, data: bytes | None, more: Mapping[str, str]) -> Answer:
        return self.http.send(method, url, {**self.headers(url, data), **more}, data, 1e6)


class BelievesEstimates(Client):
    def wait_to_poll(self, value: Mapping[str, Any]) -> None:
        if "eta" in value and value["eta"] is None:
            raise Ended("error", "the server tells no time")
        super().wait_to_poll(value)


class BelievesProgress(Client):
    latest = -1

    def wait_to_poll(self, value: Mapping[str, Any]) -> None:
        progress = value.get("progress")
        if isinstance(progress, int) and 0 < progress <= self.latest:
            raise Ended("error", f"the job stands still: {', '.join(self.jobs)}")
        self.latest = progress if isinstance(progress, int) else self.latest
        super().wait_to_poll(value)


class EmptyIsTheEnd(Client):
    def call(self, method: str, url: str, data: bytes | None, more: Mapping[str, str] | None = None) -> Answer:
        answer = super().call(method, url, data, more)
        if answer.status == 200 and not answer.body and self.is_own(url):
            raise Ended("error", "an empty answer")
        return answer


class NoRetryAfter(Client):
    def wanted(self, answer: Answer) -> float | None:
        header, body = answer.headers.get("retry-after", ""), self.hint_of(answer.json() or {}) or 0.0
        if answer.status != 429 or not header.isdecimal() or float(header) >= 86_400:
            return super().wanted(answer)
        return body if body > float(header) else None


class FlatBackoff(Client):
    growth = 1.0


class NoJitter(Client):
    def back_off(self, answer: Answer | None, failures: int) -> None:
        hint = self.wanted(answer) if answer is not None else None
        self.wait(hint or max(self.order.poll_seconds, min(self.longest_backoff, 0.25 * 2**failures)))


class Unbounded(Client):
    most_sends = 10_000


class NeverForgets(Client):
    worst = 0

    def back_off(self, answer: Answer | None, failures: int) -> None:
        self.worst = max(self.worst, failures) + 1
        super().back_off(answer, self.worst)


class Understates(Client):
    def run(self) -> Outcome:
        told = super().run()
        return Outcome(told.outcome, told.code, told.message, told.jobs, told.clip, attempts=2)


class OneMorePoll(Client):
    has_polled = False

    def poll(self, job: str) -> Mapping[str, Any]:
        self.has_polled = True
        return super().poll(job)

    def download(self, job: str, value: Mapping[str, Any]) -> bytes:
        if self.has_polled:
            self.wait_to_poll({})
            value = self.poll(job)
        return super().download(job, value)


class FailureIsAnError(Client):
    def follow(self, job: str, value: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            return super().follow(job, value)
        except Ended as end:
            raise Ended("error" if end.outcome == "failed" else end.outcome, end.message, end.code) from end


class NoReason(Client):
    def follow(self, job: str, value: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            return super().follow(job, value)
        except Ended as end:
            raise Ended(end.outcome, "it failed" if end.outcome == "failed" else end.message) from end


class TrustsOutput(Client):
    def download(self, job: str, value: Mapping[str, Any]) -> bytes:
        if self.link_of(value, job) is None:
            raise KeyError("output")
        return super().download(job, value)


class TriesContentAgain(Client):
    def run(self) -> Outcome:
        told = super().run()
        if told.outcome != "failed" or self.again:
            return told
        self.again = True
        return super().run()

    again = False


class RefusedIsFailed(Client):
    def refused(self, answer: Answer, value: Mapping[str, Any] | None) -> None:
        if answer.status == 402:
            raise Ended("failed", self.failure(value or {})[1])
        super().refused(answer, value)


class CreatesAfter422(Client):
    def may_create_again(self, answer: Answer) -> bool:
        return answer.status in (422, 429)


class OneDownload(Client):
    def fetch(self, link: str) -> Answer:
        try:
            return super().fetch(link)
        except Lost as lost:
            raise Ended("error", f"the download failed: {lost}") from lost


class NoSecondChance(Client):
    def fetch(self, link: str) -> Answer:
        answer = super().fetch(link)
        if answer.status == 503:
            raise Ended("error", "HTTP 503")
        return answer


class JsonOrCrash(Client):
    def created(self, answer: Answer) -> tuple[str, Mapping[str, Any]]:
        if answer.status == 200:
            json.loads(answer.body)
        return super().created(answer)


class HtmlKillsJobs(Client):
    def useless(self, answer: Answer, job: str) -> None:
        if answer.status == 200 and answer.body:
            raise Ended("failed", f"no JSON about {job}")


class TakesParts(Client):
    def lost_creation(self, lost: Lost) -> tuple[str, Mapping[str, Any]]:
        found = re.search(rb'"(?:videoId|id|task_id)":\s*"?([^",]+)"', lost.part)
        if found is None:
            return super().lost_creation(lost)
        self.jobs.append(found[1].decode())
        return self.jobs[-1], {}


class BlindTo200(Client):
    def created(self, answer: Answer) -> tuple[str, Mapping[str, Any]]:
        value = answer.json()
        if answer.status == 200 and value is not None and value.get("status") == "error":
            return "0", value
        return super().created(answer)


class GuessesLinks(Client):
    def follow(self, job: str, value: Mapping[str, Any]) -> Mapping[str, Any]:
        with suppress(Lost):
            self.call("GET", f"{self.order.base_url}/generated/{job}.mp4", None)
        return super().follow(job, value)


class KeepsParts(Client):
    def fetch(self, link: str) -> Answer:
        try:
            return super().fetch(link)
        except Lost as lost:
            return Answer(200, {"content-type": "video/mp4"}, lost.part or b"nothing")


class TakesPages(Client):
    def is_clip(self, answer: Answer) -> bool:
        return answer.status == 200 or super().is_clip(answer)


class ImpatientWithHosts(Client):
    def fetch(self, link: str) -> Answer:
        answer = super().fetch(link)
        if answer.status == 404:
            raise Ended("error", "HTTP 404 for the clip")
        return answer


class NamesNoJob(Client):
    def run(self) -> Outcome:
        told = super().run()
        return Outcome(told.outcome, told.code, told.message, (), told.clip, told.attempts)


class ForgetsJobs(NamesNoJob):
    def time_is_over(self, seconds: float) -> None:
        raise Ended("timeout", "no time is left")


class Strict(Client):
    def state_of(self, value: Mapping[str, Any]) -> str:
        if "x_added_later" in value:
            raise Ended("error", "an unknown member")
        return super().state_of(value)


class KnowsAllWords(Client):
    def state_of(self, value: Mapping[str, Any]) -> str:
        word = self.word_of(value)
        return "running" if word is None else self.words[word]


class WantsAll(Client):
    def poll(self, job: str) -> Mapping[str, Any]:
        value = super().poll(job)
        value["metadata"]
        return value


class FirstHintOnly(Client):
    first: float | None = None

    def told(self, answer: Answer) -> float | None:
        self.first = self.first or super().told(answer)
        return self.first if answer.status == 200 else super().told(answer)


class AsksTwice(Client):
    times = 2
    took = 0.0

    def send(self, method: str, url: str, data: bytes | None, more: Mapping[str, str]) -> Answer:
        begun = self.time.monotonic()
        answer = super().send(method, url, data, more)
        self.took = self.time.monotonic() - begun
        return answer

    def poll(self, job: str) -> Mapping[str, Any]:
        if not 0.3 < self.took < 0.9:
            return super().poll(job)
        method, path, body = self.status_call(job)
        url, data = self.order.base_url + path, None if body is None else self.encode(body)
        answers = self.http.send_together([(method, url, self.headers(url, data), data)] * self.times)
        return answers[-1].json()


class AsksThirtyTimes(AsksTwice):
    times = 30


class NeverGone(Client):
    most_gone = 10**6


class NoDates(Client):
    def wanted(self, answer: Answer) -> float | None:
        value = answer.headers.get("retry-after", "")
        return None if "GMT" in value or ":" in value else super().wanted(answer)


class Only429(Client):
    def wanted(self, answer: Answer) -> float | None:
        return None if answer.status == 503 else super().wanted(answer)


class SleepsAnything(Client):
    def back_off(self, answer: Answer | None, failures: int) -> None:
        value = answer.headers.get("retry-after") if answer is not None else None
        if value is not None and retry_after(value, self.time.now()) is None:
            self.time.sleep(0.01)
        else:
            super().back_off(answer, failures)


class WaitsForDays(Client):
    def back_off(self, answer: Answer | None, failures: int) -> None:
        hint = self.wanted(answer) if answer is not None else None
        if hint is not None and hint > 86_400:
            self.time.sleep(hint)
        super().back_off(answer, failures)


class NoQuota(Client):
    def told(self, answer: Answer) -> float | None:
        return self.sane(retry_after(answer.headers.get("retry-after"), self.time.now()))


class QuotaFirst(Client):
    def wanted(self, answer: Answer) -> float | None:
        reset = answer.headers.get("x-ratelimit-reset")
        if reset is not None and float(reset) < self.time.now().timestamp():
            return None
        return super().wanted(answer)


class HeaderOnly(Client):
    def wanted(self, answer: Answer) -> float | None:
        return retry_after(answer.headers.get("retry-after"), self.time.now())


class KnowsAllStatuses(Client):
    def told(self, answer: Answer) -> float | None:
        if answer.status == 299:
            raise Ended("error", "HTTP 299")
        return super().told(answer)


class NoChunks(Client):
    def told(self, answer: Answer) -> float | None:
        if "transfer-encoding" in answer.headers:
            raise Ended("error", "an answer in chunks")
        return super().told(answer)


class GetAfter307(Client):
    def redirected(self, status: int, method: str, data: bytes | None) -> tuple[str, bytes | None]:
        return "GET", None


class AppendsAll(Client):
    def whole(self, answer: Answer) -> bytes:
        return self.lost.part + answer.body

    def resuming(self) -> dict[str, str]:
        return {"range": f"bytes={len(self.lost.part)}-"} if self.lost.part else {}


class SameLinkAgain(Client):
    def renewed(self, job: str) -> str | None:
        return None


class NoNewLink(Client):
    def renewed(self, job: str) -> str | None:
        raise Ended("error", f"no link to the clip of {job}")


class OneHeader(Client):
    def told(self, answer: Answer) -> float | None:
        if "," in answer.headers.get("x-added-later", ""):
            raise ValueError("a header twice")
        return super().told(answer)


class NoGzip(Client):
    def told(self, answer: Answer) -> float | None:
        if "content-encoding" in answer.headers and self.jobs:
            raise Ended("error", "an answer in gzip")
        return super().told(answer)
