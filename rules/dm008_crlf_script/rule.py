from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, FixAvailability, Label, Rule, Severity, Span
from dotmac_lint.model.scripts import breaks_on_carriage_returns, started_scripts, with_line_feeds


class CrlfScript(Rule):
    code = "DM008"
    name = "crlf-script"
    severity = Severity.ERROR
    fixable = FixAvailability.ALWAYS
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        seen: set[str] = set()
        for script in started_scripts(deployment):
            if script.source in seen or not breaks_on_carriage_returns(script):
                continue
            seen.add(script.source)
            yield self.report(
                f"The lines of `{script.source}` end in CRLF, but containers run it as `{script.path}`: the carriage "
                "returns become a part of its interpreter's name and of its commands.",
                Span(script.source, 0, 0),
                related=[Label(script.at, f"{script.what} runs it")],
                help="End its lines with LF, and keep them so: `*.sh text eol=lf` in `.gitattributes`.",
                fix=with_line_feeds(script),
                service=script.service.name,
                key=script.source,
            )
