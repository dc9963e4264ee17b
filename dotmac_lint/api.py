"""All that a rule needs to import."""

from dotmac_lint.diagnostic import Diagnostic, Label, Severity, grouped, slips
from dotmac_lint.fix import Applicability, CreateFile, Edit, Fix, joined
from dotmac_lint.known import Known, Unknown
from dotmac_lint.model.deployment import Deployment, Repository, Service
from dotmac_lint.phrases import and_more, did_you_mean, listed, named
from dotmac_lint.registry import FixAvailability, Phase, Rule
from dotmac_lint.source import Range, Span

__all__ = [
    "Applicability",
    "CreateFile",
    "Deployment",
    "Diagnostic",
    "Edit",
    "Fix",
    "FixAvailability",
    "Known",
    "Label",
    "Phase",
    "Range",
    "Repository",
    "Rule",
    "Service",
    "Severity",
    "Span",
    "Unknown",
    "and_more",
    "did_you_mean",
    "grouped",
    "joined",
    "listed",
    "named",
    "slips",
]
