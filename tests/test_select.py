from digest.article import Document
from digest.identity import identity
from digest.select import select_items
from digest.sources.wire import parse_wire
from tests.conftest import AS_OF


def document(text: str) -> Document:
    return parse_wire(text, source="x", as_of=AS_OF)


def identities(text: str) -> list[str]:
    return [identity(item) for item in document(text).items]


def test_spaces_quotes_and_times_do_not_make_another_item() -> None:
    assert identities("Kop\n“Een zin.”\n1 uur geleden") == identities('Kop\n\n"Een  zin."')


def test_other_words_do() -> None:
    assert identities("Kop\nEen zin.") != identities("Kop\nTwee zinnen.")


def test_items_without_letters_are_told_apart() -> None:
    one, two = identities("Meer uit Sport\n!!!\n???")
    assert one != two


def test_selection_keeps_order_and_sections() -> None:
    read = document("Kop\nTekst.\nMeer uit Sport\nEen.\nTwee.\nDrie.")
    wanted = {identity(item) for item in read.items[1:3]}
    (selected,) = select_items([read], keep=wanted.__contains__)
    assert [item.paragraphs[0].text for item in selected.items] == ["Een.", "Twee."]
    assert selected.parts[0] == read.parts[1]
