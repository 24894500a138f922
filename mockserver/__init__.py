"""A local stand-in for text-to-video APIs: point an unchanged client at it and work offline."""

__version__ = "0.1.0"


class MockServerError(Exception):
    """The base of every exception that mockserver itself defines, so that one `except` can name them all."""
