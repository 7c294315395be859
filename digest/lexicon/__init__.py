"""The Dutch-English word list: what words mean, and whether a meaning arrived."""
