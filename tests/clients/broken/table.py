"""For each law the client that breaks it: the mistake, the provider at which it shows, and which laws break with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.clients.broken import mistakes as m
from tests.clients.reference.core import Client
from tests.clients.reference.providers import CLIENTS


@dataclass(frozen=True)
class Broken:
    """A broken client."""

    mistake: type[Client]
    kind: str = "tensorone"
    also: Mapping[str, str] = field(default_factory=dict)
    """Other laws that it breaks, each with the reason why there is no breaking the one without the other."""

    @property
    def client(self) -> type[Client]:
        """The reference client with the mistake in it."""
        return type(self.mistake.__name__, (self.mistake, CLIENTS[self.kind]), {})


TWICE = "a second job for one intent is paid for, and is one too many"
BROKEN: Mapping[str, Broken] = {
    "AUTH-01": Broken(m.BarePolls),
    "AUTH-02": Broken(m.KeyForAll),
    "AUTH-03": Broken(m.KeyInQuery, also={"REQ-03": "no page knows the parameter in which the key stands"}),
    "AUTH-04": Broken(m.Refused401),
    "AUTH-05": Broken(m.Chatty),
    "REQ-01": Broken(m.TextForNumber),
    "REQ-02": Broken(m.NoContentType),
    "REQ-03": Broken(m.Misspelt),
    "REQ-04": Broken(m.HalfAnId, "aimlapi"),
    "REQ-06": Broken(m.Anonymous),
    "REQ-07": Broken(m.BeyondLimits, "modelslab"),
    "SUB-01": Broken(m.CreatesAfter500, also={"MON-01": TWICE}),
    "SUB-08": Broken(m.Only200, also={"HYG-03": "a job that is taken for none is left behind"}),
    "SUB-10": Broken(m.PollsFirst),
    "POL-01": Broken(m.NoHints, "modelslab"),
    "POL-03": Broken(m.Hasty),
    "POL-04": Broken(m.Steady),
    "POL-05": Broken(m.Endless),
    "POL-06": Broken(m.Patient),
    "POL-07": Broken(
        m.BelievesEstimates, "modelslab", also={"FWD-04": "an estimate that is null is a member that is null"}
    ),
    "POL-08": Broken(m.BelievesProgress),
    "POL-11": Broken(m.EmptyIsTheEnd, also={"MON-07": "an empty answer to a poll is a poll that told nothing"}),
    "BKO-01": Broken(m.NoRetryAfter, also={"BKO-11": "who does not read Retry-After cannot put it first"}),
    "BKO-06": Broken(m.FlatBackoff),
    "BKO-08": Broken(m.Unbounded),
    "BKO-09": Broken(m.NeverForgets),
    "BKO-12": Broken(m.Understates),
    "TRM-01": Broken(m.OneMorePoll),
    "TRM-02": Broken(m.FailureIsAnError),
    "TRM-03": Broken(m.NoReason, "aimlapi"),
    "TRM-04": Broken(m.TrustsOutput),
    "TRM-06": Broken(m.TriesContentAgain, "gately", also={"SUB-01": TWICE, "MON-01": TWICE}),
    "TRM-07": Broken(m.RefusedIsFailed),
    "ERR-01": Broken(m.CreatesAfter422),
    "ERR-02": Broken(m.OneDownload),
    "ERR-03": Broken(m.JsonOrCrash),
    "ERR-06": Broken(m.TakesParts),
    "ERR-09": Broken(m.BlindTo200, "modelslab"),
    "LIVE-01": Broken(m.NoSecondChance),
    "DL-01": Broken(m.GuessesLinks),
    "DL-02": Broken(m.KeepsParts),
    "DL-05": Broken(m.TakesPages),
    "DL-06": Broken(m.ImpatientWithHosts, "modelslab"),
    "HYG-03": Broken(m.NamesNoJob),
    "FWD-01": Broken(m.Strict),
    "FWD-02": Broken(m.KnowsAllWords),
    "FWD-04": Broken(m.WantsAll),
    "MON-01": Broken(m.CreatesAfter500, also={"SUB-01": TWICE}),
    "MON-02": Broken(m.CreatesAfter502),
    "MON-03": Broken(m.CreatesAtOnce, "aimlapi"),
    "MON-04": Broken(m.ForgetsJobs, also={"HYG-03": "who names no job leaves one that nobody knows of"}),
    "MON-06": Broken(m.NoNewLink, "gately"),
    "MON-07": Broken(m.HtmlKillsJobs),
    "REQ-05": Broken(m.NoGzip),
    "POL-02": Broken(m.FirstHintOnly),
    "POL-09": Broken(m.AsksTwice, also={"POL-03": "two polls at once are closer than the shortest pause"}),
    "POL-10": Broken(m.NeverGone),
    "BKO-02": Broken(m.NoDates),
    "BKO-03": Broken(m.Only429),
    "BKO-04": Broken(m.SleepsAnything, "aimlapi", also={"POL-03": "hardly any pause is shorter than the shortest one"}),
    "BKO-05": Broken(m.WaitsForDays),
    "BKO-07": Broken(m.NoJitter),
    "BKO-10": Broken(m.NoQuota),
    "BKO-11": Broken(m.QuotaFirst, also={"BKO-01": "the pause that is not made is the one that Retry-After asks for"}),
    "BKO-14": Broken(m.HeaderOnly),
    "ERR-05": Broken(m.KnowsAllStatuses),
    "ERR-07": Broken(m.NoChunks),
    "ERR-08": Broken(m.GetAfter307),
    "DL-03": Broken(m.AppendsAll),
    "DL-04": Broken(m.SameLinkAgain, "gately"),
    "HYG-02": Broken(
        m.AsksThirtyTimes,
        also={
            "POL-03": "many polls at once are closer than the shortest pause",
            "POL-09": "many polls at once are under way together",
        },
    ),
    "FWD-05": Broken(m.OneHeader),
}

NO_KEY = "no provider documents an idempotency key"
NO_SIGNATURE = "no provider documents a signature of webhooks"
NO_RECEIVER = "a case has no receiver of webhooks"
ON_THE_TOY: Mapping[str, str] = {
    "SUB-02": NO_KEY,
    "SUB-03": NO_KEY,
    "SUB-04": NO_KEY,
    "SUB-05": NO_KEY,
    "SUB-06": NO_KEY,
    "SUB-07": NO_KEY,
    "SUB-09": "no provider answers a creation with an address that its own page does not build from the id",
    "BKO-13": "a case wants one job, and this law looks at two",
    "TRM-05": "no provider documents a way to cancel a job",
    "ERR-04": "no provider answers with a problem+json whose status differs from that of HTTP",
    "FWD-03": "no scenario gives a refusal a body of another form",
    "MON-05": "the protocol of cases hands over no job",
    "WH-02": NO_SIGNATURE,
    "WH-03": NO_SIGNATURE,
    "WH-04": NO_SIGNATURE,
    "WH-07": NO_SIGNATURE,
    "WH-01": NO_RECEIVER,
    "WH-05": NO_RECEIVER,
    "WH-06": NO_RECEIVER,
    "WH-08": NO_RECEIVER,
    "WH-09": NO_RECEIVER,
    "WH-10": NO_RECEIVER,
}
"""Laws that are proven on examples at the toy provider alone (tests/kit/test_laws_examples.py), and why."""
SOCKETS: Mapping[str, str] = {"HYG-01": "there are connections over sockets only: tests/clients/test_sockets.py"}
"""Laws that a broken client breaks over sockets alone, and why."""
