"""Mails as they come in, and the words that their writers wrote. Every mail here is invented."""

import pytest

from assaydesk.kit.text import clean_body, clean_text
from tests.patience import worked_through

OUTLOOK_DE = (
    "Hallo,\n\nder Stand ist 4711.\n\nMit freundlichen Grüßen\nEva Muster\n\n"
    "Von: Lumen Service <service@lumen.example>\nGesendet: Montag, 3. Juni 2024 10:12\nAn: Eva Muster\n"
    "Betreff: AW: Zählerstand\n\nGuten Tag Frau Muster,\nbitte nennen Sie uns den Stand.\n"
)
GREETED = "Hallo,\n\nder Stand ist 4711.\n\nMit freundlichen Grüßen\nEva Muster"

TEXTS = {
    "Outlook, German": (OUTLOOK_DE, GREETED),
    "Outlook with a line of underscores": (OUTLOOK_DE.replace("Von:", "_" * 32 + "\nVon:"), GREETED),
    "Outlook, bold headers": (
        "Danke, das passt.\n\n*Von:* Lumen <s@lumen.example>\n*Gesendet:* Montag\n*An:* Eva\n*Betreff:* AW: X\n\nText",
        "Danke, das passt.",
    ),
    "old Outlook": (
        "Bitte kündigen.\n\n-----Ursprüngliche Nachricht-----\nVon: Lumen\nGesendet: Montag\nAn: Eva\n\nHallo",
        "Bitte kündigen.",
    ),
    "Outlook, English": (
        "Please cancel.\n\nFrom: Lumen <s@lumen.example>\nSent: Monday, June 3, 2024 10:12 AM\nTo: Eva\n"
        "Cc: Tom\nSubject: RE: contract\n\nDear Eva",
        "Please cancel.",
    ),
    "GMX puts the date first": (
        'Ja, gerne.\n\nGesendet: Montag, 03. Juni 2024 um 10:12 Uhr\nVon: "Lumen" <s@lumen.example>\n'
        "An: eva@example.com\nBetreff: Termin\n\nPasst Ihnen Dienstag?",
        "Ja, gerne.",
    ),
    "Gmail, German, wrapped": (
        "Ja.\n\nAm Mo., 3. Juni 2024 um 10:12 Uhr schrieb Lumen <\ns@lumen.example>:\n\n> Hallo Eva,\n> ok?",
        "Ja.",
    ),
    "Gmail, wrapped twice": (
        "Yes.\n\nOn Mon, Jun 3, 2024 at 10:12 AM Lumen Service with a long name\nand more of it\n"
        "<service@lumen.example> wrote:\n\n> Dear Eva",
        "Yes.",
    ),
    "Thunderbird": ("Nein.\n\nAm 03.06.24 um 10:12 schrieb Lumen Service:\n> Hallo Eva\n>> Frage", "Nein."),
    "Apple Mail": ("Danke!\n\n> Am 03.06.2024 um 10:12 schrieb Lumen <s@lumen.example>:\n> \n> Hallo Eva\n", "Danke!"),
    "Lotus style": ("Ok.\n\nLumen Service <s@lumen.example> schrieb am 03.06.2024 10:12:45:\n\nGuten Tag", "Ok."),
    "Open-Xchange": (
        "Ok.\n\nLumen Service <s@lumen.example> hat am 03.06.2024 10:12 CEST geschrieben:\n\nHallo",
        "Ok.",
    ),
    "Horde": ("Ok.\n\nZitat von Lumen <s@lumen.example>:\n\n> Hallo", "Ok."),
    "old Gmail": ("Ok.\n\n2024-06-03 10:12 GMT+02:00 Lumen Service <s@lumen.example>:\n\n> Hallo", "Ok."),
    "iPhone": (
        "Der Zähler zeigt 4711.\n\nVon meinem iPhone gesendet\n\n> Am 03.06.2024 um 10:12 schrieb Lumen:\n> \n> Hallo",
        "Der Zähler zeigt 4711.",
    ),
    "iPhone, English": ("It reads 4711.\n\nSent from my iPhone", "It reads 4711."),
    "Android with GMX": (
        "Komme später.\n-- \nDiese Nachricht wurde von meinem Android Mobiltelefon mit GMX Mail gesendet.",
        "Komme später.",
    ),
    "Outlook on the phone": ("Ok.\n\nHolen Sie sich Outlook für iOS<https://aka.ms/o0ukef>", "Ok."),
    "Outlook on the phone, English": ("Ok.\n\nGet Outlook for Android <https://aka.ms/AAb9ysg>", "Ok."),
    "Mail of Windows": ("Ok.\n\nGesendet von Mail für Windows\n", "Ok."),
    "a signature after the sign for it": (
        "Bitte rufen Sie an.\n\n-- \nEva Muster\nTel. 0301234567",
        "Bitte rufen Sie an.",
    ),
    "a company": (
        "Anbei die Rechnung.\n\nMit freundlichen Grüßen\n\nEva Muster\nEinkauf\n\nMuster Bau GmbH\nTel.: 030 1234567\n"
        "www.muster.example\nAmtsgericht Berlin, HRB 12345\nGeschäftsführer: Tom Muster",
        "Anbei die Rechnung.\n\nMit freundlichen Grüßen\n\nEva Muster",
    ),
    "a legal notice": (
        "Bitte um Rückruf.\n\nDiese E-Mail enthält vertrauliche Informationen und ist nur für den Empfänger bestimmt.",
        "Bitte um Rückruf.",
    ),
    "a legal notice, English": (
        "Call me.\n\nThis message is intended only for the addressee and may be confidential.",
        "Call me.",
    ),
    "answers below each quoted line": (
        "Hallo,\n\nAm 03.06.2024 um 10:12 schrieb Lumen:\n> Wie ist der Stand?\n\nEs sind 4711.\n\n> Tag?\n\nHeute.",
        "Hallo,\n\n\nEs sind 4711.\n\n\nHeute.",
    ),
    "the answer below the quote": (
        "Am 03.06.2024 um 10:12 schrieb Lumen:\n> Wie ist der Stand?\n> Danke\n\nEs sind 4711.",
        "Es sind 4711.",
    ),
}
KEPT = {
    "an address behind the greeting": (
        "Bitte ummelden.\n\nMit freundlichen Grüßen\nEva Muster\nHauptstraße 5\n12345 Musterstadt\nTel. 030 1234567\n"
        "Kundennummer 4711"
    ),
    "a question behind the greeting": "Danke.\n\nViele Grüße\nEva\n\nTel.: 030 1\nwww.a.example\nWann rufen Sie an?",
    "a postscript": "Danke.\n\nMit freundlichen Grüßen\nEva Muster\n\nPS: Der Zähler ist getauscht.",
    "own report of writing": "Am Montag schrieb ich Ihnen:\nBitte kündigen Sie den Vertrag.",
    "own report with a date": "Am 3. Mai 2024 schrieb ich Ihnen:\nBitte kündigen Sie den Vertrag.",
    "own report, English": "On May 3 I wrote to you:\nPlease cancel.",
    "a form with lines": "Name: Eva\n_____\nNachricht: Bitte den Vertrag kündigen\n_____\nDanke",
    "a list": "Ich brauche:\n- die Rechnung\n- den Vertrag\n-- beides bald",
    "few header words": "Von: Berlin\nAn: Hamburg\nWas kostet der Umzug?",
    "a phone in the text": "Ich habe es von meinem iPhone gesendet und es kam nicht an.",
    "words about a notice": "Diese E-Mail ist die dritte zu diesem Thema. Wann antworten Sie?",
    "everything is quoted": "> Guten Tag\n> bitte um Antwort",
    "answers in the quote of Outlook": (
        "Meine Antworten siehe unten.\n\nVon: Lumen\nGesendet: Montag\nAn: Eva\nBetreff: X\n\nWie ist der Stand?\n4711"
    ),
    "greetings and nothing else": "Mit freundlichen Grüßen\nEva Muster",
    "a closing in the middle": "Viele Grüße an Ihr Team!\nMein Zählerstand ist 4711.\nBitte bestätigen.",
}
CITED = '<blockquote type="cite"><div>Wie ist der <b>Stand</b>?</div></blockquote>'
HTMLS = {
    "Gmail": (
        '<div dir="ltr">Ja, gerne.</div><br><div class="gmail_quote"><div class="gmail_attr">Am Mo., 3. Juni 2024 um '
        '10:12 Uhr schrieb Lumen &lt;<a href="mailto:s@lumen.example">s@lumen.example</a>&gt;:<br></div>'
        '<blockquote class="gmail_quote" style="margin:0"><p>Hallo Eva</p></blockquote></div>',
        "Ja, gerne.",
    ),
    "Apple Mail": (
        f"<html><body>Es sind 4711.<div><br><blockquote type=\"cite\"><div>Am 03.06.2024 um 10:12 schrieb Lumen:</div>"
        f"<br><div>Hallo</div></blockquote></div>{CITED}</body></html>",
        "Es sind 4711.",
    ),
    "answers between the quotes": (
        f"<p>Hallo,</p>{CITED}<p>Es sind 4711.</p>{CITED}<p>Gruß</p>", "Hallo,\n\n\nEs sind 4711.\n\n\nGruß"
    ),
    "an indented paragraph is no quote": (
        '<p>Mein Text:</p><blockquote style="margin:0 0 0 40px;border:none">Bitte kündigen.</blockquote>',
        "Mein Text:\n\nBitte kündigen.",
    ),
    "Outlook": (
        '<div class="WordSection1"><p>Passt.</p><div style="border-top:solid #E1E1E1 1.0pt"><p><b>Von:</b> Lumen '
        "&lt;s@lumen.example&gt;<br><b>Gesendet:</b> Montag, 3. Juni 2024<br><b>An:</b> Eva<br><b>Betreff:</b> X</p>"
        "</div><p>Hallo Eva</p></div>",
        "Passt.",
    ),
    "Thunderbird": (
        '<p>Nein.</p><div class="moz-cite-prefix">Am 03.06.24 um 10:12 schrieb Lumen:<br></div>'
        '<blockquote type="cite" cite="mid:x"><p>Ja?</p></blockquote><div class="moz-signature">-- <br>Eva</div>',
        "Nein.",
    ),
    "only a quote": (CITED, "Wie ist der Stand?"),
}  # fmt: skip


@pytest.mark.parametrize(("mail", "own"), TEXTS.values(), ids=TEXTS)
def test_given_a_mail_the_own_words_are_left(mail: str, own: str) -> None:
    assert clean_body(mail, "text") == own
    assert clean_text(mail.replace("\n", "\r\n").replace("\r\n", "\n")) == own


@pytest.mark.parametrize("mail", KEPT.values(), ids=KEPT)
def test_given_words_of_the_customer_none_is_lost(mail: str) -> None:
    assert clean_body(mail, "text") == mail


@pytest.mark.parametrize(("html", "own"), HTMLS.values(), ids=HTMLS)
def test_given_html_the_own_words_are_left(html: str, own: str) -> None:
    assert clean_body(html) == own


@pytest.mark.parametrize(
    "piece",
    ["-- \n", "_____\n", "Von: a\n", "x\n", "Viele Grüße\n", "<blockquote type=cite>", "Diese E-Mail ist\n", "Am 3. "],
)
def test_given_a_million_characters_it_is_quick(piece: str) -> None:
    with worked_through():
        clean_body(piece * (1_000_000 // len(piece)), "html" if piece.startswith("<") else "text")
