"""Past editions, what was seen, what waits to be sent."""
