from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, Label, Rule, Severity, grouped, listed
from dotmac_lint.model.interpolated import Blank, blanks

MOST = 3
"""Variables of one env file that are reported one by one; more are one finding."""


class EnvFileNotInterpolated(Rule):
    code = "DM014"
    name = "env-file-not-interpolated"
    severity = Severity.ERROR
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        set_there = (blank for blank in blanks(deployment) if blank.kind in ("env-file", "default"))
        for found in grouped(set_there, lambda blank: (blank.kind, blank.path, blank.at.path)):
            variables = grouped(found, lambda blank: blank.name)
            yield from [self._all(variables)] if len(variables) > MOST else map(self._one, variables)

    def _one(self, places: list[Blank]) -> Diagnostic:
        blank, *others = places
        also = f" (and {len(others)} more place{'s' * (len(others) > 1)})" if others else ""
        return self._report(
            f"`{blank.name}` in {blank.user}{also} {_stays(blank, 's')}: it is set only in the `env_file` ",
            blank,
            others,
        )

    def _all(self, variables: list[list[Blank]]) -> Diagnostic:
        blank, *others = (places[0] for places in variables)
        names = listed([f"`{other.name}`" for other in (blank, *others)], most=3)
        return self._report(
            f"{names} {_stays(blank)}: they are set only in the `env_file` ",
            blank,
            others,
        )

    def _report(self, message: str, blank: Blank, others: list[Blank]) -> Diagnostic:
        assert blank.given is not None
        what = "it" if all(other.name == blank.name for other in others) else "them"
        return self.report(
            f"{message}`{blank.path}`, which Compose gives to containers and does not use for interpolation.",
            blank.at,
            related=[
                Label(blank.given.name_span, f"`{blank.name}` is set here"),
                *(Label(other.at, f"`{other.name}` is needed here") for other in others),
            ],
            help=f"Set {what} in `.env` beside the Compose file, or start with `--env-file {blank.path}`.",
            service=blank.service,
            key=blank.name,
        )


def _stays(blank: Blank, ending: str = "") -> str:
    return f"keep{ending} the default" if blank.kind == "default" else f"stay{ending} empty"
