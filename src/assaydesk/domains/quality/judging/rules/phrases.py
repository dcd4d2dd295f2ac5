"""German and English phrases by which rules recognise manners, promises and consent. Data only.

Each choice is a regular expression of its own; they are looked up in any case.
"""

from re import IGNORECASE, MULTILINE, Pattern
from re import compile as regex
from typing import Final

_LINE_START: Final = r"(?:^[^\w\n]*|[\n.!?,:;)>*#–—-]\s*|\A\W*)"
"""Where a sentence or line begins. Quotation marks inside of one do not: a greeting that is quoted greets nobody."""


def _any_of(*choices: str, before: str = r"\b", after: str = r"\b") -> Pattern[str]:
    return regex(rf"{before}(?P<words>{'|'.join(choices)}){after}", IGNORECASE | MULTILINE)


_ALONE: Final = r"(?=\s*(?:[,.!;:)–-]|\n|\Z))"
"""After words that close a letter only where nothing of the sentence follows: not "all the best tariffs"."""
_WISHED: Final = r"(?=\s*(?:[,.!;:)–-]|\n|\Z|noch\b|und\b|wünsch))"
"""After wishes, which may go on."""

GREETING: Final = _any_of(
    r"(?:einen )?(?:wunder)?schönen guten (?:tag|morgen|abend)",
    r"guten (?:tag|morgen|abend|mittag)",
    r"hallo|hallöchen|hi|hey|moin(?: moin)?|tach|salut|servus|grüezi|grüß (?:gott|dich|sie)|gruess gott",
    r"sehr (?:geehrte|verehrte)[rs]?|liebe[rs]?|werte[rs]?|(?:herzlich )?willkommen",
    r"good (?:morning|afternoon|evening|day)|hello|greetings|dear|(?:a warm )?welcome|howdy",
    before=_LINE_START,
    after=r"\b(?!-\w)",
)
CLOSING: Final = _any_of(
    r"(?:mit )?(?:freundliche[nms]?|viele[n]?|beste[nr]?|liebe[nr]?|herzliche[nr]?|schöne[nr]?|sonnige[nr]?)(?: \w+)? "
    r"gr(?:ü|ue)(?:ß|ss)e?n?",
    r"mfg|lg|vg|bg|hochachtungsvoll|auf wieder(?:sehen|hören|schauen)|tschü(?:ss|ß)|alles gute|bis bald",
    rf"(?:gruß|gruss|grüße|gruesse){_ALONE}",
    # "Guten Tag" and "guten Abend" are greetings, so they are left out here.
    r"(?:schöne[ns]?|angenehme[ns]?|erholsame[ns]?) (?:rest)?(?:tag|abend|woche|wochenende|feierabend|zeit|feiertage)"
    rf"{_WISHED}",
    rf"gute (?:nacht|reise|fahrt|zeit|woche|besserung){_WISHED}|gutes wochenende{_WISHED}",
    r"(?:kind|best|warm|warmest|kindest)(?: \w+)? regards",
    r"(?<!in )(?<!with )(?<!as )regards(?! (?:to|the|your|my|our)\b)",
    rf"(?:yours )?(?:sincerely|faithfully|truly){_ALONE}",
    rf"best wishes|all the best{_ALONE}|best{_ALONE}|cheers|take care(?! of\b)|good ?bye|bye(?: bye)?|safe travels",
    r"see you(?: soon)?",
    r"(?:have|enjoy) (?:a|an|your|the rest of your|a \w+ rest of your) (?:\w+ ){0,2}"
    r"(?:day|evening|night|morning|afternoon|weekend|week|one|time|flight|trip|journey|stay|holidays?)",
)
FURTHER_HELP: Final = _any_of(
    r"anything else",
    r"(?:further|other|more|additional) (?:questions?|help|assistance|concerns?|requests?)",
    r"(?:if you|should you|do you) (?:\w+ ){0,3}(?:need|have|require) (?:\w+ ){0,4}"
    r"(?:questions?|help|assistance|else|more)",
    r"let (?:me|us) know if|feel free to|(?:don't|do not) hesitate|(?:happy|glad|here) to (?:help|assist)",
    r"(?:sonst )?noch (?:etwas|was|weiterhelfen|helfen|fragen|ein anliegen)",
    r"weitere[nr]? (?:fragen?|hilfe|anliegen|wünsche)|(?:bei|für) (?:\w+ ){0,3}(?:rück)?fragen",
    r"(?:falls|wenn|sollten) sie (?:\w+ ){0,3}(?:rück)?fragen|(?:stehe|stehen) (?:ich|wir) ihnen",
    r"zögern sie nicht|melden sie sich (?:gerne?|jederzeit)|(?:gerne|jederzeit) (?:wieder )?(?:melden|zur verfügung)",
)
_TITLE: Final = r"(?:(?:herrn?|frau|familie|dr|prof|mr|mrs|ms|miss|mx|sir)\b\.?\s+)"
_CAPITALISED: Final = r"(?-i:[A-ZÀ-ÖØ-Þ][\w'’-]+)"
NAMED_SALUTATION: Final = _any_of(
    rf"{_TITLE}{{1,3}}{_CAPITALISED}",
    rf"{_CAPITALISED}(?: {_CAPITALISED}){{0,2}}(?=[ \t]*(?:[,.!;:–]|-\s|\n|\r|\Z))",
    before=r"(?:sehr (?:geehrte|verehrte)[rs]?|liebe[rs]?|werte[rs]?|guten (?:tag|morgen|abend)|hallo|grüß (?:gott|"
    r"dich)|hi|hey|hello|dear|good (?:morning|afternoon|evening|day)),?\s+",
    after="",
)
"""A salutation with a name after it: a capitalised word after a title, or one with which the salutation ends.

Words of `NOT_A_NAME` are none.
"""
NOT_A_NAME: Final = frozenset(
    regex(r"\w+").findall(
        "damen herren kunde kundin kunden team zusammen alle interessent interessentin nutzer sir madam customer "
        "client user guest there all everyone friend colleague valued traveler member ich wir vielen danke es das die "
        "der wie thank thanks how i we the this it your welcome and please und of for für von zu gmbh ag kg co inc ltd "
        "ihr ihre ihren ihrem mein meine my our unser unsere yes no sure okay ok ja nein gerne gern bitte leider sorry "
        "entschuldigung again nochmal nochmals"
    )
)
ATTACHMENT: Final = _any_of(
    r"anbei|im anhang|in der anlage|als anlage|als anhang|angehängt|angefügt|beigefügt|beiliegend",
    r"attached|enclosed|(?:in|see|find) (?:the|my|our) attachments?|as an attachment|(?:i|we) attach",
)
OTHER_ATTACHMENT: Final = _any_of(
    r"von ihnen|ihr\w* (?:\w+ )?(?:anhang|anlage|angehängt\w*|beigefügt\w*)|(?:anhang|anlage) (?:zu )?ihrer",
    r"sie (?:\w+ ){0,2}(?:angehängt|beigefügt)|nicht|kein\w*|ohne|fehlt\w*|(?:könn(?:t)?en|haben|hatten) sie",
    r"bitte (?:\w+ ){0,2}sie",
    r"your (?:\w+ )?attachments?|attachments? (?:that )?you|you(?:'ve| have)? (?:\w+ )?(?:attached|sent|enclosed)",
    r"not|no attachments?|without|missing|couldn't|can't|please (?:re-?)?(?:send|attach|enclose)|(?:could|can) you",
)
"""Beside the words of `ATTACHMENT`: the sentence is about an attachment of the customer, or about none."""
SECRET: Final = _any_of(
    r"passwor[dt]\w*|kennwort\w*|pass ?phrase|(?-i:PIN|TAN)\b(?:-nummer| number| code)?|cvv2?|cvc2?",
    r"(?:karten)?prüf(?:nummer|ziffer)|sicherheitscode|(?:card )?security code",
    r"(?:vollständige|komplette)\w* kreditkartennummer|(?:full|complete) (?:credit )?card number",
    r"einmalcode|one[- ]time (?:code|password)",
)
ASKING: Final = _any_of(
    r"\?",
    r"\b(?:nennen|geben|senden|schicken|teilen|bestätigen|mailen|verraten|brauchen?|benötigen?)\b",
    r"\b(?:please|kindly) (?:\w+ )?(?:provide|give|send|tell|share|confirm|enter)\b",
    r"\b(?:need|require|provide|give|send|tell|share)(?: me| us| the| \w+ with)? (?:\w+ )?your\b|what(?: is|'s) your\b",
    before="",
    after="",
)
WARNING: Final = _any_of(
    r"nie|niemals|nicht|kein\w*|zurück(?:zu)?setz\w*|vergessen|ändern|neue[sn]?|vorläufige\w*",
    r"never|not|don't|without|reset\w*|forgot\w*|chang(?:e|ed|ing)|new|temporary",
)
"""Beside the words of `SECRET`: a warning, or help with a new secret, and no request for it."""
CONSENT: Final = _any_of(
    r"^\W*(?:yes|yep|yeah|yup|sure|ok|okay|of course|absolutely|certainly|correct|confirmed|agreed)\b",
    r"^\W*(?:ja|jawohl|jap|gerne?|klar|natürlich|einverstanden|in ordnung|genau|passt|stimmt)\b",
    r"\bi (?:hereby )?(?:confirm|agree|accept|consent)\b|\bgo ahead\b|\b(?:please )?proceed with\b|\bplease proceed\b",
    r"\bsounds (?:good|great|fine|perfect)\b|\bthat works\b|\bthat(?:'s| is) (?:fine|correct|right|ok|okay|perfect)\b",
    r"\blooks (?:good|correct|right)\b|\b(?:i'd|i would) like to proceed\b|\bdo it\b",
    r"\bich (?:bestätige|stimme (?:\w+ )?zu|bin (?:damit )?einverstanden)\b|\bhiermit bestätige\b|\bmachen sie das\b",
    r"\bbitte (?:so )?(?:durchführen|buchen|ausführen|machen)\b|\bso machen wir(?: es| das)?\b|\bklingt gut\b",
    r"\bdas (?:passt|ist (?:richtig|korrekt|in ordnung))\b",
    before="",
    after="",
)
REFUSAL: Final = _any_of(
    r"^\W*(?:no|nope|nein|nee)\b",
    r"\b(?:don't|do not|not yet|wait|hold on|stop|rather not|actually,? (?:no|i)|changed my mind)\b",
    r"\b(?:nicht|warten sie)\b",
    before="",
    after="",
)
CONDITION: Final = _any_of(
    r"but|however|only if|as long as|provided that|unless|except",
    r"aber|allerdings|jedoch|nur wenn|sofern|solange|außer|vorausgesetzt",
)
CHOICE: Final = _any_of(
    r"i(?:'ll| will) (?:go with|take)|let's (?:go with|use|do)|i (?:choose|pick|prefer|would prefer)|option \w+",
    r"the (?:first|second|third|last) (?:one|option)",
    r"(?:ich|wir) nehmen?|die (?:erste|zweite|dritte|letzte)|variante \w+",
)
