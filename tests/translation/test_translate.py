"""What happens to a segment around the engine: shield, casing, second tries, glossary."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.edition import Flag, Sentence, Term
from digest.errors import ConfigurationError
from digest.translation.casing import is_shouted, sentence_case
from digest.translation.engine import Decoding
from digest.translation.glossary import Glossary, HouseStyle, house_names, read_glossary
from digest.translation.ladder import first_decoding
from digest.translation.shield import placeholders, shield, split_at_placeholders, unshield
from tests.fakes import MODEL, FakeEngine, translator


def translate(
    dutch: str, answers: dict[str, str | tuple[str, ...]], *terms: Term
) -> tuple[Sentence, FakeEngine]:
    engine = FakeEngine(answers=answers)
    sentences = translator(engine, glossary=Glossary(terms))([dutch])
    return sentences[dutch], engine


class TestShield:
    @pytest.mark.parametrize(
        "span",
        [
            "https://nos.nl/artikel/1?a=b&c=d",
            "www.nos.nl/a",
            "redactie@anp.nl",
            "@NOS",
            "#Prinsjesdag",
            "<b>",
            "&euro;",
            "SARS-COV-2",
            "mijn_bestand",
            "😀",
            "→",
        ],
    )
    def test_what_is_not_prose_comes_back_unchanged(self, span: str) -> None:
        shielded = shield(f"Kijk op {span}, zegt hij.")
        assert shielded.text == "Kijk op XQAX, zegt hij."
        assert unshield("Look at XQAX, he says.", shielded.spans) == f"Look at {span}, he says."

    @pytest.mark.parametrize("text", ["De NAVO-top in 2025.", "Het kost 3 < 4.", "A. de Vries"])
    def test_prose_is_left_alone(self, text: str) -> None:
        assert shield(text).text == text

    @example("XQA😀")
    @given(st.text(alphabet="ab@#.-_/:<> XQA1😀", max_size=40))
    def test_shielding_can_always_be_undone(self, text: str) -> None:
        shielded = shield(text)
        assert unshield(shielded.text, shielded.spans) == text
        assert "".join(split_at_placeholders(shielded.text)) == shielded.text

    def test_the_engine_never_sees_it(self) -> None:
        sentence, engine = translate(
            "Mail naar a@b.nl nu.", {"Mail naar XQAX nu.": "Mail XQAX now."}
        )
        assert sentence.english == "Mail a@b.nl now."
        assert engine.calls == [["Mail naar XQAX nu."]]

    def test_a_lost_placeholder_is_translated_around(self) -> None:
        sentence, _ = translate(
            "Mail naar a@b.nl vandaag nog.",
            {
                "Mail naar XQAX vandaag nog.": "Mail today.",
                "Mail naar ": "Mail to",
                " vandaag nog.": "today.",
            },
        )
        assert sentence.english == "Mail to a@b.nl today."

    def test_a_segment_of_nothing_else_is_not_sent(self) -> None:
        sentence, engine = translate("https://nos.nl/ 😀", {})
        assert sentence.english == "https://nos.nl/ 😀"
        assert engine.calls == []

    def test_many_spans_have_names_of_their_own(self) -> None:
        spans = [f"a{n}@b.nl" for n in range(40)]
        shielded = shield(" ".join(spans))
        assert len(set(placeholders(shielded.text))) == 40


class TestCapitals:
    def test_a_headline_in_capitals_is_translated_in_sentence_case(self) -> None:
        sentence, engine = translate(
            "KABINET VALT OVER EU-PLAN", {"Kabinet valt over eu-plan": "Cabinet falls over EU plan"}
        )
        assert engine.calls == [["Kabinet valt over eu-plan"]]
        assert sentence.english == "CABINET FALLS OVER EU PLAN"

    def test_acronyms_and_names_are_no_headline(self) -> None:
        assert not is_shouted("NAVO EU")
        assert not is_shouted("De NAVO en de EU")
        assert sentence_case("VVD WINT BIJ ‘NOS’") == "VVD wint bij ‘NOS’"


class TestSecondTries:
    def test_another_hypothesis_replaces_a_doubtful_one(self) -> None:
        sentence, engine = translate(
            "Er vielen 12 doden.",
            {"Er vielen 12 doden.": ("There were 21 deaths.", "There were 12 deaths.")},
        )
        assert (sentence.english, sentence.score) == ("There were 12 deaths.", -0.5)
        assert sentence.flags == ()
        assert len(engine.calls) == 1, "a wide search had it anyway"

    @pytest.mark.parametrize(
        ("beam", "reads_glosses", "hypotheses"),
        [(0, False, 4), (4, False, 4), (5, False, 4), (1, False, 1), (0, True, 1), (8, True, 1)],
    )
    def test_a_first_try_has_what_costs_nothing(
        self, beam: int, reads_glosses: bool, hypotheses: int
    ) -> None:
        decoding = first_decoding(Decoding(beam_size=beam), reads_glosses=reads_glosses)
        assert (decoding.beam_size, decoding.hypotheses) == (beam, hypotheses)

    def test_what_stays_doubtful_keeps_its_flag(self) -> None:
        sentence, _ = translate(
            "Er vielen 12 doden.", {"Er vielen 12 doden.": "There were 21 deaths."}
        )
        assert sentence.english == "There were 21 deaths."
        assert sentence.flags == (Flag.NUMBERS,)

    def test_a_worse_one_replaces_nothing(self) -> None:
        sentence, _ = translate(
            "Er vielen 12 doden.", {"Er vielen 12 doden.": ("There were 21 deaths.", "")}
        )
        assert sentence.english == "There were 21 deaths."

    def test_a_long_sentence_is_split_at_a_clause(self) -> None:
        first = "De minister van Financiën zei dinsdag dat er 12 miljard euro nodig is,"
        second = "maar de Tweede Kamer wil eerst weten waar dat geld vandaan komt."
        sentence, _ = translate(
            f"{first} {second}",
            {
                f"{first} {second}": "The minister said it.",
                first: "The finance minister said on Tuesday that 12 billion euros is needed,",
                second: "But the House first wants to know where that money comes from.",
            },
        )
        assert sentence.flags == ()
        assert sentence.english == (
            "The finance minister said on Tuesday that 12 billion euros is needed, "
            "but the House first wants to know where that money comes from."
        )

    def test_all_doubtful_segments_share_the_calls(self) -> None:
        engine = FakeEngine(answers={"Er vielen 12 doden.": "x 21", "Er vielen 13 doden.": "y 21"})
        translator(engine)(["Er vielen 12 doden.", "Er vielen 13 doden.", "Het is mooi weer."])
        assert sorted(engine.calls[1]) == ["Er vielen 12 doden.", "Er vielen 13 doden."]


KYIV = Term(source="Kiev", target="Kyiv")
SECRETARY = Term(source="staatssecretaris", target="state secretary")


class TestGlossary:
    def test_a_dutch_name_that_was_left_is_replaced(self) -> None:
        sentence, engine = translate("Kiev brandt.", {"Kiev brandt.": "Kiev burns."}, KYIV)
        assert (sentence.english, sentence.terms) == ("Kyiv burns.", (KYIV,))
        assert len(engine.calls) == 1

    def test_a_term_that_is_there_already_changes_nothing(self) -> None:
        sentence, engine = translate("Kiev brandt.", {"Kiev brandt.": "Kyiv burns."}, KYIV)
        assert (sentence.english, sentence.terms) == ("Kyiv burns.", ())
        assert len(engine.calls) == 1

    def test_a_missing_term_is_put_into_the_dutch(self) -> None:
        sentence, engine = translate(
            "De staatssecretaris spreekt.",
            {
                "De staatssecretaris spreekt.": "The minister speaks.",
                "De state secretary spreekt.": "The state secretary speaks.",
            },
            SECRETARY,
        )
        assert engine.calls[1] == ["De state secretary spreekt."]
        assert (sentence.english, sentence.terms) == ("The state secretary speaks.", (SECRETARY,))

    def test_a_worse_sentence_is_not_taken_for_a_term(self) -> None:
        sentence, _ = translate(
            "De staatssecretaris spreekt.",
            {
                "De staatssecretaris spreekt.": "The minister speaks.",
                "De state secretary spreekt.": "state secretary 12 12 12",
            },
            SECRETARY,
        )
        assert (sentence.english, sentence.terms) == ("The minister speaks.", ())

    def test_inflected_forms_and_parts_of_words_are_left_alone(self) -> None:
        glossary = Glossary([KYIV])
        assert glossary.settle("De Kievse burgemeester, Kievs trots", "x").missing == ()
        assert glossary.settle("Groot-Kiev", "x").missing == ()

    def test_the_longest_term_goes_first_and_the_later_one_holds(self) -> None:
        glossary = Glossary(
            [KYIV, Term(source="Dynamo Kiev", target="Dynamo"), Term(source="Kiev", target="KIEV")]
        )
        assert glossary.settle("Dynamo Kiev wint", "Dynamo wins").missing == ()
        assert glossary.settle("Kiev wint", "x").missing[0].target == "KIEV"

    def test_an_empty_target_keeps_the_dutch(self) -> None:
        glossary = Glossary([Term(source="gezellig", target="")])
        assert glossary.settle("Heel gezellig", "Very gezellig").missing == ()
        assert glossary.settle("Heel gezellig", "Very cosy").missing

    def test_house_styles_differ(self) -> None:
        spellings = {
            style: next(term.target for term in house_names(style) if term.source == "Zelensky")
            for style in HouseStyle
        }
        assert spellings == {HouseStyle.AP: "Zelenskyy", HouseStyle.BBC: "Zelensky"}

    def test_files_are_read(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text('source,target,note\n# x\n"a, b",c\nd,,keep\n')
        assert read_glossary(tmp_path / "a.csv") == (
            Term(source="a, b", target="c"),
            Term(source="d", target="", note="keep"),
        )
        (tmp_path / "a.toml").write_text('[[term]]\nsource = "a"\ntarget = "b"\n')
        assert read_glossary(tmp_path / "a.toml") == (Term(source="a", target="b"),)

    @pytest.mark.parametrize(
        ("name", "text", "message"),
        [
            ("a.csv", "a,b\nc\n", "line 2: a term is"),
            ("a.toml", "[[term]]\nsauce = 1\n", "nothing else"),
            ("a.toml", "[[term]\n", "a.toml: "),
        ],
    )
    def test_broken_files_are_named(
        self, tmp_path: Path, name: str, text: str, message: str
    ) -> None:
        (tmp_path / name).write_text(text)
        with pytest.raises(ConfigurationError, match=message):
            read_glossary(tmp_path / name)


READER = replace(MODEL, reads_glosses=True)


class TestGlosses:
    def test_a_model_that_reads_them_gets_one_a_word_and_all_where_that_was_doubtful(self) -> None:
        dutch = "De minister verhoogt de tarieven met 12 procent."
        first = "De minister verhoogt [increase] de tarieven [rate] met 12 procent [percent]."
        engine = FakeEngine(
            answers={first: "The minister raises the rates by 12 percent."}, model=READER
        )
        glosses = translator(engine)([dutch])[dutch].glosses
        assert engine.calls == [[first]]
        assert [dutch[gloss.start : gloss.end] for gloss in glosses] == [
            "verhoogt",
            "tarieven",
            "procent",
        ]
        doubted = FakeEngine(answers={first: "x 21"}, model=READER)
        translator(doubted)([dutch])
        assert "[rate; tariff; fare]" in doubted.calls[1][0]

    def test_another_model_gets_plain_text(self) -> None:
        _, engine = translate("Zij danst in de balzaal.", {})
        assert engine.calls == [["Zij danst in de balzaal."]]

    def test_square_brackets_of_the_text_are_round_in_the_prompt_and_come_back(self) -> None:
        dutch = "De balzaal [foto] is open."
        engine = FakeEngine(
            answers={"De balzaal [ballroom] (foto) is open.": "The ballroom (photo) is open."},
            model=READER,
        )
        assert translator(engine)([dutch])[dutch].english == "The ballroom [photo] is open."

    def test_glosses_stand_at_their_words_also_in_capitals_and_beside_addresses(
        self,
    ) -> None:
        for dutch in ("ZIJ DANST IN DE BALZAAL", "Kijk op https://a.nl/ in de balzaal."):
            sentence, _ = translate(dutch, {})
            assert [dutch[gloss.start : gloss.end].lower() for gloss in sentence.glosses][-1] == (
                "balzaal"
            )


class TestMeaning:
    DUTCH = "De kogel raakte een slagader."
    WRONG = "The bullet hit an accomplice."
    RIGHT = "The bullet hit an artery."

    def translate(self, answers: dict[str, str | tuple[str, ...]]) -> tuple[Sentence, FakeEngine]:
        engine = FakeEngine(answers=answers)
        return translator(engine, meaning=True)([self.DUTCH])[self.DUTCH], engine

    def test_a_lost_word_is_named_with_its_meaning(self) -> None:
        sentence, _ = self.translate(
            {self.DUTCH: self.WRONG, "De kogel raakte een artery.": self.WRONG}
        )
        assert sentence.flags == (Flag.MEANING,)
        (lost,) = sentence.missing
        assert (self.DUTCH[lost.start : lost.end], lost.meanings) == ("slagader", ("artery",))

    def test_the_english_word_in_its_place_may_mend_it(self) -> None:
        sentence, engine = self.translate(
            {self.DUTCH: self.WRONG, "De kogel raakte een artery.": self.RIGHT}
        )
        assert (sentence.english, sentence.flags, sentence.missing) == (self.RIGHT, (), ())
        assert engine.calls == [[self.DUTCH], ["De kogel raakte een artery."]]

    def test_of_several_hypotheses_the_one_that_keeps_the_meaning_wins(self) -> None:
        sentence, _ = self.translate(
            {self.DUTCH: (self.WRONG, self.RIGHT), "De kogel raakte een artery.": self.WRONG}
        )
        assert sentence.english == self.RIGHT

    def test_a_meaning_never_outweighs_a_number(self) -> None:
        dutch = "De 12 kogels raakten een slagader."
        engine = FakeEngine(
            answers={
                dutch: "The 12 bullets hit an accomplice.",
                "De 12 kogels raakten een artery.": "The 21 bullets hit an artery.",
            }
        )
        sentence = translator(engine, meaning=True)([dutch])[dutch]
        assert sentence.english == "The 12 bullets hit an accomplice."

    def test_it_can_be_switched_off(self) -> None:
        sentence, engine = translate(self.DUTCH, {self.DUTCH: self.WRONG})
        assert (sentence.flags, len(engine.calls)) == ((), 1)

    def test_a_wrong_entry_is_mended_by_the_glossary(self) -> None:
        engine = FakeEngine(answers={self.DUTCH: self.WRONG})
        glossary = Glossary([Term(source="slagader", target="accomplice")])
        sentence = translator(engine, meaning=True, glossary=glossary)([self.DUTCH])[self.DUTCH]
        assert sentence.flags == ()
