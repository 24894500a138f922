"""What a provider is: a table of pure functions, and the generic endpoints that read it."""
