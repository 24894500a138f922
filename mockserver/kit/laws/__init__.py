"""Laws for clients of an asynchronous job API: pure functions over the transcript of a run, as a table.

``law`` says what a law and its findings are, ``verdict`` what judging gives, ``run`` what is judged; ``judging.judge``
judges a run by the laws of ``table.LAWS``. The other modules hold the laws, one function each.
"""
