"""What a RUN step may do to an image's files, as far as its words tell.

Nothing is executed: a step is read as simple commands. A command that is not known may make any file.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

from dotmac_lint.known import Known, Unknown
from dotmac_lint.lazy import regex
from dotmac_lint.readers.dockerfile import Instruction
from dotmac_lint.readers.dockerignore import has_wildcards

Value = Known[str] | Unknown


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


SYSTEM_FOLDERS = (
    *("/bin/", "/boot/", "/dev/", "/etc/", "/go/", "/lib/", "/lib32/", "/lib64/", "/libexec/", "/proc/"),
    *("/root/", "/run/", "/sbin/", "/sys/", "/usr/", "/var/"),
    *("/opt/conda/", "/opt/java/", "/opt/nvidia/", "/opt/venv/"),
)
SYSTEM_FILES = _set("/uv /uvx /__cacert_entrypoint.sh")


def is_system_path(path: str) -> bool:
    """Whether distributions, language images and package managers put files there."""
    return path.startswith(SYSTEM_FOLDERS) or path in SYSTEM_FILES


# Commands that make no files, whatever their words; what they print may be redirected.
_INERT = _set(
    """
    . source } chmod chown chgrp sed dos2unix rm rmdir ls cat echo printf test [ [[ true false : cd set export
    unset mkdir useradd groupadd usermod adduser addgroup groupmod userdel deluser delgroup
    update-ca-certificates ldconfig locale-gen sleep env exit find grep head tail which command type id
    whoami stat du df date apt-mark strip hash file setcap umask fc-cache apt-key add-apt-repository
    dpkg-reconfigure debconf-set-selections passwd chpasswd ln-s shopt ulimit trap return read fi done
    esac local wait uname sha256sum sha512sum md5sum gpg gpgconf nproc openssl-version readlink
    """
)
# Commands that put files into the system's folders, into virtual environments and where their words say.
_SYSTEM_INSTALLERS = _set(
    """
    apt-get apt apk dnf yum microdnf zypper pacman pip pip3 pipx gem corepack tdnf dpkg rpm conda mamba
    micromamba playwright rustup npx-playwright nltk install-php-extensions docker-php-ext-install pecl
    luarocks cpanm
    """
)
# Commands that write where their words say, or into the working directory.
_BOUND = _set(
    """
    cp mv ln rsync install curl wget git tar unzip gunzip touch tee dd xz bzip2 gzip zstd virtualenv uv
    poetry pipenv pdm npm yarn pnpm bun go cargo openssl ssh-keygen svn patch truncate mktemp split
    csplit pdftotext envsubst aria2c 7z
    """
)
# What the package managers of projects do without running the project's own scripts.
_FETCHES = _set("install ci i add sync pip lock export cache config set self venv fetch global audit")
_PREFIXES = _set(
    """
    sudo exec time nice ionice command env if then else elif while until do ! { ( && gosu
    """
)
_TOKEN = regex(
    r"""(?P<blank>[^\S\n]+|\\\n)|(?P<comment>\#[^\n]*)|(?P<redirect>\d*(?:>>|>\||>&|&>>?|>)|<<<?-?|<)"""
    r"""|(?P<operator>&&|\|\||;;|[;&|\n()])|(?P<word>(?:[^\s"'`;&|<>()\\]|\\.|'[^']*+(?:'|\Z)"""
    r"""|"(?:[^"\\]|\\.)*+(?:"|\Z)|`[^`]*+(?:`|\Z)|\$\((?:[^()]|\([^()]*\))*+(?:\)|\Z))++|.)""",
    re.S,
)


class _Simple(NamedTuple):
    """A simple command: its words without quotes, and the targets of `>`."""

    words: tuple[str, ...]
    writes: tuple[str, ...]


def _unquote(word: str) -> str:
    return re.sub(r"\\(.)|['\"]", lambda match: match[1] or "", word, flags=re.S)


@lru_cache(maxsize=512)
def split_commands(script: str) -> tuple[_Simple, ...]:
    """The simple commands of a shell script, roughly: enough to see what may be written where."""
    commands: list[_Simple] = []
    words: list[str] = []
    writes: list[str] = []
    redirect = ""
    start = True
    for match in _TOKEN.finditer(script):
        kind = match.lastgroup
        text = match[0]
        if kind == "comment" and not start:
            kind = "word"
            text = text.split(None, 1)[0]
        if kind in {"blank", "comment"}:
            start = True
            continue
        start = kind == "operator"
        if kind == "redirect":
            redirect = text
        elif kind == "word":
            if redirect:
                duplicates = redirect.endswith(">&") and (text.isdecimal() or text == "-")
                if ">" in redirect and not duplicates and not text.startswith("/dev/"):
                    writes.append(_unquote(text))
                redirect = ""
            else:
                words.append(_unquote(text))
        elif words or writes:
            commands.append(_Simple(tuple(words), tuple(writes)))
            words, writes = [], []
    if words or writes:
        commands.append(_Simple(tuple(words), tuple(writes)))
    return tuple(commands)


def executable_mode(mode: str) -> bool:
    if re.fullmatch(r"[0-7]{3,4}", mode):
        return any(int(digit) & 1 for digit in mode[-3:])
    return re.search(r"(^|,)[ugoa]*[+=][rwst]*[xX]", mode) is not None


def bare(words: tuple[str, ...]) -> tuple[str, ...]:
    """Without assignments, `sudo`, shell keywords and the options of these in front."""
    index = 0
    while index < len(words) and (
        words[index] in _PREFIXES
        or re.match(r"[A-Za-z_]\w*=", words[index])
        or (index and words[index].startswith("-") and words[index - 1] in _PREFIXES)
    ):
        index += 1
    return words[index:]


_COMPILERS = _set("gcc g++ cc c++ clang clang++ rustc")
"""Beside `go build`: what makes programs, with an execute bit, of the name after `-o`."""


class RunStep:
    """A RUN step: what it installs, marks as executable and may write."""

    def __init__(
        self, instruction: Instruction, workdir: Value, shell: tuple[str, ...], expand: Callable[[str], Value]
    ) -> None:
        self.instruction = instruction
        self.workdir = workdir
        shells = {"sh", "bash", "ash", "dash", "zsh"}
        self.posix = posixpath.basename(shell[0] if shell else "sh") in shells
        self.expand = expand
        arguments = [word.text for word in instruction.arguments]
        self.exec = instruction.json
        self.script = " ".join(arguments)
        self._arguments = tuple(arguments)

    @cached_property
    def commands(self) -> tuple[_Simple, ...]:
        if self.exec:
            words = self._arguments
            inner = (
                words[:2]
                and posixpath.basename(words[0]) in {"sh", "bash"}
                and len(words) > 2
                and words[1] in {"-c", "-ec"}
            )
            return split_commands(words[2]) if inner else (_Simple(words, ()),)
        commands = split_commands(self.script)
        for heredoc in self.instruction.heredocs:
            # `RUN <<EOF` and `RUN bash <<EOF` run the body.
            first = bare(commands[0].words) if commands else ()
            if not first or posixpath.basename(first[0]) in {"sh", "bash", "ash"}:
                rest = commands[1:] if first else commands
                shebang = heredoc.body.partition("\n")[0]
                if shebang.startswith("#!") and not re.search(r"\b(ba|da|a|z)?sh\b", shebang):
                    return (_Simple(("run-heredoc",), ()), *rest)
                commands = (*split_commands(heredoc.body), *rest)
        return commands

    @cached_property
    def tools(self) -> frozenset[str]:
        tools: set[str] = set()
        for command in self.commands:
            tools.update(installed(bare(command.words)))
        return frozenset(tools)

    @cached_property
    def chmods(self) -> tuple[tuple[str, bool], ...]:
        found = []
        for command in self.commands:
            words = bare(command.words)
            if words[:1] == ("find",) and "chmod" in words:
                folder = self.absolute(words[1]) if len(words) > 1 else None
                if folder:
                    found.append((folder, True))
                continue
            if words[:1] == ("xargs",) and "chmod" in words:
                found.append(("/", True))
                continue
            if words[:1] == ("install",):
                if len(words) > 2:
                    found.append((self.absolute(words[-1]) or words[-1], True))
                continue
            if words[:2] == ("go", "build") or (words[:1] and words[0] in _COMPILERS):
                outputs = (word for option, word in pairwise(words) if option == "-o")
                found += [(self.absolute(word) or word, True) for word in outputs]
                continue
            if words[:1] != ("chmod",):
                continue
            options = [word for word in words[1:] if re.fullmatch(r"-[a-zA-Z]*R[a-zA-Z]*|--recursive", word)]
            rest = [word for word in words[1:] if not re.fullmatch(r"-[RvfcH]+|--\w[\w-]*", word)]
            if rest and executable_mode(rest[0]):
                found += [(self.absolute(word) or word, bool(options)) for word in rest[1:]]
        return tuple(found)

    @cached_property
    def made_directories(self) -> frozenset[str]:
        made = set()
        for command in self.commands:
            words = bare(command.words)
            if words[:1] in {("mkdir",), ("install",)} and (words[0] == "mkdir" or "-d" in words):
                for word in words[1:]:
                    full = None if word.startswith("-") else self.absolute(word)
                    while full and full != "/" and full not in made:
                        made.add(full)
                        full = posixpath.dirname(full)
        return frozenset(made)

    def absolute(self, word: str) -> str | None:
        """None for a word that cannot be told, among them relative ones behind a `cd`."""
        if "`" in word or "$(" in word:
            return None
        if "$" in word:
            value = self.expand(word)
            if isinstance(value, Unknown) or not value.value:
                return None
            word = value.value
        if word.startswith("~"):
            return None
        if not word.startswith("/"):
            if isinstance(self.workdir, Unknown) or self.changes_directory:
                return None
            word = posixpath.join(self.workdir.value, word)
        return "/" + posixpath.normpath(word).lstrip("/")

    @cached_property
    def changes_directory(self) -> bool:
        return any(bare(command.words)[:1] in {("cd",), ("pushd",)} for command in self.commands)

    def creates(self, path: str) -> str | None:
        """Why the step may have made the absolute `path`, or None."""
        if not self.posix:
            return "a RUN step in another shell may make it"
        name = posixpath.basename(path)
        for command in self.commands:
            words = bare(command.words)
            if any(self.reaches(word, path, name) for word in command.writes):
                return f"a RUN step writes `{command.writes[0][:40]}`"
            if words and self.command_creates(words, path, name):
                return f"a RUN step (`{words[0][:40]}`) may make it"
        return None

    def command_creates(self, words: tuple[str, ...], path: str, name: str) -> bool:
        program = posixpath.basename(words[0])
        rest = words[1:]
        if re.fullmatch(r"python[\d.]*", program) and rest[:1] == ("-m",) and len(rest) > 1:
            program, rest = rest[1], rest[2:]
            if program in {"venv", "virtualenv"}:
                return any(self.reaches(word, path, name) for word in rest if not word.startswith("-"))
            if program in {"compileall", "ensurepip", "nltk.downloader", "spacy", "playwright"}:
                return False
        if program == "mkdir":
            return any(self.reaches(word, path, name) for word in rest if not word.startswith("-"))
        if program in {"useradd", "adduser"} and path.startswith("/home/"):
            return True
        if program in _INERT or words[0] in {"for", "case", "function"}:
            return program == "find" and "-exec" in rest and any(word in {"cp", "mv", "ln"} for word in rest)
        in_system = is_system_path(path) or "/bin/" in path or "/site-packages/" in path
        operands = [word.partition("=")[2] if word.startswith("-") and "=" in word else word for word in rest]
        operands = [word for word in operands if word and not word.startswith("-")]
        if program in _SYSTEM_INSTALLERS or (program == "npm" and ("-g" in rest or "--global" in rest)):
            absolute = [word for word in operands if word.startswith(("/", "$", "~"))]
            if path.startswith("/opt/") and any(word.endswith((".deb", ".rpm")) for word in operands):
                return True
            return in_system or any(self.reaches(word, path, name) for word in absolute)
        if program in {"uv", "poetry", "pipenv", "pdm", "npm", "yarn", "pnpm", "bun"}:
            verb = next((word for word in rest if not word.startswith("-")), "install")
            if verb not in _FETCHES:
                return True
            absolute = [word for word in operands if word.startswith(("/", "$"))]
            return (
                in_system
                or re.search(r"/(node_modules|\.?venv|dist|build)/", path) is not None
                or any(self.reaches(word, path, name) for word in absolute)
            )
        if program in _BOUND:
            places = [word for word in operands if not re.match(r"\w+://", word)]
            if any(self.reaches(word, path, name) for word in places):
                return True
            urls = [word for word in operands if re.match(r"\w+://", word)]
            if any(posixpath.basename(url) == name or "$" in url for url in urls) and program in {
                "curl",
                "wget",
            }:
                return True
            if program in {"tar", "unzip", "git", "patch", "go", "cargo", "7z"}:
                placed = any(word.startswith(("/", "$", "~")) for word in places)
                here = self.absolute(".")
                return not placed and (here is None or path.startswith(here.rstrip("/") + "/"))
            return False
        return True

    def reaches(self, word: str, path: str, name: str) -> bool:
        """Whether writing to `word` may make `path`: it is the path, lies above it, or has the same name."""
        if posixpath.basename(word) == name:
            return True
        if has_wildcards(word) or "{" in word.replace("${", ""):
            word = posixpath.dirname(re.split(r"(?<!\$)[*?\[{]", word, maxsplit=1)[0]) or "."
        full = self.absolute(word)
        if full is None:
            return True
        return path == full or path.startswith(full.rstrip("/") + "/")


_VERBS = {
    "apk": _set("add"),
    "zypper": _set("install in"),
    "pacman": _set("-S -Sy -Syu"),
    "npm": _set("install i add"),
    "pnpm": _set("install i add"),
    "yarn": _set("add global"),
    "uv": _set("install add"),
}
_NAMES_ONLY = _set("install-php-extensions docker-php-ext-install docker-php-ext-enable")
"""Installers without a verb."""
_INSTALLERS = (
    _set("apt-get apt dnf microdnf yum tdnf conda mamba micromamba go pip pip3 pipx gem cargo pecl")
    | _VERBS.keys()
    | _NAMES_ONLY
)
_WITH_VALUE = _set(
    """
    -r --requirement -c --constraint -t --target -i --index-url --extra-index-url -f --find-links -o
    --repository -X --virtual --prefix --python -p -n --name --channel --cache-dir -e --editable --root
    --config-settings
    """
)


def installed(words: tuple[str, ...]) -> Iterator[str]:
    """The packages that a package manager's command line names, without versions and extras."""
    if words and re.fullmatch(r"python[\d.]*", posixpath.basename(words[0])) and words[1:2] == ("-m",):
        words = words[2:]
    program = posixpath.basename(words[0]) if words else ""
    if program not in _INSTALLERS:
        return
    verbs = _VERBS.get(program, {"install"})
    seen = program in _NAMES_ONLY
    skip = False
    for word in words[1:]:
        if skip:
            skip = False
        elif not seen:
            seen = word in verbs
        elif word.startswith("-"):
            # In apt-get, -t and -o take a value too; `.name` of --virtual is none.
            skip = word in _WITH_VALUE and "=" not in word
        elif word and not word.startswith((".", "/", "$")):
            name = re.split(r"[=<>~!\[;:]|(?<=.)@", word, maxsplit=1)[0]
            if name:
                yield name.lower()
