from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, Label, Rule, Severity, grouped
from dotmac_lint.model.interpolated import blanks


class EnvFileNotInterpolated(Rule):
    code = "DM014"
    name = "env-file-not-interpolated"
    severity = Severity.ERROR
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        set_there = (blank for blank in blanks(deployment) if blank.kind == "env-file")
        for blank, *others in grouped(set_there, lambda blank: (blank.name, blank.path, blank.at.path)):
            assert blank.given is not None
            also = f" (and {len(others)} more place{'s' * (len(others) > 1)})" if others else ""
            yield self.report(
                f"`{blank.name}` in {blank.user}{also} stays empty: it is set only in the `env_file` "
                f"`{blank.path}`, which Compose gives to containers and does not use for interpolation.",
                blank.at,
                related=[
                    Label(blank.given.name_span, f"`{blank.name}` is set here"),
                    *(Label(other.at, "it is needed here too") for other in others),
                ],
                help=f"Set it in `.env` beside the Compose file, or start with `--env-file {blank.path}`.",
                service=blank.service,
                key=blank.name,
            )
