from collections.abc import Iterator

from dotmac_lint.api import Diagnostic, FixAvailability, Label, Repository, Rule, Severity
from dotmac_lint.model.forwarding import not_forwarded


class SettingNotForwarded(Rule):
    code = "DM029"
    name = "setting-not-forwarded"
    severity = Severity.WARNING
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"
    preview = True

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        for found in not_forwarded(repository):
            names = " and ".join(f"`{service.name}`" for service in found.services)
            whose = f"of service{'s' * (len(found.services) > 1)} {names}"
            file = f"{'example' if found.placeholder else 'env file'} `{found.at.path}`"
            yield self.report(
                f"The {file} sets `{found.name}`, which `{found.settings.name}` {whose} reads, but it reaches no "
                "container: Compose hands on only what a service names.",
                found.at,
                related=[
                    Label(
                        found.handed_on[-1].name_span,
                        f"`{found.services[0].name}` is handed others of the file here",
                    ),
                    Label(found.field.span, "the settings read it here"),
                ],
                help=f"Name `{found.name}` in `environment`, or give the service the whole file with `env_file`.",
                fix=found.fix,
                service=found.services[0].name,
                key=found.name,
            )
