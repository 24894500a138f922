"""HTTP: the edge where bytes come in and go out, media answers, and the control API. Plain ASGI."""
