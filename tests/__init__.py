"""Tests; the package exists so that tests can share the synthetic run."""
