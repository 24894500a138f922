"""Providers that tests hand to discovery; they lie on no import path of the server's own."""
