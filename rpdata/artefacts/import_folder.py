"""Takes over the artefacts of others: a folder of RedPajama-V2's pipeline, or of cc_net's language models."""

import tempfile
from pathlib import Path

from rpdata.artefacts import ccnet_folder, redpajama_folder
from rpdata.artefacts.found import Import
from rpdata.errors import CannotFinish, UserError

LAYOUTS = (redpajama_folder, ccnet_folder)


def import_folder(source: Path, output: Path) -> Import:
    """Copy every artefact of a folder into the collection `output`, each loaded once to see that it can be used.

    One that is damaged does not keep the others out; the report says which, and what was not there. Doing it again
    changes nothing. UserError if the folder is of neither layout, CannotFinish if `output` can't be written to.
    """
    layouts = [layout for layout in LAYOUTS if source.is_dir() and layout.is_one(source)]
    if not layouts:
        raise UserError(
            f"{source} is no folder of artefacts that can be imported.\nThat of RedPajama-V2 has one of "
            f"{', '.join(f'{part}/' for part in redpajama_folder.PARTS)}; that of cc_net's language models "
            f"*{ccnet_folder.PIECES_SUFFIX} and *{ccnet_folder.MODEL_SUFFIX}."
        )
    report = Import()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        for layout in layouts:
            for name, find in layout.candidates(source, scratch):
                try:
                    report.stored.append(find().keep(output, scratch))
                except CannotFinish:
                    raise
                except UserError as error:
                    report.damaged[name] = str(error)
            known = {artefact.name for artefact in report.stored} | set(report.damaged)
            report.ignored += layout.ignored(source)
            report.absent += [name for name in layout.expected(source) if name not in known]
    return report
