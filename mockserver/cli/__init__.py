"""The commands: `serve` and what lists providers, routes and scenarios. Environment and arguments are handed in.

``commands`` is the way in; ``options`` says what `serve` can be told, ``values``, ``keyfile``, ``profiles`` and
``paths`` read it, ``serve`` runs it; ``screen``, ``logs`` and ``ready`` tell people and programs about it;
``listings`` are the other commands.
"""
