"""Clients that poll as the page's samples do, each a process of its own."""
