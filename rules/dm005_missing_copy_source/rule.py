from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, FixAvailability, Label, Rule, Severity
from dotmac_lint.model.builds import missing_sources
from dotmac_lint.model.start_scripts import missing_in_images


class MissingCopySource(Rule):
    code = "DM005"
    name = "missing-copy-source"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        sources = tuple(missing_sources(deployment))
        scripts = missing_in_images(deployment.repository) if sources else ()  # of DM001
        told = {script.at for script in scripts}
        for found in sources:
            if found.copy.span in told:
                continue
            keyword = found.copy.instruction.keyword
            advice = "Commit it, or correct the path."
            if found.fix is not None:
                advice = f"Commit it, or correct the path. {found.fix.title}."
            elif found.elsewhere is not None:
                advice = f"`{found.elsewhere}` exists: correct the path, or build with another context."
            yield self.report(
                f"{keyword} takes `{found.path}`, which does not exist: the build with the context "
                f"`{found.context or '.'}` stops here.",
                found.copy.span,
                related=[
                    Label(found.context_span, f"service `{found.service.name}` builds with this context")
                ],
                help=advice,
                fix=found.fix,
                service=found.service.name,
                key=f"{found.path} {found.context}",
            )
