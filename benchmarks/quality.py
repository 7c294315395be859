"""How good is the English of a model: BLEU, chrF and meanings kept, on several texts."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from benchmarks.measure import CHECKOUT, Row, timed
from digest.config import find_folders
from digest.lexicon.glosses import find_glosses
from digest.lexicon.lexicon import load_lexicon
from digest.lexicon.meaning import MeaningCheck, doubtful
from digest.translation.engine import Decoding, Engine
from digest.translation.packages import choose_model, find_models, load_engine
from digest.translation.prompts import ALL, write_prompt
from digest.translation.translate import bare_translator

Pairs = Mapping[str, tuple[list[str], list[str]]]
"""Dutch and English lines, by the name of the text."""
_NEWS = CHECKOUT / "benchmarks" / "news-dev.tsv"
_FLORES = CHECKOUT.parent / "shared" / "eval" / "flores200-dev"


def read_texts(own: tuple[Path, Path] | None = None) -> Pairs:
    """Our news, and the pair of files that is given.

    Without one it is the FLORES-200 dev set, where that lies beside the checkout.
    """
    dutch, english = zip(
        *(line.split("\t") for line in _NEWS.read_text(encoding="utf-8").splitlines()),
        strict=True,
    )
    texts = {"news-dev": (list(dutch), list(english))}
    files = own or (_FLORES.with_suffix(".nl"), _FLORES.with_suffix(".en"))
    if all(path.exists() for path in files):
        one, other = (path.read_text(encoding="utf-8").splitlines() for path in files)
        texts[files[0].stem] = (one, other)
    return texts


def quality(texts: Pairs, *, model: str, lines: int) -> list[Row]:
    """BLEU, chrF (sacreBLEU), meanings kept and speed, of the engine alone and with our checks.

    Engines that read glosses are asked without them too.
    """
    import sacrebleu  # noqa: PLC0415 - only this part needs it

    places = find_folders({})
    chosen = choose_model(find_models(places.packages, places.starter), model)
    engine = load_engine(chosen, threads=2)
    rows = []
    for name, both in texts.items():
        dutch, english = (side[:lines] for side in both)
        for how, translate in _ways(engine).items():
            seconds, answers = timed(partial(translate, dutch))
            rows.append(
                {
                    "model": str(engine.model),
                    "text": name,
                    "how": how,
                    "lines": len(dutch),
                    "BLEU": round(sacrebleu.corpus_bleu(answers, [english]).score, 2),
                    "chrF": round(sacrebleu.corpus_chrf(answers, [english]).score, 2),
                    **meanings(dutch, answers),
                    "words/s": round(sum(len(line.split()) for line in dutch) / seconds),
                }
            )
    return rows


def meanings(dutch: Sequence[str], answers: Sequence[str]) -> Row:
    """How many meanings in a hundred were kept, and in how many lines one is doubtful."""
    check = MeaningCheck(load_lexicon(), {})
    found = [check.check(*both) for both in zip(dutch, answers, strict=True)]
    checked = sum(each.checked for each in found)
    lost = sum(len(each.missing) for each in found)
    return {
        "meanings kept": round(100 * (checked - lost) / checked, 1),
        "doubtful": sum(bool(doubtful(each.missing)) for each in found),
    }


def _ways(engine: Engine) -> dict[str, Callable[[Sequence[str]], list[str]]]:
    """The ways to ask an engine, by name."""
    ways: dict[str, Callable[[Sequence[str]], list[str]]] = {"plain": partial(_alone, engine)}
    if engine.model.reads_glosses:
        for most in (1, 2, ALL):
            ways[f"{most} glosses a word"] = partial(glossed, engine, most)
    ways["with checks, no meanings"] = partial(checked, engine, meaning=False)
    ways["with checks"] = partial(checked, engine)
    return ways


def glossed(engine: Engine, most: int, dutch: Sequence[str]) -> list[str]:
    """First tries of a model that reads glosses, with so many meanings a word."""
    lexicon = load_lexicon()
    return _alone(engine, [write_prompt(text, find_glosses(text, lexicon), most) for text in dutch])


def _alone(engine: Engine, prompts: Sequence[str]) -> list[str]:
    results = dict(engine.translate_segments(prompts, Decoding()))
    return [results[index][0].text for index in range(len(prompts))]


def checked(engine: Engine, dutch: Sequence[str], *, meaning: bool = True) -> list[str]:
    """Lines as the program translates them, with second tries."""
    sentences = bare_translator(engine, meaning=meaning)(dutch)
    return [sentences[line].english for line in dutch]
