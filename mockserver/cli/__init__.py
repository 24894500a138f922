"""The commands of the command line. The environment and the arguments are passed in.

``commands`` is the entry point. ``options`` has the options of `serve`; ``values``, ``keyfile``, ``profiles`` and
``paths`` read them; ``serve`` runs the server; ``screen``, ``logs`` and ``ready`` tell people and programs about it.
``listings`` has the lists of providers, routes and scenarios.
"""
