"""The places to which the links of a job lead. They follow from the job alone."""

from __future__ import annotations

from hashlib import blake2b

from mockserver.domain.job import AnyJob


def link_prefix(job: AnyJob) -> str:
    """Return the first path segment of a job's links: an opaque one where its scenario asks for it, else none."""
    if job.scenario is None or not job.scenario.is_opaque:
        return ""
    return f"/~{blake2b(job.id.encode(), digest_size=8).hexdigest()}"


def files_of(job: AnyJob) -> str:
    """Return the origin of a job's links at its creation, with their prefix."""
    return job.files + link_prefix(job)
