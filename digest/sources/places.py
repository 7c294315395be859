"""Names that are data, not prose: places in datelines and names of sections.

Place names are given where Dutch and English differ, in the forms of Dutch news copy and
of English style guides (the Ukrainian spellings are those of Kyiv itself). A place that
is not listed has the same name in both languages.
"""

import re

from digest.article import Section

# Words that stay small inside a Dutch place name: Alphen aan den Rijn.
_SMALL = frozenset(
    """
    aan al am an au auf aux bij da das de del den der di do du el en het im in la las le les los of
    on op over sur te ten ter the van
    """.split()
)

_PLACES = dict(
    pair.split("=")
    for line in """
's-Gravenhage=The Hague; Addis Abeba=Addis Ababa; Aken=Aachen; Antwerpen=Antwerp
Asjchabad=Ashgabat; Asjgabat=Ashgabat; Athene=Athens; Bagdad=Baghdad; Bakoe=Baku; Bazel=Basel
Beiroet=Beirut; Belgrado=Belgrade; Berlijn=Berlin; Boedapest=Budapest; Boekarest=Bucharest
Brugge=Bruges; Brunswijk=Brunswick; Brussel=Brussels; Caïro=Cairo; Charkov=Kharkiv
Chartoem=Khartoum; Cherson=Kherson; Den Haag=The Hague; Djakarta=Jakarta; Doesjanbe=Dushanbe
Doornik=Tournai; Duinkerken=Dunkirk; Gaza-stad=Gaza City; Gazastad=Gaza City; Genève=Geneva
Gent=Ghent; Genua=Genoa; Hannover=Hanover; Ieper=Ypres; Istanboel=Istanbul
Jekaterinburg=Yekaterinburg; Jekaterinenburg=Yekaterinburg; Jerevan=Yerevan
Jeruzalem=Jerusalem; Kaapstad=Cape Town; Kaboel=Kabul; Kairo=Cairo; Karkov=Kharkiv
Keulen=Cologne; Khartoem=Khartoum; Kiev=Kyiv; Koeweit-Stad=Kuwait City; Koeweit=Kuwait City
Kopenhagen=Copenhagen; Krakau=Krakow; Lissabon=Lisbon; Loehansk=Luhansk; Londen=London
Luik=Liège; Luxemburg=Luxembourg; Lvov=Lviv; Maagdenburg=Magdeburg; Marioepol=Mariupol
Mekka=Mecca; Mexico-Stad=Mexico City; Mexico-stad=Mexico City; Milaan=Milan; Moskou=Moscow
München=Munich; Namen=Namur; Napels=Naples; Neurenberg=Nuremberg; Nikolajev=Mykolaiv
Odessa=Odesa; Oost-Jeruzalem=East Jerusalem; Oostende=Ostend; Panama-Stad=Panama City
Panama-stad=Panama City; Parijs=Paris; Peking=Beijing; Phnom-Penh=Phnom Penh; Praag=Prague
Rangoon=Yangon; Rijsel=Lille; Riyad=Riyadh; Saigon=Ho Chi Minh City; Sana'a=Sanaa
Sebastopol=Sevastopol; Seoel=Seoul; Sevilla=Seville; Sint Petersburg=St Petersburg
Sint-Petersburg=St Petersburg; Sjanghai=Shanghai; Straatsburg=Strasbourg; Tasjkent=Tashkent
Teheran=Tehran; Tokio=Tokyo; Trente=Trento; Triëst=Trieste; Tsjernihiv=Chernihiv
Tsjernobyl=Chernobyl; Turijn=Turin; Vaticaanstad=Vatican City; Venetië=Venice
Vlissingen=Flushing; Warschau=Warsaw; Wenen=Vienna; Zaporizja=Zaporizhzhia
Zaporozje=Zaporizhzhia; Zürich=Zurich
""".strip().splitlines()
    for pair in line.split("; ")
)

_SECTIONS = {
    "achtergrond": "Background",
    "ander nieuws": "Other news",
    "kort nieuws": "News in brief",
    "meer nieuws": "More news",
    "algemeen": "General",
    "binnenland": "Domestic",
    "buitenland": "Foreign",
    "cultuur": "Culture",
    "cultuur & media": "Culture & media",
    "economie": "Economy",
    "entertainment": "Entertainment",
    "europa": "Europe",
    "financieel": "Finance",
    "gezondheid": "Health",
    "klimaat": "Climate",
    "koningshuis": "Royal family",
    "kunst": "Arts",
    "media": "Media",
    "nieuws": "News",
    "nederland": "Netherlands",
    "onderwijs": "Education",
    "opinie": "Opinion",
    "opmerkelijk": "Remarkable",
    "politiek": "Politics",
    "regio": "Regional",
    "sport": "Sport",
    "technologie": "Technology",
    "tech": "Tech",
    "voetbal": "Football",
    "vlaanderen": "Flanders",
    "wereld": "World",
    "wetenschap": "Science",
    "wielrennen": "Cycling",
}


def ordinary_capitals(place: str) -> str:
    """A place written in capitals, as it is written in running text: `DEN HAAG` → `Den Haag`."""
    if not without_article(place).isupper():
        return place
    words = re.split(r"([ \-/]+)", place)
    return "".join(_ordinary(word, first=index == 0) for index, word in enumerate(words))


def without_article(place: str) -> str:
    """A place without the `'s` or `'t` that it may begin with, which keeps its small letter."""
    return re.sub(r"^['’‘][stST](?=[ -])", "", place)


def _ordinary(word: str, *, first: bool) -> str:
    small = word.lower()
    if small in _SMALL and not first:
        return small
    if small in {"'s", "’s", "'t", "’t"}:
        return small
    if small.startswith("ij"):
        return "IJ" + small[2:]
    return small[:1].upper() + small[1:]


def english_place(place: str) -> str:
    """The English name of a Dutch place name in ordinary capitals; the same when not listed.

    Several places (`Parijs/Londen`) are translated one by one.
    """
    return "/".join(_PLACES.get(name.replace("’", "'"), name) for name in place.split("/"))


def is_section(name: str) -> bool:
    """Whether a name is one of the sections that have an English one."""
    return name.lower() in _SECTIONS


def section_named(name: str) -> Section | None:
    """The section of this name, which begins with a capital; none for an empty one."""
    known = is_section(name) and name.isupper()
    name = name[:1].upper() + (name[1:].lower() if known else name[1:])
    return Section(heading=name, name=name, name_en=english_section(name)) if name else None


def english_section(name: str) -> str:
    """The English name of a section; the same when not listed."""
    return _SECTIONS.get(name.lower(), name)
