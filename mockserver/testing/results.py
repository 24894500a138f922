"""What the control API answers, as types: JSON objects whose members are known. They are dicts at run time."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

Json = dict[str, Any]
"""A JSON object that another document describes: an OpenAPI document, a JSON Schema, a HAR."""


class LimitNumbers(TypedDict):
    """A rate limit: at most so many calls in any so many seconds."""

    calls: int
    seconds: float


class Health(TypedDict):
    """That the server is up."""

    status: str
    version: str
    providers: list[str]


class Word(TypedDict):
    """A word of a provider's profile."""

    name: str
    says: str
    is_style: bool


class Provider(TypedDict):
    """A provider that the server plays."""

    name: str
    title: str
    site: str
    base_path: str
    profile: list[Word]
    tiers: list[str]
    operations: list[str]


class ScenarioInfo(TypedDict):
    """A scenario that jobs can have; `number` is the default of its number, None where it takes none."""

    name: str
    says: str
    number: float | None


class SchemaList(TypedDict):
    """The paths of the providers' JSON Schemas."""

    schemas: list[str]


class ClockState(TypedDict):
    """A sandbox's clock; instants are ISO 8601 in UTC."""

    now: str
    frozen: bool
    rate: float
    start: str | None


class UnderWay(TypedDict):
    """An attempt at a webhook that is due and has not ended; `delivery` is the id of the webhook."""

    delivery: str
    job: str
    attempt: int
    due_at: str


class MovedClock(ClockState):
    """A clock after a move, the ids of the webhooks that the move made due, and what is still under way."""

    deliveries: list[str]
    still_under_way: list[UnderWay]


class Settings(TypedDict):
    """What a sandbox is set to, and how much has happened in it."""

    sandbox: str
    jobs: int
    submissions: int
    timing: str
    limits: str | dict[str, LimitNumbers]
    documented_limits: bool
    tiers: dict[str, str]
    scenario: str
    queue: list[str]
    profiles: dict[str, list[str]]
    hold_seconds: float | None
    journal: Literal["on", "off"]
    webhook_signatures: int
    budget_usd: float | None
    clock: ClockState


class Turn(TypedDict):
    """An override of a job's life, from outside or by its polls."""

    at: str
    turning: str
    why: str


class Job(TypedDict):
    """A job as it is now."""

    id: str
    provider: str
    operation: str
    n: int
    scenario: str | None
    state: Literal["queued", "running", "succeeded", "failed"]
    progress: int
    created: str
    remaining_seconds: float | None
    turns: list[Turn]


class TurnedJob(Job):
    """A job after an override, the ids of the webhooks that the override made due, and what is still under way."""

    deliveries: list[str]
    still_under_way: list[UnderWay]


class Moment(TypedDict):
    """When something happened: the sandbox's instant, and the machine's monotonic seconds."""

    at: str
    monotonic: float


class SentWebhook(TypedDict):
    """What was sent in an attempt; headers are pairs in order."""

    headers: list[list[str]]
    body: str


class Attempt(TypedDict):
    """An attempt at a webhook that has ended; `status` is what the target answered, None when it did not."""

    number: int
    due_at: str
    started: Moment
    ended: Moment
    status: int | None
    error: str | None
    latency_seconds: float
    answer_headers: list[list[str]] | None
    is_replay: bool
    request: SentWebhook


class Delivery(TypedDict):
    """A webhook that fell due; `undeliverable` says why no attempt was made."""

    id: str
    job: str
    due_at: str
    url: str
    undeliverable: str | None
    attempts: list[Attempt]


class Record(TypedDict):
    """A record of the journal: an exchange, or an attempt at a webhook (`kind` tells which).

    `contracts/transcript.schema.json` describes the members; those of the other kind are absent.
    """

    n: int
    kind: Literal["exchange", "attempt"]
    job: str | None
    request: Json
    connection: NotRequired[int]
    arrived: NotRequired[Moment]
    read: NotRequired[Moment]
    first_byte: NotRequired[Moment | None]
    last_byte: NotRequired[Moment | None]
    received_bytes: NotRequired[int]
    sent_bytes: NotRequired[int]
    ending: NotRequired[Literal["complete", "cut", "left"] | None]
    credential: NotRequired[str | None]
    answer: NotRequired[Any]
    provider: NotRequired[str | None]
    operation: NotRequired[str | None]
    profile: NotRequired[list[str]]
    verdict: NotRequired[Json]
    problem: NotRequired[str | None]
    nth: NotRequired[int | None]
    scenario: NotRequired[str | None]
    fault: NotRequired[str | None]
    delivery: NotRequired[str]
    attempt: NotRequired[int]
    due_at: NotRequired[str]
    started: NotRequired[Moment]
    ended: NotRequired[Moment | None]
    status: NotRequired[int | None]
    error: NotRequired[str | None]


class Transcript(TypedDict):
    """The journal of a sandbox in the neutral form; `first` and `last` are the numbers of the records that are kept."""

    transcript: str | int
    sandbox: str
    first: int
    last: int
    records: list[Record]


class OpenedListener(TypedDict):
    """A port of a sandbox's own, and the origin of its links where that is another."""

    url: str
    files_url: str | None


class Sums(TypedDict):
    """What jobs cost together: US dollars as text, how many were made, how many of them have no documented price."""

    amount: str
    made: int
    unpriced: int


class OperationSums(Sums):
    """What the jobs of one operation cost."""

    provider: str
    operation: str


class Spend(Sums):
    """What the jobs of all sandboxes would have cost at documented prices; `repeated`: those that ask for the same as
    an earlier one.
    """

    currency: str
    repeated: Sums
    operations: list[OperationSums]


class JobPrice(TypedDict):
    """What one job cost, and where its price stands; `repeats` is the id of an earlier job that asked for the same."""

    id: str
    provider: str
    operation: str
    amount: str | None
    repeats: str | None
    source: str
    mark: str


class SandboxSpend(Spend):
    """What the jobs of a sandbox would have cost at documented prices."""

    budget: str | None
    jobs: list[JobPrice]
