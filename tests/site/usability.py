"""Whether people can use a page: by axe's rules, by keyboard, in a narrow window, without script."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

ANNOUNCING = "[role=status], [aria-live], output"
"""What a screen reader says when it changes."""

_AXE = Axe()

_STOPS = """() => {
  const named = 'a[href], area[href], button, input, select, textarea, summary, [tabindex]';
  const isStop = (one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility({visibilityProperty: true});
  window.stops = [...document.querySelectorAll(named)].filter(isStop);
  const look = (one) => { const {outlineStyle, outlineWidth, boxShadow} = getComputedStyle(one);
                          return [outlineStyle === 'none' ? '' : outlineWidth, boxShadow].join(); };
  window.look = look;
  window.resting = stops.map(look);
  return stops.map((one) => (one.textContent.trim() || one.getAttribute('aria-label') || one.outerHTML).slice(0, 60));
}"""
"""Note what Tab should reach, in the order of the document, and how it looks without the focus; return what it is."""

_FOCUSED = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const place = stops.indexOf(one);
  const box = one.getBoundingClientRect();
  return {
    place,
    isVisible: box.width > 0 && box.height > 0
      && box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth,
    isMarked: place < 0 || look(one) !== resting[place],
    isScroller: place < 0 && (one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight),
    what: one.outerHTML.slice(0, 80),
  };
}"""

_WIDER = """() => {
  const root = document.scrollingElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const scrolls = (one) => one && one !== document.body && one !== root
    && (getComputedStyle(one).overflowX !== 'visible' || scrolls(one.parentElement));
  return [...document.body.querySelectorAll('*')]
    .filter((one) => one.getBoundingClientRect().right > root.clientWidth + 1 && !scrolls(one.parentElement))
    .map((one) => `<${one.tagName.toLowerCase()} class="${one.getAttribute('class') ?? ''}"> ends at `
      + Math.round(one.getBoundingClientRect().right)).slice(0, 5).concat(`the page is ${root.scrollWidth} wide`);
}"""

_SCROLLED = """() => [...document.body.querySelectorAll('*')]
  .filter((one) => one.scrollWidth > one.clientWidth + 1 && !one.closest('figure'))
  .filter((one) => ['auto', 'scroll'].includes(getComputedStyle(one).overflowX))
  .map((one) => `${one.scrollWidth - one.clientWidth} pixels out of sight: ` + one.textContent.trim().slice(0, 60))"""

_MINGLED = """() => {
  const rightToLeft = /[\\u0590-\\u08ff\\ufb1d-\\ufdff\\ufe70-\\ufeff]/u;
  const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (nodes.nextNode()) {
    const one = nodes.currentNode.parentElement, text = nodes.currentNode.data.trim(), style = getComputedStyle(one);
    if (rightToLeft.test(text) && style.display === 'inline' && !/isolate|plaintext/.test(style.unicodeBidi)
        && !one.closest('bdi, title, script, svg')) found.push(text.slice(0, 60));
  }
  return found;
}"""
"""Return what is read from right to left, stands in a line, and would turn round the points and numbers beside it."""

_SKIPPED_TO = """(id) => {
  const target = document.getElementById(id), one = document.activeElement;
  return Boolean(target) && (target.contains(one)
    || Boolean(target.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING));
}"""


_TABBED = """([selector, text]) => {
  const one = document.activeElement;
  return [one.matches(selector) && one.textContent.includes(text), one === document.body];
}"""


def axe_faults(page: Page) -> list[str]:
    """Return a sentence for each rule of axe-core that the page breaks, with the first elements that do."""
    violations = _AXE.run(page).response["violations"]
    return [
        f"{violation['id']}: {violation['help']}: {' '.join(node['html'][:120] for node in violation['nodes'][:3])}"
        for violation in violations
    ]


def width_faults(page: Page) -> list[str]:
    """Return what makes the page wider than its window."""
    wider: list[str] = page.evaluate(_WIDER)
    return wider


def scrolling_faults(page: Page) -> list[str]:
    """Return what one has to scroll sideways to see, pictures aside."""
    hidden: list[str] = page.evaluate(_SCROLLED)
    return hidden


def direction_faults(page: Page) -> list[str]:
    """Return what turns round the text beside it, as a title in Hebrew does in an English line."""
    return [f"turns round what stands beside it: {text!r}" for text in page.evaluate(_MINGLED)]


def keyboard_faults(page: Page) -> list[str]:
    """Return what is wrong with the way through the page by Tab: each stop in order, seen, and showing the focus.

    The page has just been loaded. A box that scrolls may be a stop that is not named: browsers make it one.
    """
    stops: list[str] = page.evaluate(_STOPS)
    faults = []
    reached = 0
    # One box that scrolls may stand before each.
    for _ in range(2 * len(stops) + 1):
        page.keyboard.press("Tab")
        focused = page.evaluate(_FOCUSED)
        if focused is None or (reached == len(stops) and focused["place"] == 0):
            break  # past the end, or round to the beginning
        if focused["isScroller"]:
            continue
        if focused["place"] != reached:
            wanted = stops[reached] if reached < len(stops) else "the end"
            return [*faults, f"Tab reaches {focused['what']!r} where {wanted!r} is next"]
        if not focused["isVisible"]:
            faults.append(f"nobody sees {stops[reached]!r} when it has the focus")
        if not focused["isMarked"]:
            faults.append(f"{stops[reached]!r} looks the same with the focus")
        reached += 1
    return faults if reached == len(stops) else [*faults, f"Tab never reaches {stops[reached]!r}"]


def skip_link_faults(page: Page) -> list[str]:
    """Return what is wrong with the first stop of the page, a link that skips what all pages begin with.

    The page has just been loaded, and is loaded with another fragment afterwards.
    """
    page.keyboard.press("Tab")
    target = page.evaluate("() => document.activeElement?.getAttribute('href') ?? ''")
    if not target.startswith("#"):
        return [f"the first stop leads to {target!r}, and not into the page"]
    if not page.locator("main").count():
        return ["the page has no main part"]
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    if not page.evaluate(_SKIPPED_TO, target[1:]):
        return [f"after the link to {target!r}, Tab goes on before it"]
    if page.evaluate("(id) => !document.getElementById(id).closest('main')", target[1:]):
        return [f"the link to {target!r} does not lead into the main part"]
    return []


def script_faults(scripted: Page, unscripted: Page) -> list[str]:
    """Return what of a page's main part is there only where scripts run, or only where they do not."""
    [scripted_lines, unscripted_lines] = [page.inner_text("main").splitlines() for page in (scripted, unscripted)]
    return [f"only with script: {line!r}" for line in scripted_lines if line not in unscripted_lines] + [
        f"only without script: {line!r}" for line in unscripted_lines if line not in scripted_lines
    ]


def search_faults(page: Page, title: str) -> list[str]:
    """Return what keeps a reader without a mouse from finding the work `title` on the page of the search, and its page.

    The page has just been loaded, and is that of the work afterwards.
    """
    if not _tab_to(page, "input[type=search]"):
        return ["Tab never reaches the field of the search"]
    if not page.evaluate("() => Boolean(document.activeElement.labels.length || document.activeElement.ariaLabel)"):
        return ["the field of the search has no label"]
    links = page.locator("main a:visible")
    before = links.count()
    page.keyboard.type(title)
    found, announcing = links.filter(has_text=title), page.locator(f"main :is({ANNOUNCING})")
    found.or_(announcing.filter(has_text=re.compile(r"\S"))).first.wait_for()
    if not found.count():
        return [f"{title!r} is not found"]
    faults = [] if announcing.count() else ["nobody hears what is found"]
    if links.count() == before:
        faults.append("what is typed changes nothing")
    if not _tab_to(page, "a", title):
        return [*faults, f"Tab never reaches the result {title!r}"]
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "search.html" not in address)
    if title not in page.inner_text("h1"):
        faults.append(f"the result {title!r} leads to {page.inner_text('h1')!r}")
    return faults


def _tab_to(page: Page, selector: str, text: str = "") -> bool:
    """Press Tab until an element that `selector` names, with this text, has the focus; say whether one had."""
    for _ in range(5_000):
        page.keyboard.press("Tab")
        found, is_over = page.evaluate(_TABBED, [selector, text])
        if found or is_over:
            return bool(found)
    return False
