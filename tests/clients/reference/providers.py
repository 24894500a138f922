"""What each provider adds to the core."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from tests.clients.reference.core import Client
from tests.clients.reference.wire import Answer, Ended, Lost


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


class TensorOne(Client):
    """TensorOne v2."""

    words = {"queued": "running", "processing": "running", "completed": "succeeded", "failed": "failed"}

    def creation(self) -> tuple[str, dict[str, Any]]:
        return "/v2/ai/text-to-video", {"prompt": self.order.prompt, **self.order.options}

    def status_call(self, job: str) -> tuple[str, str, dict[str, Any] | None]:
        return "GET", f"/v2/ai/videos/{quote(job, safe='')}/status", None

    def job_of(self, value: Mapping[str, Any]) -> str | None:
        return value.get("videoId")

    def failure(self, value: Mapping[str, Any]) -> tuple[object, str]:
        error = value.get("error")
        if isinstance(error, Mapping):
            return error.get("code"), _text(error.get("message")) or "the job failed"
        return error, _text(value.get("message")) or "no reason was told"

    def link_of(self, value: Mapping[str, Any], job: str) -> str | None:
        return value.get("videoUrl")

    def told(self, answer: Answer) -> float | None:
        """Retry-After, or where the quota is used up and there is none, when it is filled again."""
        hint = super().told(answer)
        if hint is None and answer.headers.get("x-ratelimit-remaining") == "0":
            reset = _seconds(answer.headers.get("x-ratelimit-reset"))
            left = 0.0 if reset is None else reset - self.time.now().timestamp()
            hint = self.sane(left) if left > 0 else None
        return hint

    def hint_of(self, value: Mapping[str, Any]) -> float | None:
        details = value.get("details")
        return _seconds(details.get("retry_after")) if isinstance(details, Mapping) else None


class ModelsLab(Client):
    """ModelsLab v6: the key goes in the body, and errors hide under 200."""

    root = "/api/v6/video"
    words = {"processing": "running", "success": "succeeded", "failed": "failed"}
    waited_first = False

    def creation(self) -> tuple[str, dict[str, Any]]:
        return f"{self.root}/text2video", {"key": self.order.api_key, "prompt": self.order.prompt, **self.order.options}

    def status_call(self, job: str) -> tuple[str, str, dict[str, Any] | None]:
        return "POST", f"{self.root}/fetch/{quote(job, safe='')}", {"key": self.order.api_key}

    def credential(self) -> dict[str, str]:
        return {}

    def job_of(self, value: Mapping[str, Any]) -> str | None:
        job = value.get("id")
        return None if job is None or job == "" else str(job)

    def refusal(self, value: Mapping[str, Any]) -> tuple[object, str] | None:
        if value.get("status") == "error":
            return value.get("error_code") or value.get("code"), self.failure(value)[1]
        return None

    def failure(self, value: Mapping[str, Any]) -> tuple[object, str]:
        message = value.get("message") or value.get("messege")
        return None, message if isinstance(message, str) else str(message or "no reason was told")

    def link_of(self, value: Mapping[str, Any], job: str) -> str | None:
        for name in ("output", "proxy_links"):
            links = value.get(name)
            if isinstance(links, list) and links and isinstance(links[0], str):
                return links[0]
        return None

    def hint_of(self, value: Mapping[str, Any]) -> float | None:
        return _seconds(value.get("eta"))


class ModelsLabEnterprise(ModelsLab):
    """ModelsLab enterprise v1."""

    root = "/api/v1/enterprise/video"


class AimlApi(Client):
    """AI/ML API v2."""

    words = {
        "queued": "running", "waiting": "running", "active": "running", "generating": "running",
        "completed": "succeeded", "succeeded": "succeeded", "error": "failed", "failed": "failed",
    }  # fmt: skip

    def creation(self) -> tuple[str, dict[str, Any]]:
        return "/v2/video/generations", {"prompt": self.order.prompt, **self.order.options}

    def status_call(self, job: str) -> tuple[str, str, dict[str, Any] | None]:
        return "GET", f"/v2/video/generations?generation_id={quote(job, safe='')}", None

    def job_of(self, value: Mapping[str, Any]) -> str | None:
        return value.get("id")

    def failure(self, value: Mapping[str, Any]) -> tuple[object, str]:
        error = value.get("error")
        if isinstance(error, Mapping):
            return error.get("name"), _text(error.get("message")) or "the job failed"
        return value.get("statusCode"), _text(value.get("message")) or _text(error) or "no reason was told"

    def link_of(self, value: Mapping[str, Any], job: str) -> str | None:
        video = value.get("video")
        return video.get("url") if isinstance(video, Mapping) else None


class Gately(Client):
    """Gately: a finished job names a file, and one more call turns it into a link."""

    words = {
        "Preparing": "running", "Queueing": "running", "Processing": "running", "Success": "succeeded",
        "Fail": "failed",
    }  # fmt: skip

    def creation(self) -> tuple[str, dict[str, Any]]:
        return "/v1/video_generation", {"prompt": self.order.prompt, **self.order.options}

    def status_call(self, job: str) -> tuple[str, str, dict[str, Any] | None]:
        return "GET", f"/v1/query/video_generation?task_id={quote(job, safe='')}", None

    def job_of(self, value: Mapping[str, Any]) -> str | None:
        return value.get("task_id") or None

    def refusal(self, value: Mapping[str, Any]) -> tuple[object, str] | None:
        told = value.get("base_resp")
        if not isinstance(told, Mapping) or told.get("status_code") in (0, None) or self.word_of(value) == "Fail":
            return None
        return told.get("status_code"), _text(told.get("status_msg"))

    def failure(self, value: Mapping[str, Any]) -> tuple[object, str]:
        told, error = value.get("base_resp"), value.get("error")
        if isinstance(told, Mapping):
            return told.get("status_code"), _text(told.get("status_msg"))
        if isinstance(error, Mapping):
            return error.get("type"), _text(error.get("message"))
        return None, "no reason was told"

    def link_of(self, value: Mapping[str, Any], job: str) -> str | None:
        file = value.get("file_id")
        return self.retrieved(str(file)) if file else None

    def retrieved(self, file: str) -> str | None:
        """The link to a file."""
        url = f"{self.order.base_url}/v1/files/retrieve?file_id={quote(file, safe='')}"
        for failures in range(6):
            try:
                answer = self.call("GET", url, None)
            except Lost:
                self.back_off(None, failures)
                continue
            value = answer.json()
            if answer.status == 200 and value is not None:
                if self.refusal(value) is None and isinstance(value.get("file"), Mapping):
                    return value["file"].get("download_url")
                raise Ended("error", self.failure(value)[1], self.failure(value)[0])
            if 400 <= answer.status < 500 and answer.status not in (404, 408, 425, 429):
                raise Ended("error", f"HTTP {answer.status} for the file {file}")
            self.back_off(answer, failures)
        raise Ended("error", f"the file {file} could not be asked for")


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        seconds = float(value)
    except ValueError:
        return None
    return seconds if 0 < seconds < float("inf") else None


CLIENTS: Mapping[str, type[Client]] = {
    "tensorone": TensorOne,
    "modelslab": ModelsLab,
    "modelslab-enterprise": ModelsLabEnterprise,
    "aimlapi": AimlApi,
    "gately": Gately,
}
