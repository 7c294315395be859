"""Where an edition goes."""
