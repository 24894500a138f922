"""Reference clients: one careful core, and what each provider adds to it."""
