"""AI/ML API: the facts that need more than a check, and clients that poll as the page's samples do."""
