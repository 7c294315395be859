"""Dutch news articles as a dated, bilingual edition, translated offline."""

__version__ = "0.1.0"
