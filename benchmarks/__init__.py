"""Speed and translation quality, measured; `make bench` runs all of it."""
