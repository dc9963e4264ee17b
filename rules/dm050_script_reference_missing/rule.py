from collections.abc import Iterable, Iterator

from dotmac_lint.api import Deployment, Diagnostic, Repository, Rule, Severity
from dotmac_lint.model.references import MissingReference, missing_in_images, missing_references


class ScriptReferenceMissing(Rule):
    code = "DM050"
    name = "script-reference-missing"
    severity = Severity.ERROR
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        yield from self._report(missing_references(deployment))

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        yield from self._report(missing_in_images(repository))

    def _report(self, references: Iterable[MissingReference]) -> Iterator[Diagnostic]:
        seen: set[object] = set()
        for found in references:
            # One misplaced module is one mistake, whichever commands of the image name it.
            image = found.service.image if found.service is not None else None
            place = (image.dockerfile if image is not None else None, found.looked)
            cause = (found.name, place if found.looked else found.at)
            if cause in seen:
                continue
            seen.add(cause)
            message, advice = _texts(found)
            service = found.service.name if found.service is not None else None
            yield self.report(message, found.at, help=advice, service=service, key=found.name)


def _texts(found: MissingReference) -> tuple[str, str]:
    """Message and advice."""
    starts = f"{found.what[0].upper()}{found.what[1:]} starts `{found.program}`"
    looked = " and ".join(f"`{folder}`" for folder in found.looked)
    if found.kind == "module":
        return (
            f"{starts} with the module `{found.name}`, which the image does not hold and the repository does not "
            "have.",
            f"Did you mean `{found.meant}`?" if found.meant else "Correct the name of the module.",
        )
    if found.kind == "misplaced module":
        return (
            f"{starts} with the module `{found.name}`, which Python looks for in {looked} of the container, but "
            f"it lies at `{found.meant}`.",
            "Correct the module's name, the working directory, PYTHONPATH, or the place that the files are put to.",
        )
    if found.kind == "misplaced file":
        return (
            f"{starts}, which reads `{found.name}` in {looked} of the container, but the file lies at "
            f"`{found.meant}`.",
            "Correct the path, the working directory, or the place that the files are put to.",
        )
    return (
        f"{starts}, which reads `{found.name}`, but nothing puts this file into the image.",
        "Copy the file into the image, or correct the path.",
    )
