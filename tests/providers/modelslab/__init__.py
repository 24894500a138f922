"""Tests of ModelsLab: both surfaces, their profiles, and the clients that poll them."""
