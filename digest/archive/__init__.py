"""Past editions, what was seen, what waits to be sent; and the lock of a run."""
