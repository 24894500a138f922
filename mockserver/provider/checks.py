"""Checks that run before an endpoint, in the order of the provider's table. Each returns a problem, or None."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from mockserver.domain.problem import Problem, ProblemKind
from mockserver.domain.quota import Limit
from mockserver.provider.call import Call
from mockserver.provider.own_limits import own_limit
from mockserver.provider.table import Check


def readable(call: Call) -> Problem | None:
    """Check that the body, if the operation has one, is a JSON object."""
    if call.operation is None or not call.operation.has_body:
        return None
    value = call.value
    return value if isinstance(value, Problem) and value.kind is ProblemKind.MALFORMED else None


def json_only(call: Call) -> Problem | None:
    """Check that the body, if the operation has one, comes as application/json."""
    if call.operation is None or not call.operation.has_body:
        return None
    value = call.headers.get(b"content-type", b"")
    if value == b"application/json":
        return None
    came = value.partition(b";")[0].strip().lower().decode("latin-1")
    if came == "application/json" or came.endswith("+json"):
        return None
    return Problem(ProblemKind.MALFORMED, f"expected content type application/json, got {came or 'none'}")


def with_key(call: Call) -> Problem | None:
    """Check that the call carries a good key, unless its operation is public."""
    if call.operation is not None and call.operation.is_public:
        return None
    if not call.key:
        return Problem(ProblemKind.UNAUTHENTICATED, "no API key came with the call", detail={"missing": True})
    if call.keys.grant(call.key) is None:
        return Problem(
            ProblemKind.UNAUTHENTICATED, "the API key is a wrong one (see --keys)", detail={"missing": False}
        )
    return None


def as_documented(call: Call) -> Problem | None:
    """Check that the body keeps the request schema of the profile's document."""
    operation = call.operation
    if operation is None or not operation.has_body or call.provider is None:
        return None
    value = call.value
    if isinstance(value, Problem):
        return value
    broken = call.judge.violations(call.provider.name, operation.id, call.profile, value)
    if call.beyond and broken:
        # A number beyond 2^53 is of a wrong type wherever the document has a say; elsewhere it is ignored.
        places = {one.path for one in broken}
        beyond = tuple(one for one in call.beyond if one.path in places)
        named = {one.field for one in beyond}
        broken = beyond + tuple(one for one in broken if one.field not in named)
    return Problem(ProblemKind.INVALID, violations=broken) if broken else None


def within(limit_of: Callable[[Call], tuple[Hashable, Limit] | None]) -> Check:
    """Return the check of a rate limit. Every call is counted; it is refused where the sandbox's limits are on."""

    def check(call: Call) -> Problem | None:
        if call.sandbox.own_limits and _own(call) is not None:
            return None  # the tester's own limit stands in its place
        named = limit_of(call)
        return None if named is None else _counted(call, *named, refuses=call.sandbox.limits)

    return check


def within_own(call: Call) -> Problem | None:
    """Check the limit that the user set for this operation; each provider counts for itself."""
    operation = call.operation
    if operation is None or operation.is_public or call.keys.grant(call.key or "") is None:
        return None
    limit = _own(call)
    name = ("own", call.provider.name, operation.id)
    return None if limit is None else _counted(call, name, limit, refuses=True)


def _own(call: Call) -> Limit | None:
    return own_limit(call.sandbox.own_limits, call.provider.name, call.operation_id)


def _counted(call: Call, name: Hashable, limit: Limit, *, refuses: bool) -> Problem | None:
    call.standing = standing = call.sandbox.admit(name, limit, call.now)
    if standing.is_admitted or not refuses:
        return None
    text = f"more than {limit.calls} calls in {limit.window.total_seconds():g} s"
    return Problem(ProblemKind.LIMITED, text, detail={"standing": standing})
