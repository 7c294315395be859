"""Tests of digest; their folders mirror those of the program."""

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
DATA = CHECKOUT / "tests" / "data"
GOLDEN = CHECKOUT / "tests" / "golden"
SHARED = CHECKOUT.parent / "shared"
