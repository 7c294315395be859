"""Headlines in capitals: models copy them or make nonsense of them.

They are put into sentence case before they are translated, and back afterwards.
"""

_LEAST_LETTERS = 8
_SHARE = 0.8
_ACRONYMS = frozenset(
    "AIVD ANP BBB CBS CDA CNV D66 DNB EU FIOD FNV GGD ING KLM KNMI KNVB MIVD NAVO NCTV NOS NS OM "
    "OV PVV PVDA RIVM RTL SGP SP UMC UWV VN VRT VS VVD WHO WK EK".split()
)


def is_shouted(text: str) -> bool:
    """Whether a text of several words is written in capitals."""
    letters = [char for char in text if char.isalpha()]
    capitals = sum(map(str.isupper, letters))
    return (
        len(letters) >= _LEAST_LETTERS and " " in text.strip() and capitals >= _SHARE * len(letters)
    )


def sentence_case(text: str) -> str:
    """The text with one capital at its beginning; well-known acronyms stay."""
    words = [word if _core(word) in _ACRONYMS else word.lower() for word in text.split(" ")]
    lowered = " ".join(words)
    first = next((index for index, char in enumerate(lowered) if char.isalpha()), 0)
    return lowered[:first] + lowered[first : first + 1].upper() + lowered[first + 1 :]


def _core(word: str) -> str:
    return word.strip("\"'“”‘’.,:;!?()-")
