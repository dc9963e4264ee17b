from collections.abc import Iterator

from dotmac_lint.api import (
    Deployment,
    Diagnostic,
    Edit,
    Fix,
    FixAvailability,
    Label,
    Rule,
    Severity,
    did_you_mean,
)
from dotmac_lint.model.compose_references import ITEMS_IN_ONE, Dangling, dangling_references


class DanglingReference(Rule):
    code = "DM018"
    name = "dangling-reference"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for found in dangling_references(deployment):
            places = (
                (found.inherited, "the reference stands here, and `extends` brings it along"),
                (found.meant_at, f"`{found.meant}` is declared here"),
                (
                    found.elsewhere,
                    "declared here" if found.apart else "declared here, but this file is not started with it",
                ),
            )
            yield self.report(
                found.message + did_you_mean(found.meant),
                found.at,
                related=[
                    *(Label(span, text) for span, text in places if span is not None),
                    *(Label(span, f"service `{name}` refers to it, too") for name, span in found.others),
                ],
                help=_advice(found),
                fix=_rename(found),
                service=found.service,
                key=found.name,
            )


def _advice(found: Dangling) -> str:
    if found.profile:
        return f"Start it with `--profile {found.profile[0]}`, or say `required: false`."
    if found.apart:
        return "Compose refuses to start the project: name both files, as other commands do."
    if found.meant is not None:
        return "Correct the name."
    if ITEMS_IN_ONE in found.name:
        return "Indent all items of the list alike."
    instead = "remove the reference" if found.elsewhere is None else f"start it with `{found.elsewhere.path}`"
    return f"Compose refuses to start the project: declare the {found.kind}, or {instead}."


def _rename(found: Dangling) -> Fix | None:
    if found.meant is None or found.inherited is not None or not found.literal:
        return None
    return Fix(f"Rename `{found.name}` to `{found.meant}`", (Edit(found.at, found.meant),))
