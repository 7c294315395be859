"""Dictionary forms of words, from simplemma, which is loaded when the first one is asked for."""

from functools import lru_cache


@lru_cache(1 << 13)
def dutch_lemma(form: str) -> str:
    """The lemma of a Dutch form, both in lower case."""
    import simplemma  # noqa: PLC0415 - its word list takes 0.4 s to load

    return simplemma.lemmatize(form, lang="nl").replace("_", "").lower()


@lru_cache(1 << 13)
def english_lemma(form: str) -> str:
    """The lemma of an English form, both in lower case."""
    import simplemma  # noqa: PLC0415 - its word list takes 0.1 s to load

    return simplemma.lemmatize(form, lang="en").lower()
