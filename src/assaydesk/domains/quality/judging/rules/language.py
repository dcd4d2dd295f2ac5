"""Which language a text is in, by its most common words. Enough to tell whether a reply matches its question."""

from collections.abc import Iterable
from re import compile as regex
from typing import Final

_WORD: Final = regex(r"[^\W\d_]+")
_MIN_HITS: Final = 3
_LEAD: Final = 1.5
_MAX_CHARACTERS: Final = 20_000
_COMMON: Final = {
    "de": "der die das und ist nicht ich sie wir ein eine einen zu den dem mit auf für von im bei haben hat bitte wie "
    "auch noch ihre ihr ihnen mir mich es sich aus nach wenn oder kann wird werden sind vielen dank guten",
    "en": "the and is not i you we a an to of in on for with have has please how also your my me it this that from if "
    "or can will are was be thank thanks would could do what there",
    "fr": "le la les et est pas je vous nous un une des du de à en pour avec sur dans que qui mon votre bonjour merci",
    "es": "el la los las y es no yo usted un una de del en por para con que mi su se lo hola gracias está tengo",
    "it": "il lo la gli le e è non io lei un una di del della in per con che mi suo si ciao grazie sono buongiorno",
    "nl": "de het een en is niet ik u wij van in op voor met heb heeft dat mijn uw er naar ook kan wordt bedankt",
    "pt": "o a os as e é não eu você um uma de do da em por para com que meu seu se obrigado está olá",
    "pl": "i w nie na się z do to że jest jak o za po przez proszę dziękuję mam czy pan pani",
}
_LANGUAGES_OF_WORD: Final[dict[str, frozenset[str]]] = {
    word: frozenset(language for language, words in _COMMON.items() if word in words.split())
    for words in _COMMON.values()
    for word in words.split()
}


def language_of(texts: Iterable[str]) -> str | None:
    """Two-letter code, or None when the texts are too short or too mixed to tell."""
    hits = dict.fromkeys(_COMMON, 0.0)
    words = 0
    for word in _WORD.findall("\n".join(texts)[:_MAX_CHARACTERS].casefold()):
        words += 1
        languages = _LANGUAGES_OF_WORD.get(word, frozenset())
        for language in languages:
            # A word of several languages says less about each of them.
            hits[language] += 1 / len(languages)
    (best, most), (_, second) = sorted(hits.items(), key=lambda item: -item[1])[:2]
    if most < _MIN_HITS or most < _LEAD * second or most < 0.08 * words:
        return None
    return best
