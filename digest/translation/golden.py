"""Is a model in health? Sentences that any Dutch-English model gets roughly right."""

from digest.translation.engine import Decoding, Engine

SENTENCES = (
    ("De minister opent dinsdag een brug.", ("minister", "bridge")),
    ("Het vliegtuig sluit de grens", ("plane", "aircraft", "border")),
    ("De koning stopt een trein.", ("king", "train")),
    ("De NAVO stelt morgen een rapport voor.", ("nato", "report", "tomorrow")),
)
"""Dutch, and words of which one at least stands in the English."""

_ENOUGH = 3


def sick_sentence(engine: Engine) -> str:
    """What is wrong with a model, as `Dutch → English`; empty when it is in health."""
    results = dict(engine.translate_segments([dutch for dutch, _ in SENTENCES], Decoding()))
    wrong = [
        f"{dutch!r} → {results[index][0].text!r}"
        for index, (dutch, words) in enumerate(SENTENCES)
        if not any(word in results[index][0].text.lower() for word in words)
    ]
    return wrong[0] if len(SENTENCES) - len(wrong) < _ENOUGH else ""
