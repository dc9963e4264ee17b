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
from dotmac_lint.model.unused import Unused, removed, unused_declarations


class UnusedDeclaration(Rule):
    code = "DM053"
    name = "unused-declaration"
    severity = Severity.INFO
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        unused = unused_declarations(repository)
        groups = grouped(unused, lambda one: (one.at.path, one.kind, one.astray))
        return (self._astray(*group) if group[0].astray else self._report(group) for group in groups)

    def _astray(self, unused: Unused, *_: Unused) -> Diagnostic:
        mount = unused.astray
        assert mount is not None
        return self.report(
            f"The volume `{unused.name}` is declared, but no service mounts it: `{mount.text}` stands under "
            f"`{mount.attribute}` of the service `{mount.service}`.",
            mount.at,
            related=[Label(unused.at, "the volume is declared here")],
            help="Move it under `volumes`.",
            service=mount.service,
            severity=Severity.WARNING,
            key=f"volume {unused.name}",
        )

    def _report(self, group: list[Unused]) -> Diagnostic:
        first, *others = group
        names = listed([f"`{unused.name}`" for unused in group])
        one = not others
        return self.report(
            f"The {first.kind} {names} is declared, but no service uses it."
            if one
            else f"The {first.kind}s {names} are declared, but no service uses them.",
            first.at,
            related=[Label(unused.at, "nor this") for unused in others],
            help=f"Remove the declaration{'' if one else 's'}, or give the {first.kind}{'' if one else 's'} to the "
            f"service that needs {'it' if one else 'them'}.",
            fix=removed(group),
            key=f"{first.kind} {', '.join(unused.name for unused in group)}",
        )
