from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, FixAvailability, Label, Rule, Severity, Span
from dotmac_lint.model.scripts import (
    BY_IMAGE,
    lacks_execute_bit,
    mode_taken,
    started_scripts,
    with_execute_bit,
)


class ScriptNotExecutable(Rule):
    code = "DM009"
    name = "script-not-executable"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        seen: set[tuple[Span, str]] = set()
        for script in started_scripts(deployment):
            if (script.at, script.source) in seen or not lacks_execute_bit(script):
                continue
            seen.add((script.at, script.source))
            refused = "it is passed over" if script.what == BY_IMAGE else "permission is denied"
            mounted, taken = script.mount is not None, mode_taken(script)
            advice = f"`git update-index --chmod=+x {script.source}`"
            advice += "." if mounted else ", or `COPY --chmod=755`."
            brought = f", which is {'mounted' if mounted else 'copied'} there, has no execute bit"
            if taken is not None:
                brought = " is copied there without an execute bit"
            yield self.report(
                f"{script.what[0].upper()}{script.what[1:]} runs `{script.path}`, but `{script.source}`{brought}: "
                f"{refused}.",
                script.at,
                related=[
                    Label(taken, "this gives it no execute bit")
                    if taken is not None
                    else Label(Span(script.source, 0, 0), "the script has no execute bit")
                ],
                help=advice if taken is None else "`COPY --chmod=755`.",
                fix=with_execute_bit(script),
                service=script.service.name,
                key=script.path,
            )
