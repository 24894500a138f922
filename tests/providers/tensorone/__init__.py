"""TensorOne: the facts that need more than a check, and the page's own samples."""
