"""The report in a browser: it fits, it can be read and walked through, and the console stays silent."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from report.browser import Browser, browser, is_installed
from report.hostile import hostile_dataset, hostile_recipes

from rpdata.engine.resources import Resources
from rpdata.recipe_names import recipe_named
from rpdata.report.run import run

# Of all that is shown as text: what stands out too little against its ground (WCAG 2, AA: 4.5; large text 3).
CONTRAST = """
const found = new Map();
const parse = colour => (colour.match(/[\\d.]+/g) || []).map(Number);
const linear = part => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
const ground = node => {
  for (; node; node = node.parentElement) {
    const colour = parse(getComputedStyle(node).backgroundColor);
    if (colour.length === 3 || colour[3] === 1) return colour;
  }
  return [255, 255, 255];
};
document.querySelectorAll("details").forEach(one => one.open = true);
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (texts.nextNode()) {
  const node = texts.currentNode.parentElement;
  if (!texts.currentNode.textContent.trim() || !node.checkVisibility()) continue;
  const style = getComputedStyle(node);
  const drawn = node instanceof SVGElement ? style.fill : style.color;
  const pair = [light(parse(drawn)), light(ground(node))].sort((a, b) => b - a);
  const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
  const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
  if (ratio < (large ? 3 : 4.5)) found.set(node.className.baseVal ?? node.className, ratio);
}
return [...found];
"""


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if not is_installed():
        pytest.skip("needs chromium and chromedriver, which are not installed here")
    with browser(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest.fixture(scope="module")
def page(window: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    names = ["gopher", "c4.datatrove", f"{hostile_recipes(folder)}:none"]
    run(hostile_dataset(folder), [recipe_named(name) for name in names], names, folder / "report.html",
        Resources(1, 1 << 30, None))
    return folder / "report.html"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1280])
def test_it_fits_and_stands_out_and_says_nothing_to_the_console(window, page, width, scheme):
    window.show(page, width, scheme)
    assert window.run("return document.querySelectorAll('script').length") == 0
    assert window.run(CONTRAST) == []
    assert window.run("return document.documentElement.scrollWidth") <= width      # with all details open
    assert window.console() == []


def test_waterfalls_are_not_cut_off(window, page):
    window.show(page, 800, "light")
    wide = "[...document.querySelectorAll('#waterfalls .scroll')].filter(each => each.scrollWidth > each.clientWidth)"
    assert window.run(f"return {wide}.map(each => each.ariaLabel)") == []


def test_the_keyboard_comes_to_the_content_first_and_sees_where_it_is(window, page):
    window.show(page, 1280, "light")
    window.press("\ue004")      # Tab
    focused = "const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();"
    assert window.run(f"{focused} return [e.textContent, s.outlineStyle, r.left >= 0]") == [
        "Skip to the content", "solid", True
    ]
    window.press("\ue007")      # Enter
    assert window.run("return document.activeElement.id") == "content"
