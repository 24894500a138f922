"""An HTTP proxy whose https hosts lead into our own application, under a certificate authority made for this run.

``entrance`` reads what a client asks of the proxy and leads its connection on, ``relay`` lets others through where that
is wished, ``certificates`` makes the authority and the bundles of certificates that clients read.
"""
