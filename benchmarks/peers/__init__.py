"""The same work done with other programs, side by side."""
