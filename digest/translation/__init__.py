"""From Dutch segments to English ones: engines, packages and checks."""
