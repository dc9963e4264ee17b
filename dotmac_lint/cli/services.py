"""Which service of which deployment a command is about."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from dotmac_lint import config
from dotmac_lint.cli.output import tell
from dotmac_lint.hint import hint
from dotmac_lint.model.deployment import Deployment, Repository, Service
from dotmac_lint.workspace import Workspace


def opened(path: Path, config_file: Path | None, isolated: bool) -> tuple[Repository, config.Settings]:
    """The repository at `path`, with its configuration. Raises ConfigError."""
    if not path.is_dir():
        raise config.ConfigError(f"`{path}` is no folder")
    root = path.resolve()
    settings = config.load(root, path=config_file, isolated=isolated)
    return Repository(Workspace(root, exclude=settings.excluded), settings.deployments), settings


def deployments_called(repository: Repository, name: str | None) -> tuple[Deployment, ...]:
    """Those of this name, at least one; all of them without a name. Raises ConfigError."""
    deployments = repository.deployments
    if not deployments:
        raise config.ConfigError("no Compose file was found here: there is no deployment")
    found = tuple(one for one in deployments if name is None or one.name == name)
    if name is not None and not found:
        known = [one.name for one in deployments]
        raise config.ConfigError(f"there is no deployment `{name}`{meant(name, known)}")
    return found


def find_service(repository: Repository, name: str, deployment: str | None) -> tuple[Service, list[str]]:
    """The service, and the other deployments that have one of this name. Raises ConfigError."""
    deployments = deployments_called(repository, deployment)
    having = [one for one in deployments if name in one.project.services]
    if not having:
        names = sorted({service for one in deployments for service in one.project.services})
        where = "" if deployment is None else f" in the deployment `{deployment}`"
        raise config.ConfigError(f"there is no service `{name}`{where}{meant(name, names)}")
    # Where it would run comes first, production before the others.
    first = max(having, key=lambda one: (_runs(one, name), one.production))
    return Service(first, first.project.services[name]), [one.name for one in having if one is not first]


def _runs(deployment: Deployment, name: str) -> bool:
    return deployment.project.services[name].active


def tell_others(chosen: Service, others: Iterable[str]) -> None:
    """Say on stderr that other deployments have the service as well."""
    if others:
        tell(
            f"note: this is the deployment `{chosen.deployment.name}`; `{chosen.name}` is also in"
            f" {listed(others)} (--deployment)"
        )


def meant(word: str, known: Iterable[str], all_names: Iterable[str] | None = None) -> str:
    """What may have been meant instead of `word`, or what there is."""
    return hint(word, known) or f"; there is {listed(known if all_names is None else all_names)}"


def listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "none"
