"""The lane drawing of a run: what it tells, and how it looks as text."""

from __future__ import annotations

from mockserver.kit.laws.examples import example
from mockserver.kit.laws.judging import judge
from mockserver.kit.laws.law import Breach, Severity
from mockserver.kit.reports.drawing import Fold, Lane, Mark, Pause, draw, draw_breach, seconds
from mockserver.kit.reports.drawing_text import ASCII, text
from tests.kit.reports.reports import GOOD, HASTY, RESENT, case, law


def test_a_good_run_as_text() -> None:
    """Requests go right, answers left, each at its second; pauses say who waits."""
    assert text(draw(example(GOOD))) == [
        "  seconds  client                                   server",
        "    0.000  │── POST /clips ────────────────────────▶│  #1",
        "    0.010  │◀───────────────────────── 200 queued ──│  makes job-1: price not documented",
        "           ┊ client waits 1.99 s                    ┊",
        "    2.000  │── GET /clips/job-1 ───────────────────▶│  #2",
        "    2.010  │◀──────────────────────── 200 running ──│",
        "           ┊ client waits 1.99 s                    ┊",
        "    4.000  │── GET /clips/job-1 ───────────────────▶│  #3",
        "    4.010  │◀─────────────────────────── 200 done ──│",
        "           ┊ client waits 90 ms                     ┊",
        "    4.100  │── GET /files/job-1.mp4 ───────────────▶│  #4",
        "    4.110  │◀───────────────────────────── 200 OK ──│",
    ]


def test_a_lost_answer_its_fault_and_the_money_are_told() -> None:
    """A call whose answer was lost ends in a cross; the fault and the job that it made all the same stand beside it."""
    drawn = text(draw(example(RESENT)))
    assert drawn[2] == (
        "    0.010  │╳──────── no answer: server broke off ──│  fault reset; makes job-1: price not documented"
    )


def test_equal_calls_in_a_row_are_folded() -> None:
    """The first and the last of a row are drawn, the others counted with the pauses between them."""
    drawing = draw(example(HASTY))
    assert [one for one in drawing.items if isinstance(one, Fold)] == [
        Fold(0.6, 0.91, 4, "4 more like it, 90 ms apart")
    ]


def test_folded_calls_tell_what_they_break() -> None:
    """Calls are folded where all of them break the same laws, and the fold names those."""
    run = example(HASTY)
    breaches = [Breach("slow", "fast", (n - 1, n)) for n in (3, 4, 5, 6, 7)]
    drawing = draw(run, judge(run, [law("AAA-01", Severity.MUST, *breaches)]))
    (fold,) = (one for one in drawing.items if isinstance(one, Fold))
    assert (fold.count, fold.breaks) == (3, ("AAA-01",))
    (line,) = (line for line in text(drawing) if "more like it" in line)
    assert line.endswith("┊  ✗ AAA-01")


def test_a_breach_is_drawn_with_what_stands_beside_it() -> None:
    """The records of the first breach are drawn, with the one before and after; the others are counted."""
    one = case(laws=(law("AAA-01", Severity.MUST, Breach("slow", "fast", (3, 4))),))
    drawing = draw_breach(one.run, one.verdicts[0])
    assert [mark.n for mark in drawing.items if isinstance(mark, Mark) and mark.source is Lane.CLIENT] == [2, 3, 4, 5]
    assert [fold.says for fold in drawing.items if isinstance(fold, Fold)] == ["1 call not drawn", "6 calls not drawn"]
    assert Lane.RECEIVER not in drawing.lanes
    assert [mark.breaks for mark in drawing.items if isinstance(mark, Mark) and mark.n == 4] == [("AAA-01",), ()]


def test_a_webhook_has_a_lane_of_its_own() -> None:
    """The receiver of webhooks is the third lane, and the time that it takes is told."""
    drawing = draw(example(HASTY))
    assert drawing.lanes == (Lane.CLIENT, Lane.SERVER, Lane.RECEIVER)
    assert Pause(10.5, 0.1999999999999993, Lane.RECEIVER, True) in drawing.items


def test_a_hint_tells_until_when_to_wait() -> None:
    """The answer with Retry-After: 5 says until which second the client was asked to wait."""
    (mark,) = (one for one in draw(example(HASTY)).items if isinstance(one, Mark) and one.until is not None)
    assert (mark.until, mark.notes[0].says) == (7.01, "Retry-After: 5")


def test_a_terminal_without_unicode_gets_ascii() -> None:
    """No character of the ASCII drawing is beyond it."""
    assert all(line.isascii() for line in text(draw(example(GOOD)), ASCII))


def test_what_a_client_sends_cannot_command_the_terminal() -> None:
    """Control characters of a path are drawn as blanks."""
    drawn = "\n".join(text(draw(example("0 poll path=/a\x1b[31mred -> 200 done"))))
    assert "\x1b" not in drawn
    assert "/a [31mred" in drawn


def test_lengths_of_time() -> None:
    """Lengths are told as people write them."""
    told = [seconds(length) for length in (0.0042, 0.25, 2.0, 9.949, 12.4, 125.0, 120.0)]
    assert told == ["4 ms", "0.25 s", "2 s", "9.95 s", "12 s", "2 min 5 s", "2 min"]
