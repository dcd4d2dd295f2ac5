"""Internal notes about mails that did not come in whole, in English and German."""

from typing import Final

_WORDS: Final = {
    "tooLarge": (
        "This mail has {size} MB, more than the limit of {limit} MB. Only its header and the first megabyte were "
        "fetched; attachments are missing. The whole mail is still in the mailbox {address}.",
        "Diese Mail hat {size} MB, mehr als die Grenze von {limit} MB. Nur ihr Kopf und das erste Megabyte wurden "
        "geholt; Anhänge fehlen. Die ganze Mail liegt weiterhin im Postfach {address}.",
    ),
    "leftPacked": (
        "This mail has more parts or deeper levels than the limits allow. What lies beyond was not unpacked; the raw "
        "file of the mail has it.",
        "Diese Mail hat mehr Teile oder tiefere Ebenen, als die Grenzen erlauben. Was darüber hinausgeht, wurde nicht "
        "entpackt; die Rohdatei der Mail enthält es.",
    ),
    "shortened": (
        "The text of this mail was too long and is shortened here. The raw file of the mail has it whole.",
        "Der Text dieser Mail war zu lang und ist hier gekürzt. Die Rohdatei der Mail enthält ihn ganz.",
    ),
    "broken": (
        "This mail could not be read: it has no header, or parts of it cannot be stored. The raw file is attached.",
        "Diese Mail konnte nicht gelesen werden: Sie hat keinen Kopf, oder Teile davon lassen sich nicht speichern. "
        "Die Rohdatei ist angehängt.",
    ),
    "mailboxFails": (
        "The mailbox {address} cannot be read. {reason} It is tried again with growing waits.",
        "Das Postfach {address} kann nicht gelesen werden. {reason} Es wird mit wachsenden Wartezeiten wiederholt.",
    ),
}


def words(kind: str, language: str, **values: object) -> str:
    """The note of this kind; English for every language but German."""
    english, german = _WORDS[kind]
    return (german if language.lower().startswith("de") else english).format(**values)
