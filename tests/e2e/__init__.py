"""Released clients, unchanged but for their base URL: `make e2e`."""
