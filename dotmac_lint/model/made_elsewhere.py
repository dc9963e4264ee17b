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
        or is_compiled_by_make(workspace, path)
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
    above = (file for file in _tools(workspace) if file.endswith(".py") and _is_above(file, path))
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


def _is_above(file: str, path: str) -> bool:
    folder = posixpath.dirname(file)
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
    folder, name = posixpath.split(path)
    beside = (file for file in _tools(workspace) if posixpath.dirname(file) == folder)
    return any(_compiles(workspace, file, name) for file in beside)


@fact(bool)
def _compiles(workspace: Workspace, path: str, name: str) -> bool:
    output = re.compile(rb"\s-o[ =]?(\./)?" + re.escape(os.fsencode(name)) + rb"(?![\w./-])")
    return output.search(workspace.bytes(path) or b"") is not None


_MAKEFILE = regex(r"(^|/)((GNUm|M|m)akefile[^/]*|[^/]+\.mk)$")


def is_compiled_by_make(workspace: Workspace, path: str) -> bool:
    """Whether a makefile gives its name to a compiler by a variable: `go build -o $(FOLDER)/$(PROGRAM)`."""
    name = posixpath.basename(path)
    makefiles = filter(_MAKEFILE.search, _tools(workspace))
    naming = workspace.words.search(makefiles, (os.fsencode(name),))
    return any(_compiles_by_variable(workspace, file, name) for file, _ in naming)


@fact(bool)
def _compiles_by_variable(workspace: Workspace, path: str, name: str) -> bool:
    data = workspace.bytes(path) or b""
    assigned = rb"(?m)^[ \t]*(?:export[ \t]+)?(\w+)[ \t]*[:?]?=[ \t]*%s[ \t]*$" % re.escape(os.fsencode(name))
    return any(
        re.search(rb"[ \t]-o[ =]?\S*\$[({]%s[)}](?:\s|$)" % variable, data)
        for variable in re.findall(assigned, data)
    )


_SHELL = (".sh", ".bash")


def _shell_scripts(workspace: Workspace) -> Iterator[str]:
    return (file for file in _tools(workspace) if file.endswith(_SHELL))


def _is_script(path: str) -> bool:
    return path.endswith(_SHELL) or _MAKEFILE.search(path) is not None


def is_copied_into(workspace: Workspace, path: str) -> bool:
    """Whether a script copies a file of the name into the folder: `cp tests/compose.yml deploy/.`."""
    folder, name = posixpath.split(path)
    scripts = workspace.chosen(_is_script)
    naming = workspace.words.search(scripts, (os.fsencode(name),)) if folder else ()
    return any(_copies_into(workspace, file, folder, name) for file, _ in naming)


@fact(bool)
def _copies_into(workspace: Workspace, path: str, folder: str, name: str) -> bool:
    copied = re.compile(
        rb"(?m)\b(?:cp|mv|install)\b[^\n]*[\s\"'/]%s[\"']?[ \t]+[\"']?(?:\./)?%s(?:/\.?)?[\"']?[ \t]*$"
        % (re.escape(os.fsencode(name)), re.escape(os.fsencode(folder)))
    )
    return copied.search(workspace.bytes(path) or b"") is not None


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


def is_written_by_script(workspace: Workspace, path: str) -> bool:
    """Whether a shell script writes the file, by all of the path or the end of it: `> NAME`."""
    name = posixpath.basename(path)
    written = re.compile(
        rb"[^-=\d&]>[ \t]*[\"']?(?:\$\{?\w+\}?/|\./)?([\w./-]*%s)(?![\w./-])" % re.escape(os.fsencode(name))
    )
    scripts = _shell_scripts(workspace)
    return any(
        f"/{path}".endswith(f"/{os.fsdecode(place)}")
        for file, _ in workspace.words.search(scripts, (os.fsencode(name),))
        for place in written.findall(workspace.bytes(file) or b"")
    )


def redirected_to(path: str) -> re.Pattern[str]:
    """How a line of a shell writes a file of that name: `> NAME`."""
    return re.compile(rf"(^|[^-=\d&])>\s*[\"'`]?[^\s\"'`]*{re.escape(posixpath.basename(path))}")


def is_written_by_variable(workspace: Workspace, path: str) -> bool:
    """Whether a shell script gives the path to a variable and puts something there: `FILE=x.env`, `mv new "$FILE"`."""
    assigned = re.compile(rf"(?m)^[ \t]*(\w+)=[\"']?(?:\./)?{re.escape(path)}[\"']?[ \t]*$")
    scripts = _shell_scripts(workspace)
    for file, _ in workspace.words.search(scripts, (os.fsencode(path),)):
        source = workspace.source(file)
        text = source.text if source is not None else ""
        for name in assigned.findall(text):
            if re.search(
                rf"(?m)(?:>|\btee\b|\b(?:cp|mv|install)\b[^\n]*)[ \t]*[\"']?(?:\$\{{?\w+\}}?/)?\$\{{?{name}\b",
                text,
            ):
                return True
    return False


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
    """Whether a document or a script in a folder above `path` has a `mkdir` with its name as seen from there, or from
    the folder above `path` which it enters; or another script, of all of `path`, that puts something into it, too; or
    its name in a folder that a variable gives, where some text names the folder above `path`, or the script lies in the
    folder of the `project`. One of the
    files `starting`, which start Compose, makes what it names in full from where it does so."""
    above, _, own = path.rpartition("/")
    for file, _ in workspace.words.search(_tools(workspace), (b"mkdir",)):
        folder = posixpath.dirname(file)
        data = workspace.bytes(file)
        if data is None or len(data) > _LARGEST:
            continue
        if _makes_folder(data, own, rb"\$\{?\w+\}?/") and (
            (project and file.startswith(f"{project}/") and "backup" not in file)
            or ("/" in above and is_named(workspace, above))
        ):
            return True
        if path.startswith(f"{folder}/" if folder else ""):
            name = path[len(folder) + 1 :] if folder else path
            parent, _, last = name.rpartition("/")
            if _makes_folder(data, name):
                return True
            entered = re.search(rb"\bcd %s/?\n" % re.escape(os.fsencode(parent)), data) if parent else None
            if entered and _makes_folder(data[entered.end() :], last):
                return True
        elif not DOCUMENT.search(file) and _makes_folder(data, path):
            if os.fsencode(f"{path}/") in data or file in starting or _fills(data, path):
                return True
    return False


def document_that_makes(workspace: Workspace, path: str) -> str | None:
    """The document that tells to make the folder and to put something into it."""
    for file, _ in workspace.words.search(filter(DOCUMENT.search, _tools(workspace)), (b"mkdir",)):
        data = workspace.bytes(file)
        if data is not None and len(data) <= _LARGEST and os.fsencode(f"{path}/") in data:
            if _makes_folder(data, path):
                return file
    return None


def document_that_writes(workspace: Workspace, path: str) -> str | None:
    """The document of its folder that tells to write the file, by a command or under a heading of its name; or, in a
    folder that is not there, one of a folder above that tells to edit it: `nano ./$SERVICE/config/NAME`."""
    folder, name = posixpath.split(path)
    above = folder
    while above and not workspace.is_directory(above):
        above = posixpath.dirname(above)
    beside = workspace.files_in(above)
    documents = tuple(filter(DOCUMENT.search, beside))
    if above != folder:
        named = f"{posixpath.basename(folder)}/{name}"
        return next((file for file in documents if _tells_to_edit(workspace, file, named)), None)
    return next((file for file in documents if _tells_to_write(workspace, file, name)), None)


@fact(bool)
def _tells_to_edit(workspace: Workspace, path: str, name: str) -> bool:
    edited = rb"\b(?:nano|vim?)[ \t]+\S*/%s(?![\w./-])" % re.escape(os.fsencode(name))
    return re.search(edited, workspace.bytes(path) or b"") is not None


@fact(bool)
def _tells_to_write(workspace: Workspace, path: str, name: str) -> bool:
    own = re.escape(os.fsencode(name)) + rb"(?![\w./-])"
    written = re.compile(
        rb"(?m)(?:\btouch[ \t]|[^-=]>[ \t]*|\btee[ \t]+|[ \t]-(?:key)?out[ \t=]|[ \t]-[oO][ \t]+|\b(?:nano|vim?)[ \t]+)"
        rb"[\"']?(?:\./)?%s"
        rb"|^\#+[ \t][^\n]*%s[`*\"]*[ \t]*\n\s*```" % (own, own)
    )
    return written.search(workspace.bytes(path) or b"") is not None


def is_touched_beside(workspace: Workspace, path: str) -> bool:
    """Whether a shell script of its folder makes the file: `touch NAME`, `> NAME`, `openssl -out NAME`."""
    folder, name = posixpath.split(path)
    made = re.compile(
        rb"(?:\btouch[ \t]|>[ \t]*|\btee[ \t]+|[ \t]-(?:key)?out[ \t=])[\"']?(?:\./)?%s(?![\w./-])"
        % re.escape(os.fsencode(name))
    )
    beside = (workspace.bytes(file) for file in workspace.files_in(folder) if file.endswith(_SHELL))
    return any(made.search(data or b"") for data in beside)


def is_put_by_script(workspace: Workspace, project: str, path: str) -> bool:
    """Whether a shell script below the folder of the `project` writes a file of the name into a folder that a variable
    gives, or into that which it has from there: `touch "$DATA/NAME"`, `CONFIG=$DATA/NAME` and `cat > "$CONFIG"`."""
    name, inside = posixpath.basename(path), posixpath.relpath(path, project or ".")
    scripts = (
        file
        for file in workspace.under(project)
        if file.endswith(_SHELL) and "entrypoint" not in file  # what it writes is in a container
    )
    naming = workspace.words.search(scripts, (os.fsencode(name),))
    return any(_puts(workspace, file, name, inside) for file, _ in naming)


@fact(bool)
def _puts(workspace: Workspace, path: str, name: str, inside: str) -> bool:
    data, own = workspace.bytes(path) or b"", re.escape(os.fsencode(name))
    place = rb"[\"']?\$\{?\w+\}?[\"']?(?:/[\w.-]+)*/%s(?![\w./-])" % own
    held = re.findall(rb"(?m)^[ \t]*(?:local[ \t]+|readonly[ \t]+)?(\w+)=" + place, data)
    there = rb"[\"']?(?:\./)?%s(?![\w./-])" % re.escape(os.fsencode(inside))
    places = b"|".join((place, there, *(rb"[\"']?\$\{?%s\b" % variable for variable in held)))
    return (
        re.search(
            rb"(?:\btouch[ \t]+(?:[^\n;&|]{0,200}[ \t])?|>[ \t]*|\btee[ \t]+|\b(?:cp|mv|install)\b[^\n]{0,200}[ \t])"
            rb"(?:%s)" % places,
            data,
        )
        is not None
    )


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
    """Whether a comment of the file has a `mkdir` with the name of `path` as seen from its folder."""
    data = b"\n".join(re.findall(rb"(?m)^[ \t]*#(.*)", workspace.bytes(file) or b""))
    return _makes_folder(data, posixpath.relpath(path, posixpath.dirname(file) or "."))


_MAKING = regex(rb"\b(?:mkdir|(?:create|make|ensure)_dir\w*)\b")
"""The command, or a function of the script that is called for what it does."""


def _makes_folder(data: bytes, name: str, before: bytes = rb"[\s\"'](\./)?") -> bool:
    """Whether a line has a `mkdir` and after it, behind what `before` says, the name."""
    if os.fsencode(name) not in data:
        return False
    folder = re.escape(os.fsencode(name)) + rb"(?![\w.-])"
    named = re.compile(rb"|".join((before + folder, *(rb"\$\{?%s\b" % held for held in _held(data, name)))))
    place = 0
    for making in _MAKING.finditer(data):
        if place < making.end():
            found = named.search(data, making.end())
            if found is None:
                return False
            place = found.start()
        if b"\n" not in data[making.end() : place]:
            return True
    return False


def _held(data: bytes, name: str) -> list[bytes]:
    """The variables that hold the name of the folder, or a path that leads to it: `SITE="$ROOT/deploy/site"`."""
    above = rb"(?:[^\n\"']*/)?" if "/" in name else rb"(?:\./|[^\n]*\$\{?\w+\}?/)?"
    folder = re.escape(os.fsencode(name)) + rb"(?![\w.-])"
    return re.findall(rb"(?m)^[ \t]*(\w+)=[\"']?" + above + folder, data)


def _fills(data: bytes, name: str) -> bool:
    """Whether a line puts something into the folder by a variable: `tar -xf site.tgz -C "$SITE"`."""
    variables = rb"|".join(_held(data, name))
    put = re.compile(rb"\b(?:tar|unzip|cp|mv|rsync|install)\b.*\$\{?(?:%s)\b" % variables)
    return bool(variables) and any(put.search(line) for line in data.splitlines() if len(line) < _LONGEST)


_PUTS = r"\b(?:cp|mv|scp|rsync|install|(?:fetch|copy|download)\w*)\b"


def is_moved(workspace: Workspace, file: str) -> bool:
    """Whether a script or playbook puts the file into another folder, where its relative paths lead elsewhere."""
    name = re.escape(posixpath.basename(file))
    source = re.compile(rf"^\s*(?:- +)?src: .*{name}")
    copied = re.compile(rf"{_PUTS}.*?(\S*){name}[\"']?[ \t]+[\"']?([^\s\"']+)")
    folder = posixpath.dirname(file)
    scripts = (workspace.source(path) for path in workspace.files_in(folder) if path.endswith(_SHELL))
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


def is_downloaded(workspace: Workspace, path: str) -> bool:
    """Whether a script downloads a file of the name into a folder that a variable gives, as it installs what it needs,
    or a document tells to, or either into the folder itself: `wget -qO "$TARGET"/site.conf URL`, `wget -P jars URL`."""
    folder, name = posixpath.split(path)
    texts = (file for file in _tools(workspace) if _is_script(file) or DOCUMENT.search(file))
    naming = workspace.words.search(texts, (os.fsencode(name),))
    return any(_downloads(workspace, file, posixpath.basename(folder), name) for file, _ in naming)


@fact(bool)
def _downloads(workspace: Workspace, path: str, folder: str, name: str) -> bool:
    data = (workspace.bytes(path) or b"").replace(b"\\\n", b" ")
    own, there = re.escape(os.fsencode(name)), re.escape(os.fsencode(folder)) if folder else rb"(?!)"
    named = rb"-\w*[oO][ \t]*[\"']?(?:\$\{?\w+\}?[\"']?/|(?:[\w./-]*/)?%s/)%s[\"']?(?:\s|$)" % (there, own)
    into = rb"(?:-P|--directory-prefix|--output-dir)[ =\t]*[\"']?(?:\S{0,200}/)?%s/?[\"']?[ \t]" % there
    download = rb"\b(?:curl|wget)\b[^\n]{0,400}?[ \t](?:%s|%s[^\n]{0,400}/%s(?![\w.-]))" % (named, into, own)
    return re.search(download, data) is not None


def is_cloned(workspace: Workspace, path: str) -> bool:
    """Whether a script or document of its folder clones the repository in which the file would lie."""
    folder, name = posixpath.split(workspace.absent(path))
    beside = workspace.files_in(folder) if folder else ()
    return any(_clones(workspace, file, name) for file in beside if _is_script(file) or DOCUMENT.search(file))


@fact(bool)
def _clones(workspace: Workspace, path: str, name: str) -> bool:
    cloned = rb"\bgit[ \t]+clone\b[^\n]{0,400}?[ \t/:]%s(?:\.git)?/?[\"'`]?[ \t]*(?:[\n;&|`]|\Z)"
    return re.search(cloned % re.escape(os.fsencode(name)), workspace.bytes(path) or b"") is not None


_OF_ROLE = regex(r"((?:^|.*/)roles/[^/]+/)(?:files|templates)/")


def is_of_role(workspace: Workspace, file: str) -> bool:
    """Whether a role of Ansible brings the file to a machine, where others lie beside it than here."""
    role = _OF_ROLE.match(file)
    return role is not None and bool(workspace.under(f"{role[1]}tasks"))


def is_put(workspace: Workspace, file: str) -> bool:
    """Whether a script puts something where the end of the path `file` leads."""
    put = re.compile(rf"{_PUTS}.*/{re.escape('/'.join(file.split('/')[-2:]))}[\"']?\s*$")
    return any(len(line) < _LONGEST and put.search(line) for line in lines_naming(workspace, file))


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
