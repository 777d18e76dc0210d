"""Where an artefact comes from that a signal needs and a dataset was not given."""

from rpdata.artefacts.published import BUNDLES

LM = "lm"


def where_from(what: str) -> str:
    """The commands that bring or make it, by what a signal calls it: bad_words, classifier.palm, domains.ut1, lm."""
    if what == LM:      # one for each language, and too many to name
        return "lm: rpdata artefacts pull cc_net.LANGUAGE, or rpdata artefacts train lm"
    bundles = [name for name, bundle in BUNDLES.items()
               if any(each == what or each.startswith(f"{what}.") for each in bundle.artefacts)]
    commands = [f"rpdata artefacts pull {bundles[0]}"] if bundles else []
    kind, _, name = what.partition(".")
    options = {"classifier": "--name", "importance": "--target"}
    if kind in options:
        commands.append(f"rpdata artefacts train {kind} {options[kind]} {name}{'=FILE' * (kind == 'importance')} ...")
    return f"{what}: {', or '.join(commands) or 'rpdata artefacts import DIR'}"
