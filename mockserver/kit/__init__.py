"""The kit: what each provider promises, as data, and the means to check servers and clients against it.

It imports nothing else of the server. What it needs of one are the Protocols in `mockserver.kit.target`.
"""
