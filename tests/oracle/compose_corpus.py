"""Every deployment of the repositories in a folder: does the model resolve it as the real Compose does?

    python tests/oracle/compose_corpus.py CHECKOUTS [--only NAME] [--show 3]

Each deployment is resolved twice: with only what it demands of the host, where what the host may give is left
aside, and with a value for every variable that nothing sets. An env file that is not committed gets the content
of the example that stands for it, or none. Exit status 1 when anything differs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from dotmac_lint.known import Known
from dotmac_lint.model.compose import Project, load_project, stand_in
from dotmac_lint.model.deployments import DeploymentSpec, discover
from dotmac_lint.workspace import Workspace
from tests.oracle.compose_oracle import (
    ASIDE,
    KINDS,
    RefusedError,
    differing_resources,
    disagreements,
    our_services,
    real,
    real_services,
)

Row = tuple[str, str, str, Any, Any]


class Counts(Counter[str]):
    """repositories, deployments, refused, services, variables, mounts, ports, builds,
    declarations, differences."""


def resolve(workspace: Workspace, spec: DeploymentSpec, host: dict[str, str], counts: Counts) -> list[Row]:
    """How the model's project differs from the real one. Raises RefusedError."""
    project = load_project(
        workspace, spec.files, spec.env_files, spec.profiles, spec.project_directory, environment=host
    )
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch).resolve() / "project"
        answer = ask(workspace, spec, project, root, host)
        theirs = real_services(answer, root)
        resources = differing_resources(project, answer, root)
    ours = our_services(project)
    found = disagreements(ours, theirs) + [("all services", *row) for row in resources]
    counts["declarations"] += sum(len(answer.get(kind) or ()) for kind in KINDS)
    for name, body in ours.items():
        if name in theirs:
            counts["services"] += 1
            for key in ("environment", "mounts", "ports"):
                counts[key] += 0 if body[key] == ASIDE else len(body[key])
            counts["builds"] += body["build"] is not None
    return [(spec.name, *row) for row in found]


def ask(
    workspace: Workspace, spec: DeploymentSpec, project: Project, root: Path, host: dict[str, str]
) -> dict[str, Any]:
    """What the real Compose says of the deployment, of whose files it gets copies in the new folder `root`.

    Raises RefusedError.
    """
    root.mkdir()
    needed = dict(env_files(project)) | dict.fromkeys(spec.env_files, True)
    for path in (*project.files, *sorted(folders(project, spec)), *needed):
        source = path if workspace.kind(path) == "file" else stand_in(workspace, path)
        data = workspace.bytes(source) if source else b"" if needed.get(path) else None
        if data is not None:
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    options = {"-f": spec.files, "--env-file": spec.env_files, "--profile": spec.profiles}
    arguments = [part for option, values in options.items() for value in values for part in (option, value)]
    if spec.project_directory is not None:
        (root / spec.project_directory).mkdir(parents=True, exist_ok=True)
        arguments += ["--project-directory", spec.project_directory or "."]
    return real(root, arguments, host)


def folders(project: Project, spec: DeploymentSpec) -> set[str]:
    """Every `.env` that Compose may read of its own accord."""
    found = {Path(path).parent for path in project.files} | {Path(spec.project_directory or ".")}
    return {(folder / ".env").as_posix() for folder in found}


def env_files(project: Project) -> Iterator[tuple[str, bool]]:
    """Each `env_file`, and whether it is required."""
    for service in project.services.values():
        for reference in service.env_files:
            if isinstance(reference.path.value, Known) and not reference.path.outside:
                yield reference.path.value.value, reference.required


def unset(project: Project, *, everything: bool) -> dict[str, str]:
    """A value for each variable that the project demands, or for all that nothing sets."""
    names = {
        r.name for r in project.interpolations if everything or r.operator.endswith("?")
    } - project.scope.keys()
    if everything:
        names |= {v.name for s in project.services.values() for v in s.environment if v.value is None}
    mounts = [mount for service in project.services.values() for mount in service.mounts if mount.source]
    sources = {r.name for mount in mounts if mount.source for r in mount.source.references}
    return {
        name: ("./" if name in sources else "") + str(10001 + number)
        for number, name in enumerate(sorted(names))
    }


def compare(root: Path, counts: Counts, refusals: Counter[str]) -> Iterator[Row]:
    workspace = Workspace(root)
    for spec in discover(workspace).specs:
        counts["deployments"] += 1
        accepted = False
        base = load_project(workspace, spec.files, spec.env_files, spec.profiles, spec.project_directory)
        for everything in (False, True):
            try:
                rows = resolve(workspace, spec, unset(base, everything=everything), counts)
            except RefusedError as error:
                refusals[f"{root.name} {spec.name}: {str(error).splitlines()[-1][:150]}"] += 1
                continue
            accepted = True
            yield from rows
        counts["accepted"] += accepted
    counts["repositories"] += 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("checkouts", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--show", type=int, default=1000, help="differences to show of a repository")
    parser.add_argument("--refused", action="store_true", help="say what the real Compose refuses, and why")
    options = parser.parse_args()
    counts, refusals = Counts(), Counter[str]()
    for folder in sorted(options.checkouts.iterdir()):
        if not folder.is_dir() or options.only not in folder.name:
            continue
        for number, (deployment, service, attribute, ours, theirs) in enumerate(
            compare(folder, counts, refusals)
        ):
            counts["differences"] += 1
            if number < options.show:
                print(f"{folder.name} {deployment} {service}.{attribute}\n  ours   {ours}\n  theirs {theirs}")
    if options.refused:
        print(*refusals, sep="\n")
    print(", ".join(f"{number} {what}" for what, number in counts.items()))
    raise SystemExit(1 if counts["differences"] else 0)


if __name__ == "__main__":
    main()
