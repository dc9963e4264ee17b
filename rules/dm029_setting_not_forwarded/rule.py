from collections.abc import Iterator

from dotmac_lint.api import (
    Diagnostic,
    FixAvailability,
    Label,
    Repository,
    Rule,
    Severity,
    grouped,
    listed,
)
from dotmac_lint.model.forwarding import NotForwarded, hand_on, not_forwarded


class SettingNotForwarded(Rule):
    code = "DM029"
    name = "setting-not-forwarded"
    severity = Severity.WARNING
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        for group in grouped(not_forwarded(repository), lambda one: one.cause, apart=2):
            yield self._report(*group)

    def _report(self, found: NotForwarded, *others: NotForwarded) -> Diagnostic:
        group = (found, *others)
        readers = listed([f"`{service.name}`" for service in found.services], most=3)
        if len(found.services) > 1:
            who = f"the settings of services {readers} read"
        else:
            who = f"`{found.settings.name}` of service {readers} reads"
        file = f"{'example' if found.placeholder else 'env file'} `{found.at.path}`"
        if others:
            names = listed([f"`{one.name}`" for one in group], most=3)
            what = f"{len(group)} variables that {who}, but they reach no container"
            said = f"The {file} sets {what}: {names}. Compose hands on only what a service names."
        else:
            what = f"`{found.name}`, which {who}, but it reaches no container"
            said = f"The {file} sets {what}: Compose hands on only what a service names."
        return self.report(
            said,
            found.at,
            related=[
                *(Label(one.at, f"`{one.name}` reaches no container, either") for one in others),
                Label(
                    found.handed_on[-1].name_span,
                    f"`{found.services[0].name}` is handed others of the file here",
                ),
                Label(found.field.span, "the settings read it here"),
            ],
            help=f"Name {'them' if others else f'`{found.name}`'} in `environment`, or give the service the whole "
            "file with `env_file`.",
            fix=hand_on(group),
            service=found.services[0].name,
            key=found.name,
        )
