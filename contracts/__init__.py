"""The kit beside the house: what each provider promises, as data, and the means to hold a server to it.

It never imports the server. What it needs of one is the Protocol `contracts.stage.Stage`.
"""
