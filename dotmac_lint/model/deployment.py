"""What would run: the deployments, each with its services, images, settings and files, linked."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from dotmac_lint.known import Known, Unknown
from dotmac_lint.lazy import regex
from dotmac_lint.model.environment import Environment, Variable, layered
from dotmac_lint.source import Span
from dotmac_lint.workspace import VENDORED, Workspace

if TYPE_CHECKING:
    from dotmac_lint.model.application import Application
    from dotmac_lint.model.build_commands import BuildCommand
    from dotmac_lint.model.compose import Mount, Project
    from dotmac_lint.model.compose import Service as Definition
    from dotmac_lint.model.deployments import ConfiguredDeployment, Deployments, DeploymentSpec, Unplaced
    from dotmac_lint.model.image import Image, Stage
    from dotmac_lint.model.launched import Launched
    from dotmac_lint.model.misnamed import Misnaming
    from dotmac_lint.model.policies import PolicyFile
    from dotmac_lint.model.settings import Field, SettingsClass
    from dotmac_lint.model.startup import GuardOutcome, Simulator, Start
    from dotmac_lint.model.variable_readers import Pattern
    from dotmac_lint.suppress import UnusedSuppression


_DOCKERFILE = regex(r"(^|.*[/.])(Dockerfile|Containerfile)(\.[^/]*)?$", re.IGNORECASE)
_STAYS_OFF = regex(
    r"(^|[._-])(disabled?|off|never|none|no|unused|ignored?|skip|do-?not-?start|deprecated|legacy|obsolete|old|archived?)$",
    re.IGNORECASE,
)
"""Profiles of what is kept but no longer started."""

_DEFAULT_COMPOSE = regex(r"(^|/)(docker-)?compose\.ya?ml$")
_TAKEN_BY_COMPOSE = regex(r"(^|/)(docker-)?compose(\.override)?\.ya?ml$")
"""Override files as well."""
_NOT_DEPLOYED = regex(rf"(^|/)({VENDORED}|tests?|fixtures|testdata)/")
_CONFLICT = regex(rb"^<<<<<<< \S", re.MULTILINE)
"""What git leaves where two branches differ."""
_ENVIRONMENT_NAMES = (
    "ENVIRONMENT",
    "ENV",
    "APP_ENV",
    "APP_ENVIRONMENT",
    "DEPLOYMENT_ENVIRONMENT",
    "DEPLOY_ENV",
)
_PRODUCTION = frozenset({"production", "prod", "live"})
_DEVELOPERS = frozenset({"development", "dev", "local"})
_NOT_PRODUCTION = _DEVELOPERS | {"test", "testing", "staging", "stage", "ci"}
_SCRIPT = regex(r"\.(sh|bash|ps1)$")
_PROGRAM = regex(r"\.(py|[cm]?[jt]s|rb|php|pl|lua|sh|jar)$")
_CODE = regex(
    r"\.(py|ipynb|[cm]?[jt]sx?|vue|svelte|rb|php|pl|lua|jar|go|rs|java|kt|scala|cs|fs|exs?|swift|c|cc|cpp)$"
)
_PYTHON_IMAGE = regex(r"(docker\.io/)?(library/)?python(:|@|$)")
_ENTRYPOINT = regex(r"(^|/)[^/]*entrypoint[^/]*$")
_MAKES_PROGRAM = regex(rb"(?m)^(?!\s*#)[^\n]*\b(composer[ \t]+create-project|git[ \t]+clone)\b")
_IDLE = regex(
    r"(\S*sh -\w*c )?(echo [^;&|\n]*(&&|;) ?)*(exec )?"
    r"(sleep (inf(inity)?|\d{5,}|\d+d)|tail -[fF] /dev/null|while (true|:); ?do .*)"
)
_NOT_FOUND = regex(r"404: Not Found\s*")
_NOTHING = regex(r"(\S*sh -\w*c )?(\S*/)?(true|:|exit( 0)?)")
_DOWNLOADS = regex(r"\b(curl|wget)\b.*\bhttps?://|\bgit[ \t]+clone\b", re.DOTALL)
_TAKES_CODE = regex(
    r"\bgit[ \t]+clone\b[^&;\n]*[ \t](?:\$\(pwd\)|\$PWD|\.)[\"']?[ \t]*(?:[&;\n]|$)|[ \t]-toolexec\b"
)
"""Brings code of others into a program: a clone into its folder, a tool that the Go compiler runs on each package."""
_INSTALLS = regex(
    r"\b(pip3?|uv|pipx|conda|mamba|npm|pnpm|yarn|bun|gem|cargo|go)[ \t]+(tool[ \t]+|pip[ \t]+)?(install|add|i|global)\b"
)
_EXPORT = regex(r"(?m)^[ \t]*(?:export[ \t]+|\$env:)([A-Za-z_]\w*)[ \t]*=")
_RUNNING = frozenset({"RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"})
_NO_DOCKERFILE = (
    ".dockerignore",
    ".md",
    ".j2",
    ".jinja",
    ".jinja2",
    ".tmpl",
    ".template",
    ".erb",
    ".in",
    ".py",
    "~",
)
_KEPT = regex(
    r"[._-]((bak|old|orig|rej|disabled)([._-]?\d[^/]*)?|(backup|save)[._-]?\d[^/]*)$", re.IGNORECASE
)
"""How files end that people or programs put aside before a change."""


def is_dockerfile(path: str) -> bool:
    """Whether `path` is named like a Dockerfile that somebody builds: no template, no backup, no test's fixture."""
    return bool(
        _DOCKERFILE.match(path)
        and not path.lower().endswith(_NO_DOCKERFILE)
        and not _KEPT.search(path)
        and not _NOT_DEPLOYED.search(path)
        and "{{" not in path
    )


class Unreadable(msgspec.Struct, frozen=True):
    """A sentence about a place that could not be read."""

    message: str
    span: Span
    outside: bool = False
    """It is no fault: what lies outside the root is not read."""
    included: bool = False
    """It is about what the file includes."""


class Repository:
    """All that a repository would deploy. Everything is worked out when it is first asked for."""

    def __init__(self, workspace: Workspace, configured: Sequence[ConfiguredDeployment] = ()) -> None:
        self.workspace = workspace
        self.configured = tuple(configured)
        self.unused_suppressions: tuple[UnusedSuppression, ...] = ()
        self._images: dict[tuple[object, ...], Image] = {}
        self._demanding: dict[tuple[object, ...], tuple[GuardOutcome, ...]] = {}

    @cached_property
    def settings(self) -> tuple[SettingsClass, ...]:
        from dotmac_lint.model.settings_found import find_settings

        return find_settings(self.workspace)

    @cached_property
    def applications(self) -> tuple[Application, ...]:
        from dotmac_lint.model.application import find_applications

        return find_applications(self.workspace)

    @cached_property
    def policies(self) -> tuple[PolicyFile, ...]:
        """The Vault and OpenBao policies."""
        from dotmac_lint.model.policies import find_policies

        return find_policies(self.workspace)

    @cached_property
    def _discovered(self) -> Deployments:
        from dotmac_lint.model.deployments import discover

        return discover(self.workspace, self.configured)

    @cached_property
    def deployments(self) -> tuple[Deployment, ...]:
        return tuple(Deployment(self, spec) for spec in self._discovered.specs)

    @property
    def unplaced(self) -> tuple[Unplaced, ...]:
        """The Compose files that are part of no deployment."""
        return self._discovered.unplaced

    @cached_property
    def projects(self) -> tuple[Project, ...]:
        """Those of the deployments, and of the Compose files that are part of none."""
        from dotmac_lint.model.compose import load_project

        unplaced = (load_project(self.workspace, (unplaced.path,)) for unplaced in self.unplaced)
        return (*(deployment.project for deployment in self.deployments), *unplaced)

    def image_of(self, definition: Definition) -> Image | None:
        """The image that the service builds from this repository; None where it is pulled or not known."""
        from dotmac_lint.model.image import build_image

        build = definition.build
        if build is None:
            return None
        context, dockerfile = build.context, build.dockerfile
        if not isinstance(context.value, Known) or context.outside:
            return None
        path: str | None = None
        if dockerfile is not None:
            if not isinstance(dockerfile.value, Known) or dockerfile.outside:
                return None
            path = dockerfile.value.value
            if self.workspace.kind(path) is None and path.rpartition("/")[2] == "Dockerfile":
                # BuildKit takes `dockerfile` too where the default name is not there (dockerui/config.go).
                lower = path.removesuffix("Dockerfile") + "dockerfile"
                path = lower if self.workspace.kind(lower) == "file" else path
        target = build.target.value if build.target else None
        arguments = {name: variable.value for name, variable in build.args.items()}
        contexts = {name: text.value for name, text in build.additional_contexts.items()}
        key = (path, build.inline, context.value, repr(target), repr(arguments), repr(contexts))
        if key not in self._images:
            self._images[key] = build_image(
                self.workspace,
                path,
                inline=build.inline,
                inline_span=build.inline_span,
                context=context.value.value,
                target=target,
                build_args=arguments,
                additional_contexts=contexts,
            )
        return self._images[key]

    def services_built_from(self, stage: Stage, image: Image) -> tuple[Definition, ...]:
        """The services, of whichever deployment and profile, whose image ends with `stage` or goes on from it."""
        return tuple(
            definition
            for definition, built in self._services_by_image.get((image.dockerfile, image.context), ())
            if built.target is None or stage.index in {layer.index for layer in built.target.chain}
        )

    @cached_property
    def _services_by_image(self) -> dict[tuple[str | None, str | None], list[tuple[Definition, Image]]]:
        """The services that are built from each Dockerfile and context, with the image."""
        found: dict[tuple[str | None, str | None], list[tuple[Definition, Image]]] = {}
        for deployment in self.deployments:
            for definition in deployment.project.services.values():
                built = self.image_of(definition)
                if built is not None:
                    found.setdefault((built.dockerfile, built.context), []).append((definition, built))
        return found

    @cached_property
    def built_images(self) -> tuple[Image, ...]:
        """Every image that some deployment builds, active service or not."""
        definitions = (d for deployment in self.deployments for d in deployment.project.services.values())
        images = (self.image_of(definition) for definition in definitions)
        return tuple(dict.fromkeys(image for image in images if image is not None))

    @cached_property
    def accepted_arguments(self) -> frozenset[Span]:
        """Where build arguments are given that the Dockerfile of some service takes."""
        definitions = [d for deployment in self.deployments for d in deployment.project.services.values()]
        return frozenset(
            argument.name_span
            for definition in definitions
            if definition.build is not None and (image := self.image_of(definition)) is not None
            for name, argument in definition.build.args.items()
            if image.accepts_argument(name)
        )

    @cached_property
    def _read_places(self) -> dict[str, frozenset[str]]:
        """The files that some service holds in which the names stand as words that services set which hold some."""
        from dotmac_lint.model.variable_readers import find_words

        holding = [service for service in self._services if service.files]
        names = {variable.name for service in holding for variable in service.definition.environment}
        # Of env files, which many programs share, only what misses a field by little is asked for.
        names |= {v.name for service in holding for v in service.environment if service.misnaming(v.name)}
        return find_words(self.workspace, self._contained_files, names)

    @cached_property
    def _services(self) -> list[Service]:
        return [service for deployment in self.deployments for service in deployment.startable]

    @cached_property
    def _contained_files(self) -> list[str]:
        """The files that some service holds."""
        return sorted(set().union(*(service.files for service in self._services)))

    def may_read(self, name: str, files: frozenset[str]) -> bool:
        """Whether one of `files` may read the variable `name`."""
        return not files.isdisjoint(self._read_places.get(name, ()))

    def naming(self, name: str) -> frozenset[str]:
        """The files in containers that may read the variable `name`, which an env file may set."""
        from dotmac_lint.model.variable_readers import find_words

        def find() -> frozenset[str]:
            return find_words(self.workspace, self._contained_files, {name}).get(name, frozenset())

        found: frozenset[str] = self.workspace.remembered(f"who names {name}", find)
        return found

    def unreadable(self) -> Iterator[Unreadable]:
        """What could not be read of the files that the model needed."""
        from dotmac_lint.model.command_lines import find_command_lines
        from dotmac_lint.model.compose import stand_in
        from dotmac_lint.model.deployments import in_first_format, sections_among_services
        from dotmac_lint.model.settings_found import broken_modules

        seen: set[Unreadable] = set()
        for deployment in self.deployments:
            for problem in deployment.project.problems:
                if problem.kind == "extends":
                    continue  # a reference to nothing: DM018
                outside, included = problem.kind == "outside", problem.kind == "include"
                seen.add(Unreadable(problem.message, problem.span, outside, included))
            for path in deployment.project.files:
                seen.update(self._problems(path, "read_yaml"))
            for service in deployment.services:
                _ = service.environment  # reads the env files
                for reference in service.definition.env_files:
                    if isinstance(reference.path.value, Known) and not reference.path.outside:
                        path = reference.path.value.value
                        seen.update(self._problems(path, "read_dotenv", "compose"))
                        if not self.workspace.is_listed(path) and (example := stand_in(self.workspace, path)):
                            # Copied as it is, Compose stops at its first fault.
                            seen.update(islice(self._problems(example, "read_dotenv", "compose"), 1))
            for example in self._interpolated_from(deployment):
                seen.update(islice(self._problems(example, "read_dotenv", "compose"), 1))
        named = {
            word.path for line in find_command_lines(self.workspace) for word in line.files if word.exists
        }
        for path in self.workspace.files:
            if (_TAKEN_BY_COMPOSE.search(path) or path in named) and not _NOT_DEPLOYED.search(path):
                source = self.workspace.source(path)  # nothing that can be read may make a deployment of it
                if source is not None and "{{" not in source.text and "{%" not in source.text:
                    file = self.workspace.yaml(path)
                    seen.update(self._problems(path, "read_yaml"))
                    if file is not None and _DEFAULT_COMPOSE.search(path) and (old := in_first_format(file)):
                        message = (
                            "It has no `services:`: Compose no longer reads the first version of its format."
                        )
                        seen.add(Unreadable(message, old.at(path)))
                    for name, place in sections_among_services(file) if file is not None else ():
                        message = (
                            f"`{name}` stands below `services`, so that it is taken for a service: it is indented too "
                            "far, and Compose refuses the file."
                        )
                        seen.add(Unreadable(message, place.at(path)))
                    if _NOT_FOUND.fullmatch(source.text):
                        message = "It holds what a server said, `404: Not Found`, in place of the file."
                        seen.add(Unreadable(message, Span(path, 0, len(source.text.rstrip()))))
        for path in filter(_DEFAULT_COMPOSE.search, self.workspace.links_outside):
            message = f"`{path}` is a link to a file outside what is linted, and is not read."
            seen.add(Unreadable(message, Span(path, 0, 0), outside=True))
        for image in self.built_images:
            if image.dockerfile is not None:
                _ = image.stages
                seen.update(self._problems(image.dockerfile, "read_dockerfile"))
        for path in self.workspace.chosen(is_dockerfile):
            if _CONFLICT.search(self.workspace.bytes(path) or b"") and not _NOT_DEPLOYED.search(path):
                _ = self.workspace.dockerfile(path)
                seen.update(self._problems(path, "read_dockerfile"))  # whoever builds it
        _ = self.settings  # reads the modules
        for at, message in broken_modules(self.workspace):
            if not _NOT_DEPLOYED.search(at.path):
                seen.add(Unreadable(message, at))
        for policy in self.policies:
            seen.update(self._problems(policy.path, "read_policy"))
        seen.update(Unreadable(message, span) for span, message in self.workspace.problems)
        yield from sorted(seen, key=lambda problem: problem.span)

    def _interpolated_from(self, deployment: Deployment) -> Iterator[str]:
        """The examples of env files that are not committed and that give the Compose files their variables."""
        from dotmac_lint.model.compose import stand_in

        spec, names = deployment.spec, {r.name for r in deployment.project.interpolations}
        for path in spec.env_files or (posixpath.join(spec.folder, ".env"),):
            example = None if self.workspace.is_listed(path) else stand_in(self.workspace, path)
            file = self.workspace.env_file(example) if example is not None else None
            if example is not None and file is not None and file.fatal:
                source = self.workspace.source(example)
                if source is not None and any(f"{name}=" in source.text for name in names):
                    yield example

    def _problems(self, path: str, function: str, *arguments: str) -> Iterator[Unreadable]:
        for problem in self.workspace.reader_problems(path, function, *arguments):
            yield Unreadable(problem.message, Span(path, problem.start, problem.end))

    @cached_property
    def simulator(self) -> Simulator:
        from dotmac_lint.model.startup import Simulator

        return Simulator(self.workspace)

    def vault_flags(self, settings: SettingsClass) -> tuple[Field, ...]:
        """The fields that switch Vault on."""
        from dotmac_lint.model.startup import vault_flags

        return vault_flags(settings)

    def guards_demanding(
        self, settings: SettingsClass, field: Field, process: Launched | None = None
    ) -> tuple[GuardOutcome, ...]:
        """The guards that refuse to start in production unless `field` is true: those that the process runs, or any."""
        from dotmac_lint.model.startup import guards_demanding

        key = (settings.path, settings.name, field.path, process)
        if key not in self._demanding:
            self._demanding[key] = guards_demanding(self.simulator, settings, field, process)
        return self._demanding[key]

    @cached_property
    def vault_policy_paths(self) -> tuple[str, ...]:
        """The Vault paths that the settings load, as a policy writes them (KV version 2)."""
        paths = {path for settings in self.settings for _, path, _ in settings.vault_paths}
        sections = sorted({path.partition("/")[0] for path in paths})
        return tuple(f"secret/data/{section}/*" for section in sections)

    @cached_property
    def dockerfile_images(self) -> tuple[tuple[Image, tuple[Image, ...]], ...]:
        """Every Dockerfile with each context it is built in; where no deployment says which, a guess.

        Each row is an image and the images that its Dockerfile would give in other likely contexts.
        """
        from dotmac_lint.model.image import build_image

        rows: dict[tuple[str | None, str | None], tuple[Image, tuple[Image, ...]]] = {}
        for image in self.built_images:
            rows.setdefault((image.dockerfile, image.context), (image, ()))
        known = {image.dockerfile for image in self.built_images}
        for path in self.workspace.chosen(is_dockerfile):
            if path in known:
                continue
            folder = path.rpartition("/")[0]
            parents = (
                ["/".join(folder.split("/")[:depth]) for depth in range(folder.count("/") + 1)]
                if folder
                else []
            )
            first, *others = (build_image(self.workspace, path, context=c) for c in (folder, *parents))
            rows[path, None] = (first, tuple(others))
        return tuple(rows.values())

    @cached_property
    def commanded_images(self) -> tuple[tuple[BuildCommand, Image], ...]:
        """What the repository's own build command lines and workflow steps build, beside Compose."""
        from dotmac_lint.model.build_commands import find_build_commands

        commands = find_build_commands(self.workspace)
        return tuple(
            (command, self._commanded_image(command.dockerfile, command.context)) for command in commands
        )

    @cached_property
    def images_by_name(self) -> dict[str, Image]:
        """The built images that also have a name (`image:` beside `build:`), so that others can run them."""
        named: dict[str, Image] = {}
        for deployment in self.deployments:
            for definition in deployment.project.services.values():
                image = self.image_of(definition)
                name = definition.image
                if image is not None and name is not None:
                    named.setdefault(deployment.key_of(name.raw), self.whole(image))
        return named

    def whole(self, image: Image) -> Image:
        """Where the build stops, the one that a command makes of the same Dockerfile in another context, if it can."""
        if not image.lacks_sources:
            return image
        made = (image.dockerfile, image.requested_target)
        commanded = (
            other for _, other in self.commanded_images if (other.dockerfile, other.requested_target) == made
        )
        return next((other for other in commanded if not other.lacks_sources), image)

    def published_image(self, name: str) -> Image | None:
        """The image that a build command or a workflow of the repository makes under `name`; None where several do.

        The tag does not count: which version of the repository runs is not known, and taken to be this one.
        """
        from dotmac_lint.model.image import untagged

        plain = untagged(name).strip("/")
        commands = {
            (command.dockerfile, command.context, command.target.name if command.target else None)
            for command, _ in self.commanded_images
            if any(
                re.fullmatch(pattern, plain) and self._may_be_own(pattern, plain) for pattern in command.names
            )
        }
        return self._commanded_image(*commands.pop()) if len(commands) == 1 else None

    def _may_be_own(self, pattern: str, name: str) -> bool:
        """Whether the pattern says more than that the image is called as the repository, or with one word under any
        account, or a package here is too."""
        from dotmac_lint.model.build_commands import OPEN_NAME, OPEN_OWNER
        from dotmac_lint.model.variable_readers import own_words, parts

        last = name.rpartition("/")[2].lower()
        is_open = pattern.endswith(OPEN_NAME) or (pattern.startswith(OPEN_OWNER) and last.isalnum())
        return not is_open or not own_words(self.workspace).isdisjoint(parts([last.encode()]))

    def _commanded_image(self, dockerfile: str, context: str, target: str | None = None) -> Image:
        """What a build command makes of a Dockerfile, worked out once."""
        from dotmac_lint.model.image import build_image

        key = ("commanded", dockerfile, context, target)
        if key not in self._images:
            stage = Known(target) if target else None
            self._images[key] = build_image(self.workspace, dockerfile, context=context, target=stage)
        return self._images[key]


class Deployment:
    """One way in which the repository is started: files, profiles, services."""

    def __init__(self, repository: Repository, spec: DeploymentSpec) -> None:
        self.repository = repository
        self.spec = spec
        self.name = spec.name

    @cached_property
    def project(self) -> Project:
        from dotmac_lint.model.compose import load_project
        from dotmac_lint.model.dokploy import variables

        spec = self.spec
        given = dict.fromkeys(
            variables(self.repository.workspace, spec.folder), Unknown("the template of Dokploy sets it")
        )
        given |= dict.fromkeys(self._set_by_scripts, Unknown("the script that starts it sets it"))
        return load_project(
            self.repository.workspace,
            spec.files,
            env_files=spec.env_files,
            profiles=spec.profiles,
            project_directory=spec.project_directory,
            environment=given,
        )

    def key_of(self, name: str) -> str:
        """An image's name as it stands in the Compose file: variables may mean other things in other folders."""
        return f"{self.spec.folder}/{name}" if "$" in name else name

    @cached_property
    def _set_by_scripts(self) -> frozenset[str]:
        """The variables that each script sets which starts the deployment, where nothing else does."""
        names: list[frozenset[str]] = []
        for path in {label.span.path for label in self.spec.evidence}:
            source = self.repository.workspace.source(path) if _SCRIPT.search(path) else None
            names.append(frozenset(_EXPORT.findall(source.text)) if source is not None else frozenset())
        return frozenset.intersection(*names) if names else frozenset()

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """The services that would run: those of inactive profiles are left out."""
        return tuple(service for service in self.declared if service.definition.active)

    @cached_property
    def declared(self) -> tuple[Service, ...]:
        """The services of all profiles."""
        return tuple(Service(self, definition) for definition in self.project.services.values())

    @cached_property
    def startable(self) -> tuple[Service, ...]:
        """The services that would run, and those of profiles that anybody may switch on: none whose name says that it
        stays off, and none where the configuration states the profiles."""
        if not self.spec.evidence:
            return self.services
        return tuple(
            service
            for service in self.declared
            if service.definition.active or not all(map(_STAYS_OFF.search, service.definition.profiles))
        )

    @property
    def production(self) -> bool:
        return self.spec.production

    @property
    def development(self) -> bool:
        """Whether the files are called so: those of developers and tests, an override among them."""
        from dotmac_lint.model.deployments import is_development

        return is_development((*self.spec.files, *self.spec.env_files))

    @cached_property
    def is_placed(self) -> bool:
        """Whether its relative paths are known to be meant from its folder: it is the root, Compose takes the file
        there or some line starts it, or one of them leads to something. Other files may be copied elsewhere first.
        """
        folder = self.spec.folder
        return not folder or (
            not self.is_brought_elsewhere
            and (
                _DEFAULT_COMPOSE.search(self.spec.files[0]) is not None
                or self.spec.commanded
                or self._leads_to_something
            )
        )

    @cached_property
    def is_brought_elsewhere(self) -> bool:
        """Whether its files are started in a folder where others lie beside them: a role of Ansible brings them to a
        machine, or a script copies them, and nothing that they name is here or the copy is to be started."""
        from dotmac_lint.model.made_elsewhere import is_moved, is_of_role, is_started_from_a_copy

        workspace, file = self.repository.workspace, self.spec.files[0]
        return bool(self.spec.folder) and (
            is_of_role(workspace, file)
            or (not self._leads_to_something and is_moved(workspace, file))
            or is_started_from_a_copy(workspace, file)
        )

    @cached_property
    def _leads_to_something(self) -> bool:
        folder, kind = self.spec.folder, self.repository.workspace.kind
        return any(
            kind(path) is not None and not f"{folder}/".startswith(f"{path}/") for path in self._paths_written
        )

    @property
    def _paths_written(self) -> Iterator[str]:
        """The paths inside the repository that the services name."""
        for service in self.services:
            definition, build = service.definition, service.definition.build
            texts = [mount.source for mount in service.binds] + [file.path for file in definition.env_files]
            if build is not None:
                texts += [build.context, build.dockerfile]
                if build.dockerfile is None and isinstance(build.context.value, Known):
                    yield posixpath.join(build.context.value.value, "Dockerfile")
            for text in texts:
                if text is not None and isinstance(text.value, Known) and not text.outside:
                    yield text.value.value


def _below(path: str, folder: str) -> str | None:
    """`path` as seen from the folder; None where it is not below it."""
    start = posixpath.normpath(folder).rstrip("/") + "/"
    return path[len(start) :] if path.startswith(start) else None


class Service:
    """One service of a deployment, with the image, the environment and the settings that it really gets."""

    def __init__(self, deployment: Deployment, definition: Definition) -> None:
        self.deployment = deployment
        self.definition = definition
        self.name = definition.name
        self.repository = deployment.repository
        self.workspace = deployment.repository.workspace

    def __repr__(self) -> str:
        return f"<Service {self.name}>"

    @property
    def key(self) -> Span:
        """The service's name where the deployment's last file defines it."""
        return self.definition.keys[-1] if self.definition.keys else self.definition.key

    @cached_property
    def image(self) -> Image | None:
        """The image, where this repository builds it (for this service, or for another under this name)."""
        built = self.repository.image_of(self.definition)
        if built is None and self.definition.build is None and self.definition.image is not None:
            name = self.definition.image
            built = self.repository.images_by_name.get(self.deployment.key_of(name.raw))
            if built is None and isinstance(name.value, Known):
                built = self.repository.published_image(name.value.value)
        return built

    @cached_property
    def stage(self) -> Stage | None:
        return self.image.target if self.image else None

    @cached_property
    def base_image(self) -> Known[str] | Unknown:
        """The name of the image that is pulled: the service's own, or that which its build starts from."""
        if self.image is not None:
            return self.image.external_base
        name = self.definition.image
        if name is None or self.definition.build is not None:
            return Unknown("the image is not known")
        return name.value

    @cached_property
    def environment(self) -> Environment:
        from dotmac_lint.model.compose import env_file_layers

        layers: list[Iterable[Variable]] = []
        unknown = None
        if self.definition.attribute("extends") is not None:
            unknown = "the service that it extends is not in the repository"
        if self.stage is not None:
            layers.append(self.stage.environment.values())
        for reference, variables in env_file_layers(self.deployment.project, self.definition):
            if variables is None:
                unknown = f"the env file {reference.path.raw} is not in the repository"
            else:
                layers.append(variables)
        layers.append(self.definition.environment)
        return layered(layers, unknown)

    @cached_property
    def mounted_files(self) -> frozenset[str]:
        """The repository's files that bind mounts bring into the container."""
        files: set[str] = set()
        for mount in self.binds:
            assert mount.source is not None
            assert isinstance(mount.source.value, Known)
            path = self.workspace.real(mount.source.value.value)
            files.update((path,) if self.workspace.is_listed(path) else self.workspace.under(path))
        return frozenset(files)

    @property
    def binds(self) -> Iterator[Mount]:
        """The bind mounts whose source is a known path inside the repository."""
        for mount in self.definition.mounts:
            source = mount.source
            if mount.type == "bind" and source and isinstance(source.value, Known) and not source.outside:
                yield mount

    @cached_property
    def files(self) -> frozenset[str]:
        """The repository's files that the container holds, or that went into what it holds."""
        files = set(self.mounted_files)
        if self.image is not None:
            stages = self.image.built_stages or self.image.stages
            held = {path for stage in stages for path in (*stage.sources, *stage.shown)}
            if (
                not held
                and self.image.context is not None
                and any(c.missing for s in stages for c in s.copies)
            ):
                held.update(self.workspace.under(self.image.context))  # a build that fails says nothing else
            files |= held
        return frozenset(files)

    @cached_property
    def settings(self) -> tuple[SettingsClass, ...]:
        """The settings classes whose module the container holds."""
        return tuple(settings for settings in self.repository.settings if settings.path in self.files)

    @cached_property
    def starts(self) -> tuple[Start, ...]:
        """What becomes of each of its settings when it starts."""
        return tuple(map(self.start, self.settings))

    def start(self, settings: SettingsClass, switched_on: Iterable[Field] = ()) -> Start:
        """What becomes of one of its settings, if these fields were true."""
        environment = self._environment_of_process
        given = {
            name: Variable(name, Known("true"), self.key, self.key, "environment")
            for field in switched_on
            for name in field.names
        }
        if given:
            environment = Environment({**environment.variables, **given}, environment.unknown)
        return self.repository.simulator.simulate(
            settings, environment, process=self.process, dotenv=self.dotenv_of(settings)
        )

    @cached_property
    def _environment_of_process(self) -> Environment:
        """Its environment with what shell code sets before it starts the program."""
        given, reason = self.process.given, "shell code sets it when the container starts"
        if given is None:
            return Environment(self.environment.variables, "shell code that starts the program sets others")
        if not given:
            return self.environment
        variables = {
            name: Variable(name, Unknown(reason), self.key, self.key, "environment") for name in sorted(given)
        }
        return Environment({**self.environment.variables, **variables}, self.environment.unknown)

    def dotenv_of(self, settings: SettingsClass) -> str | None:
        """The `.env` file that the settings may find in the container and that is not in the repository."""
        if settings.env_files is None:
            return "an env file"
        return self.may_find(settings.env_files) or self._may_find_beside(settings)

    def _may_find_beside(self, settings: SettingsClass) -> str | None:
        from dotmac_lint.model.importable import paths_of

        for file in settings.env_files_beside:
            folders = {posixpath.dirname(path) for path in paths_of(self, file.module)}
            if not folders or any(self._may_hold(posixpath.join(folder, file.path)) for folder in folders):
                return f"the file {posixpath.basename(file.path)} in the container"
        return None

    def may_find(self, names: Iterable[str]) -> str | None:
        """The file of such a name that its process may find where it runs, and that is not in the repository."""
        given = self.definition.working_dir
        folder = given.value if given is not None else self.stage.workdir if self.stage is not None else None
        for name in names:
            if not isinstance(folder, Known) or self._may_hold(posixpath.join("/", folder.value, name)):
                return f"the file {name} in the container"
        return None

    def _may_hold(self, path: str) -> bool:
        """Whether the container may hold a file of the host that is not in the repository."""
        path = posixpath.normpath(path)
        for mount in self.binds:
            target = mount.target.value
            if not isinstance(target, Known) or _below(path, target.value) is not None:
                return True
            if posixpath.normpath(target.value) == path:
                return True
        if self.image is None:
            return True
        context = self.image.build_context
        for stage in self.image.built_stages:
            for copy in stage.copies:
                if copy.origin != "context" or not isinstance(copy.path, Known) or context is None:
                    continue
                if not isinstance(copy.destination, Known):
                    return True
                rest = _below(path, copy.destination.value)
                if rest is None or not copy.is_directory:
                    continue
                source = posixpath.join(copy.path.value, rest)
                if context.exclusion(posixpath.relpath(source, context.directory or ".")) is None:
                    return True
        return False

    @cached_property
    def process(self) -> Launched:
        """The Python modules that its process runs."""
        from dotmac_lint.model.launched import launched

        return launched(self, self.repository.simulator.modules)

    @cached_property
    def _said(self) -> frozenset[str]:
        """What its own environment says of where it runs; its image only where nothing else does: an env file that is
        not seen may say otherwise, too."""
        given = [v for name in _ENVIRONMENT_NAMES if (v := self.environment.get(name)) is not None]
        said = [(v.mechanism, v.value.value.strip().lower()) for v in given if isinstance(v.value, Known)]
        own = frozenset(value for mechanism, value in said if mechanism != "dockerfile")
        if self.environment.unknown or not own.isdisjoint(_PRODUCTION | _NOT_PRODUCTION):
            return own
        return frozenset(value for _, value in said)

    @cached_property
    def production(self) -> bool:
        """Whether the service runs in production: its own environment says so, or its deployment's name."""
        if self.ends_at_once:
            return False
        if not self._said.isdisjoint(_PRODUCTION):
            return True
        return self.deployment.production and self._said.isdisjoint(_NOT_PRODUCTION)

    @property
    def only_its_image_says_so(self) -> bool:
        """Whether what says that it runs in production is but the default of its image, which others run as well."""
        if self.deployment.production:
            return False
        given = (self.environment.get(name) for name in _ENVIRONMENT_NAMES)
        return all(
            one is None
            or one.mechanism == "dockerfile"
            or not isinstance(one.value, Known)
            or one.value.value.strip().lower() not in _PRODUCTION
            for one in given
        )

    @cached_property
    def development(self) -> bool:
        """Whether the service runs for developers or tests: its environment says so, or its deployment's files."""
        if not self._said.isdisjoint(_PRODUCTION):
            return False
        return self.deployment.development or not self._said.isdisjoint(_NOT_PRODUCTION)

    def of_the_machine(self, variable: Variable) -> bool:
        """Whether the value stems from a `.env`, of which each machine has its own, committed or not."""
        given = (self.deployment.project.scope.get(name) for name in variable.references)
        spans = [one.span for one in given if one is not None] + [variable.name_span]
        return any(span is not None and posixpath.basename(span.path) == ".env" for span in spans)

    @property
    def tested(self) -> bool:
        """Whether its environment says that it is a stage before production, or a test."""
        return not self._said.isdisjoint(_NOT_PRODUCTION - _DEVELOPERS)

    @property
    def runs_as_root(self) -> bool:
        """Whether the container is known to run as root, who may write into folders of his own."""
        return self.user in {"root", "0"}

    @cached_property
    def user(self) -> str | None:
        """As whom the container is known to run."""
        from dotmac_lint.model.compose_tree import Leaf

        given, stage = self.definition.attribute("user"), self.stage
        if given is not None:
            return given.raw.partition(":")[0] if isinstance(given, Leaf) and "$" not in given.raw else None
        if stage is None or isinstance(stage.user, Unknown):
            return "root" if stage is not None and self._plain_base else None
        return stage.user.value.partition(":")[0] if stage.user is not None else "root"

    @cached_property
    def _plain_base(self) -> bool:
        """Whether the base image reads nothing of its own: a language runtime, or a plain system."""
        from dotmac_lint.model.image import is_plain_image

        return isinstance(self.base_image, Known) and is_plain_image(self.base_image.value)

    @cached_property
    def _lacks_built_code(self) -> bool:
        """Whether the image takes code that is built before it, outside: `COPY dist`, with no `dist` committed, a
        program that git ignores or whose name a build argument gives, or what only the build knows
        (`ADD target/${NAME}.tar.gz`).
        """
        from dotmac_lint.model.made_elsewhere import is_artefact

        stages = self.image.built_stages if self.image is not None else ()
        sources = [c for s in stages for c in s.copies if c.origin == "context" and not c.matches]
        paths = (
            (c.path.value, c.missing and "$" in c.source.text) for c in sources if isinstance(c.path, Known)
        )
        return any(isinstance(c.path, Unknown) for c in sources) or any(
            is_artefact(path)
            or ("." not in posixpath.basename(path) and (given or self.workspace.is_ignored(path)))
            for path, given in paths
        )

    @cached_property
    def _mounts_unknown_code(self) -> bool:
        """Whether a bind mount may bring code that is not here: from a folder that only the host knows
        (`${SOURCE}:/app`), or a program that the repository lacks."""
        sources = (mount.source for mount in self.definition.mounts if mount.type == "bind")
        return any(
            not isinstance(source.value, Known)
            or (
                _PROGRAM.search(source.value.value) is not None
                and not self.workspace.is_taken(source.value.value)
            )
            for source in sources
            if source is not None
        )

    @cached_property
    def _makes_its_program(self) -> bool:
        """Whether the container's entrypoint makes an application, or fetches one."""
        scripts = (path for path in self.files if _ENTRYPOINT.search(path))
        return any(_MAKES_PROGRAM.search(self.workspace.bytes(path) or b"") for path in scripts)

    @cached_property
    def _downloads(self) -> bool:
        """Whether a step of the image's build fetches what is in no repository of ours."""
        return any(_DOWNLOADS.search(run) for run in self._build_steps)

    @cached_property
    def _takes_code_of_others(self) -> bool:
        """Whether a step of the image's build brings in code that may read what none here does."""
        return any(_TAKES_CODE.search(run) for run in self._build_steps)

    @property
    def _build_steps(self) -> Iterator[str]:
        """What the RUN steps of its image say."""
        stages = self.image.built_stages if self.image is not None else ()
        return (step.value for stage in stages for step in stage.instructions if step.keyword == "RUN")

    @cached_property
    def _serves_a_package(self) -> bool:
        """Whether all its code comes from packages that the image installs: ours is but a script that starts it."""
        return not any(map(_CODE.search, self.files)) and any(
            _INSTALLS.search(run) for run in self._build_steps
        )

    def _is_set_by_its_image(self, name: str) -> bool:
        """Whether the Dockerfile itself sets the variable: its authors know a reader."""
        return self.stage is not None and name in self.stage.environment

    def _installs_reader_of(self, name: str) -> bool:
        """Whether the image is built with a package of the name that the variable begins with: XDEBUG_MODE, of `xdebug`
        or `php8.3-xdebug`."""
        from dotmac_lint.model.variable_readers import SERVERS

        first = name.lower().partition("_")[0]
        tools = self.stage.installed_tools if self.stage is not None else ()
        return (
            len(first) > 3
            and first not in SERVERS
            and any(f"-{tool}".endswith(f"-{first}") for tool in tools)
        )

    @property
    def idles(self) -> bool:
        """Whether its own command only keeps the container open for others: `sleep infinity`."""
        commands = (self.definition.entrypoint, self.definition.command)
        words = [word.raw for command in commands if command is not None for word in command.words]
        return _IDLE.fullmatch(" ".join(words)) is not None

    @property
    def ends_at_once(self) -> bool:
        """Whether it runs nothing, `true`, and stands in the file for the build of its image."""
        command = self.definition.entrypoint or self.definition.command
        words = [word.raw for word in command.words] if command is not None else []
        return _NOTHING.fullmatch(" ".join(words)) is not None

    @property
    def _lacks_what_is_copied(self) -> bool:
        """Whether the build of its image stops at a file that is not there: what the image should hold is not known."""
        layers = self.stage.chain if self.stage is not None else ()
        return any(copy.missing for layer in layers for copy in layer.copies)

    @cached_property
    def _runs_strangers(self) -> bool:
        from dotmac_lint.model.scripts import runs_strangers

        return runs_strangers(self)

    @cached_property
    def _runs_our_code_from_elsewhere(self) -> bool:
        from dotmac_lint.model.variable_readers import is_but_a_start, runs_our_code_from_elsewhere

        return is_but_a_start(self.workspace, self.files) or any(
            runs_our_code_from_elsewhere(self.workspace, path) for path in self.files
        )

    @cached_property
    def names_read_in_code(self) -> dict[str, str]:
        """Each name that Python or JavaScript code in the container reads from the environment, and a file."""
        from dotmac_lint.model.variable_readers import names_in, read_ahead

        files = sorted(self.files)
        read_ahead(self.workspace, files)
        found: dict[str, str] = {}
        for name, path in names_in(self.workspace, files):
            found.setdefault(name, path)
        return found

    @cached_property
    def _dynamic_reads(self) -> tuple[Pattern, ...]:
        from dotmac_lint.model.variable_readers import dynamic_patterns, read_ahead

        files = sorted(self.files)
        read_ahead(self.workspace, files)
        return tuple(p for path in files for p in dynamic_patterns(self.workspace, path))

    @cached_property
    def _asks_for_no_database(self) -> bool:
        """Whether it is Python without a library that takes DATABASE_URL by itself, and no settings of the repository,
        which its image may lack by mistake, have it.
        """
        from dotmac_lint.model.variable_readers import may_take_database_url

        base = self.base_image.value if isinstance(self.base_image, Known) else ""
        if any(settings.lookup("DATABASE_URL").fields for settings in self.repository.settings):
            return False
        return _PYTHON_IMAGE.match(base) is not None and not any(
            may_take_database_url(self.workspace, path) for path in self.files
        )

    @cached_property
    def _makes_names(self) -> bool:
        """Whether its code puts together what may be names of variables."""
        from dotmac_lint.model.variable_readers import makes_names

        return any(makes_names(self.workspace, path) for path in self.files)

    @cached_property
    def _command_text(self) -> str:
        """What the container runs besides files: commands, health checks, hooks, jobs that labels tell a
        scheduler to start in it, RUN steps that write scripts."""
        from dotmac_lint.model.compose_tree import every_leaf

        definition = self.definition
        texts = [
            text.raw
            for command in (definition.command, definition.entrypoint)
            if command
            for text in command.words
        ]
        if definition.healthcheck is not None:
            texts += [word.raw for word in definition.healthcheck.test]
        for attribute in ("labels", "post_start", "pre_stop"):
            node = definition.attribute(attribute)
            texts += [leaf.raw for leaf in every_leaf(node)] if node is not None else []
        if self.image is not None:
            for stage in self.image.built_stages:
                texts += [i.value for i in stage.instructions if i.keyword in _RUNNING]
                texts += [h.body for i in stage.instructions for h in i.heredocs]
        return "\n".join(texts)

    def misnaming(self, name: str) -> Misnaming | None:
        """The field that `name` means and misses by its delimiter, by an alias or by its case."""
        from dotmac_lint.model.misnamed import misnaming

        if any(settings.lookup(name).fields for settings in self.settings):
            return None
        found = (misnaming(settings, name) for settings in self.settings)
        return next((row for row in found if row is not None), None)

    def mentions(self, name: str, files: frozenset[str] | None = None) -> bool:
        """Whether a command of the service, or one of `files` (those in its container), may read the name."""
        word = rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])"
        text = self._command_text
        return (name in text and re.search(word, text) is not None) or self.repository.may_read(
            name, self.files if files is None else files
        )

    def reads(self, variable: Variable) -> bool | None:
        """Whether the service reads `variable`; None where that cannot be told. For most of what env files hold no code
        is looked through: there, `may_use` knows more than False.
        """
        from dotmac_lint.model import variable_readers

        name = variable.name
        if self.image is None and not (self.mounted_files and self._plain_base):
            return None  # the image is not built from this repository
        unknown = False
        for settings in self.settings:
            found = settings.lookup(name)
            if found.fields:
                return True
            unknown = unknown or found.unknown is not None
        if unknown:
            return None
        if self.is_bundled_before(name):
            return False
        if self.mentions(name):
            return True
        if variable_readers.is_well_known(name) and not (
            name == "DATABASE_URL" and self._asks_for_no_database
        ):
            return True
        patterns = [pattern for pattern in self._dynamic_reads if pattern.reaches(name)]
        if any(not pattern.given for pattern in patterns) or (patterns and self._makes_names):
            return None
        if self._lacks_built_code or self._runs_strangers or self._mounts_unknown_code:
            return None
        if (
            self._takes_code_of_others
            or self._makes_its_program
            or (self._downloads and self._is_set_by_its_image(name))
        ):
            return None
        if self._runs_our_code_from_elsewhere or self._serves_a_package or self._installs_reader_of(name):
            return None
        if (self.idles or self._lacks_what_is_copied) and self.repository.naming(name):
            return None  # what it is to run may be any program of the repository
        in_namespace = any(settings.lookup(name).section is not None for settings in self.settings)
        if in_namespace or (self._plain_base and self.files):
            return False
        return None

    def is_bundled_before(self, name: str) -> bool:
        """Whether a bundler has put the variable into what a web server serves here, when the image was built: in the
        container nothing reads it.
        """
        from dotmac_lint.model.variable_readers import BUNDLED, dynamic_patterns

        stage = self.stage
        if stage is None or self.image is None or not BUNDLED.match(name) or name in self.image.build_args:
            return False
        if self.definition.entrypoint or self.definition.command:
            return False
        if not stage.uses or not stage.is_web_server:
            return False  # another program may run beside the server, or in its place
        held = stage.sources | self.mounted_files
        if self.mentions(name, held) or any(
            p.reaches(name) for path in held for p in dynamic_patterns(self.workspace, path)
        ):
            return False
        # What code writes for the templates of a web server: `{{ env "VITE_API_URL" }}`.
        filled_in = re.compile(rb"\benv[ \t]+\\?[\"'`]%s\b" % re.escape(name.encode()))
        named = self.workspace.words.search(self.workspace.files, (name.encode(),))
        return not any(filled_in.search(self.workspace.bytes(path) or b"") for path, _ in named)

    def may_use(self, variable: Variable) -> bool:
        """Whether the service may read `variable`. What is in an env file may be for others that get it, too: a
        well-known image takes what is its own, and of code that reads any name it is not known.
        """
        from dotmac_lint.model.image_variables import variables_of

        reads = self.reads(variable)
        if variable.mechanism != "env_file":
            return reads is not False
        known = variables_of(self.definition)
        if known is not None and not known.may_read(variable.name):
            return self.mentions(variable.name)
        if self.knows(variable.name) and not self.is_bundled_before(variable.name):
            return True
        if reads is True and self.image is not None:
            # A library might read it, but where the code of another service does, it is for that one.
            return not any(
                given.name_span == variable.name_span and other.knows(variable.name)
                for other in self.deployment.services
                if (given := other.environment.get(variable.name)) is not None
            )
        return reads is True or (reads is None and self.image is None)

    def knows(self, name: str) -> bool:
        """Whether its settings have the variable, or its own code names it."""
        if any(settings.lookup(name).fields for settings in self.settings):
            return True
        return not self.files.isdisjoint(self.repository.naming(name))
