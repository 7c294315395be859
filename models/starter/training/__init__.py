"""How the starter's adapter is trained: README.md."""
