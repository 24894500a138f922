"""What a client is put through, as data, and what comes of it: cases, reported outcomes, and how a case is judged."""
