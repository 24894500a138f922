"""The laws: a function for each id; its text stands in the catalogue."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from mockserver.kit.laws import (
    auth,
    backoff,
    compatibility,
    download,
    errors,
    hygiene,
    money,
    polling,
    request,
    retries,
    submission,
    terminal,
    webhook,
)
from mockserver.kit.laws.catalogue import Text, texts
from mockserver.kit.laws.law import AnyLaw, Finder, Law
from mockserver.kit.laws.run import Run
from mockserver.spelling import closest

FINDERS: Final[Mapping[str, Finder[Run]]] = {
    "AUTH-01": auth.carries_its_credential,
    "AUTH-02": auth.keeps_its_credential_from_other_origins,
    "AUTH-03": auth.keeps_its_credential_out_of_urls,
    "AUTH-04": auth.surfaces_a_refused_credential,
    "AUTH-05": auth.prints_no_credential,
    "REQ-01": request.sends_what_the_contract_says,
    "REQ-02": request.names_its_content_type,
    "REQ-03": request.sends_nothing_unknown,
    "REQ-04": request.sends_ids_back_as_they_came,
    "REQ-05": request.takes_the_codings_it_announced,
    "REQ-06": request.says_who_it_is,
    "REQ-07": request.keeps_documented_limits,
    "SUB-01": submission.makes_one_job_for_one_intent,
    "SUB-02": submission.sends_an_idempotency_key,
    "SUB-03": submission.keeps_the_key_on_retries,
    "SUB-04": submission.never_reuses_a_key,
    "SUB-05": submission.makes_keys_well,
    "SUB-06": submission.repeats_the_same_bytes,
    "SUB-07": submission.waits_for_a_key_in_use,
    "SUB-08": submission.takes_any_acceptance,
    "SUB-09": submission.follows_the_link_it_was_given,
    "SUB-10": submission.takes_an_end_at_once,
    "POL-01": polling.waits_for_the_hint,
    "POL-02": polling.reads_each_hint,
    "POL-03": polling.keeps_the_floor,
    "POL-04": polling.slows_down,
    "POL-05": polling.ends_at_its_deadline,
    "POL-06": polling.gives_each_request_its_time,
    "POL-07": polling.takes_an_estimate_as_one,
    "POL-08": polling.takes_progress_as_a_hint,
    "POL-09": polling.polls_one_at_a_time,
    "POL-10": polling.stops_at_a_job_that_is_gone,
    "POL-11": polling.takes_an_empty_answer_as_not_yet,
    "BKO-01": backoff.obeys_seconds_of_a_429,
    "BKO-02": backoff.obeys_dates,
    "BKO-03": backoff.obeys_seconds_of_a_503,
    "BKO-04": backoff.survives_a_broken_hint,
    "BKO-05": backoff.tells_an_absurd_hint,
    "BKO-06": retries.grows_its_pauses,
    "BKO-07": retries.jitters_its_pauses,
    "BKO-08": retries.bounds_its_tries,
    "BKO-09": retries.starts_again_small,
    "BKO-10": backoff.waits_for_the_quota,
    "BKO-11": backoff.puts_retry_after_first,
    "BKO-12": retries.multiplies_no_layers,
    "BKO-13": backoff.slows_the_whole_key,
    "BKO-14": backoff.obeys_hints_in_bodies,
    "TRM-01": terminal.stops_at_the_end,
    "TRM-02": terminal.tells_ends_apart,
    "TRM-03": terminal.passes_the_reason_on,
    "TRM-04": terminal.takes_no_success_without_output,
    "TRM-05": terminal.cancels_what_it_gives_up,
    "TRM-06": terminal.takes_moderation_as_a_refusal,
    "TRM-07": terminal.tells_apart_why_it_ended,
    "ERR-01": errors.retries_no_hopeless_call,
    "ERR-02": errors.survives_a_failed_reading,
    "ERR-03": errors.takes_nonsense_as_an_error,
    "ERR-04": errors.trusts_the_status_of_http,
    "ERR-05": errors.takes_unknown_codes_by_their_class,
    "ERR-06": errors.takes_no_part_for_the_whole,
    "ERR-07": errors.takes_pieces,
    "ERR-08": errors.follows_redirects_well,
    "ERR-09": errors.takes_an_error_in_a_200_as_one,
    "LIVE-01": errors.tries_what_may_pass,
    "DL-01": download.waits_for_the_end,
    "DL-02": download.notices_a_short_body,
    "DL-03": download.resumes_with_care,
    "DL-04": download.renews_an_expired_link,
    "DL-05": download.takes_no_page_for_a_clip,
    "DL-06": download.waits_for_a_host_that_lags,
    "WH-01": webhook.answers_in_time,
    "WH-02": webhook.refuses_forgeries,
    "WH-03": webhook.verifies_the_raw_bytes,
    "WH-04": webhook.refuses_old_deliveries,
    "WH-05": webhook.takes_a_delivery_once,
    "WH-06": webhook.never_goes_backwards,
    "WH-07": webhook.takes_any_valid_signature,
    "WH-08": webhook.takes_unknown_events,
    "WH-09": webhook.polls_where_a_webhook_is_lost,
    "WH-10": webhook.takes_an_early_webhook,
    "HYG-01": hygiene.reuses_connections,
    "HYG-02": hygiene.keeps_few_in_flight,
    "HYG-03": hygiene.leaves_nothing_behind,
    "FWD-01": compatibility.ignores_unknown_fields,
    "FWD-02": compatibility.survives_an_unknown_status,
    "FWD-03": compatibility.keeps_unknown_codes_in_their_class,
    "FWD-04": compatibility.survives_missing_members,
    "FWD-05": compatibility.survives_odd_headers,
    "MON-01": money.pays_once,
    "MON-02": money.sends_no_second_creation,
    "MON-03": money.resends_nothing_by_itself,
    "MON-04": money.names_the_job_it_leaves,
    "MON-05": money.resumes_by_id,
    "MON-06": money.fetches_before_the_link_ends,
    "MON-07": money.takes_no_failed_poll_for_a_failed_job,
}


def _law(id_: str, finder: Finder[Run], text: Text) -> AnyLaw:
    return Law(
        id=id_, sentence=text.sentence, why=text.why, severity=text.severity, ground=text.ground,
        evidence=text.evidence, finder=finder, situation=text.situation, needs=text.needs,
    )  # fmt: skip


LAWS: Final = tuple(_law(id_, finder, texts()[id_]) for id_, finder in FINDERS.items())
"""All laws, in the order of the table."""


def without(ignored: Collection[str]) -> Sequence[AnyLaw]:
    """Return the laws but for those of some ids. Raises ValueError for an id that is none."""
    for one in ignored:
        if one not in FINDERS:
            close = closest(one, FINDERS, 0.6)
            hint = f"; did you mean {close}?" if close else "; `mockserver laws` lists them"
            raise ValueError(f"{one!r} is no law{hint}")
    return [one for one in LAWS if one.id not in ignored]
