from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, Label, Rule, Severity, and_more, grouped
from dotmac_lint.model.health import asked_in_vain


class InheritedHealthcheck(Rule):
    code = "DM056"
    name = "inherited-healthcheck"
    severity = Severity.WARNING
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for found, *others in grouped(
            asked_in_vain(deployment), lambda one: (one.check, one.service.key.path)
        ):
            service = found.service
            yield self.report(
                f"Service `{service.name}`{and_more(others)} works for Celery, but takes over the health check of its "
                f"image, which asks `{found.asked}`: no server listens there, so that it never becomes healthy.",
                service.key,
                related=[
                    Label(found.check, "the health check of the image"),
                    *(
                        Label(other.service.key, f"nor does `{other.service.name}` listen")
                        for other in others
                    ),
                ],
                help="Give it a `healthcheck` of its own, such as `celery -A MODULE inspect ping` for a worker, or "
                "switch that of the image off with `disable: true`.",
                service=service.name,
                key=found.asked,
            )
