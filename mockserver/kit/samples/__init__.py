"""Published and recorded answers, and our own answers to the same requests."""
