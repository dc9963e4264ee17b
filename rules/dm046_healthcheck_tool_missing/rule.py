from collections.abc import Iterable, Iterator

from dotmac_lint.api import Deployment, Diagnostic, Label, Repository, Rule, Severity, and_more, grouped
from dotmac_lint.model.healthchecks import MissingTool, missing_in_images, missing_in_services


class HealthcheckToolMissing(Rule):
    code = "DM046"
    name = "healthcheck-tool-missing"
    severity = Severity.WARNING
    since = "0.1.0"

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        yield from self._report(missing_in_images(repository))

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        yield from self._report(missing_in_services(deployment))

    def _report(self, tools: Iterable[MissingTool]) -> Iterator[Diagnostic]:
        for found, *others in grouped(tools, _cause):
            whose = (
                f"of the service `{found.service.name}`{and_more(others)}"
                if found.service
                else "of the image"
            )
            yield self.report(
                f"The health check {whose} calls `{found.tool}`, which `{found.image}` does not hold"
                + (
                    " and no step of the Dockerfile installs."
                    if found.stage
                    else ": it never becomes healthy."
                ),
                found.at,
                related=[
                    *([Label(found.stage.span, "the image is built here")] if found.stage else []),
                    *(Label(o.at, f"so does that of `{o.service.name}`") for o in others if o.service),
                ],
                help="Install it in the image, or check with what the image has, such as its own language or client.",
                service=found.service.name if found.service else None,
                key=found.tool,
            )


def _cause(found: MissingTool) -> object:
    return found.tool, found.stage.span if found.stage and found.service else found.at
