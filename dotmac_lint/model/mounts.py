"""Bind mounts whose source is not in the repository."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from itertools import takewhile
from typing import TYPE_CHECKING

import msgspec

from dotmac_lint import scaffold
from dotmac_lint.fix import CreateFile, Edit, Fix
from dotmac_lint.known import Known
from dotmac_lint.lazy import regex
from dotmac_lint.model.dokploy import is_written
from dotmac_lint.model.edits import replace_word
from dotmac_lint.model.made_elsewhere import (
    document_that_makes,
    document_that_writes,
    is_cloned,
    is_made_as_commented,
    is_made_beside,
    is_moved,
    is_said_to_be_made,
    is_told_to_be_filled,
    is_written_by_command,
    is_written_by_program,
)
from dotmac_lint.model.similar import folders_beside, similar_path
from dotmac_lint.source import SourceFile, Span
from dotmac_lint.workspace import without_dots

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Deployment, Repository, Service
    from dotmac_lint.workspace import Workspace

_CONFIGURATION = regex(
    r"^/docker-entrypoint(-initdb)?\.d(/|$)|/(provisioning|conf\.d|policies|templates|dashboards|datasources|rules)(/|$)"
)
"""Where images look for their configuration, and write nothing; empty, they start without it or not at all."""
_FILE = regex(
    r"^\.env|^(Caddy|Core|Docker|Gem|Jenkins|Just|Make|Pip|Proc|Rake|Task|Vagrant)file$|\.(ya?ml|json|toml|ini|cfg|cnf|conf|config|properties|xml|env|sql|sh|py|js|ts|lua|rb|pl|txt|md|html|css"
    r"|crt|cert|pem|key|pub|p12|jks|htpasswd|passwd|rules|tpl|tmpl|template|hcl|tf|service|sock|lock|log|db|sqlite3?"
    r"|dump|csv|tsv|zip|gz|tgz|tar|jar|war)$",
    re.IGNORECASE,
)


_KEY = regex(
    r"((service[_-]?account|credential|adminsdk)[\w.-]*|[_.-]key|acme)\.json$|\.(pem|key|crt|cert?|p12|pfx|jks)$"
    r"|(^|/)secrets?/",
    re.IGNORECASE,
)
"""Keys and certificates, those of service accounts among them, and what lies in a folder of secrets: nobody commits
one."""
_CERTIFIER = regex(r"certbot|acme|lego|letsencrypt", re.IGNORECASE)
"""Images that fetch certificates and write them where other services read them."""
_FETCHED = regex(r"/(certbot|acme-challenge|_?letsencrypt/www|\.well-known)/?$|^/etc/letsencrypt(/|$)")
"""Where web servers find certificates that are fetched on the machine itself, and the answers they are fetched with."""

_FILLS = regex(r"goauthentik/server\S* /templates")
"""Images, and where each writes its own configuration when the folder is empty (their documents mount one so)."""
_SECRET = regex(
    r"(^|[/_.-])(certs?|certificates|letsencrypt|ssl|tls|ca|ca-bundle|pki|private|keys?|credentials?|passwords?|secrets?|basic-?auth)"
    r"([/_.-]|$)",
    re.IGNORECASE,
)
"""Folders, and the places where they are mounted, that hold what each machine has its own of, and no repository."""
_DATA = regex(
    r"(^|/)(\.[\w-]+|logs?|data|assets|cache|uploads?|storage|media\w*|static\w*|tmp|temp|backups?|outputs?|(test-?)?(results?|reports?)|coverage|snapshots|models"
    r"|plugins)$"
)
"""Folders that a program fills by itself."""
_KEPT = regex(r"\.?(docker|app)?[_-]?(data|volumes?|appdata|storage)", re.I)
"""Folders for all that the containers of a deployment keep."""
_NOT_RUN = regex(r"^/docker-entrypoint-initdb\.d/.*[^/]")
"""Folders in there: the images run the files that lie beside them, and no others."""
_RENDERED = (".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".gotmpl", ".erb")
"""What the templates are called of which programs alone make files."""
_OF_EXAMPLE = regex(r"[._-](example|sample|template)\.ya?ml$")
_TO_BE_FILLED = regex(r"<[^<>/]+>")
"""`<FOLDER-OF-FILMS>`."""
_DATABASE = regex(r"^/var/lib/(mysql|mariadb|postgresql)(/data)?/?$|^/data/db/?$")
"""Where images of databases keep what they write; they make the folder their own."""

_POSTGRES = regex(r"postg(res|is)|pgvector|timescale")
"""Images of PostgreSQL, and of those made from it."""
_REDIS = regex(r"redis|valkey|keydb")


_INSTALL = regex(r"\b(npm|pnpm|bun)\s+(ci|i|install)\b|\byarn(\s+(install|workspaces|--)|\s*($|&&))", re.M)
_NEED_NOT_BE = regex(
    r"\bif\b.{0,60}\b(does ?n[o']t|is ?n[o']t|do not|don't)\b.{0,20}\b(exist|there|present)", re.I
)
_TO_BE_ADDED = regex(r"\b(put|place|drop)\b.{0,60}\bhere\b|放在?(这里|此|这个目录)", re.I)
"""What comments say of a folder that whoever starts it may fill."""


class MissingSource(msgspec.Struct, frozen=True):
    """A bind mount of something that the repository does not have."""

    service: Service
    source: str
    target: str
    at: Span
    is_file: bool
    is_configuration: bool
    is_optional: bool = False
    """It is only read, and nothing says that the image looks for its configuration there."""
    others: tuple[Span, ...] = ()
    """Where else the same file mounts it."""
    told: str | None = None
    """The document that tells to make it by hand."""

    @property
    def matters(self) -> bool:
        return self.told is None and (self.is_file or self.is_configuration)

    @property
    def is_outside(self) -> bool:
        return self.source.startswith("../")

    @property
    def absent(self) -> str:
        """The outermost folder on the way that is not there either, else the source itself."""
        return self.service.workspace.absent(self.source)


def _named_like_a_file(path: str) -> bool:
    return bool(_FILE.search(posixpath.basename(path)))


def _is_one_file(source: str, target: str) -> bool:
    """Whether both ends have one name with a suffix of letters: `redpanda.license`."""
    name = posixpath.basename(source)
    return name == posixpath.basename(target) and re.fullmatch(r"[\w-]+\.[a-z]{3,8}", name) is not None


def missing_sources(deployment: Deployment) -> tuple[MissingSource, ...]:
    """The sources of active services' bind mounts that are missing, each once a Compose file, where it matters most."""
    found: dict[tuple[str, str], MissingSource] = {}
    for mount in _missing(deployment):
        key = (mount.at.path, mount.source)
        first, second = mount, found.get(key)
        if second is None:
            found[key] = mount
            continue
        if second.matters >= first.matters:
            first, second = second, first
        found[key] = msgspec.structs.replace(first, others=(*first.others, second.at, *second.others))
    return tuple(found.values())


def _missing(deployment: Deployment) -> Iterator[MissingSource]:
    """Each bind mount of an active service whose source is neither in the repository nor on disk.

    A directory that git ignores, or whose files it ignores, is made at run time, as its owners know, and keys and
    certificates are each machine's own: of their folders only those count that a document tells to make. A writable
    directory is data, which the container makes and owns; it matters only where its user may not write there, or where
    it hides what the image has. Nothing is said of the others.
    """
    workspace = deployment.repository.workspace
    writers = _writers(deployment.repository)
    starting = {label.span.path for label in deployment.spec.evidence}
    stopped_at = _stopped_at(deployment)
    for service in deployment.startable:
        yield from (found for found in _too_far_up(service) if not deployment.is_brought_elsewhere)
        for mount in service.binds:
            assert mount.source is not None
            assert isinstance(mount.source.value, Known)
            source = mount.source.value.value
            if not isinstance(mount.target.value, Known) or workspace.kind(source) is not None:
                continue
            if deployment.is_brought_elsewhere:
                return
            if source in stopped_at or _TO_BE_FILLED.search(source):
                continue
            target = mount.target.value.value
            others = writers.get(source, ())
            if any(_CERTIFIER.search(image) for image, _ in others) or _FETCHED.search(target):
                continue
            fills = _FILLS.search(f"{_image_name(service)} {target.rstrip('/')}")
            if posixpath.basename(source) == ".git" or (fills and not mount.read_only):
                continue
            is_file = _named_like_a_file(source) or _named_like_a_file(target.replace("/.", "/"))
            is_file = is_file or _is_one_file(source, target)
            is_file = (is_file and not mount.target.raw.endswith("/")) or _is_program(service, target)
            if is_file and _KEY.search(source):
                continue
            if mount.create_host_path is False or workspace.is_ignored(source if is_file else source + "/"):
                continue
            if workspace.in_submodule(source) or _is_left_to_chance(workspace, mount.span, is_file=is_file):
                continue
            if posixpath.basename(source) == "node_modules" and not _installs(service):
                continue
            if not is_file and workspace.ignores_within(source):
                continue
            secret = not is_file and (_SECRET.search(source) or _SECRET.search(target))
            written = _DATA.search(source) or any(f"{source}/".startswith(f"{other}/") for other in writers)
            configures = _CONFIGURATION.search(target) and all(
                _CONFIGURATION.search(place) for _, place in others
            )
            chosen = bool(mount.source.references)  # by who starts it, who knows what lies there
            configuration = (mount.read_only and not (written or chosen)) or bool(configures)
            if configuration and not is_file and (_NOT_RUN.search(target) or _is_idle(service, target)):
                continue
            if not (is_file or configuration or (not chosen and _harms(service, source, target))):
                continue
            path = mount.span.path
            if is_file:
                made = (
                    is_written_by_command(workspace, source, posixpath.dirname(path))
                    or is_written_by_program(workspace, source)
                    or is_said_to_be_made(workspace, source)
                    or any(workspace.is_listed(source + end) for end in _RENDERED)
                )
            elif (configuration and _is_of_run_time(workspace, writers, source)) or (
                configures and is_told_to_be_filled(workspace, posixpath.dirname(path), source)
            ):
                continue
            else:
                made = is_made_beside(
                    workspace, source, starting, posixpath.dirname(path)
                ) or is_made_as_commented(workspace, path, source)
            if made or is_written(workspace, path, source) or is_cloned(workspace, source):
                continue
            if _is_copied_too(deployment, path, source):
                continue
            if not deployment.spec.commanded and is_moved(workspace, path):
                continue
            at = mount.source_span or mount.span
            told = (document_that_writes if is_file else document_that_makes)(workspace, source)
            if secret and told is None:
                continue
            optional = not (is_file or configures)
            found = MissingSource(service, source, target, at, is_file, configuration, optional, told=told)
            if deployment.is_placed or _meant(found):
                yield found


def _too_far_up(service: Service) -> Iterator[MissingSource]:
    """What is mounted from outside the repository, while its words, a folder and more, lead to something from the
    root."""
    for mount in service.definition.mounts:
        source, target = mount.source, mount.target.value
        if mount.type != "bind" or source is None or not source.outside or source.references:
            continue
        if not isinstance(source.value, Known) or not isinstance(target, Known):
            continue
        path = source.value.value
        words = without_dots(path).rstrip("/")
        kind = service.workspace.kind(words) if path.startswith("../") and "/" in words else None
        if kind is not None:
            at = mount.source_span or mount.span
            yield MissingSource(service, path, target.value, at, kind == "file", is_configuration=True)


def _is_of_run_time(workspace: Workspace, writers: dict[str, list[tuple[str, str]]], source: str) -> bool:
    """Whether the directory lies among what programs keep: in a folder for that which the repository does not have, or
    in one that is not there at all and that has what a container writes as well."""
    parts = source.split("/")[:-1]
    kept = next((n for n, part in enumerate(parts, 1) if _KEPT.fullmatch(part)), None)
    if kept is not None and workspace.is_directory("/".join(source.split("/")[kept - 1 :])):
        return False  # it is meant from the root
    if kept is not None and not any(
        not posixpath.basename(file).startswith(".") for file in workspace.under("/".join(parts[:kept]))
    ):
        return True
    above = workspace.absent(source)
    return above != source and any(
        f"{other}/".startswith(f"{above}/")
        and (_DATA.search(other) or any(_DATABASE.search(target) for _, target in places))
        for other, places in writers.items()
    )


def _harms(service: Service, source: str, target: str) -> bool:
    """Whether the container may not write into an empty directory that root owns, or lacks its code there."""
    stage, build, own = service.stage, service.definition.build, target.rstrip("/")
    if stage is None or build is None or _DATABASE.search(target):
        return False
    if service.user is not None and not service.runs_as_root:
        return True
    if any(path.startswith(f"{own}/") for path in stage.files) or stage.workdir == Known(own):
        return True
    # What is mounted where a COPY of the context would put it is code.
    workdir, context = stage.workdir, build.context.value
    if not isinstance(workdir, Known) or not isinstance(context, Known) or _DATA.search(source):
        return False
    inside = posixpath.relpath(source, context.value or ".")
    return own.endswith(f"/{inside}") and own.split("/")[:2] == workdir.value.split("/")[:2]


def _is_program(service: Service, target: str) -> bool:
    """Whether the Compose file has the container start with it."""
    commands = (service.definition.entrypoint, service.definition.command)
    return any(
        command.words[0].raw == target for command in commands if command is not None and command.words
    )


def _installs(service: Service) -> bool:
    """Whether the image has packages of its own, which an empty folder would hide; else the host's are meant, which
    their manager installs."""
    stages = service.image.built_stages if service.image is not None else ()
    steps = (step.value for stage in stages for step in stage.instructions if step.keyword == "RUN")
    return any(map(_INSTALL.search, steps))


def _is_left_to_chance(workspace: Workspace, at: Span, *, is_file: bool) -> bool:
    """Whether the comment above the mount says that what it names need not be there, or in a folder."""
    source = workspace.source(at.path)
    above = source.text[: at.start].splitlines()[:-1] if source is not None else []
    comment = "".join(reversed([*takewhile(lambda line: line.lstrip().startswith("#"), reversed(above))]))
    return bool(_NEED_NOT_BE.search(comment) or (not is_file and _TO_BE_ADDED.search(comment)))


def _stopped_at(deployment: Deployment) -> set[str]:
    """What Compose stops at before Docker could make a directory of it: env files, and folders of builds."""
    found: set[str] = set()
    for service in deployment.services:
        paths = [reference.path for reference in service.definition.env_files if reference.required]
        if service.definition.build is not None:
            paths.append(service.definition.build.context)
        found.update(path.value.value for path in paths if isinstance(path.value, Known))
    return found


def _is_idle(service: Service, target: str) -> bool:
    """Whether all that configures the service's nginx is here, and names nothing in the folder."""
    workspace = service.workspace
    texts: dict[str, str] = {}
    for mount in service.binds if "nginx" in _image_name(service) else ():
        place = mount.target.raw
        if not place.startswith("/etc/nginx/") or place == target or _SECRET.search(place):
            continue
        assert mount.source is not None
        assert isinstance(mount.source.value, Known)
        for path in (mount.source.value.value, *workspace.under(mount.source.value.value)):
            source = workspace.source(path) if workspace.kind(path) == "file" else None
            texts[place] = texts.get(place, "") + (source.text if source else "")
    named = re.compile(rf"(?<![\w-]){re.escape(posixpath.basename(target.rstrip('/')))}(?![\w-])")
    return (
        bool(texts.get("/etc/nginx/nginx.conf"))
        and all(texts.values())
        and not any(map(named.search, texts.values()))
    )


def _writers(repository: Repository) -> dict[str, list[tuple[str, str]]]:
    """The sources of writable bind mounts of any deployment, with the images of those who may write there, and the
    places where they have them."""

    def find() -> dict[str, list[tuple[str, str]]]:
        found: dict[str, list[tuple[str, str]]] = {}
        for service in (service for deployment in repository.deployments for service in deployment.services):
            for mount in service.binds:
                if mount.source is not None and isinstance(mount.source.value, Known) and not mount.read_only:
                    writer = _image_name(service), mount.target.raw
                    found.setdefault(mount.source.value.value, []).append(writer)
        return found

    writers: dict[str, list[tuple[str, str]]] = repository.workspace.remembered(
        "writers of bind mounts", find
    )
    return writers


def _is_copied_too(deployment: Deployment, path: str, source: str) -> bool:
    """Whether the Compose file is an example that is copied to where it is used, and `source` lies beside it, or is
    brought there from another folder."""
    workspace = deployment.repository.workspace
    copied = any(label.text.startswith(("cp ", "ln ")) for label in deployment.spec.evidence)
    if copied and workspace.kind(posixpath.join(posixpath.dirname(path), source)) is not None:
        return True
    return _OF_EXAMPLE.search(path) is not None and bool(workspace.named(posixpath.basename(source)))


def mend_source(mount: MissingSource) -> Fix | None:
    """Mount what is meant; else create what is missing."""
    meant = _meant(mount) or _under_another_folder(mount) or _said_twice(mount) or _alike(mount)
    return meant or (None if _is_meant_from_root(mount) else create_source(mount))


def _is_meant_from_root(mount: MissingSource) -> bool:
    """Whether the folder that the words begin with lies in the root, and not where they are meant from."""
    base = mount.service.deployment.spec.folder
    first, below, _ = posixpath.relpath(mount.source, base or ".").partition("/")
    here = posixpath.join(base, first)
    return bool(base and below) and mount.absent == here and mount.service.workspace.is_directory(first)


def _meant(mount: MissingSource) -> Fix | None:
    """Mount what the same words lead to from the project's folder, or from the root."""
    workspace, base, words = mount.service.workspace, mount.service.deployment.spec.folder, _words(mount)
    kind = "file" if mount.is_file else "directory"
    places = {words, posixpath.join(base, words)} if words else set()
    return _mounted_instead(mount, [place for place in sorted(places) if workspace.kind(place) == kind])


def _under_another_folder(mount: MissingSource) -> Fix | None:
    """Mount the one file that the same words, a folder and a name, lead to from anywhere."""
    words = _words(mount)
    files = mount.service.workspace.named(posixpath.basename(words)) if mount.is_file and "/" in words else ()
    return _mounted_instead(mount, [path for path in files if path.endswith(f"/{words}")])


def _said_twice(mount: MissingSource) -> Fix | None:
    """Mount what the words lead to where a folder that they name twice is named once: `./grafana/grafana/rules`."""
    parts, kind = _words(mount).split("/"), "file" if mount.is_file else "directory"
    once = [part for part, before in zip(parts, ["", *parts], strict=False) if part != before]
    place = posixpath.join(mount.service.deployment.spec.folder, *once)
    there = once != parts and mount.service.workspace.kind(place) == kind
    return _mounted_instead(mount, [place] if there else [])


def _words(mount: MissingSource) -> str:
    """How the source is written, without what leads to where its words begin; "" where it is written otherwise."""
    source = mount.service.workspace.source(mount.at.path)
    written = mount.at.range.slice(source.text) if source is not None else ""
    leads = posixpath.normpath(posixpath.join(mount.service.deployment.spec.folder, written)) == mount.source
    return without_dots(written).rstrip("/") if leads else ""


def _mounted_instead(mount: MissingSource, meant: list[str]) -> Fix | None:
    if len(meant) != 1:
        return None
    name = posixpath.relpath(meant[0], mount.service.deployment.spec.folder or ".")
    edit = replace_word(mount.service.workspace, mount.at, name if name.startswith(".") else f"./{name}")
    return Fix(f"Mount `{meant[0]}` instead", edits=(edit,)) if edit is not None else None


def _alike(mount: MissingSource) -> Fix | None:
    """Mount what lies in the same folder under almost the same name, and is mounted nowhere else in the file."""
    workspace, folder = mount.service.workspace, posixpath.dirname(mount.source)
    binds = (bind.source for service in mount.service.deployment.services for bind in service.binds)
    mounted = {source.value.value for source in binds if source and isinstance(source.value, Known)}
    files = set(workspace.files_in(folder))
    beside = files if mount.is_file else folders_beside(workspace, mount.source)
    meant = similar_path(mount.source, beside - mounted)
    source = workspace.source(mount.at.path)
    if meant is None or source is None:
        return None
    slip, right = posixpath.basename(mount.source), posixpath.basename(meant)
    head, found, tail = mount.at.range.slice(source.text).strip("\"'").rpartition(slip)
    edit = replace_word(workspace, mount.at, head + right + tail)
    if not found or tail.strip("/") or edit is None:
        return None
    title, edits = f"Mount `{meant}` instead", [edit]
    if _repeats(mount, source, slip):
        target = posixpath.join(posixpath.dirname(mount.target), right)
        title, start = f"{title}, at `{target}`", mount.at.end + 1
        edits.append(Edit(Span(mount.at.path, start, start + len(mount.target)), target))
    return Fix(title, tuple(edits))


def _repeats(mount: MissingSource, source: SourceFile, slip: str) -> bool:
    """Whether the target, beside the source, ends in the same slip, and nothing else has it."""
    beside = source.text.startswith(f":{mount.target}", mount.at.end)
    if not beside or posixpath.basename(mount.target) != slip or source.text.count(slip) > 2:
        return False
    workspace = mount.service.workspace
    return all(path == mount.at.path for path, _ in workspace.words.search(workspace.files, (slip.encode(),)))


def create_source(mount: MissingSource) -> Fix | None:
    """A fix that creates what is missing; None where nobody can guess what it should say."""
    if mount.is_file:
        text = _file_text(mount, posixpath.basename(mount.source))
        made = {mount.source: text} if text is not None else {}
    else:
        made = {f"{mount.source}/{name}": text for name, text in _contents(mount).items()}
    if not made:
        return None
    ignored = any(map(mount.service.workspace.is_ignored, made))
    title = f"Create {' and '.join(f'`{path}`' for path in made)}"
    title += ", which git ignores: add it with `git add --force`" if ignored else ""
    return Fix(title, creates=tuple(CreateFile(path, text) for path, text in made.items()))


def _contents(mount: MissingSource) -> dict[str, str]:
    """What to put into the missing directory. An empty one is kept only where it is data: it configures nothing."""
    image, target = _image_name(mount.service), mount.target.rstrip("/")
    if target.startswith("/docker-entrypoint-initdb.d") and _POSTGRES.search(image):
        return {"01-init.sql": scaffold.init_sql()}
    if posixpath.basename(mount.source) == "policies" and re.search(r"vault|bao", image):
        return {"app-policy.hcl": scaffold.vault_policy(mount.service.repository.vault_policy_paths)}
    if "grafana" in image and f"{target}/".startswith("/etc/grafana/provisioning/"):
        files = _provisioning(mount.service)
        below = {path: text for path, text in files.items() if f"{path}/".startswith(f"{target}/")}
        return {posixpath.relpath(path, target): text for path, text in below.items()}
    a_file_to_celery = posixpath.basename(target) == "celerybeat-schedule"
    return {} if mount.matters or a_file_to_celery else {".gitkeep": ""}


def _provisioning(service: Service) -> dict[str, str]:
    """Files with which Grafana provisions itself, by their paths in the container."""
    folder = "/etc/grafana/provisioning"
    services = service.deployment.services
    prometheus = next((one.name for one in services if "prom/prometheus" in _image_name(one)), None)
    places = [mount.target.raw.rstrip("/") for mount in service.definition.mounts]
    boards = (place for place in places if place.endswith("/dashboards") and not place.startswith(folder))
    return {
        f"{folder}/dashboards/dashboards.yml": scaffold.grafana_dashboards(
            next(boards, f"{folder}/dashboards")
        ),
        f"{folder}/datasources/datasources.yml": scaffold.grafana_datasources(prometheus),
    }


def _file_text(mount: MissingSource, name: str) -> str | None:
    image = _image_name(mount.service)
    if name == "redis.conf" and _REDIS.search(image):
        return _redis(mount)
    if name.endswith(".sql"):  # a schema, and what another server takes, nobody can guess
        return scaffold.init_sql() if "init" in name and _POSTGRES.search(image) else None
    if name.endswith((".yml", ".yaml")) and mount.target.rpartition("/")[2] == "prometheus.yml":
        return scaffold.prometheus() if "prometheus" in image else None
    if name.endswith((".yml", ".yaml")) and "opentelemetry-collector" in image:
        version = re.search(r":v?0\.(\d{1,3})\b", image)
        return scaffold.otel_collector(debug="logging" if version and int(version[1]) < 86 else "debug")
    return None


def _image_name(service: Service) -> str:
    return service.base_image.value if isinstance(service.base_image, Known) else ""


def _redis(mount: MissingSource) -> str:
    """With a password in the command (`--requirepass`), protected mode can stay on."""
    command = mount.service.definition.command
    return scaffold.redis_conf(password=command is not None and "requirepass" in repr(command))
