from contextlib import suppress
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assaydesk.kit.handlebars.functions import ARITIES, FUNCTIONS, Locale
from assaydesk.kit.handlebars.inspecting import variables_of
from assaydesk.kit.handlebars.nodes import TemplateError, TemplateLimit, TemplateSyntaxError, UnknownHelper
from assaydesk.kit.handlebars.parser import MOST_CHARACTERS, parse
from assaydesk.kit.handlebars.renderer import LIMITS, render

BERLIN = Locale(ZoneInfo("Europe/Berlin"), "de")
CASE: dict[str, Any] = {
    "name": "Tom", "html": "<b>'\"&=`</b>", "list": ["a", "b", "c"], "empty": [], "zero": 0, "yes": True, "no": False,
    "nothing": None, "text": "Zeile 1\nZeile <2>", "rows": [{"n": 1, "tags": ["x", "y"]}, {"n": 2, "tags": []}],
    "contract": {"firstName": "Erika", "lastname": "Beispiel", "my key": "k", "iban": "DE89 3704 0044 0532 0130 00"},
    "in": {"tagIds": [22, 7]}, "amount": 1234.5, "day": "2023-01-31", "number": 22, "float": 2.0,
    "customer": {"firstname": "Erika", "lastname": "Beispiel", "additionalData": {"salutation": "Frau"}},
}  # fmt: skip


def shown(source: str, variables: dict[str, Any] = CASE, *, html: bool = True) -> str:
    return render(parse(source, ARITIES), variables, locale=BERLIN, html=html).text


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Hi {{name}}!", "Hi Tom!"),
        ("{{html}}", "&lt;b&gt;&#x27;&quot;&amp;&#x3D;&#x60;&lt;/b&gt;"),
        ("{{{html}}}{{&name}}", "<b>'\"&=`</b>Tom"),
        ("{{missing}}{{contract.nope.deeper}}{{nothing}}|", "|"),
        ("{{no}} {{yes}} {{zero}} {{float}} {{list}} {{contract}}", "false true 0 2 a,b,c "),
        ("{{contract.[my key]}} {{contract/lastname}} {{this.name}} {{./name}}", "k Beispiel Tom Tom"),
        ("{{list.1}} {{list.length}} {{list.9}}{{list.-1}}|", "b 3 |"),
        ("{{#if name}}a{{else}}b{{/if}}{{#if empty}}c{{else}}d{{/if}}{{#if zero}}e{{else}}f{{/if}}", "adf"),
        ("{{#if zero includeZero=true}}z{{/if}}{{#unless zero includeZero=true}}u{{/unless}}", "z"),
        ("{{#unless no}}a{{else}}b{{/unless}}{{#unless yes}}c{{else}}d{{/unless}}", "ad"),
        ("{{#if no}}a{{else if empty}}b{{else if name}}c{{else}}d{{/if}}", "c"),
        ("{{#each list}}{{@index}}{{this}}{{#if @first}}<{{/if}}{{#if @last}}>{{/if}}{{/each}}", "0a<1b2c>"),
        ("{{#each empty}}x{{else}}none{{/each}}{{#each name}}x{{else}}none{{/each}}", "nonenone"),
        ("{{#each rows}}{{n}}{{../name}}{{#each tags}}[{{this}}{{../n}}{{@root.name}}]{{/each}} {{/each}}",
         "1Tom[x1Tom][y1Tom] 2Tom "),
        ("{{#each rows as |row i|}}{{i}}{{row.n}}{{#each row.tags as |t|}}{{t}}{{row.n}}{{/each}}{{/each}}",
         "01x1y112"),
        ("{{#each contract}}{{@key}},{{/each}}", "firstName,lastname,my key,iban,"),
        ("{{#with contract}}{{firstName}} {{../name}}{{else}}no{{/with}}{{#with nothing}}x{{else}}no{{/with}}",
         "Erika Tomno"),
        ("{{#with contract as |c|}}{{c.firstName}}{{/with}}", "Erika"),
        ("{{#rows}}{{n}}{{/rows}}{{#contract}}{{firstName}}{{/contract}}{{#yes}}y{{/yes}}{{#no}}n{{/no}}", "12Erikay"),
        ("{{^no}}a{{/no}}{{^list}}b{{else}}c{{/list}}{{^if yes}}d{{/if}}{{#no}}e{{^}}f{{/no}}", "acf"),
        ("a{{! comment }}b{{!-- with }} inside --}}c", "abc"),
        ("\\{{name}} {{name}} \\\\{{name}}", "{{name}} Tom \\Tom"),
        ("a  {{~name~}}  b{{~! gone ~}}  c", "aTombc"),
        ("a\n  {{#if yes}}\n  b\n  {{else}}\n  c\n  {{/if}}\nd", "a\n  b\nd"),
        ("{{upper (truncate name 2)}} {{lower \"ÄÖ\"}} {{'it''s'}}", None),
        ("{{upper (truncate name 2)}} {{lower \"ÄÖ\"}} {{\"a \\\"b\\\"\"}}", "TO… äö a &quot;b&quot;"),
        ('{{#if (contains in.tagIds "22")}}T{{else}}F{{/if}}{{#contains "7" in.tagIds}}T{{/contains}}', "TT"),
        ("{{contains in.tagIds 22}} {{contains in.tagIds number}}", "false false"),
        ("{{true}} {{null}} {{3.5}} {{undefined}}|", "true  3.5 |"),
    ],
)  # fmt: skip
def test_language(source: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(TemplateSyntaxError):
            shown(source)
    else:
        assert shown(source) == expected


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ('contains in.tagIds "2"', "false"),
        ('contains "Abschlag" "schlag"', "true"),
        ('contains "schlag" "Abschlag"', "true"),
        ('contains "" "x"', "false"),
        ('contains nothing "x"', "false"),
        ('compare 22 "22"', "true"),
        ('compare "a" "b"', "false"),
        ("compare 2 float", "true"),
        ('gt "10" "9"', "false"),
        ("gt 10 9", "false"),
        ('gt "b" "a"', "true"),
        ('lt "10" "9"', "true"),
        ('lt missing "9"', "false"),
        ("gtNum 10 9", "true"),
        ('gtNum "10" "9"', "true"),
        ('gtNum "ten" 9', "false"),
        ("ltNum 9 10", "true"),
        ("ltNum yes 10", "false"),
        ("formatDateDE day", "31.01.2023"),
        ("formatDateDE 1675119600", "31.01.2023"),
        ('formatDateDE "2023-01-30T23:30:00Z"', "31.01.2023"),
        ('formatDateDE "soon"', "soon"),
        ("formatDateDE missing", ""),
        ("addDays day 14", "2023-02-14"),
        ('addDays "2023-03-25T11:00:00Z" 1', "2023-03-26T10:00:00Z"),
        ('addDays "2023-03-01" "-1"', "2023-02-28"),
        ('addDays "9999-12-31" 1', "9999-12-31"),
        ('addDays day "x"', "2023-01-31"),
        ("formatDateDE (addDays day 1)", "01.02.2023"),
        ('extractFirstName "Tom Mustermann"', "Tom"),
        ('extractFirstName "Frau Dr. med. Anna-Lena Beispiel"', "Anna-Lena"),
        ('extractFirstName "Mustermann, Tom"', "Tom"),
        ("extractFirstName missing", ""),
        ("last4digits contract.iban", "3000"),
        ('last4digits "12"', "12"),
        ('eq 1 "1"', "false"),
        ("eq 1 1.0", "true"),
        ("eq yes true", "true"),
        ("eq missing null", "true"),
        ('ne name "Tom"', "false"),
        ("gte 2 2", "true"),
        ('gte "2" 1', "false"),
        ('lte "a" "b"', "true"),
        ("lte missing 2", "false"),
        ("and name yes", "true"),
        ("or missing name", "Tom"),
        ("not missing", "true"),
        ('formatDate day "YYYY-MM-DD"', "2023-01-31"),
        ('formatDate day "dddd, D. MMMM YYYY" "de"', "Dienstag, 31. Januar 2023"),
        ('formatDate day "ddd DD MMM YY [at] HH:mm:ss" "en"', "Tue 31 Jan 23 at 00:00:00"),
        ("formatNumber amount 2", "1.234,50"),
        ('formatNumber amount 0 "en"', "1,235"),
        ("formatNumber name 2", "Tom"),
        ('formatNumber "-0.001" 2', "0,00"),
        ('formatMoney amount "EUR"', "1.234,50\xa0€"),
        ('formatMoney -1234.5 "eur" "en"', "-€1,234.50"),
        ('formatMoney 5 "CHF" "en"', "CHF\xa05.00"),
        ('default missing "x"', "x"),
        ('default "" "x"', "x"),
        ('default zero "x"', "0"),
        ("upper name", "TOM"),
        ('capitalize "straße"', "Straße"),
        ('trim "  a "', "a"),
        ('truncate "Hallo Welt" 6', "Hallo…"),
        ('truncate "Hallo" 5', "Hallo"),
        ('replace "a-b-c" "-" "+"', "a+b+c"),
        ('replace "abc" "" "x"', "abc"),
        ('join list ", "', "a, b, c"),
        ('join name ", "', "Tom"),
        ("length list", "3"),
        ("length name", "3"),
        ("length missing", "0"),
        ("nl2br text", "Zeile 1<br>Zeile &lt;2&gt;"),
        ('dayDiff day "2023-02-02"', "2"),
        ("dayDiff day missing", ""),
        ("salutation customer", "Sehr geehrte Frau Beispiel"),
        ('salutation customer "en"', "Dear Ms Beispiel"),
        ("salutation contract", "Guten Tag Erika Beispiel"),
        ("salutation missing", "Sehr geehrte Damen und Herren"),
    ],
)
def test_helper(call: str, expected: str) -> None:
    assert shown("{{" + call + "}}") == expected


@pytest.mark.parametrize(
    ("source", "line", "column"),
    [
        ("{{#if x}}", 1, 1),
        ("a\nb {{/if}}", 2, 3),
        ("{{#if x}}\n{{/each}}", 2, 1),
        ("{{x", 1, 4),
        ("{{{x}}", 1, 5),
        ("{{}}", 1, 3),
        ("{{x.}}", 1, 5),
        ("{{'x}}", 1, 3),
        ("{{#if}}{{/if}}", 1, 4),
        ("{{#if a b}}{{/if}}", 1, 4),
        ("{{gt 1}}", 1, 3),
        ("{{upper (lower 'a'}}", 1, 19),
        ("{{upper a=1}}", 1, 3),
        ("{{else}}", 1, 1),
        ("{{#if x}}{{else}}{{else}}{{/if}}", 1, 18),
        ("{{> partial}}", 1, 1),
        ("{{#> layout}}{{/layout}}", 1, 1),
        ("{{* decorator}}", 1, 1),
        ("{{{{raw}}}}", 1, 1),
        ("{{! open", 1, 1),
        ("\n\n  {{!-- open }}", 3, 3),
    ],
)
def test_faults_have_a_place(source: str, line: int, column: int) -> None:
    with pytest.raises(TemplateSyntaxError) as fault:
        parse(source, ARITIES)
    assert (fault.value.line, fault.value.column) == (line, column)


@pytest.mark.parametrize(
    "source", ["{{shout name}}", "{{#shout name}}{{/shout}}", "{{upper (shout name)}}", "{{a.b c}}"]
)
def test_unknown_helper(source: str) -> None:
    with pytest.raises(UnknownHelper):
        parse(source, ARITIES)


@pytest.mark.parametrize(
    "path", ["constructor", "__class__", "name.__class__", "list.__len__", "contract.items", "contract.__proto__"]
)
def test_no_attribute_can_be_reached(path: str) -> None:
    assert shown("{{" + path + "}}|{{#with " + path + "}}x{{/with}}") == "|"


@pytest.mark.parametrize(
    ("source", "limit"),
    [
        ("{{#if a}}" * 11 + "{{/if}}" * 11, "depth"),
        ("{{upper " + "(upper " * 11 + "a" + ")" * 11 + "}}", "depth"),
        ("x" * (MOST_CHARACTERS + 1), "length"),
        ("{{#each big}}{{#each ../big}}x{{/each}}{{/each}}", "iterations"),
        ("{{long}}{{long}}{{long}}", "output"),
        ("{{upper long}}{{replace long 'x' 'yyyy'}}", "output"),
        ("{{join pieces long}}", "output"),
        ("{{#each big}}{{#if (contains ../long 'z')}}{{/if}}{{/each}}", None),
    ],
)
def test_limits(source: str, limit: str | None) -> None:
    variables = {"a": 1, "big": list(range(900)), "long": "x" * 100_000, "pieces": [1, 2, 3, 4]}
    if limit is None:
        shown(source, variables)
        return
    with pytest.raises(TemplateLimit) as fault:
        shown(source, variables)
    assert fault.value.limit == limit


def test_time_is_limited() -> None:
    ticks = iter(range(1000))
    with pytest.raises(TemplateLimit) as fault:
        render(parse("{{a}}" * 50, ARITIES), {}, locale=BERLIN, clock=lambda: next(ticks) * 0.01)
    assert fault.value.limit == "time"
    assert LIMITS.seconds == 0.2


def test_missing_variables_are_named() -> None:
    source = "{{contract.firstName}}{{contract.iban}}{{upper x.y}}{{#if z}}{{/if}}{{default q 'a'}}{{nothing}}{{x.y}}"
    found = render(parse(source, ARITIES), {"contract": {"firstName": "E"}, "nothing": None}, locale=BERLIN)
    assert found.missing == ("contract.iban", "x.y", "nothing")


def test_variables_of_a_template() -> None:
    source = (
        "{{a.b}}{{#if c}}{{upper d}}{{/if}}{{#with e}}{{f}}{{../g}}{{/with}}{{#each h as |i|}}{{i.j}}{{k}}{{@root.l}}"
        "{{/each}}{{#m.n}}{{o}}{{/m.n}}{{@index}}"
    )
    assert variables_of(parse(source, ARITIES)) == ("a.b", "c", "d", "e", "e.f", "g", "h", "l", "m.n")


def test_plain_texts_are_not_escaped() -> None:
    assert shown("{{html}}", html=False) == CASE["html"]


PIECES = st.sampled_from(
    ["{{", "}}", "{{{", "}}}", "#if ", "/if", "else", "#each list", "name", " ", "(", ")", "'", '"', ".", "/", "@", "!",
     "--", "~", "^", "\\", "\n", "upper ", "as |x|", "[", "]", "=", "22", "{{#if name}}", "{{/if}}", "{{name}}"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_any_text_is_a_template_or_a_fault(source: str) -> None:
    with suppress(TemplateError):
        shown(source)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.characters(blacklist_characters="{\\", blacklist_categories=["Cs"])))
def test_text_without_braces_stays(source: str) -> None:
    assert shown(source) == source


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(FUNCTIONS)), VALUES, VALUES, VALUES)
def test_helpers_never_fail(name: str, a: Any, b: Any, c: Any) -> None:
    arity = ARITIES[name]
    arguments = " ".join("abc"[: arity.most or 3])
    text = shown("{{" + f"{name} {arguments}" + "}}", {"a": a, "b": b, "c": c})
    assert "<" not in text.replace("<br>", "")
