"""Both languages say everything; what the compiler checks too, here without node."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "web" / "src" / "i18n"
LISTS = ("index", "core")
AREAS = sorted(file.stem for file in (FOLDER / "en").glob("*.ts"))
_TOKEN = re.compile(r"\"(?:[^\"\\]|\\.)*\"|`[^`]*`|'(?:[^'\\]|\\.)*'|//[^\n]*|/\*.*?\*/|[{},:]|[\w$]+", re.S)


def _texts(source: str) -> dict[str, str]:
    """Path of every text to the text: what stands in an object literal of plain strings."""
    found: dict[str, str] = {}
    path: list[str] = []
    name = ""
    value: list[str] = []
    tokens = [token for token in _TOKEN.findall(source[source.index("{") :]) if not token.startswith(("//", "/*"))]
    expects_name = True
    for token in tokens:
        if token == "{":
            path.append(name)
            expects_name = True
        elif token in {",", "}"}:
            if value:
                found[".".join([*path[1:], name])] = "".join(value)
                value = []
            expects_name = True
            if token == "}":
                path.pop()
                if not path:
                    break
        elif token == ":":
            expects_name = False
        elif expects_name:
            name = token.strip("\"'")
        else:
            value.append(token)
    return found


@pytest.mark.parametrize("area", [area for area in AREAS if area not in LISTS])
def test_german_and_english_have_the_same_texts_and_placeholders(area: str) -> None:
    english = _texts((FOLDER / "en" / f"{area}.ts").read_text())
    german = _texts((FOLDER / "de" / f"{area}.ts").read_text().partition("typeof en =")[2])
    assert english
    assert set(english) == set(german)
    placeholders = {key: set(re.findall(r"\{\w+\}", text)) for key, text in english.items()}
    assert placeholders == {key: set(re.findall(r"\{\w+\}", text)) for key, text in german.items()}


def test_every_area_is_listed_in_both_languages() -> None:
    for language in ("en", "de"):
        listed = "".join((FOLDER / language / f"{name}.ts").read_text() for name in LISTS)
        assert [area for area in AREAS if area not in LISTS and f'"./{area}"' not in listed] == []
