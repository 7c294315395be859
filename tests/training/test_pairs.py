"""What the starter learns from: pairs, none that models are measured with, made various."""

import lzma
import random
from pathlib import Path

import pytest

from digest.lexicon.glosses import find_glosses
from digest.lexicon.lexicon import load_lexicon
from digest.translation.prompts import FEW, write_prompt
from models.starter.training.pairs import (
    NEWS_DEV,
    Pair,
    draw_batches,
    read_pairs,
    read_tabs,
    usable,
)
from models.starter.training.variety import (
    Names,
    Synonyms,
    bind,
    swap_names,
    swap_numbers,
    without,
)
from tests import SHARED


class Letters:
    """A vocabulary whose pieces are letters."""

    def encode(self, text: str) -> list[int]:
        return [ord(letter) for letter in text]

    def piece_to_id(self, piece: str) -> int:
        return ord(piece[0])


@pytest.fixture(scope="module")
def synonyms() -> Synonyms:
    return Synonyms(load_lexicon())


class TestPairs:
    def test_are_ours_and_none_is_held_out(self) -> None:
        pairs = list(read_pairs())
        assert len(pairs) == 35_076
        assert all(dutch.strip() and english.strip() for dutch, english in pairs)

    def test_are_read_packed_and_not(self, tmp_path: Path) -> None:
        plain, packed = tmp_path / "own.tsv", tmp_path / "own.tsv.xz"
        plain.write_text("Een man.\tA man.\nTwee.\tTwo.\n", encoding="utf-8")
        packed.write_bytes(lzma.compress(plain.read_bytes()))
        assert (
            list(read_pairs(plain))
            == list(read_pairs(packed))
            == [
                ("Een man.", "A man."),
                ("Twee.", "Two."),
            ]
        )

    @pytest.mark.parametrize("row", ["Een man.", "Een man.\tA man.\tUn homme."])
    def test_a_line_without_one_tab_is_named(self, tmp_path: Path, row: str) -> None:
        own = tmp_path / "own.tsv"
        own.write_text(f"Ja.\tYes.\n{row}\n", encoding="utf-8")
        with pytest.raises(ValueError, match="line 2: it has not one tab"):
            list(read_pairs(own))

    @pytest.mark.parametrize("side", [0, 1])
    @pytest.mark.parametrize("change", [str, str.upper, "  {} !".format])
    def test_a_held_out_sentence_is_refused_in_either_language(
        self, tmp_path: Path, side: int, change: "type[str]"
    ) -> None:
        held = next(iter(read_tabs(NEWS_DEV)))
        row = ["Iets anders.", "Something else."]
        row[side] = change(held[side])
        own = tmp_path / "own.tsv"
        own.write_text("\t".join(row) + "\n", encoding="utf-8")
        with pytest.raises(ValueError, match="line 1: models are measured with this sentence"):
            list(read_pairs(own))

    def test_flores_is_refused(self, tmp_path: Path) -> None:
        flores = SHARED / "eval" / "flores200-dev.nl"
        if not flores.exists():
            pytest.skip("FLORES-200 lies beside the checkout only")
        own = tmp_path / "own.tsv"
        for line in flores.read_text(encoding="utf-8").splitlines()[::100]:
            own.write_text(f"{line}\tSomething else.\n", encoding="utf-8")
            with pytest.raises(ValueError, match="models are measured with"):
                list(read_pairs(own))

    def test_pairs_of_odd_lengths_are_left_out(self) -> None:
        pairs = [("Een huis.", "A house."), ("x", "y"), ("Ja", "y" * 40), ("n" * 40, "no")]
        assert [pair.dutch for pair in usable(pairs, Letters())] == ["Een huis."]

    def test_batches_take_what_was_seen_least_and_keep_to_the_size(self) -> None:
        pool = [Pair("d", "e", 10 + number % 7) for number in range(6000)]
        visits = [float(number % 2) for number in range(6000)]
        batches = draw_batches(pool, visits, 200, random.Random(3))
        places = [place for batch in batches for place in batch]
        assert len(places) == len(set(places)) == 1000
        assert all(place % 2 == 0 for place in places)
        assert all(len(b) * max(pool[place].length for place in b) <= 200 for b in batches)
        assert [visits[place] for place in places] == [1.0] * 1000


class TestNamesAndNumbers:
    def test_a_name_becomes_the_same_other_one_in_both(self) -> None:
        lexicon = load_lexicon()
        pool = [
            ("De heer Kowalczyk woont in Wolverhampton.", "Mr Kowalczyk lives in Wolverhampton."),
            ("Gisteren sprak Haarsma in Poitiers.", "Yesterday Haarsma spoke in Poitiers."),
        ]
        names = Names(pool, lexicon)
        changed = set()
        for seed in range(20):
            dutch, english = swap_names(*pool[0], names, random.Random(seed))
            _, _, name, *_ = dutch.split()
            place = dutch.split()[-1]
            assert english == f"Mr {name} lives in {place}"
            changed.add((name, place))
        assert len(changed) > 3

    def test_a_name_that_english_writes_otherwise_stays(self) -> None:
        pair = ("Volgens Poetin is Oekraïne fout.", "According to Putin, Ukraine is wrong.")
        names = Names([("Dat zei Haarsma.", "Haarsma said that.")], load_lexicon())
        assert swap_names(*pair, names, random.Random(1)) == pair

    @pytest.mark.parametrize(
        ("dutch", "english", "pattern"),
        [
            ("Het kost 1.250 euro.", "It costs 1,250 euros.", (".", ",")),
            ("Dat is 12,5 procent.", "That is 12.5 percent.", (",", ".")),
            ("Er zijn 4500 huizen.", "There are 4500 houses.", ("", "")),
        ],
    )
    def test_a_number_becomes_another_of_as_many_digits(
        self, dutch: str, english: str, pattern: tuple[str, str]
    ) -> None:
        seen = set()
        for seed in range(10):
            new, told = swap_numbers(dutch, english, random.Random(seed))
            (number,) = (word for word in new.split() if word[0].isdigit())
            assert len(new) == len(dutch)
            swapped = number.replace(pattern[0], pattern[1]) if pattern[0] else number
            assert swapped in told.split()
            seen.add(number)
        assert len(seen) > 3

    def test_a_year_remains_one_and_a_digit_stays(self) -> None:
        for seed in range(10):
            dutch, english = swap_numbers(
                "In 1948 waren er 3 boten.", "In 1948 there were 3 boats.", random.Random(seed)
            )
            assert 1900 <= int(dutch.split()[1]) < 2100
            assert english == f"In {dutch.split()[1]} there were 3 boats."

    def test_a_number_that_english_writes_otherwise_stays(self) -> None:
        pair = ("Om 14.30 uur.", "At 2.30 p.m.")
        assert swap_numbers(*pair, random.Random(1)) == pair


class TestBinding:
    def bound(self, synonyms: Synonyms, dutch: str, english: str) -> set[tuple[str, str]]:
        lexicon = load_lexicon()
        found = set()
        for seed in range(40):
            if result := bind(dutch, english, lexicon, synonyms, random.Random(seed)):
                gloss, told = result
                glosses = without(find_glosses(dutch, lexicon), gloss)
                found.add((write_prompt(dutch, glosses, FEW), told))
        return found

    def test_the_synonym_stands_in_the_gloss_and_in_the_translation(
        self, synonyms: Synonyms
    ) -> None:
        found = self.bound(synonyms, "Hij sprak met de rechter.", "He talked to the judge.")
        assert len(found) > 3
        for prompt, told in found:
            term = prompt.partition("rechter [= ")[2].removesuffix("].")
            assert told == f"He talked to the {term}."

    def test_plurals_and_articles_follow(self, synonyms: Synonyms) -> None:
        many = self.bound(synonyms, "De rechters bleven.", "The judges stayed.")
        assert all(told.endswith("s stayed.") for _, told in many)
        one = self.bound(synonyms, "Het was een aanval.", "It was an attack.")
        assert len(one) > 3
        for prompt, told in one:
            term = prompt.partition("aanval [= ")[2].removesuffix("].")
            assert told == f"It was {'an' if term[0].lower() in 'aeiou' else 'a'} {term}."

    def test_a_word_whose_english_does_not_stand_there_is_not_bound(
        self, synonyms: Synonyms
    ) -> None:
        assert not self.bound(synonyms, "Hij sprak met de rechter.", "He was there.")
