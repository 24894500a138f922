"""Every scenario, as a plain client meets it."""
