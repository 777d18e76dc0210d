"""The whole page: one file, nothing from elsewhere, no script."""

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files

from rpdata.report.findings import Findings
from rpdata.report.page.correlations import correlations
from rpdata.report.page.documents import documents
from rpdata.report.page.domain_changes import domain_changes
from rpdata.report.page.duplicates import duplicates
from rpdata.report.page.markup import Html, element, isolated
from rpdata.report.page.origin import origin
from rpdata.report.page.overlap import overlap
from rpdata.report.page.overview import overview
from rpdata.report.page.signals import signals
from rpdata.report.page.waterfalls import waterfalls

SECTIONS = {
    "overview": ("Overview", overview), "waterfalls": ("Waterfalls", waterfalls), "overlap": ("Overlap", overlap),
    "signals": ("Signals", signals), "correlations": ("Correlation", correlations),
    "domains": ("Domains", domain_changes), "documents": ("Documents", documents),
    "duplicates": ("Duplicates", duplicates), "provenance": ("Provenance", origin),
}


def whole_page(found: Findings) -> str:
    """The page as HTML. The policy in it lets a browser load nothing, and run nothing but its style sheet."""
    style = files("rpdata.report.page").joinpath("style.css").read_text("utf-8")
    policy = f"default-src 'none'; style-src 'sha256-{digest(style)}'; base-uri 'none'; form-action 'none'"
    drawn = {key: (title, html) for key, (title, draw) in SECTIONS.items() if (html := draw(found)) is not None}
    name = found.provenance.name
    top = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", f"Report on {name}"),
        element("style", Html(style)),
    )
    body = element(
        "body",
        element("a", "Skip to the content", href="#content", class_="skip"),
        element("header", element("p", "rpdata report", class_="kicker"), element("h1", isolated(name)), class_="top"),
        element("nav", element("ul", (element("li", element("a", title, href=f"#{key}"))
                                      for key, (title, _) in drawn.items())), aria_label="Sections"),
        element("main", (html for _, html in drawn.values()), id="content", tabindex=-1),
        element("footer", element("p", f"Made with rpdata {found.provenance.version}.")),
    )
    return f"<!doctype html>\n{element('html', top, body, lang='en')}\n"


def digest(style: str) -> str:
    return b64encode(sha256(style.encode()).digest()).decode()
