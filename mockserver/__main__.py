"""`python -m mockserver`."""
