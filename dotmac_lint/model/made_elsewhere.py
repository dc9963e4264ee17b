"""Files that a build needs and the repository rightly lacks: something makes them before it.

Made by git (submodules), by a build tool, by a script, a workflow or the reader of a document. Only asked
about what is missing, so the files that could make it are read only then.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from dotmac_lint.facts import fact
from dotmac_lint.lazy import regex
from dotmac_lint.model.command_pieces import MAKEFILE
from dotmac_lint.model.makers import makers
from dotmac_lint.workspace import VENDORED

if TYPE_CHECKING:
    from dotmac_lint.workspace import Workspace

_ARTEFACT = regex(
    r"(^|/)(dist|build|_build|target|out|output|outputs|obj|release|releases|publish|artifacts?|wheels?"
    r"|wheelhouse|vendor|node_modules|\.next|\.nuxt|\.output|\.svelte-kit|\.venv|venv|staticfiles|generated|gen"
    r"|coverage|tmp|temp|\.git|\.cache|cache)(/|$)"
    r"|\.(whl|jar|war|ear|tar|t?gz|tgz|txz|xz|zip|zst|deb|rpm|apk|exe|dll|so|egg|nupkg|crx|bin|img|pyz)$",
    re.IGNORECASE,
)
DOCUMENT = regex(r"\.(md|rst)$", re.IGNORECASE)
_TEMPLATE = regex(r"[{}<>%]|__[A-Z_]+__|(?i:(^|/)(placeholder|change-?me)(/|$))")
_TOOLS = regex(
    r"(^|/)((GNUm|M|m)akefile[^/]*|package\.json|pyproject\.toml|[Tt]askfile[^/]*|\.?[Jj]ustfile|Jenkinsfile[^/]*|Rakefile"
    r"|noxfile\.py|[^/.]+)$"
    r"|\.(sh|bash|zsh|ps1|bat|cmd|mk|just|ya?ml|md|mdx|rst|adoc|txt|py|js|mjs|cjs|ts|rb|go|gradle|tf)$"
)
_NO_TOOLS = regex(
    r"(^|/)([^/]*(docker-?)?compose[^/]*\.ya?ml|[^/]*(Docker|Container)file[^/]*|requirements[^/]*\.txt"
    rf"|CHANGELOG[^/]*|LICENSE[^/]*|pnpm-lock\.yaml)$|(^|/)({VENDORED}|\.claude|\.cursor)/|(^|/)tests?/.*(?<!\.md)$",
    re.IGNORECASE,
)
_MAKES = regex(
    r"(^|[^-=])>|\b(?i:cp|mv|ln|touch|mkdir|curl|wget|clone|tee|copy|copies|copied|rename[ds]?|echo|openssl|mkcert"
    r"|keygen|envsubst|crea\w*|cri(?:ar|e)|cré(?:er|ez)|erstell\w*|anleg\w*|созда\w*|копир\w*|скопир\w*|copi(?:are?|er|ez|a|e)"
    r"|kopier\w*|generat\w*|download\w*|fetch\w*|export\w*|writ\w*|wrote|render\w*|save[ds]?"
    r"|upload\w*|provid\w*|place|make(?! sure)|dump|output\w*|scp|rsync|gsutil|sops|decrypt\w*)\b"
    r"|\s-(o|out|keyout)\b|--out\w*\b|创建|新建|复制|作成|コピー|생성|복사"
)
_MAKES_FOLDER = regex(
    r"\b(mkdir|clone|cp|mv|ln|rsync|unzip|tar|svn|makedirs|copytree|cookiecutter)\b|--?out\w*\b"
)
_PROGRAM = regex(r"\.(py|sh|bash|zsh|ps1|js|mjs|cjs|ts|rb|go)$")
_OPENS = r"\bopen\w*\([^\n]*[\"'][wax][bt]?\+?[\"']"
_OPENS_TO_WRITE, _WRITES = regex(_OPENS), regex(_OPENS.encode())
_LARGEST = 400_000
"""Bytes of a file that is looked through for a name."""
_LONGEST = 1_000
"""Characters of a line that may be a command."""


def is_made_elsewhere(workspace: Workspace, path: str) -> bool:
    """Whether `path`, which is not there, is likely to be made before it is needed."""
    return (
        is_no_source(workspace, path)
        or is_made_by_hand_or_script(workspace, path)
        or is_compiled_beside(workspace, path)
        or is_compiled(workspace, path)
        or is_written_by_program(workspace, path)
        or is_cloned(workspace, path)
    )


def is_written_by_program(workspace: Workspace, path: str) -> bool:
    """Whether a program in Python, in a folder above the file or beside it, writes files and has as texts the name, or
    its stem and its suffix, and that of the folder."""
    folder, name = posixpath.split(path)
    stem, suffix = posixpath.splitext(name)
    if not suffix or workspace.named(name):
        return False
    above = (
        file for file in _tools(workspace) if file.endswith(".py") and is_below(path, posixpath.dirname(file))
    )
    return any(
        _writes(
            workspace,
            file,
            stem,
            suffix,
            "" if posixpath.dirname(file) == folder else posixpath.basename(folder),
        )
        for file, _ in workspace.words.search(above, (os.fsencode(stem),))
    )


def is_below(path: str, folder: str) -> bool:
    return not folder or path.startswith(f"{folder}/")


@fact(bool)
def _writes(workspace: Workspace, path: str, stem: str, suffix: str, folder: str) -> bool:
    data = workspace.bytes(path) or b""
    name, end = re.escape(os.fsencode(stem)), re.escape(os.fsencode(suffix))
    whole = re.search(rb"[\"'/]%s%s[\"']" % (name, end), data)
    parted = re.search(rb"[\"'/]%s[\"']" % name, data) and re.search(rb"[\"'}]%s[\"']" % end, data)
    there = not folder or re.search(rb"[\"'/]%s[\"'/]" % re.escape(os.fsencode(folder)), data)
    return bool((whole or parted) and there) and _WRITES.search(data) is not None


_PACKAGE = regex(
    rb"""(?m)^[ \t]*name[ \t]*=[ \t]*["']([\w-]+)["']"""
    rb"""|^module[ \t]+(?:\S*/)?(?!v\d+[ \t]*$)([\w.-]+?)(?:/v\d+)?[ \t]*$"""
    rb"""|^[ \t-]*(?:binary|project_name):[ \t]*["']?([\w.-]+)["']?[ \t]*$"""
)
"""A package or program of Cargo; a module of Go, which gives the program its last word; what GoReleaser builds, and
puts into the context of its builds."""


def is_own_program(workspace: Workspace, path: str) -> bool:
    """Whether a compiler gives the name to a program that is written here, in Rust or Go."""
    name = posixpath.basename(path)
    if "." in name:
        return False
    released = workspace.chosen(_is_release)
    manifests = (*workspace.named("Cargo.toml"), *workspace.named("go.mod"), *released)
    return any(name in _programs(workspace, file) for file in manifests) or any(
        f"/cmd/{name}/main.go" in f"/{file}" for file in workspace.named("main.go")
    )


def _is_release(path: str) -> bool:
    return "goreleaser" in posixpath.basename(path) and path.endswith((".yml", ".yaml"))


@fact(list[str])
def _programs(workspace: Workspace, path: str) -> list[str]:
    found = _PACKAGE.findall(workspace.bytes(path) or b"")
    return ["".join(map(bytes.decode, names)) for names in found]


def is_compiled_beside(workspace: Workspace, path: str) -> bool:
    """Whether a script of its folder gives its name to a compiler: `go build -o NAME`."""
    beside = tuple(workspace.files_in(posixpath.dirname(path)))
    return any(maker.what == "file" for maker in makers(workspace, beside, path))


def is_compiled(workspace: Workspace, path: str) -> bool:
    """Whether a makefile gives its name to a compiler, maybe by a variable: `go build -o $(FOLDER)/$(PROGRAM)`; or it
    is called as programs are, and a script or workflow makes it."""
    makefiles = workspace.chosen(_is_makefile)
    program = "/" in path and "." not in posixpath.basename(path)
    return any(maker.what == "file" for maker in makers(workspace, makefiles, path)) or (
        program and may_be_written(workspace, path)
    )


def _is_makefile(path: str) -> bool:
    return MAKEFILE.search(path) is not None and _is_tool(path)


def _making_folders(workspace: Workspace) -> tuple[str, ...]:
    return tuple(file for file, _ in workspace.words.search(_tools(workspace), (b"mkdir",)))


_SHELL = (".sh", ".bash")


def is_written_by_command(workspace: Workspace, path: str, project: str = "") -> bool:
    """Whether a script, makefile or workflow has a command that makes the file (`> NAME`, `cp other FOLDER/NAME`), or a
    document or comment one that downloads it; where only the name is known of the path, one below the folder of the
    `project`.

    An empty file is only a stand-in for the checks of a workflow, and what an entrypoint writes is in a container.
    """
    fits = {"whole", "deeper"} if "/" in path else {"whole"}
    return any(
        maker.makes_file
        and (maker.fit in fits or (maker.fit == "end" and is_below(maker.path, project)))
        and (maker.kind not in ("document", "comment") or maker.what == "download")
        and (maker.kind != "workflow" or maker.what != "empty file")
        and "entrypoint" not in maker.path
        for maker in makers(workspace, _tools(workspace), path)
    )


def may_be_written(workspace: Workspace, path: str) -> bool:
    """Whether any script, those of tests too, or workflow makes a file whose path ends so, or is that end of it."""
    scripts = workspace.chosen(_is_script)
    return any(maker.makes_file and maker.fit != "name" for maker in makers(workspace, scripts, path))


def _is_script(path: str) -> bool:
    return path.endswith(_SHELL) or path.startswith(".github/workflows/") or MAKEFILE.search(path) is not None


def is_artefact(path: str) -> bool:
    """Whether the path is one of what builds make."""
    return _ARTEFACT.search(path) is not None


def is_no_source(workspace: Workspace, path: str) -> bool:
    """Whether `path` is of a kind that no repository holds: ignored, built, a template, another repository's."""
    return (
        os.path.lexists(workspace.root / path)  # a link that leads out of the repository
        or workspace.in_submodule(path)
        or is_artefact(path)
        or _TEMPLATE.search(path) is not None
        or workspace.is_ignored(path)
        or workspace.is_ignored(path + "/")
    )


def is_made_by_hand_or_script(workspace: Workspace, path: str) -> bool:
    """Whether a script, a workflow or a document has a line that names `path` and makes something."""
    makes = _MAKES if "." in posixpath.basename(path) else _MAKES_FOLDER
    return any(makes.search(line) for line in lines_naming(workspace, path))


def is_written(workspace: Workspace, path: str) -> bool:
    """Whether a script, a program or a document writes a file of that name: `cat > NAME`, `open("NAME", "w")`."""
    written = redirected_to(path)
    return any(written.search(line) or _OPENS_TO_WRITE.search(line) for line in lines_naming(workspace, path))


def redirected_to(path: str) -> re.Pattern[str]:
    """How a line of a shell writes a file of that name: `> NAME`."""
    return re.compile(rf"(^|[^-=\d&])>\s*[\"'`]?[^\s\"'`]*{re.escape(posixpath.basename(path))}")


def is_composed(workspace: Workspace, path: str) -> bool:
    """Whether a program makes files in the folder of `path` whose names it composes: `open(f".envs/{name}", "w")`."""
    folder = posixpath.dirname(path)
    programs = (file for file in _tools(workspace) if _PROGRAM.search(file)) if folder else ()
    naming = workspace.words.search(programs, (os.fsencode(f"{folder}/"),))
    beside = (file for file in workspace.under(folder) if folder and file.endswith(_SHELL))
    return any(_composes(workspace, file, folder) for file, _ in naming) or any(
        _composes_ending(workspace, file, posixpath.basename(path)) for file in beside
    )


@fact(bool)
def _composes_ending(workspace: Workspace, path: str, name: str) -> bool:
    """Whether a shell script writes a file whose name begins with a variable and ends as `name` does."""
    data = workspace.bytes(path) or b""
    endings = re.findall(rb"=[\"']?\S{0,200}\$\{\w+\}([_-][\w-]+\.\w+)[\"']?[ \t]*$", data, re.MULTILINE)
    return (
        any(os.fsencode(name).endswith(ending) for ending in endings)
        and re.search(rb">[ \t]*[\"']?\$", data) is not None
    )


@fact(bool)
def _composes(workspace: Workspace, path: str, folder: str) -> bool:
    composed = re.compile(rf"[\"'`/ ]{re.escape(folder)}/(?:[\w.-]*(?:[{{%]|\$\{{?\w)|[\"'`]\s*[+,])")
    source = workspace.source(path)
    return source is not None and any(
        composed.search(line) and (_MAKES.search(line) or _OPENS_TO_WRITE.search(line))
        for line in source.text.splitlines()
    )


def is_made_beside(
    workspace: Workspace, path: str, starting: Collection[str] = (), project: str = ""
) -> bool:
    """Whether a document or a script in a folder above `path` makes it; or another script, that puts something into it,
    too; or one that has it in a folder that a variable gives, where some text names the folder above `path`, or the
    script lies in the folder of the `project`. One of the files `starting`, which start Compose, makes what it names
    in full from where it does so."""
    above = posixpath.dirname(path)
    found = [maker for maker in makers(workspace, _making_folders(workspace), path) if not maker.makes_file]
    filled = {maker.path for maker in found if maker.what != "folder"}
    for maker in found:
        if maker.fit == "whole":
            if is_below(path, posixpath.dirname(maker.path)):
                return True
            if maker.kind != "document" and (maker.path in filled or maker.path in starting):
                return True
        if maker.is_open and maker.fit in ("whole", "end"):
            beside = project and is_below(maker.path, project) and "backup" not in maker.path
            if beside or ("/" in above and is_named(workspace, above)):
                return True
    return False


def document_that_makes(workspace: Workspace, path: str) -> str | None:
    """The document that tells to make the folder and to put something into it."""
    documents = tuple(filter(DOCUMENT.search, _making_folders(workspace)))
    found = [maker for maker in makers(workspace, documents, path) if maker.fit == "whole"]
    filled = {maker.path for maker in found if maker.what != "folder"}
    return next((maker.path for maker in found if maker.what == "folder" and maker.path in filled), None)


def document_that_writes(workspace: Workspace, path: str) -> str | None:
    """The document of its folder that tells to write the file, by a command or under a heading of its name; or, in a
    folder that is not there, one of a folder above that tells to edit it: `nano ./$SERVICE/config/NAME`."""
    folder, name = posixpath.split(path)
    above = folder
    while above and not workspace.is_directory(above):
        above = posixpath.dirname(above)
    documents = tuple(filter(DOCUMENT.search, workspace.files_in(above)))
    for maker in makers(workspace, documents, path):
        if maker.makes_file and maker.fit in ("whole", "end"):
            return maker.path
    return next((file for file in documents if above == folder and _is_headed(workspace, file, name)), None)


@fact(bool)
def _is_headed(workspace: Workspace, path: str, name: str) -> bool:
    """Whether a block of code of the document stands under the name."""
    heading = rb"(?m)^\#+[ \t][^\n]*%s(?![\w./-])[`*\"]*[ \t]*\n\s*```" % re.escape(os.fsencode(name))
    return re.search(heading, workspace.bytes(path) or b"") is not None


def is_said_to_be_made(workspace: Workspace, path: str) -> bool:
    """Whether a document of the folder says that a command makes the file: "This creates the licence in `NAME`.\""""
    folder, name = posixpath.split(path)
    beside = workspace.files_in(folder)
    documents = (file for file in beside if file.endswith((".md", ".rst", ".adoc", ".txt")))
    return any(_says_it_makes(workspace, file, name) for file in documents)


@fact(bool)
def _says_it_makes(workspace: Workspace, path: str, name: str) -> bool:
    said = rb"\b(?:creates|generates|writes|saves)\b[^\n`]{0,80}`(?:\./)?%s`" % re.escape(os.fsencode(name))
    return re.search(said, workspace.bytes(path) or b"") is not None


def is_told_to_be_filled(workspace: Workspace, project: str, path: str) -> bool:
    """Whether a document below the folder of the `project` tells to create a file in the folder: "create a file in the
    `provisioning/datasources` directory"."""
    inside = posixpath.relpath(path, project or ".")
    documents = filter(DOCUMENT.search, workspace.under(project))
    naming = workspace.words.search(documents, (os.fsencode(posixpath.basename(path)),))
    return any(_tells_to_fill(workspace, file, inside) for file, _ in naming)


@fact(bool)
def _tells_to_fill(workspace: Workspace, path: str, name: str) -> bool:
    told = rb"\b(?:[Cc]reate|[Aa]dd|[Pp]lace|[Pp]ut|[Ss]ave)\b[^\n]{0,60}`(?:\./)?%s[/`]" % re.escape(
        os.fsencode(name)
    )
    return re.search(told, workspace.bytes(path) or b"") is not None


def is_told_to_be_written(workspace: Workspace, path: str) -> bool:
    """Whether a document of the folder tells to write the file: "Create a `Dockerfile`"."""
    folder, name = posixpath.split(path)
    beside = workspace.files_in(folder)
    return any(_tells_to_create(workspace, file, name) for file in filter(DOCUMENT.search, beside))


@fact(bool)
def _tells_to_create(workspace: Workspace, path: str, name: str) -> bool:
    told = rb"\b(?:[Cc]reate|[Ww]rite|[Aa]dd)[ \t]+(?:an?|the|your|this)?[ \t]*[`\"'*]+%s[`\"'*]" % re.escape(
        os.fsencode(name)
    )
    return re.search(told, workspace.bytes(path) or b"") is not None


def is_made_as_commented(workspace: Workspace, file: str, path: str) -> bool:
    """Whether a comment of the file has a command that makes the folder."""
    return any(
        maker.what in ("folder", "content") and maker.fit == "whole"
        for maker in makers(workspace, (file,), path)
    )


_PUTS = r"\b(?:cp|mv|scp|rsync|install|(?:fetch|copy|download)\w*)\b"


def is_moved(workspace: Workspace, file: str) -> bool:
    """Whether a script or playbook puts the file into another folder, where its relative paths lead elsewhere."""
    name = re.escape(posixpath.basename(file))
    source = re.compile(rf"^\s*(?:- +)?src: .*{name}")
    copied = re.compile(rf"{_PUTS}.*?(\S*){name}[\"']?[ \t]+[\"']?([^\s\"']+)")
    folder = posixpath.dirname(file)
    names = (path for path in workspace.files_in(folder) if path.endswith(_SHELL) and "backup" not in path)
    scripts = map(workspace.source, names)
    beside = (line for script in scripts if script is not None for line in script.text.splitlines())
    for line in (*lines_naming(workspace, file), *beside):
        match = copied.search(line) if len(line) < _LONGEST else None
        if source.match(line) or (match is not None and not _is_beside(match[1], match[2])):
            return True
    return False


_COPY = regex(
    rb"\bcp[ \t]+(?:-\w+[ \t]+)*[\"']?(?:\./)?([\w./*-]+)[\"']?[ \t]+[\"']?([\w./-]+)[\"']?(?:\s|;|&|$)"
)


def is_started_from_a_copy(workspace: Workspace, file: str) -> bool:
    """Whether a script or document copies the file to where git ignores it, or all of its folder to where it runs:
    `cp deploy/compose.yml compose.yml`, `cp -R samples/* .`."""

    def find() -> frozenset[tuple[str, str]]:
        texts = (path for path in _tools(workspace) if _is_script(path) or DOCUMENT.search(path))
        return frozenset(
            copy
            for path, _ in workspace.words.search(texts, (b"cp",))
            for copy in _copies_in(workspace, path)
        )

    copies: frozenset[tuple[str, str]] = workspace.remembered("copies of files", find)
    folder, name = posixpath.split(file)
    for source, place in copies:
        if posixpath.basename(source) in ("*", ".") and place.rstrip("/") in (".", ".."):
            above = posixpath.dirname(source)
            if above and f"/{folder}".endswith(f"/{above}"):
                return True
        elif posixpath.basename(source) == name and f"/{file}".endswith(f"/{source}"):
            there = posixpath.normpath(place)
            if not there.startswith(("/", "..")) and there != file and workspace.is_ignored(there):
                return True
    return False


@fact(list[tuple[str, str]])
def _copies_in(workspace: Workspace, path: str) -> list[tuple[str, str]]:
    found = _COPY.findall(workspace.bytes(path) or b"")
    return [(source.decode(), place.decode()) for source, place in found]


def is_cloned(workspace: Workspace, path: str) -> bool:
    """Whether a script or document of its folder clones the repository in which the file would lie."""
    cloned = workspace.absent(path)
    folder = posixpath.dirname(cloned)
    beside = tuple(workspace.files_in(folder) if folder else ())
    return any(maker.what == "clone" and maker.fit == "whole" for maker in makers(workspace, beside, cloned))


_OF_ROLE = regex(r"((?:^|.*/)roles/[^/]+/)(?:files|templates)/")


def is_of_role(workspace: Workspace, file: str) -> bool:
    """Whether a role of Ansible brings the file to a machine, where others lie beside it than here."""
    role = _OF_ROLE.match(file)
    return role is not None and bool(workspace.under(f"{role[1]}tasks"))


def is_fetched(workspace: Workspace, file: str) -> bool:
    """Whether a script of its folder downloads the file, which has another name where it comes from: it is a copy of
    what others made, and its paths lead there."""
    folder, name = posixpath.split(file)

    def find() -> bool:
        beside = workspace.files_in(folder)
        return any(_fetches(workspace, path, name) for path in beside if path.endswith(_SHELL))

    found: bool = workspace.remembered(f"fetched {file}", find)
    return found


@fact(bool)
def _fetches(workspace: Workspace, path: str, name: str) -> bool:
    own = re.escape(os.fsencode(name))
    fetched = re.compile(
        rb"\b(?:curl|wget)\b(?=.*[\s\"']%b[\"']?(?:\s|$)).*/(?!%b)[\w.-]+\.\w+[\"']?(?:\s|$)" % (own, own)
    )
    lines = (workspace.bytes(path) or b"").splitlines()
    return any(fetched.search(line) for line in lines if len(line) < _LONGEST)


def is_copy(workspace: Workspace, file: str) -> bool:
    """Whether a document names a file of that name in a folder that git ignores: what runs lies there."""
    name = posixpath.basename(file)
    folder = re.compile(rf"(?<![\w./-])([\w.-]+(?:/[\w.-]+)*)/{re.escape(name)}(?![\w.-])")
    documents = filter(DOCUMENT.search, _tools(workspace))
    found = (workspace.source(path) for path, _ in workspace.words.search(documents, (name.encode(),)))
    return any(
        workspace.is_ignored(f"{match[1]}/") and not workspace.is_directory(match[1])
        for source in found
        if source is not None
        for match in folder.finditer(source.text)
    )


def _is_beside(before: str, place: str) -> bool:
    """Whether a copy to `place` stays in the folder that is written before the name of the original."""
    folder, into = posixpath.normpath(before.strip("\"'") or "."), place.endswith("/")
    place = posixpath.normpath(place)
    return ":" not in place and folder in ((place,) if into else (place, posixpath.dirname(place) or "."))


def is_put_by_playbook(workspace: Workspace, path: str) -> bool:
    """Whether a task of a playbook writes the file in its folder: `dest: "{{ project }}/deploy/compose.yml"`."""
    put = re.compile(rf"^\s*(- +)?dest: .*/{re.escape('/'.join(path.split('/')[-2:]))}[\"']?\s*$")
    return "/" in path and any(put.match(line) for line in lines_naming(workspace, path))


def is_named(workspace: Workspace, path: str) -> bool:
    """Whether any script, code, workflow or document names `path`."""
    return bool(lines_naming(workspace, path))


def lines_naming(workspace: Workspace, path: str) -> tuple[str, ...]:
    """The lines of scripts, code, workflows and documents that name `path`."""
    lines: tuple[str, ...] = workspace.remembered(
        f"lines {path}", lambda: tuple(_find_lines(workspace, path))
    )
    return lines


def _tools(workspace: Workspace) -> tuple[str, ...]:
    return workspace.chosen(_is_tool)


def _is_tool(path: str) -> bool:
    return _TOOLS.search(path) is not None and _NO_TOOLS.search(path) is None


def _find_lines(workspace: Workspace, path: str) -> Iterator[str]:
    name = posixpath.basename(path)
    if "." not in name or workspace.named(name):
        # The name alone may be a word, or that of another file.
        name = "/".join(path.split("/")[-2:])
    # `/config` is a folder of a container.
    before = r"(?<![\w.-])" if "." in name or "/" in name else r"(?<![\w.-])(?<![\s\"'`=:]/)"
    line = re.compile(rf"^.*{before}{re.escape(name)}(?![\w-]|\.\w).*$", re.M)
    for file, _ in workspace.words.search(_tools(workspace), (os.fsencode(name),)):
        source = workspace.source(file) if _names(workspace, file, name) else None
        if source is not None:
            yield from (found[0] for found in line.finditer(source.text))


@fact(bool)
def _names(workspace: Workspace, path: str, name: str) -> bool:
    data = workspace.bytes(path) or b""
    return len(data) <= _LARGEST and os.fsencode(name) in data
