"""Who reads an environment variable: the proof by absence.

A name is searched as a whole word in the files that a container holds. In Python only string literals
count: a constant of the same name reads nothing. Documents and files that only set variables never count.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cache
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING

import msgspec

from dotmac_lint.data import table
from dotmac_lint.facts import fact
from dotmac_lint.lazy import regex
from dotmac_lint.source import Span
from dotmac_lint.workspace import Workspace

if TYPE_CHECKING:
    from dotmac_lint.readers.javascript import JavaScriptReads
    from dotmac_lint.readers.python.reads import PythonReads

# Documents, pictures, locks; and files that only set variables: Compose files, env files.
_NO_READER = regex(
    r"\.(md|mdx|rst|txt|adoc|csv|svg|png|jpe?g|gif|ico|woff2?|ttf|eot|pdf|lock|map|po|pot|snap|sql|ipynb)$"
    r"|(^|/)\.env[^/]*$|\.env(\.[^/]*)?$|(^|/)env[._-](example|sample|template|dist|default)s?$"
    r"|(^|/)[^/]*compose[^/]*\.ya?ml$|(^|/)\.git(hub|lab)[^/]*/"
    r"|(^|/)(Dockerfile|Containerfile)[^/]*$|\.Dockerfile$|(^|/)(package-lock|yarn|pnpm-lock)[^/]*$|(^|/)Makefile$",
    re.IGNORECASE,
)


_OF_SETTINGS = regex(rb"(?:settings|config|conf|cfg|env)\w*(?:\(\))?\.\Z", re.IGNORECASE)
"""What stands before an attribute of settings whose class may lie in no file of the repository."""


def find_words(
    workspace: Workspace, paths: Iterable[str], names: Collection[str]
) -> dict[str, frozenset[str]]:
    """The files of `paths` in which each of `names` may be read."""
    found: dict[str, set[str]] = {}
    reading = (path for path in paths if not _NO_READER.search(path))
    for path, here in workspace.words.search(reading, {name.encode() for name in names}):
        for word in here:
            name = word.decode()
            if _may_read_name(workspace, path, name):
                found.setdefault(name, set()).add(path)
    return {name: frozenset(files) for name, files in found.items()}


Ranges = list[tuple[int, int]]


@fact(bool)
def _may_read_name(workspace: Workspace, path: str, name: str) -> bool:
    data, word = workspace.bytes(path) or b"", re.escape(name.encode())
    places = re.finditer(word + rb"(?<![A-Za-z0-9_]%b)(?![A-Za-z0-9_])" % word, data)
    if not path.endswith((".py", ".pyi")):
        return any(places)
    literals = _literals_in(workspace, path)
    return any(
        _is_within(literals, place.start())
        or _OF_SETTINGS.search(data, max(0, place.start() - 100), place.start())
        for place in places
    )


@fact(Ranges)
def _literals_in(workspace: Workspace, path: str) -> Ranges:
    return _string_literals(workspace.bytes(path) or b"")


_LEXEMES = regex(
    rb"#[^\n]*|\"\"\"(?:[^\"\\]++|\\.|\"(?!\"\"))*+\"\"\"|'''(?:[^'\\]++|\\.|'(?!''))*+'''"
    rb"|\"(?:[^\"\\\n]++|\\.)*+\"|'(?:[^'\\\n]++|\\.)*+'",
    re.DOTALL,
)
"""Comments and strings (Python reference, Lexical analysis)."""
_FIRST_IN_LINE = regex(rb"\s*[A-Za-z]{0,2}\Z")
_WITHIN = regex(rb"\w+")
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"()[]{}")


def _string_literals(data: bytes) -> Ranges:
    """The byte ranges of string literals that are no docstrings; all of the file where it is no Python."""
    everything = [(0, len(data))]
    ranges: Ranges = []
    depth = end = 0
    after_string = False
    for lexeme in _LEXEMES.finditer(data):
        between, (start, next_end) = data[end : lexeme.start()], lexeme.span()
        if b'"' in between or b"'" in between:
            return everything
        depth += _opened(between)
        comment = data.startswith(b"#", start)
        if after_string and not comment and _WITHIN.fullmatch(between):
            ranges.append((end, start))  # f"{environ["NAME"]}", since Python 3.12
        line = data.rfind(b"\n", 0, start) + 1
        begins_line = _FIRST_IN_LINE.match(data, line, start)
        if not comment and (depth or not begins_line or data.endswith((b"\\\n", b"\\\r\n"), 0, line)):
            ranges.append((start, next_end))
        end, after_string = next_end, not comment
    rest = data[end:]
    return everything if b'"' in rest or b"'" in rest or depth + _opened(rest) else ranges


def _is_within(ranges: Ranges, offset: int) -> bool:
    place = bisect_right(ranges, offset, key=itemgetter(0)) - 1
    return place >= 0 and offset < ranges[place][1]


def _opened(code: bytes) -> int:
    """How many more brackets open than close."""
    brackets = code.translate(None, _NO_BRACKETS)
    return 2 * len(brackets.translate(None, b")]}")) - len(brackets)


class Pattern(msgspec.Struct, frozen=True):
    """Names composed at run time: anything that begins and ends so."""

    prefix: str
    suffix: str = ""
    whole: bool = False
    """The code goes through all of the environment."""
    given: bool = False
    """The name is a parameter of the code, which makes none: it stands where it is given."""

    def reaches(self, name: str) -> bool:
        return (
            name.startswith(self.prefix)
            and name.endswith(self.suffix)
            and len(name) > len(self.prefix + self.suffix)
        )


_ENVIRON = regex(rb"environs?\b")
_JAVASCRIPT = regex(r"\.[cm]?[jt]sx?$")
_IN_JAVASCRIPT = (b"process.env", b"import.meta.env")


@fact(bool)
def _reads_in_python(workspace: Workspace, path: str) -> bool:
    """Whether there is what stands in every module that reads the environment."""
    data = workspace.bytes(path) or b""
    if b"getenv" in data or b"envvar" in data or b"decouple" in data:
        return True
    named = b"environ" in data
    if named and _ENVIRON.search(data):
        return True
    # Objects of starlette, environs and django-environ, made where the library is spoken of.
    return (named or b"starlette" in data) and (b"Config(" in data or b"Env(" in data)


def read_ahead(workspace: Workspace, paths: Iterable[str]) -> None:
    """Say that all code in `paths` is about to be asked for the names that it reads and composes."""
    python = (
        path
        for path in paths
        if path.endswith(".py") and not workspace.facts.knows(_patterns, path)
        if _reads_in_python(workspace, path)
    )
    workspace.read_ahead("python.reads", "read_python_reads", python)


def _python_reads(workspace: Workspace, path: str) -> PythonReads | None:
    return workspace.python_reads(path) if _reads_in_python(workspace, path) else None


def dynamic_patterns(workspace: Workspace, path: str) -> tuple[Pattern, ...]:
    """The names that the code in `path` composes."""

    def patterns() -> tuple[Pattern, ...]:
        found = _patterns(workspace, path)
        # Of a constant that is a text the name stands where it is defined.
        return tuple(pattern for pattern, name in found if not (name and _is_text(workspace, name)))

    found: tuple[Pattern, ...] = workspace.remembered(f"patterns of {path}", patterns)
    return found


@fact(list[tuple[Pattern, str | None]])
def _patterns(workspace: Workspace, path: str) -> list[tuple[Pattern, str | None]]:
    """Each with the name of the constant that holds the variable's, where it is one."""
    return list(_composed(workspace, path))


def _composed(workspace: Workspace, path: str) -> Iterator[tuple[Pattern, str | None]]:
    if path.endswith(".py"):
        python = _python_reads(workspace, path)
        for dynamic in python.dynamic if python else ():
            yield Pattern(dynamic.prefix, dynamic.suffix, dynamic.whole), dynamic.constant
        data = workspace.bytes(path) or b""
        for prefix, suffix in _COMPOSED.findall(data) if _MAY_COMPOSE.search(data) else ():
            yield Pattern(prefix.decode(), suffix.decode()), None
        if b"startswith" in data and _COPIED.search(data):
            for _, prefix in _FILTERED.findall(data):
                yield Pattern(prefix.decode(), whole=True), None
        if any(word in data for word in _NAMING) and _NAMING_LIBRARY.search(data):
            for prefix in _NAMED_PREFIX.findall(data) or [b""]:
                yield Pattern(prefix.decode().upper() + "_" * bool(prefix)), None
    elif _JAVASCRIPT.search(path):
        script = _javascript_reads(workspace, path)
        dynamics = script.dynamic if script else ()
        given = bool(dynamics) and not _WORKS_OUT.search(workspace.bytes(path) or b"")
        for prefix, suffix in dynamics:
            yield Pattern(prefix, suffix, given=given and not prefix + suffix), None
        if ("", "") in dynamics:  # it is asked for a name that was put together before
            for prefix, suffix, added in _NAMED_BEFORE.findall(workspace.bytes(path) or b""):
                yield Pattern((prefix or added).decode(), suffix.decode()), None
    else:
        takes_all = _TAKES_ALL.get(path.rpartition(".")[2], ())
        if not takes_all and _NO_READER.search(path):
            return
        data = workspace.bytes(path) or b""
        if not takes_all and data.startswith(b"#!"):
            takes_all = _SHELL_TAKES_ALL
        takes = any(pattern.search(data) for pattern in takes_all)
        if takes:
            yield Pattern("", whole=_DELIMITER.search(data) is not None), None
        if takes_all is _SHELL_TAKES_ALL and (takes or _EVALUATES.search(data)):
            for prefix, suffix, end in _COMPOSED_IN_SHELL.findall(data):
                yield Pattern(prefix.decode(), (suffix or end).decode()), None
        elif takes_all and _ASKS.search(data):
            for added, formatted in _ENDED.findall(data):
                yield Pattern("", (added or formatted).decode()), None
        if takes_all is not _SHELL_TAKES_ALL and takes_all and b'_"' in data:
            for prefix in _BEGINNING.findall(data):
                yield Pattern(prefix.decode()), None


_DELIMITER = regex(rb"[\"']__[\"']")
"""What joins the parts of a name, or parts them: `"__"`."""
_COPIED = regex(rb"\benviron\.copy\(\)|\bdict\((?:os\.)?environ\)")
_FILTERED = regex(rb"\bfor (\w+), *\w+ in \w[\w.]*\.items\(\) if \1\.startswith\((?:[\"'](\w+)[\"']\))?")
"""A copy of the environment, of which code takes what begins in some way."""
_NAMING = (b"dynaconf", b"ecological", b"everett", b"typedconfig", b"environ.config")
_NAMING_LIBRARY = regex(
    rb"(?m)^[ \t]*(?:from|import)[ \t]+(?:dynaconf|ecological|everett|typedconfig)\b|^[ \t]*@environ\.config\b"
)
"""Libraries that make the names of variables out of those of sections, classes and attributes."""
_NAMED_PREFIX = regex(
    rb"(?:^[ \t]*@(?:\w+\.)?section\(|\b(?:envvar_)?prefix[ \t]*=)[ \t]*[\"'](\w+)[\"']", re.MULTILINE
)
_WORKS_OUT = regex(
    rb"to(?:Locale)?UpperCase|[sS]nake|SNAKE|Object\.(?:keys|entries|values|fromEntries)\(|\.\.\.process\.env"
    rb"|\bin process\.env\b"
)
"""Code that may make the names of variables out of others, or goes through all of them."""
_NAMED_BEFORE = regex(
    rb"`([A-Z][A-Z0-9_]*_)\$\{[^`{}\n]{0,200}\}([A-Z0-9_]*)`|[\"']([A-Z][A-Z0-9_]*_)[\"'][ \t]*\+"
)
_MAKES_NAMES = regex(rb"[A-Z][A-Z0-9]*_(?:\$\{|[\"'`]\s*(?:[+,]|\.concat))|\}_[A-Z]|[+]\s*[\"'`]_[A-Z]")


@fact(bool)
def makes_names(workspace: Workspace, path: str) -> bool:
    """Whether the code, in JavaScript, puts together what may be names of variables."""
    return _JAVASCRIPT.search(path) is not None and bool(_MAKES_NAMES.search(workspace.bytes(path) or b""))


_TAKES_DATABASE_URL = regex(
    rb"(?im)dj[-_]database[-_]url|django[-_](?:on[-_])?heroku|^[ \t]*(?:import|from)[ \t]+(?:environ|dataset|records)\b"
    rb"|\benvirons\b|configurations|\bprisma\b|chainlit|litellm|open[-_]webui|\bdbmate\b|\bsqlx\b"
)


@fact(bool)
def may_take_database_url(workspace: Workspace, path: str) -> bool:
    """Whether what the file brings may read DATABASE_URL by itself, in Python: dj-database-url, django-environ, ..."""
    return (
        path.endswith("package.json") or _TAKES_DATABASE_URL.search(workspace.bytes(path) or b"") is not None
    )


_IMPORT = regex(
    rb"[ \t]*(?:import[ \t]+(\w{1,80})|from[ \t]+(\w{1,80})([\w.]{0,200})[ \t]+import[ \t(]+(\*?))"
)
_SETTINGS = regex(rb"\b(settings|config|configuration|conf)\b")


def runs_our_code_from_elsewhere(workspace: Workspace, path: str) -> bool:
    """Whether the module takes all settings of a package that is not in the repository, such as a framework's
    (`from framework.conf.base import *`), or imports one that goes by the name of the repository's own packages.
    """
    from dotmac_lint.model.settings_code import code_of

    return path.endswith(".py") and any(
        (all_settings or _is_of_our_family(workspace, package)) and package not in code_of(workspace).own
        for package, all_settings in _packages_imported(workspace, path).items()
    )


_GO_IMPORT = regex(rb"(?m)^(?:import)?[ \t]*(?:\w+[ \t]+)?\"([\w.-]+\.[a-z]+/[^\"\n]+)\"")
_GO_DECLARES = regex(rb"(?m)^(?:func|type|var|const)\b")


def is_but_a_start(workspace: Workspace, files: Iterable[str]) -> bool:
    """Whether all code in Go among the files is a `main` that starts a program of another module."""
    written = [path for path in files if path.endswith(".go") and not path.endswith("_test.go")]
    modules = {name for path in workspace.named("go.mod") for name in _modules(workspace, path)}
    return len(written) == 1 and _starts_another(workspace, written[0], " ".join(sorted(modules)))


@fact(list[str])
def _modules(workspace: Workspace, path: str) -> list[str]:
    return [name.decode() for name in re.findall(rb"(?m)^module[ \t]+(\S+)", workspace.bytes(path) or b"")]


@fact(bool)
def _starts_another(workspace: Workspace, path: str, modules: str) -> bool:
    """Whether it declares nothing but `main`, and imports what is neither of the standard library nor of `modules`."""
    data = workspace.bytes(path) or b""
    own = tuple(f'"{name}/'.encode() for name in modules.split())
    return (
        len(_GO_DECLARES.findall(data)) == 1
        and b"func main()" in data
        and _GO_IMPORT.search(data) is not None
        and not any(name in data for name in own)
    )


@fact(dict[str, bool])
def _packages_imported(workspace: Workspace, path: str) -> dict[str, bool]:
    """Each package whose name has several words or whose settings are all taken; whether they are."""
    found: dict[str, bool] = {}
    lines = (workspace.bytes(path) or b"").split(b"\n")
    for plain, package, below, star in (
        m.groups(b"") for line in lines if b"import" in line and (m := _IMPORT.match(line))
    ):
        name, all_settings = (plain or package).decode(), bool(star and _SETTINGS.search(below))
        if all_settings or "_" in name:
            found[name] = found.get(name, False) or all_settings
    return found


def is_imported_from_elsewhere(workspace: Workspace, files: Collection[str], name: str) -> bool:
    """Whether one of the files takes a constant of that name from a package which is not among them, and which may
    read the variable for it: `from parcels_settings import PARCELS_REGION`."""
    imported = re.compile(
        rb"(?m)^[ \t]*from[ \t]+(\w+)[\w.]*[ \t]+import[ \t]+(?:\([^)]*?|[^\n(]*?)\b%s\b"
        % re.escape(name.encode())
    )
    modules = (path for path in files if path.endswith(".py"))
    found = workspace.words.search(modules, (name.encode(),))
    packages = {p.decode() for path, _ in found for p in imported.findall(workspace.bytes(path) or b"")}
    return any(
        not any(f"/{package}/" in f"/{path}" or f"/{path}".endswith(f"/{package}.py") for path in files)
        for package in packages
    )


def _is_of_our_family(workspace: Workspace, package: str) -> bool:
    """Whether the package's name of several words begins as those of our own packages do, which it is none of:
    `acme_settings` for `acme-shop`, if no package is called `acme`.
    """
    family, _, rest = package.lower().partition("_")
    ours = _families(workspace).get(family.encode())
    generated = package.endswith(("_pb2", "_pb2_grpc"))
    return ours is not None and bool(rest) and rest.encode() not in ours and not generated


def _families(workspace: Workspace) -> dict[bytes, set[bytes]]:
    """The first words of the names of our Python packages that have several, if we depend on no package called so,
    and what follows them.
    """

    def find() -> dict[bytes, set[bytes]]:
        manifests = workspace.chosen(_is_manifest)
        named: dict[bytes, set[bytes]] = {}
        for path in manifests:
            for word, rest in _names_of_several_words(workspace, path):
                named.setdefault(word, set()).add(rest.replace(b"-", b"_"))
        depends = {w for w in named if any(_depends_on(workspace, path, w.decode()) for path in manifests)}
        return {word: rests for word, rests in named.items() if word not in depends}

    found: dict[bytes, set[bytes]] = workspace.remembered("families of packages", find)
    return found


_PYTHON_NAME = regex(rb"""(?m)^\s*name\s*=\s*["']([a-z][a-z0-9]{2,40})[-_]([a-z0-9_-]+)["']""")
_DEPENDS = rb"""(?mi)(?:^|[\s"'])%b(?:[\s"']*[=<>~!\[;,]|["']?\s*$)"""


@fact(list[tuple[bytes, bytes]])
def _names_of_several_words(workspace: Workspace, path: str) -> list[tuple[bytes, bytes]]:
    return list(_PYTHON_NAME.findall(workspace.bytes(path) or b""))


@fact(bool)
def _depends_on(workspace: Workspace, path: str, package: str) -> bool:
    return re.search(_DEPENDS % re.escape(package.encode()), workspace.bytes(path) or b"") is not None


def _javascript_reads(workspace: Workspace, path: str) -> JavaScriptReads | None:
    return workspace.javascript_reads(path) if _reads_in_javascript(workspace, path) else None


@fact(bool)
def _reads_in_javascript(workspace: Workspace, path: str) -> bool:
    data = workspace.bytes(path) or b""
    return any(word in data for word in _IN_JAVASCRIPT)


def _is_text(workspace: Workspace, constant: str) -> bool:
    """Whether some module of the repository sets `constant` to a text, and none to anything else."""

    def find() -> bool:
        word = constant.encode()
        pattern = re.compile(rb"^[ \t]*" + word + rb"[ \t]*(?::[^=\n]+)?=[ \t]*(.)", re.MULTILINE)
        modules = [path for path in workspace.files if path.endswith(".py")]
        naming = (workspace.bytes(path) or b"" for path, _ in workspace.words.search(modules, (word,)))
        firsts = {match[1] for data in naming for match in pattern.finditer(data)}
        return bool(firsts) and firsts <= {b'"', b"'"}

    found: bool = workspace.remembered(f"constant {constant}", find)
    return found


_COMPOSED = regex(rb"(?i:env)[^\n]{0,80}f[\"'](?:([A-Z][A-Z0-9_]*_)\{|\{[^{}\"'\n]*\}(_[A-Z0-9_]+)[\"'])")
"""A name that is put together before some function is asked for it: `env_key = f"RATE_LIMIT_{route}"`."""
_MAY_COMPOSE = regex(rb"f[\"'](?:[A-Z][A-Z0-9_]*_\{|\{[^{}\"'\n]*\}_)")
"""The end of what `_COMPOSED` finds: begins with a literal, so that it is fast."""
_SHELL_TAKES_ALL = tuple(
    regex(pattern, re.MULTILINE)
    for pattern in (
        rb"\$\{!",
        rb"compgen(?<!\wcompgen)\b",
        rb"printenv(?<!\wprintenv)\b",
        rb"export(?<!\wexport) +-p",
        rb"declare(?<!\wdeclare) +-[xp]",
        rb"envsubst(?<!\wenvsubst)\b",
        rb"confd(?<!\wconfd)\b",
        rb"env(?<![^|;&(`\s]env) *(?:-0 *)?(?:[|>)]|$)",
    )
)
"""Each begins with its letters, and so is found ten times as fast as all in one."""
_EVALUATES = regex(rb"\beval\b[^\n]{0,200}\\\$")
_COMPOSED_IN_SHELL = regex(rb"\b([A-Z][A-Z0-9_]*_)\$\{?\w+\}?((?:_[A-Z0-9_]+)?)|\$\{\w+\}(_[A-Z][A-Z0-9_]*)")
"""A name that such scripts put together: `eval "port=\\${DB_${db}_PORT}"`."""
_ASKS = regex(rb"[gG]et_?[eE]nv|\bENV\b|env::var")
_ENDED = regex(rb"[+.][ \t]*\"(_[A-Z][A-Z0-9_]*)\"|\"(?:%[sv]|#?\{\w*\}|\$\w+|\$\{\w+\})(_[A-Z][A-Z0-9_]*)\"")
"""A name that other code makes of another and an end: `os.Getenv(key + "_FILE")`."""
_BEGINNING = regex(rb"(?<!:)\"([A-Z][A-Z0-9]{1,30}(?:_[A-Z0-9]{1,30}){0,6}_)\"")
"""What other code hands to a function that puts names together: `connect("REPORTS_DB_")`; a tag of Go's is none."""
_JVM_TAKES_ALL = (regex(rb"springframework|System\.getenv\(\)|micronaut|quarkus|ConfigFactory|hoplite"),)
_TAKES_ALL = {
    "sh": _SHELL_TAKES_ALL,
    "bash": _SHELL_TAKES_ALL,
    "go": (regex(rb"AutomaticEnv|envconfig|caarlos0/env|cleanenv|koanf|os\.Environ\(|[eE]nv\.Parse"),),
    "java": _JVM_TAKES_ALL,
    "kt": _JVM_TAKES_ALL,
    "scala": _JVM_TAKES_ALL,
    "cs": (
        regex(
            rb"AddEnvironmentVariables|Create(?:Default|Application|Slim)?Builder|GetEnvironmentVariables\("
        ),
    ),
    "rb": (regex(rb"ENV\.(?:each|select|to_h|map|keys|filter)|Anyway|ENV\[[^'\"]"),),
    "php": (regex(rb"getenv\(\s*\)|getenv\(\$|\$_ENV\s*[^\[\s]|env\(\$"),),
    "rs": (
        regex(rb"env::vars|envy::|figment|Environment::|env::var\([^\"]"),
        regex(rb"#\[(?:arg|clap|structopt)\([^\]\n]{0,200}\benv[ \t]*[,)]"),
    ),
    "ex": (regex(rb"System\.get_env\(\)"),),
}
"""Code that reads names which stand nowhere: all of the environment, or names worked out at run time; by suffix."""

_MANIFEST = regex(
    r"(^|/)(requirements[^/]*\.(txt|in)|pyproject\.toml|setup\.(py|cfg)|Pipfile|package\.json|go\.mod"
    r"|Cargo\.toml|pom\.xml|build\.gradle(\.kts)?|libs\.versions\.toml|composer\.json|Gemfile|mix\.exs"
    r"|[^/]+\.(csproj|fsproj))$"
)


def _is_manifest(path: str) -> bool:
    return _MANIFEST.search(path) is not None


# Whose client libraries are told where the server is, and look for no variable themselves.
SERVERS = frozenset(
    {
        "redis",
        "postgres",
        "postgresql",
        "mysql",
        "mariadb",
        "mongo",
        "mongodb",
        "rabbitmq",
        "minio",
        "kafka",
        "celery",
        "email",
        "prometheus",
    }
)


BUNDLED = regex(r"(VITE|NEXT_PUBLIC|NUXT_PUBLIC|REACT_APP|VUE_APP|GATSBY|EXPO_PUBLIC)_")
"""Bundlers hand these to the repository's own code; their libraries do not read them, with one exception."""
_BUNDLED_AND_READ = regex(r"NEXT_PUBLIC_(?=CLERK_)")
_OWN_NAME = regex(rb"""^\s*"?(?:name|artifactId)"?\s*[:=]\s*["']([^"'\n]+)|^module\s+(\S+)""", re.MULTILINE)


_INTEGRATING = (b"langchain", b"llama_index", b"haystack", b"airflow")
_INTEGRATION = regex(
    rb"^[ \t]*(?:from|import)[ \t]+(?:langchain\w*|llama_index|haystack|airflow)\.([\w.]+)", re.MULTILINE
)


_FRAMEWORKS = (
    (
        "composer.json",
        regex(
            r"(APP|AUTH|AWS|BCRYPT|BROADCAST|CACHE|DB|DYNAMODB|FILESYSTEM|HASH|LOG|MAIL|MEMCACHED|MYSQL|PAPERTRAIL"
            r"|POSTMARK|PUSHER|QUEUE|REDIS|RESEND|REVERB|SANCTUM|SESSION|SLACK|SQS|VIEW)_|VITE_APP_NAME$"
        ),
        (b"laravel/framework", b"laravel/lumen-framework"),
    ),
    ("composer.json", regex(r"JWT_"), (b"tymon/jwt-auth", b"php-open-source-saver/jwt-auth")),
    ("composer.json", regex(r"FLARE_KEY$"), (b"spatie/laravel-ignition", b"facade/ignition")),
    ("composer.json", regex(r"STRIPE_"), (b"laravel/cashier",)),
    ("composer.json", regex(r"(ALGOLIA|MEILISEARCH)_"), (b"laravel/scout",)),
    (
        "package.json",
        regex(r"(ROOT|MONGO|MONGO_OPLOG|MAIL|DDP_DEFAULT_CONNECTION)_URL$|BIND_IP$|HTTP_FORWARDED_COUNT$"),
        (b"meteor run", b"meteor-node-stubs"),
    ),
    ("package.json", regex(r"APP_BASE_URL$"), (b"@auth0/nextjs-auth0",)),
    ("package.json", regex(r"POSTGRES_(PRISMA_)?URL"), (b"@vercel/postgres",)),
    ("package.json", regex(r"KV_(REST_API_)?(READ_ONLY_)?(URL|TOKEN)$"), (b"@vercel/kv", b"@upstash/redis")),
    ("Gemfile", regex(r"REDIS_(URL|PROVIDER)$"), (b"redis", b"sidekiq")),
    ("Gemfile", regex(r"(ELASTIC|OPEN)SEARCH_URL$"), (b"searchkick", b"elasticsearch", b"opensearch")),
    (
        "Gemfile",
        regex(r"(BINDING|PIDFILE|DISABLE_(SPRING|DATABASE_ENVIRONMENT_CHECK)|[A-Z0-9_]{1,40}_DATABASE_URL)$"),
        (b"rails",),
    ),
    (
        "composer.json",
        regex(r"APP_(DEBUG|RUNTIME(_OPTIONS)?|(BUILD|CACHE|LOG|SHARE)_DIR)$"),
        (b"symfony/runtime", b"symfony/framework-bundle"),
    ),
    (
        "package.json",
        regex(
            r"(ORIGIN|SOCKET_PATH|XFF_DEPTH|BODY_SIZE_LIMIT)$|(PROTOCOL|HOST|PORT|ADDRESS)_HEADER$"
            r"|(SHUTDOWN|IDLE|KEEP_ALIVE|HEADERS)_TIMEOUT$"
        ),
        (b"@sveltejs/adapter-node",),
    ),
)
"""What the configuration reads that packages of PHP bring themselves (their folder config), with a line of the example
that comes with every new application; Meteor's server (docs.meteor.com, "Environment Variables"), Auth0's package for
Next.js (its README), Vercel's stores (theirs), and SvelteKit's server (svelte.dev/docs/kit, "Node servers"); Rails (its
guides, "Configuring Rails Applications"), redis-rb, Sidekiq and Searchkick (their READMEs); Symfony's runtime, kernel
(symfony.com/doc/current/components/runtime.html): the manifest, the names, and what stands in the manifest."""


def may_be_a_librarys(workspace: Workspace, files: Collection[str], name: str) -> bool:
    """Whether `name` begins with the name of a dependency in `files`, which may read it: FLAGD_HOST, SENTRY_DSN."""
    name = _BUNDLED_AND_READ.sub("", name)
    first = name.lower().split("_")[0]
    if first in _integrated(workspace):
        return True
    dependencies = _dependencies(workspace)
    for manifest, own, packages in _FRAMEWORKS:
        if own.match(name) and any(
            package in (workspace.bytes(path) or b"")
            for path in workspace.named(manifest)
            if path in files
            for package in packages
        ):
            return True
    if len(first) < 4 or first in SERVERS or BUNDLED.match(name):
        return False
    word = first.encode()
    if word in own_words(workspace) and word not in _words_of_strangers(workspace):
        return False
    holding = dependencies.get(word, frozenset())
    return bool(holding) if files is workspace.files else not holding.isdisjoint(files)


_OURS = regex(
    r"\.(py|[cm]?[jt]sx?|vue|svelte|go|rs|java|kt|scala|cs|rb|php|exs?|sh|bash|ps1)$|(^|[/._-])env([._-][^/]*)?$",
    re.IGNORECASE,
)
"""Code and env files: what others read stands in documents and charts, too."""


def may_be_ours(workspace: Workspace, name: str, path: str) -> bool:
    """Whether the repository has the variable that `path` sets for itself: it is one for bundlers or begins as its own
    packages are called, or its code, for another service, or an env file names it; one of a server may be named
    anywhere else. Any program that is installed may read the others.
    """
    first = name.lower().split("_")[0]
    own = first.encode() in own_words(workspace) and first.encode() not in _words_of_strangers(workspace)
    if own or BUNDLED.match(name) or is_well_known(name):
        return True
    others = workspace.words.search(workspace.files, (name.encode(),))
    return any(file != path and (first in SERVERS or _OURS.search(file)) for file, _ in others)


_PART = regex(rb"[a-z]+(?:[0-9_]+[a-z]*)*")


def parts(names: Iterable[bytes]) -> set[bytes]:
    """The words of names in lower case, with and without the digits in them."""
    found = {part for name in names for part in _PART.findall(name)}
    return found | {letters for part in found for letters in re.findall(rb"[a-z]+", part)}


def _dependencies(workspace: Workspace) -> dict[bytes, frozenset[str]]:
    """The manifests in which each word stands."""

    def find() -> dict[bytes, frozenset[str]]:
        holding: dict[bytes, set[str]] = {}
        for path in workspace.chosen(_is_manifest):
            for word in _parts_of(workspace, path):
                holding.setdefault(word, set()).add(path)
        return {word: frozenset(paths) for word, paths in holding.items()}

    found: dict[bytes, frozenset[str]] = workspace.remembered("words of manifests", find)
    return found


_TEXT = rb'"(?:[^"\\]|\\.)*"'
_TELLS = regex(rb'"(?:name|description|author|homepage|keywords)"\s*:\s*(?:%b|\[[^\]]*\])' % _TEXT)
_SCRIPTS = regex(rb'"scripts"\s*:\s*\{((?:[^"{}]|%b)*)\}' % _TEXT)
_SCRIPT = regex(rb":\s*(%b)" % _TEXT)
_WORD = regex(rb"[^\s\"\\]+")


_BRINGS_NOTHING = regex(
    rb"(?m)(?:^|[ \t])#[^\n]*"
    rb"|^(?:name|description|authors|maintainers|keywords|classifiers)[ \t]*=[ \t]*(?:%b|\[[^\]]*\])"
    rb"|^\[\[?tool\.(?:black|coverage|isort|mypy|pylint|pyright|pytest|ruff)\b[^\n]*(?:\n(?!\[)[^\n]*)*"
    % _TEXT
)
"""In lists of requirements and TOML: remarks, what the package tells of itself, and what tools of developers take."""


@fact(set[bytes])
def _parts_of(workspace: Workspace, path: str) -> set[bytes]:
    data = (workspace.bytes(path) or b"").lower()
    if path.endswith("package.json"):
        # Neither what it tells of itself nor what its scripts are called brings a library; what they run may read more.
        data = _SCRIPTS.sub(_programs, _TELLS.sub(b"", data))
    elif path.endswith((".txt", ".in", ".toml", "Pipfile")):
        data = _BRINGS_NOTHING.sub(b"", data)
    return parts([data])


def _programs(scripts: re.Match[bytes]) -> bytes:
    """The words of the commands that are no files, no variables and no scripts of the same manifest."""
    words = [word for command in _SCRIPT.findall(scripts[1]) for word in (b"", *_WORD.findall(command))]
    return b" ".join(
        word
        for before, word in pairwise(words)
        if before != b"run" and b"=" not in word and (word.startswith(b"@") or b"/" not in word)
    )


def _integrated(workspace: Workspace) -> frozenset[str]:
    """The services that code reaches through a library of integrations, which read keys of their own."""

    def words() -> frozenset[str]:
        modules = [path for path in workspace.files if path.endswith(".py")]
        return frozenset().union(*(_integrations(workspace, path) for path in modules))

    found: frozenset[str] = workspace.remembered("services of integrations", words)
    return found


@fact(set[str])
def _integrations(workspace: Workspace, path: str) -> set[str]:
    data = workspace.bytes(path) or b""
    found = _INTEGRATION.findall(data) if any(word in data for word in _INTEGRATING) else ()
    return {part for module in found for part in module.decode().split(".")}


def own_words(workspace: Workspace) -> set[bytes]:
    """The words in the names of the repository's own packages."""

    def words() -> set[bytes]:
        manifests = workspace.chosen(_is_manifest)
        return set().union(*(_own_words_in(workspace, path) for path in manifests))

    found: set[bytes] = workspace.remembered("words of own packages", words)
    return found


_DEPENDENCY = (
    ("Gemfile", regex(rb"""(?m)^[ \t]*gem[ \t(]+["']([\w.-]+)["'](?![^\n]*\bpath:)""")),
    ("package.json", regex(rb'"((?!version")[@\w./-]+)"\s*:\s*"[\^~]?\d+\.')),
    ("composer.json", regex(rb'"([\w.-]+/[\w.-]+)"\s*:\s*"[\^~v]?\d')),
)
"""What manifests depend on that comes from a registry, under its whole name."""


def _words_of_strangers(workspace: Workspace) -> set[bytes]:
    """The words in the names of the packages that the repository depends on and does not hold itself."""

    def words() -> set[bytes]:
        manifests = workspace.chosen(_is_manifest)
        own = set().union(*(_own_names_in(workspace, path) for path in manifests))
        names = set().union(*(_dependencies_in(workspace, path) for path in manifests))
        return parts(names - own)

    found: set[bytes] = workspace.remembered("words of the packages of others", words)
    return found


@fact(set[bytes])
def _dependencies_in(workspace: Workspace, path: str) -> set[bytes]:
    data = workspace.bytes(path) or b""
    return {name.lower() for end, names in _DEPENDENCY if path.endswith(end) for name in names.findall(data)}


@fact(set[bytes])
def _own_names_in(workspace: Workspace, path: str) -> set[bytes]:
    return {(m[1] or m[2]).lower() for m in _OWN_NAME.finditer(workspace.bytes(path) or b"")}


@fact(set[bytes])
def _own_words_in(workspace: Workspace, path: str) -> set[bytes]:
    return parts(_own_names_in(workspace, path))


@cache
def _well_known() -> tuple[str, ...]:
    return tuple(name for group in table("well_known_variables")["group"] for name in group["names"])


def matches(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether `name` is one of `patterns`, in which `*` stands for any text."""
    names, beginnings, others = _parted(patterns)
    return name in names or name.startswith(beginnings) or any(fnmatchcase(name, other) for other in others)


@cache
def _parted(patterns: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]:
    """Those without `*`, what stands before the one at the end, and the others: few, which cost most."""
    wild = [pattern for pattern in patterns if "*" in pattern]
    beginnings = tuple(pattern[:-1] for pattern in wild if pattern.index("*") == len(pattern) - 1)
    others = tuple(pattern for pattern in wild if pattern[:-1] not in beginnings)
    return frozenset(patterns), beginnings, others


def is_well_known(name: str) -> bool:
    """Whether some program reads `name` by itself: an interpreter, a server, a library."""
    return matches(name, _well_known())


def names_in(workspace: Workspace, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each variable that Python or JavaScript code in `paths` reads from the environment, and the file."""
    for path in paths:
        if path.endswith(".py") or _JAVASCRIPT.search(path):
            for name in _names_in(workspace, path):
                yield name, path


@fact(list[str])
def _names_in(workspace: Workspace, path: str) -> list[str]:
    return list(dict.fromkeys(name for name, _, _ in _named_reads(workspace, path)))


def place_of(workspace: Workspace, name: str, path: str) -> Span:
    """Where the code in `path` reads the variable first, which `names_in` found there."""
    return Span(path, *_place_of(workspace, path, name))


@fact(tuple[int, int])
def _place_of(workspace: Workspace, path: str, name: str) -> tuple[int, int]:
    return next((start, end) for read, start, end in _named_reads(workspace, path) if read == name)


def _named_reads(workspace: Workspace, path: str) -> Iterator[tuple[str, int, int]]:
    found = _python_reads(workspace, path) if path.endswith(".py") else _javascript_reads(workspace, path)
    for read in found.reads if found else ():
        if read.name is not None and read.name_range is not None:
            yield read.name, read.name_range.start, read.name_range.end
