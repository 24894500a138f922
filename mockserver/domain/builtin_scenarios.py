"""The built-in scenarios of every provider, by what they change. Each names its parts: see `scenario_parts`."""

from __future__ import annotations

from typing import Final

from mockserver.domain.problem import ProblemKind
from mockserver.domain.scenario import Scenario
from mockserver.domain.webhook_plan import CHANGES

SUCCESS: Final = Scenario("success", "The job succeeds in the time that --timing gives it.")

LIVES: Final[tuple[Scenario, ...]] = (
    SUCCESS,
    Scenario("instant", "The first poll finds it finished.", timing="instant"),
    Scenario("slow", "It takes N times as long as usual (slow=10).", timeline="slow", number=10),
    Scenario("documented", "It takes the minutes that the provider documents.", timing="documented"),
    Scenario("polls", "It is done at the N-th poll, however long that takes (polls=3).", timeline="polls", number=3),
    Scenario("stuck-in-queue", "It never leaves the queue.", timeline="stuck-in-queue"),
    Scenario("stalled", "It runs up to N percent and never further (stalled=60).", timeline="stalled", number=60),
    Scenario("fails-in-queue", "It fails before it ever runs.", timeline="fails-in-queue"),
    Scenario("fails-in-processing", "It fails at the end of its run.", timeline="fails-in-processing"),
    Scenario(
        "moderated",
        "It is refused or fails for its content, in the provider's words.",
        timeline="moderated",
        judged=ProblemKind.MODERATED,
    ),
)

REFUSALS: Final[tuple[Scenario, ...]] = (
    Scenario("out-of-credits", "The submission is refused: no credits are left.", refuses=ProblemKind.OUT_OF_CREDITS),
    Scenario("server-error", "The submission meets a server fault.", refuses=ProblemKind.CRASHED),
    Scenario("bad-gateway", "The submission meets an upstream that is down.", refuses=ProblemKind.UPSTREAM),
    Scenario("overloaded", "The submission meets a server that is overloaded.", refuses=ProblemKind.UNAVAILABLE),
)

ANSWERS: Final[tuple[Scenario, ...]] = (
    Scenario("eta-growing", "The waiting time told grows with every poll.", answers=("eta-growing",)),
    Scenario(
        "eta-lying", "The waiting time told is always 1 s; it takes N times as long as usual (eta-lying=5).",
        timeline="slow", number=5, answers=("eta-lying",),
    ),
    Scenario("eta-null", "The waiting time told is null.", answers=("eta-null",)),
    Scenario("eta-zero", "The waiting time told is 0 from the start.", answers=("eta-zero",)),
    Scenario("eta-fractional", "The waiting time told is no whole number.", answers=("eta-fractional",)),
    Scenario("eta-absurd", "The waiting time told is a thousand million seconds.", answers=("eta-absurd",)),
    Scenario("unknown-status", "While it runs, its status is a word on no page.", answers=("unknown-status",)),
    Scenario("extra-fields", "Answers carry members that are on no page.", answers=("extra-fields",)),
    Scenario("optional-absent", "Members that may be absent are absent.", answers=("optional-absent",)),
    Scenario("optional-null", "Members that may be absent are null.", answers=("optional-null",)),
    Scenario("no-output", "It completes without any link to its output.", answers=("no-output",)),
    Scenario("created-201", "Its creation is answered with 201.", creation=201),
    Scenario("created-202", "Its creation is answered with 202.", creation=202),
    Scenario("finished-at-once", "Its creation is answered with its end.", timing="instant", at_once=True),
    Scenario("unguessable", "Its ids, links and fetch addresses follow no rule.", is_opaque=True),
)  # fmt: skip

FILES: Final[tuple[Scenario, ...]] = (
    Scenario(
        "links-lag", "Its links work N seconds after its completion (links-lag=5).",
        number=5, file="links-lag",
    ),
    Scenario(
        "links-expire", "Its links stop working N seconds after its completion (links-expire=60).",
        number=60, file="links-expire",
    ),
    Scenario(
        "truncated-clip", "N percent of its clip's bytes are there (truncated-clip=60).",
        number=60, file="truncated-clip",
    ),
    Scenario(
        "wrong-content-type", "Its clip comes as text/html.", file="wrong-content-type",
    ),
)  # fmt: skip


FAULTS: Final[tuple[Scenario, ...]] = (
    Scenario(
        "limited-creation", "N creations are refused for their rate, the next is taken (limited-creation=1).",
        number=1, faults="limited-creation",
    ),
    Scenario(
        "limited-polls", "N polls from the second on are refused for their rate (limited-polls=1).",
        number=1, faults="limited-polls",
    ),
    Scenario(
        "failing-polls", "N polls from the second on meet a server fault (failing-polls=1).",
        number=1, faults="failing-polls",
    ),
    Scenario("unauthorized-polls", "From the second poll on its key is a wrong one.", faults="unauthorized-polls"),
    Scenario(
        "dropped-creation", "It is made, and the connection ends before N creations are answered (dropped-creation=1).",
        number=1, faults="dropped-creation",
    ),
    Scenario(
        "failed-creation", "It is made, and N creations are answered with a server fault (failed-creation=1).",
        number=1, faults="failed-creation",
    ),
    Scenario(
        "dropped-polls", "The connection ends before N polls from the second on are answered (dropped-polls=1).",
        number=1, faults="dropped-polls",
    ),
    Scenario(
        "cut-polls", "The connection ends within the answers of N polls from the second on (cut-polls=1).",
        number=1, faults="cut-polls",
    ),
    Scenario(
        "silent-polls", "N polls from the second on are never answered (silent-polls=1).",
        number=1, faults="silent-polls",
    ),
    Scenario(
        "html-polls", "A page of HTML stands in for the answers of N polls from the second on (html-polls=1).",
        number=1, faults="html-polls",
    ),
    Scenario("slow-answers", "Every answer comes N seconds late (slow-answers=2).", number=2, faults="slow-answers"),
    Scenario(
        "failing-file", "Its file is refused N times with an overload, then served (failing-file=1).",
        number=1, faults="failing-file",
    ),
    Scenario(
        "cut-file", "The connection ends within its file, the first N times (cut-file=1).",
        number=1, faults="cut-file",
    ),
    Scenario(
        "hostile", "Every fault that a good client survives meets N percent of its calls (hostile=2).",
        number=2, faults="hostile",
    ),
)  # fmt: skip


WEBHOOKS: Final[tuple[Scenario, ...]] = (
    Scenario(
        "webhook-again", "Each of its webhooks comes N times (webhook-again=2).",
        number=2, webhooks="webhook-again",
    ),
    Scenario(
        "webhook-late", "Its webhooks come N seconds after what they tell of (webhook-late=5).",
        number=5, webhooks="webhook-late",
    ),
    Scenario("webhook-lost", "Its webhooks never come.", webhooks="webhook-lost"),
    Scenario(
        "webhook-disorder", "Its last webhook comes first, the others N seconds late (webhook-disorder=30).",
        number=30, webhooks="webhook-disorder",
    ),
    Scenario(
        "webhook-early", "It ends at once, and its webhook comes before the answer to its creation.",
        timing="instant", webhooks="webhook-early",
    ),
    Scenario("webhook-together", "Each of its webhooks comes twice at the same moment.", webhooks="webhook-together"),
    Scenario(
        "webhook-retried", "A webhook that is not answered with 2xx comes again after 1 s, 2 s, 4 s, N times at most "
        "(webhook-retried=5).",
        number=5, webhooks="webhook-retried",
    ),
    *(Scenario(f"webhook-{name}", f"In its webhooks: {says}", webhooks=f"webhook-{name}") for name, says in (
        (name, says[:1].lower() + says[1:]) for name, says in CHANGES.items()
    )),
)  # fmt: skip

CORE: Final = (*LIVES, *REFUSALS, *ANSWERS, *FILES, *FAULTS, *WEBHOOKS)
