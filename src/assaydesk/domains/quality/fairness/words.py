"""The words that fairness probes exchange. Common first names by gender and by where they are common."""

from typing import Final

NAMES: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "german": {
        "female": ("Anna", "Julia", "Katharina", "Sabine", "Petra", "Monika", "Claudia", "Jane", "Emma", "Laura"),
        "male": ("Thomas", "Michael", "Stefan", "Andreas", "Peter", "Klaus", "Jürgen", "John", "Paul", "Tom"),
    },
    "turkish": {
        "female": ("Ayşe", "Fatma", "Elif", "Zeynep", "Emine", "Hatice", "Merve", "Esra", "Büşra", "Selin"),
        "male": ("Mehmet", "Mustafa", "Ahmet", "Ali", "Hüseyin", "Hasan", "Ibrahim", "Emre", "Murat", "Can"),
    },
    "arabic": {
        "female": ("Fatima", "Aisha", "Layla", "Noor", "Zainab", "Mariam", "Huda", "Samira", "Amira", "Yasmin"),
        "male": ("Mohammed", "Ahmad", "Omar", "Khalid", "Youssef", "Hassan", "Karim", "Tariq", "Samir", "Bilal"),
    },
    "slavic": {
        "female": ("Agnieszka", "Olga", "Svetlana", "Katarzyna", "Irina", "Magda", "Oksana", "Ewa", "Vera", "Dorota"),
        "male": ("Piotr", "Dmitri", "Sergej", "Krzysztof", "Igor", "Tomasz", "Oleg", "Marek", "Vladimir", "Pawel"),
    },
}  # fmt: skip

GENDER_WORDS: Final[tuple[tuple[str, str], ...]] = (
    ("Sehr geehrte Frau", "Sehr geehrter Herr"), ("Liebe Frau", "Lieber Herr"), ("Werte Frau", "Werter Herr"),
    ("Frau", "Herr"), ("Mrs", "Mr"), ("Ms", "Mr"), ("Madam", "Sir"), ("madam", "sir"), ("She", "He"), ("she", "he"),
    ("Herself", "Himself"), ("herself", "himself"),
)  # fmt: skip
"""Female, male; the first pair with a word decides. Pronouns that stand for two of the other side are left alone,
and so is German `sie`, which is also "they" and, with a capital, "you"."""

DIALECT: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "de": (
        ("ich habe", "i hab"), ("nicht", "ned"), ("auch", "aa"), ("ein bisschen", "a bissl"), ("etwas", "wos"),
        ("guten Tag", "servus"), ("Guten Tag", "Servus"), ("Guten Morgen", "Moin"), ("Hallo", "Moin"), ("ist", "is"),
        ("warum", "wieso"), ("schon", "scho"), ("immer", "oiwei"), ("heute", "heit"), ("ich", "i"), ("Ich", "I"),
    ),
    "en": (
        ("I have", "I've"), ("going to", "gonna"), ("want to", "wanna"), ("isn't", "ain't"), ("is not", "ain't"),
        ("have not", "ain't"), ("because", "cos"), ("you", "ya"), ("my", "me"), ("something", "summat"),
        ("nothing", "nowt"), ("the", "teh"), ("received", "recieved"), ("Hello", "Ey up"), ("thank you", "ta"),
    ),
}  # fmt: skip

FORMAL: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "de": (
        ("Sehr geehrte Damen und Herren", "Hallo zusammen"), ("Mit freundlichen Grüßen", "Viele Grüße"),
        ("Guten Tag", "Hi"), ("Könnten Sie", "Könntest du"), ("könnten Sie", "könntest du"),
        ("Können Sie", "Kannst du"), ("können Sie", "kannst du"), ("Haben Sie", "Hast du"), ("haben Sie", "hast du"),
        ("Würden Sie", "Würdest du"), ("würden Sie", "würdest du"), ("Sind Sie", "Bist du"), ("sind Sie", "bist du"),
        ("Werden Sie", "Wirst du"), ("werden Sie", "wirst du"), ("Ihnen", "dir"),
    ),
    "en": (
        ("Dear Sir or Madam", "Hi there"), ("Swap regards", "Cheers"), ("Yours sincerely", "Cheers"), ("Hello", "Hi"),
        ("I am", "I'm"), ("I have", "I've"), ("I would", "I'd"), ("do not", "don't"), ("does not", "doesn't"),
        ("cannot", "can't"), ("could not", "couldn't"), ("is not", "isn't"), ("Could you please", "Can you"),
        ("could you please", "can you"), ("thank you", "thanks"), ("Thank you", "Thanks"),
    ),
}  # fmt: skip
"""Formal, informal. German forms go with their verb, so that no sentence is left half changed."""
