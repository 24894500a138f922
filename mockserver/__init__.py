"""A local stand-in for text-to-video APIs: point an unchanged client at it and work offline."""

__version__ = "0.1.0"
