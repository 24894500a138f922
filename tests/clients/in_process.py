"""Clients for `mockserver check --python`: a good one, and one that ignores Retry-After."""

from __future__ import annotations

from tests.clients.broken.table import BROKEN
from tests.clients.reference.providers import TensorOne
from tests.clients.running import client_of

good = client_of(TensorOne)
bad = client_of(BROKEN["BKO-01"].client)
