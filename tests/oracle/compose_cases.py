"""Small Compose inputs, by topic; what the real Compose makes of them is in compose_recorded.json.

`SERVICES`: the body of a service, and the body that a second file puts over it. Each becomes a service of its own
in one project, with the top-level elements of `COMMON`; the host's environment is `HOST`, and there is a `.env`.
`PROJECTS`: whole projects, each with its files; ARGUMENTS has what they are started with.
"""

# ruff: noqa: E501

from __future__ import annotations

HOST = {"HOST": "outside", "NOTHING": "", "DIGITS": "8081", "WORDS": "two words", "LIST": "a,b"}
DOTENV = "FILE=from-file\nHOST=from-file\nQUOTED='single $HOST'\nTEMPLATED=${FILE}-${HOST}\nEMPTY_IN_FILE=\n"
COMMON = """\
networks: {front: , back: , default: }
volumes: {data: , logs: , cache_1: }
secrets: {key: {file: ./key}, cert: {environment: HOST}}
configs: {conf: {file: ./conf}, inline: {content: x}}
"""
HELPERS = ("db", "cache", "queue")
"""Services that others depend on; they are in both files' project."""

Case = tuple[str, str | None]

VALUES: dict[str, list[str]] = {
    "plain": [
        "x", "1", "0", "-1", "+1", "007", "0777", "0o17", "0x1F", "0b11", "1_000", "08", "1.10", "1.0", "1e3", "1E3",
        ".5", "5.", "-0.0", "0.1", "1e-7", "123456789012345678901234567890", "0.00001", "1e21", "3.14159",
        "true", "True", "TRUE", "false", "yes", "no", "on", "off", "y", "n", "Yes", "null",
        "~", "", "Null", "22:22", "1:2:3", "2026-01-01", "2026-01-01T10:00:00Z", "12:30:45", "0.0.0.0", "1.2.3", "=",
        "a b", "'a: b'", "a #b", "a#b", "'1'", '"1"', "'it''s'", '"a\\tb"', '"\\u00e9"', "'a\\tb'", "!!str 1",
        "!!int '1'", "!!str", "|\n        block\n        text\n", ">\n        folded\n        text\n", "|-\n        no end",
        "two\n        lines", '"two\n        lines"', "10e", "1__0", "_1", "0_7", "0o8", "00", "-0", "-_0", "-007", "0x", "1.5.", "+.5",
        "+1.0", "1e+3", "1.e3", "0e0", "1_0.5", ".1_5", "0.30000000000000004", "100000000000000000000.0", "9223372036854775808",
    ],
    "interpolated": [
        "$HOST", "${HOST}", "${HOST:-d}", "${HOST-d}", "${HOST:+a}", "${HOST+a}", "${HOST:?m}", "${HOST?m}",
        "$NOTHING", "${NOTHING}", "${NOTHING:-d}", "${NOTHING-d}", "${NOTHING:+a}", "${NOTHING+a}", "${NOTHING?m}",
        "${NONE:-d}", "${NONE-d}", "${NONE:+a}", "${NONE+a}", "${NONE:-}", "${NONE-}", "$FILE", "${TEMPLATED}", "$QUOTED",
        "${EMPTY_IN_FILE-d}", "${EMPTY_IN_FILE:-d}", "${NONE:-${HOST}}", "${NONE:-${NO:-deep}}", "${NONE:-$HOST}",
        "${NONE:-a b}", "${NONE:-a:b}", "${NONE:-http://h:1/p?q=1}", "${NONE:-{}}", "${NONE:-{\"a\": 1}}", "${NONE:-a}b}",
        "${NONE:-a}${HOST:-b}", "x${HOST}y", "${HOST}${FILE}", "$HOST$FILE", "$HOST.x", "$HOST-x", "${HOST}x", "a$$b", "$$HOST",
        "$${HOST}", "$$$HOST", "$$$$", "a$", "$1", "a$ b", "$(pwd)", "100%", "${NONE:-$$x}", "${NONE:-$${x}}", "${NONE:-'q'}",
        "${HOST:+${FILE}}", "${HOST:+[$FILE]}", "${NOTHING:-${NONE:-${FILE}}}", "${DIGITS}", "${NONE:-yes}", "${NONE:-0777}",
        "${NONE:-1.10}", "${NONE:-null}", "${NONE:-true}", "${host:-lower}", "${_X:-u}", "${X9:-n}", "$HOST_X", "${HOST:-${U:-x}}",
        "${NONE-${HOST}-${FILE}}", "${NONE:-\\$x}", "é${HOST}ü", "${NONE:-é}", "${COMPOSE_PROJECT_NAME}", "${NONE:- d }",
    ],
}  # fmt: skip

SERVICES: dict[str, list[Case]] = {
    "environment": [
        ("environment: {A: a, B: }", None), ("environment: [A=a, B, C=]", None), ("environment: [HOST, FILE, NONE]", None),
        ("environment: {HOST: , FILE: , NONE: }", None), ("environment: [A=1, A=2]", None), ("environment: ['A=b=c', 'D=']", None),
        ("environment: ['A=${HOST}', '${HOST}=x', 'K${DIGITS}=v']", None), ("environment: {'${HOST}': x}", None),
        ("environment: {A: 1, B: 2}", "environment: {B: 3, C: 4}"), ("environment: [A=1, B=2]", "environment: [B=3, C=4]"),
        ("environment: {A: 1, B: 2}", "environment: [B=3, C=4]"), ("environment: [A=1, B=2]", "environment: {B: 3, C: 4}"),
        ("environment: {A: 1}", "environment: {A: }"), ("environment: [A=1]", "environment: [A]"), ("environment: {A: 1}", "environment: {A: ''}"),
        ("environment: {A: 1}", "environment: "), ("environment: {A: 1}", "environment: {}"), ("environment: {A: 1, B: 2}", "environment: {B: !reset null}"),
        ("environment: [A=1, B=2]", "environment: {B: !reset null}"), ("environment: [A=1, B]", "environment: {A: !reset null, B: 3}"),
        ("labels: [a=1, b=2]", "labels: {b: !reset null}"), ("build: {context: ., args: [A=1, B=2]}", "build: {args: {A: !reset null}}"),
        ("build: {context: ., additional_contexts: [a=./a, b=./b]}", "build: {additional_contexts: {a: !reset null}}"), ("extra_hosts: ['a:1.1.1.1']", "extra_hosts: {a: !reset null}"),
        ("environment: {A: 1, B: 2}", "environment: !reset null"), ("environment: {A: 1}", "environment: !reset {B: 2}"),
        ("environment: {A: 1, B: 2}", "environment: !override {C: 3}"), ("environment: [A=1]", "environment: !override [C=3]"),
        ("environment: {A: !reset null, B: 2}", None), ("environment: {A: !override x, B: 2}", None), ("environment: {A: x}", "environment: {A: !override y}"),
        ("environment: {HOST: here}", "environment: {HOST: }"), ("environment: {FILE: here}", "environment: [FILE]"),
        ("environment: {A: true, B: 1.50, C: 1_0}", "environment: {B: 2.50}"), ("environment: [A=true, B=1.50, C=0777]", None),
        ("environment: {a: 1, A: 2}", None), ("environment: ['A=a b', 'B= c ', 'C=\"q\"', \"D='q'\"]", None), ("environment: {A.b-c: x}", None),
        ("environment:\n  A: |\n    one\n    two\n  B: >-\n    one\n    two", None), ("environment: {A: '${NONE}'}", "environment: {A: '${HOST}'}"),
        ("environment: ['A=$HOST']", "environment: ['A=$$HOST']"), ("environment: {A: 2026-01-01}", "environment: {B: 2026-01-01}"),
    ],
    "lists and mappings": [
        ("labels: {a: 1, b: x}", "labels: {b: y, c: z}"), ("labels: [a=1, b=x]", "labels: {b: y}"), ("labels: {a: 1}", "labels: [a=2, c]"), ("labels: [a, b=]", None),
        ("labels: ['a=${HOST}']", None), ("labels: {'${HOST}': '${HOST}'}", None), ("labels: {a: x}", "labels: !reset null"),
        ("extra_hosts: ['a:1.2.3.4', 'b=1.2.3.5']", None), ("extra_hosts: {a: 1.2.3.4}", None), ("extra_hosts: {a: 1.2.3.4}", "extra_hosts: {a: 1.2.3.5, b: 1.2.3.6}"),
        ("extra_hosts: ['a=1.2.3.4']", "extra_hosts: ['a=1.2.3.4', 'a=1.2.3.5']"), ("extra_hosts: ['host.docker.internal:host-gateway']", "extra_hosts: {x: 10.0.0.1}"),
        ("extra_hosts: {a: '::1'}", None), ("cap_add: [NET_ADMIN]", "cap_add: [NET_ADMIN, SYS_TIME]"), ("cap_add: [A]", "cap_drop: [ALL]"), ("cap_add: [A]", "cap_add: !override [B]"),
        ("dns: 1.1.1.1", None), ("dns: 1.1.1.1", "dns: 8.8.8.8"), ("dns: [1.1.1.1]", "dns: [1.1.1.1, 8.8.8.8]"), ("dns_search: a.b", "dns_search: [c.d]"), ("tmpfs: /run", "tmpfs: [/tmp, /run]"),
        ("tmpfs: /run", None), ("expose: [80, '443']", "expose: ['80', 8080]"), ("security_opt: [a:b]", "security_opt: [c:d]"), ("security_opt: [a:b]", "security_opt: !reset []"), ("security_opt: [a:b, c=d]", "security_opt: [a:b, c=e]"),
        ("profiles: []", None), ("image: a:1", "image: b:2"), ("image: a:1", "image: "), ("image: 'a:${NONE:-latest}'", None), ("image: x\ncontainer_name: one", "container_name: two"),
        ("hostname: h\nuser: '1000:1000'", "user: root"), ("restart: always", "restart: !reset null"), ("restart: 'no'", None), ("restart: on-failure:3", None),
        ("working_dir: /app", "working_dir: '/${HOST}'"), ("network_mode: host", None), ("network_mode: 'none'", None), ("network_mode: service:db", None), ("network_mode: bridge", "network_mode: host"),
        ("networks: [front]", None), ("networks: [front]", "networks: [back]"), ("networks: {front: {aliases: [a]}}", "networks: {front: {aliases: [b, a]}}"), ("networks: [front, default]", None),
        ("networks: {front: {aliases: [a]}}", "networks: [front, back]"), ("networks: {front: , back: {aliases: ['${HOST}']}}", None), ("networks: {}", None), ("networks: [front]", "networks: !override [back]"),
        ("networks: [front, back]", "networks: {front: !reset null}"), ("depends_on: [db]", None), ("depends_on: [db]", "depends_on: [cache]"), ("depends_on: [db]", "depends_on: {db: {condition: service_healthy}}"),
        ("depends_on: {db: {condition: service_completed_successfully, required: false}}", None), ("depends_on: {db: {condition: service_healthy}}", "depends_on: [db]"),
        ("depends_on: {db: {condition: service_healthy, restart: true}}", "depends_on: {cache: {condition: service_started}}"), ("depends_on: [db, cache]", "depends_on: !override [queue]"),
        ("depends_on: [db, cache]", "depends_on: {db: !reset null}"), ("depends_on: [db]", "depends_on: !reset []"), ("links: [db, 'cache:c']", None), ("volumes_from: [db]", None), ("pid: service:db", None),
        ("secrets: [key]", None), ("secrets: [key]", "secrets: [cert]"), ("secrets: [{source: key, target: other}]", None), ("secrets: [key]", "secrets: [{source: key, mode: 0400}]"),
        ("secrets: [{source: key, target: /x}]", "secrets: [{source: cert, target: /x}]"), ("configs: [conf]", "configs: [{source: inline, target: /etc/x}]"), ("configs: [{source: conf, target: /x}]", "configs: [{source: inline, target: /x}]"),
        ("secrets: [key, key]", None), ("stop_signal: SIGTERM\nstop_grace_period: 1m30s", "stop_grace_period: 10s"), ("labels: !override {a: b}", None),
    ],
    "volumes": [
        ("volumes: ['./a:/a']", None), ("volumes: ['./a:/a:ro']", None), ("volumes: ['./a:/a:rw']", None), ("volumes: ['./a:/a:ro,z']", None), ("volumes: ['data:/d']", None), ("volumes: ['/abs:/x']", None),
        ("volumes: ['~/h:/h']", None), ("volumes: ['~:/h']", None), ("volumes: [/anonymous]", None), ("volumes: ['.:/app']", None), ("volumes: ['./:/app/']", None), ("volumes: ['../up:/up']", None), ("volumes: ['./a/../b:/b']", None),
        ("volumes: ['./a//b/:/c//d/']", None), ("volumes: ['cache_1:/c:nocopy']", None), ("volumes: ['${NONE:-./src}:/src']", None), ("volumes: ['${NONE:-data}:/d']", None), ("volumes: ['./${HOST}:/x/${FILE}']", None),
        ("volumes: ['./a:/a:${NONE:-ro}']", None), ("volumes: [{type: bind, source: ./a, target: /a, read_only: true}]", None), ("volumes: [{type: volume, source: data, target: /d}]", None), ("volumes: [{type: tmpfs, target: /t}]", None),
        ("volumes: [{type: volume, target: /d}]", None), ("volumes: [{type: bind, source: /var/run/docker.sock, target: /s}]", None), ("volumes: [{type: bind, source: a, target: /a/}]", None), ("volumes: [{type: bind, source: ., target: /a, bind: {create_host_path: false}}]", None),
        ("volumes: ['./a:/a', 'data:/d']", "volumes: ['./b:/a']"), ("volumes: ['./a:/a']", "volumes: ['./a:/b']"), ("volumes: ['./a:/a:ro']", "volumes: [{type: volume, source: data, target: /a}]"), ("volumes: ['data:/d']", "volumes: [/d]"),
        ("volumes: ['./a:/a', './b:/a']", None), ("volumes: ['./a:/a/']", "volumes: ['./b:/a']"), ("volumes: ['./a:/a']", "volumes: !override ['./z:/z']"), ("volumes: ['./a:/a']", "volumes: !reset []"), ("volumes: ['./a:/${HOST}']", "volumes: ['./b:/outside']"),
        ("volumes: ['./a:/a']", "volumes: "), ("volumes: ['./a:/a']", "volumes: []"), ("volumes: ['.hidden:/h']", None), ("volumes: ['./a b:/a b']", None), ("volumes: ['./a:/a:cached']", None), ("volumes: [{type: bind, source: '${NONE:-./x}', target: /x}]", None),
        ("volumes: ['//a/b:/c']", None), ("volumes: [//a/b]", None), ("volumes: ['d:/data']", None), ("volumes: ['./.:/c']", None), ("volumes: ['./a:/a', '/b', 'data:/c', './d:/d:ro']", "volumes: ['/b', './e:/c']"),
    ],
    "ports": [
        ("ports: ['80']", None), ("ports: [80]", None), ("ports: ['8080:80']", None), ("ports: [8080:80]", None), ("ports: ['127.0.0.1:8080:80']", None), ("ports: ['127.0.0.1::80']", None), ("ports: ['8080:80/udp']", None), ("ports: ['53:53/UDP']", None),
        ("ports: ['3000-3002']", None), ("ports: ['3000-3002:3000-3002']", None), ("ports: ['3000-3002:80']", None), ("ports: ['[::1]:80:80']", None), ("ports: ['${DIGITS}:80']", None), ("ports: ['${NONE:-9000}:9000']", None), ("ports: [22:22]", None),
        ("ports: [{target: 80, published: 8080}]", None), ("ports: [{target: 80, published: '8080', protocol: udp, mode: host}]", None), ("ports: [{target: 80, host_ip: 127.0.0.1, published: '1'}]", None), ("ports: [{target: 80}]", None), ("ports: [{target: 80, published: '${DIGITS}'}]", None),
        ("ports: ['8080:80']", "ports: ['8081:80']"), ("ports: ['8080:80']", "ports: ['8080:80']"), ("ports: ['8080:80']", "ports: [{target: 80, published: '8080'}]"), ("ports: [{target: 80, published: '8080'}]", "ports: ['8080:80', '443:443']"),
        ("ports: ['8080:80']", "ports: ['0.0.0.0:8080:80']"), ("ports: ['127.0.0.1:80:80']", "ports: ['80:80']"), ("ports: ['80:80']", "ports: ['80:80/udp']"), ("ports: ['3000-3002:3000-3002']", "ports: ['3001:3001']"), ("ports: ['3001:3001']", "ports: ['3000-3002:3000-3002']"),
        ("ports: ['80:80', '80:80']", None), ("ports: ['80:80']", "ports: !override ['81:80']"), ("ports: ['80:80']", "ports: !reset []"), ("ports: ['80', '80:80']", None), ("ports: ['${DIGITS}:80']", "ports: ['8081:80']"), ("ports: ['80:80/tcp']", "ports: ['80:80']"),
        ("ports: []", None), ("ports: ['80:80']", "ports: []"), ("ports: [{target: 80, published: 8080}]", "ports: ['8080:80']"), ("ports: ['8000:8000', '127.0.0.1:9000:9000']", "ports: ['9000:9000']"),
    ],
    "build": [
        ("build: .", None), ("build: ./app", None), ("build: app/", None), ("build: {context: .}", None), ("build: {context: ./app, dockerfile: Dockerfile.prod}", None), ("build: {context: app, dockerfile: ../Dockerfile}", None), ("build: {dockerfile: docker/Dockerfile}", None),
        ("build: {context: app, dockerfile: ./docker/Dockerfile, target: prod}", None), ("build: {context: .., dockerfile: x/Dockerfile}", None), ("build: {context: '${NONE:-app}', target: '${HOST}'}", None), ("build: {context: ., args: [A=1, HOST, NONE, B=]}", None),
        ("build: {context: ., args: {A: 1, HOST: , NONE: , B: ''}}", None), ("build: {context: ., args: {A: 1}}", "build: {args: {A: 2, B: 3}}"), ("build: {context: ., args: [A=1]}", "build: {args: {A: 2}}"), ("build: {context: a}", "build: b"), ("build: a", "build: {target: t}"),
        ("build: {context: a, dockerfile: D, target: t}", "build: {context: b}"), ("build: a", "build: {dockerfile: x/D}"), ("build: {context: a, target: t}", "build: {target: !reset null}"), ("build: a", "build: !reset null\nimage: x"), ("build: {context: a, target: t}", "build: !override {context: c}"),
        ("build: {context: https://github.com/a/b.git}", None), ("build: https://github.com/a/b.git#main:sub", None), ("build: {context: 'git@github.com:a/b.git'}", None), ("build: {context: ., dockerfile_inline: \"FROM x\\nRUN y\"}", None), ("build: {context: ., additional_contexts: {r: ./r, i: 'docker-image://x'}}", None),
        ("build: {context: ., additional_contexts: [r=./r]}", "build: {additional_contexts: {r: ../s, t: t}}"), ("image: mine\nbuild: .", None), ("build: {context: /abs/app}", None), ("build: ./a/../b", None), ("build: {context: ., args: {A: 0777, B: 1.10, C: true}}", None), ("build: {context: ., args: ['A=${HOST}']}", None),
        ("build: {context: '.'}", "build: {args: {X: '${FILE}'}}"), ("build: {context: ., target: '1'}", None), ("build: {context: ./}", None), ("build: '${NONE:-./x}'", None), ("build: {context: '~/app'}", None),
    ],
    "commands": [
        ("command: run it", None), ("command: [run, it]", None), ("command: ''", None), ("command: []", None), ("command: run", "command: "), ("command: run", "command: [other]"), ("command: run", "command: !reset null"), ("entrypoint: /a b", "command: c"), ("entrypoint: a", "entrypoint: "),
        ("entrypoint: a", "entrypoint: []"), ("entrypoint: ['']", None), ("command: sh -c \"echo 'a b'\"", None), ("command: sh -c 'echo \"a b\"'", None), ("command: a \\\"b\\\" c", None), ("command: 'a\\ b c'", None), ("command: 'a && b'", None), ("command: 'a; b'", None), ("command: 'a | b'", None),
        ("command: 'a > b'", None), ("command: 'a 2> b'", None), ("command: 'a b2>c'", None), ("command: 'a $$(b c) d'", None), ("command: 'a `b c` d'", None), ("command: 'a \"\" b'", None), ("command: \"a '' b\"", None), ("command: 'a\"b c\"d'", None), ("command: '${HOST} $WORDS \"$WORDS\"'", None),
        ("command: run ${NONE} it", None), ("command: run \"${NONE}\" it", None), ("command: run ${NONE:-a b}", None), ("command: [run, '${WORDS}', '$$X']", None), ("command: >\n  one\n  two\n  'three four'", None), ("command: |\n  one\n  two", None), ("command: \"a\\\\\\n b\"", None), ("command: \"a \\\"x \\\\\\n y\\\"\"", None),
        ("command: --flag=\"a b\" --x='c d'", None), ("command: 'a #b'", None), ("command: 'a\tb'", None), ("command: '\"a\\\"b\"'", None), ("command: \"'a\\\\b'\"", None), ("command: 'a $$B ${HOST}c'", None), ("command: ['a b', '-c']", None), ("command: '1'", None), ("command: 'é ü'", None), ("command: 'a {b} [c] *'", None),
        ("command: [a]", "command: !override b c"), ("command: bundle exec \"thin -p 3000\"", None), ("command: 'a<b'", None), ("command: 'x=1 y'", None), ("command: '$$HOME'", None), ('command: \'a\\nb c\\td "\\q"\'', None), ("command: '`a\\`b c` d'", None), ("command: '`\"a b\"` c'", None), ("command: 'a12> b'", None), ("command: '$$(a\\)b c) d'", None),
        ("healthcheck: {test: curl x}", None), ("healthcheck: {test: [CMD, a, b]}", None), ("healthcheck: {test: [CMD-SHELL, a b]}", None), ("healthcheck: {test: ['NONE']}", None), ("healthcheck: {disable: true}", None), ("healthcheck: {test: a, interval: 1s}", "healthcheck: {test: [CMD, b]}"),
        ("healthcheck: {test: a}", "healthcheck: {interval: 5s}"), ("healthcheck: {test: a}", "healthcheck: {disable: true}"), ("healthcheck: {test: a}", "healthcheck: !reset null"), ("healthcheck: {test: 'a && b ${HOST} $$X'}", None), ("healthcheck: {test: [CMD, '${HOST}']}", None),
    ],
    "anchors": [
        ("environment: &e01 {A: 1, B: 2}\nlabels: *e01", None), ("x-a: &e02 {A: 1, B: 2}\nenvironment: {<<: *e02, B: 3}", None), ("x-a: &e03 {A: 1, B: 2}\nenvironment: {B: 3, <<: *e03}", None), ("x-a: &e04 {A: 1}\nx-b: &f04 {A: 2, B: 2}\nenvironment: {<<: [*e04, *f04], C: 3}", None),
        ("x-a: &e05 [A=1, B=2]\nenvironment: *e05", None), ("x-a: &e06 {A: 1}\nenvironment: {<<: *e06}", "environment: {A: 2}"), ("x-a: &e07 {build: {context: a, args: {X: 1}}}\n<<: *e07", None), ("x-a: &e08 {build: {context: a, args: {X: 1}}}\n<<: *e08\nbuild: b", None),
        ("x-a: &e09 '${HOST}'\nenvironment: {A: *e09}", None), ("x-a: &e10 {A: }\nenvironment: {<<: *e10, HOST: }", None), ("x-a: &e11 {a: &f11 {A: 1}}\nenvironment: {<<: *f11, B: 2}", None), ("x-a: &e12 {A: 1}\nx-b: &f12 {<<: *e12, B: 2}\nenvironment: {<<: *f12}", None),
        ("image: y\nx-a: &e13 {command: [a], environment: {A: 1}}\n<<: *e13\nenvironment: {B: 2}", None),
    ],
    "env files": [
        ("env_file: one.env", None), ("env_file: [one.env, two.env]", None), ("env_file: [two.env, one.env]", None), ("env_file: [{path: one.env}]", None), ("env_file: [{path: none.env, required: false}]", None), ("env_file: [{path: none.env, required: false}, two.env]", None),
        ("env_file: [{path: raw.env, format: raw}]", None), ("env_file: raw.env", None), ("env_file: one.env\nenvironment: {ONE: x}", None), ("env_file: one.env\nenvironment: [ONE]", None), ("env_file: one.env\nenvironment: [HOST]", None), ("env_file: one.env\nenvironment: {BASE: mine}", None),
        ("env_file: one.env", "env_file: two.env"), ("env_file: [one.env]", "env_file: [{path: one.env, required: false}, two.env]"), ("env_file: one.env", "env_file: !reset []"), ("env_file: one.env", "env_file: !override two.env"), ("env_file: '${NONE:-one}.env'", None), ("env_file: ./sub/../one.env", None),
        ("env_file: [one.env, one.env]", None), ("env_file: [sub/deep.env]", None), ("env_file: refers.env", None), ("env_file: [one.env, refers.env]", None), ("env_file: refers.env\nenvironment: {ONE: own, MINE: m}", None), ("env_file: empty.env", None), ("env_file: bare.env", None), ("env_file: []", None),
    ],
    "extends": [
        ("extends: parent", None), ("extends: {service: parent}", None), ("extends: {service: parent}\nenvironment: {A: child}", None), ("extends: {file: common/base.yaml, service: app}", None), ("extends: {file: common/base.yaml, service: chain}", None), ("extends: {file: ./common/base.yaml, service: app}\nvolumes: ['./x:/src']", None),
        ("extends: {file: common/base.yaml, service: app}\nbuild: {target: other}", None), ("extends: {file: common/base.yaml, service: app}\nimage: y\nbuild: !reset null", None), ("extends: {file: common/base.yaml, service: app}\nenvironment: !override {Z: 1}", None), ("extends: {file: common/base.yaml, service: app}\nports: ['9:9']", None),
        ("extends: {file: common/base.yaml, service: app}\ncommand: z", None), ("extends: {file: common/base.yaml, service: app}\nenvironment: [A]", None), ("extends: {file: common/base.yaml, service: app}\nenv_file: one.env", None), ("extends: {file: '${NONE:-common/base.yaml}', service: app}", None), ("extends: {file: common/base.yaml, service: other_file}", None),
        ("extends: parent\nenvironment: {A: child}", "environment: {A: overlay}"), ("extends: parent", "volumes: ['./overlay:/src']"), ("image: own", "extends: {file: common/base.yaml, service: app}"), ("extends: {file: common/base.yaml, service: app}", "image: over"), ("extends: parent\nnetworks: [back]", None), ("extends: parent\ndepends_on: {db: {condition: service_healthy}}", None),
        ("extends: parent\nhealthcheck: {interval: 1s}", None), ("extends: parent\nlabels: {p: child}", None),
    ],
    "deploy": [
        ("deploy: {replicas: 2}", "deploy: {replicas: 3}"), ("deploy: {labels: {a: 1}}", "deploy: {labels: [a=2, b=3]}"), ("logging: {driver: json-file, options: {max-size: 1m}}", "logging: {options: {max-file: '3'}}"), ("logging: {driver: json-file, options: {a: b}}", "logging: {driver: syslog, options: {c: d}}"),
        ("logging: {driver: json-file, options: {a: b}}", "logging: {driver: json-file, options: {c: d}}"), ("sysctls: {a.b: 1}", "sysctls: [a.b=2, c.d=3]"), ("ulimits: {nofile: 1}", "ulimits: {nofile: {soft: 2, hard: 3}}"), ("ulimits: {nofile: {soft: 2, hard: 3}}", "ulimits: {nofile: {soft: 4}, nproc: 5}"),
        ("annotations: {a: b}", "annotations: [a=c]"), ("scale: 2", None), ("privileged: true", "privileged: false"), ("develop: {watch: [{action: sync, path: ./src, target: /src}]}", None), ("provider: {type: x, options: {a: b}}", None),
    ],
}  # fmt: skip

FILES = {
    "one.env": "ONE=1\nBASE=one\nHOST=file\n",
    "two.env": "TWO=2\nBASE=two\n",
    "raw.env": "A=$HOST\nB='quoted'\nC=a # b\n",
    "refers.env": "X=${ONE}-${HOST}-${FILE}-${MINE:-none}\nY=$X\n",
    "empty.env": "# nothing\n",
    "bare.env": "HOST\nNONE\nFILE\nA=1\n",
    "sub/deep.env": "DEEP=${BASE:-x}\n",
    "common/base.yaml": """\
services:
  app:
    image: base
    build: {context: ./src, dockerfile: D, args: {V: 1}}
    command: serve
    environment: {A: base, FROM: '${HOST}'}
    env_file: base.env
    volumes: ['./src:/src', 'data:/d']
    ports: ['80:80']
    profiles: []
  chain:
    extends: app
    environment: {A: chain}
    volumes: ['../up:/up']
  other_file:
    extends: {file: ../more/again.yaml, service: far}
    environment: {A: near}
""",
    "common/base.env": "BASE_ENV=1\n",
    "more/again.yaml": "services:\n  far:\n    image: far\n    build: .\n    environment: {A: far, B: far}\n    volumes: ['./v:/v']\n",
}
PARENT = """\
image: parent
build: {context: ./parent, target: t}
environment: {A: parent, P: '${FILE}'}
volumes: ['./parent:/src', 'logs:/logs']
ports: ['70:70']
networks: [front]
depends_on: [db]
healthcheck: {test: [CMD, parent]}
labels: {p: parent}
command: [parent]
"""

Files = dict[str, str]
DEFAULT = ("-f", "compose.yaml")

PROJECTS: dict[str, tuple[tuple[str, ...], Files]] = {
    "include short": (DEFAULT, {"compose.yaml": "include: [sub/compose.yaml]\nservices: {a: {image: a, depends_on: [b]}}\n", "sub/compose.yaml": "services: {b: {image: b, build: ., volumes: ['./v:/v'], env_file: b.env}}\n", "sub/b.env": "B=1\n"}),
    "include long": (DEFAULT, {"compose.yaml": "include: [{path: sub/compose.yaml, project_directory: other, env_file: sub/my.env}]\nservices: {a: {image: a}}\n", "sub/compose.yaml": "services: {b: {image: 'b:${TAG}', volumes: ['./v:/v'], environment: {T: '${TAG:-none}'}}}\n", "sub/my.env": "TAG=mine\n", "other/kept": ""}),
    "include .env is local": (DEFAULT, {"compose.yaml": "include: [sub/compose.yaml]\nservices: {a: {image: 'a:${TAG:-none}'}}\n", "sub/compose.yaml": "services: {b: {image: 'b:${TAG:-none}'}}\n", "sub/.env": "TAG=sub\n"}),
    "include .env is beaten by the root's": (DEFAULT, {"compose.yaml": "include: [sub/compose.yaml]\n", "sub/compose.yaml": "services: {b: {image: 'b:${TAG}-${ONLY}'}}\n", "sub/.env": "TAG=sub\nONLY=sub${TAG}\n", ".env": "TAG=root\n"}),
    "include with an overlay": (DEFAULT, {"compose.yaml": "include: [{path: [sub/a.yaml, sub/b.yaml]}]\n", "sub/a.yaml": "services: {b: {image: b, environment: {A: 1, B: 1}, ports: ['1:1']}}\n", "sub/b.yaml": "services: {b: {environment: {B: 2}, ports: ['2:2'], volumes: ['./x:/x']}}\n"}),
    "include, and the main file wins": (DEFAULT, {"compose.yaml": "include: [sub/compose.yaml]\nservices: {b: {image: mine, environment: {A: 1}, volumes: ['./m:/v']}}\n", "sub/compose.yaml": "services: {b: {image: theirs, environment: {A: 2, B: 2}, volumes: ['./v:/v', './w:/w']}}\n"}),
    "two includes of one service": (DEFAULT, {"compose.yaml": "include: [one.yaml, two.yaml]\n", "one.yaml": "services: {b: {image: one, environment: {A: 1}}}\n", "two.yaml": "services: {b: {image: two, environment: {A: 2, B: 2}}}\n"}),
    "include of an include": (DEFAULT, {"compose.yaml": "include: [sub/one.yaml]\n", "sub/one.yaml": "include: [deep/two.yaml]\nservices: {one: {image: one, volumes: ['./o:/o']}}\n", "sub/deep/two.yaml": "services: {two: {image: two, build: ., volumes: ['./t:/t', '../u:/u']}}\n"}),
    "a service extends an included one": (DEFAULT, {"compose.yaml": "include: [sub/compose.yaml]\nservices: {a: {extends: b, environment: {A: a}}}\n", "sub/compose.yaml": "services: {b: {image: b, environment: {A: b, B: b}, volumes: ['./v:/v']}}\n"}),
    "include in the second file": (("-f", "compose.yaml", "-f", "two.yaml"), {"compose.yaml": "services: {a: {image: a}}\n", "two.yaml": "include: [sub/inc.yaml]\nservices: {a: {image: two}}\n", "sub/inc.yaml": "services: {a: {environment: {I: 1}}, b: {image: b}}\n"}),
    "included volumes and networks": (DEFAULT, {"compose.yaml": "include: [sub/compose.yaml]\nservices: {a: {image: a, volumes: ['d:/d'], networks: [n]}}\n", "sub/compose.yaml": "services: {b: {image: b, volumes: ['d:/d']}}\nvolumes: {d: }\nnetworks: {n: }\n"}),
    "include by a variable": (DEFAULT, {"compose.yaml": "include: ['${WHERE:-sub}/compose.yaml']\n", "sub/compose.yaml": "services: {b: {image: b}}\n"}),
    "profiles": (DEFAULT, {"compose.yaml": "services: {a: {image: a}, b: {image: b, profiles: [x]}, c: {image: c, profiles: [y]}, d: {image: d, profiles: []}}\n"}),
    "profiles asked for": ((*DEFAULT, "--profile", "x"), {"compose.yaml": "services: {a: {image: a}, b: {image: b, profiles: [x]}, c: {image: c, profiles: [y, x]}, d: {image: d, profiles: [z]}}\n"}),
    "all profiles": ((*DEFAULT, "--profile", "*"), {"compose.yaml": "services: {b: {image: b, profiles: [x]}, c: {image: c, profiles: [y]}}\n"}),
    "a profile without a name": (DEFAULT, {"compose.yaml": "services: {a: {image: a, profiles: ['', x]}, b: {image: b, depends_on: [a]}}\n"}),
    "a profile without a name, and another asked for": ((*DEFAULT, "--profile", "y"), {"compose.yaml": "services: {a: {image: a, profiles: ['', x]}, b: {image: b, profiles: [y]}}\n"}),
    "profiles of .env": (DEFAULT, {"compose.yaml": "services: {a: {image: a}, b: {image: b, profiles: [x]}, c: {image: c, profiles: [y]}}\n", ".env": "COMPOSE_PROFILES=x,y\n"}),
    "profiles added by an overlay": (("-f", "compose.yaml", "-f", "two.yaml"), {"compose.yaml": "services: {a: {image: a}, b: {image: b, profiles: [x]}}\n", "two.yaml": "services: {a: {profiles: [y]}, b: {profiles: !reset []}}\n"}),
    "a profile by a variable": ((*DEFAULT, "--profile", "from-env"), {"compose.yaml": "services: {b: {image: b, profiles: ['${P}']}}\n", ".env": "P=from-env\n"}),
    "depends on an inactive one, not required": (DEFAULT, {"compose.yaml": "services: {a: {image: a, depends_on: {b: {condition: service_started, required: false}}}, b: {image: b, profiles: [x]}}\n"}),
    "extended profiles": ((*DEFAULT, "--profile", "x"), {"compose.yaml": "services: {a: {image: a, profiles: [x]}, b: {extends: a}, c: {extends: a, profiles: [y]}, d: {extends: a, profiles: !override [y]}}\n"}),
    "--env-file replaces .env": ((*DEFAULT, "--env-file", "other.env"), {"compose.yaml": "services: {a: {image: 'a:${TAG:-none}-${ONLY:-none}'}}\n", ".env": "TAG=dotenv\nONLY=dotenv\n", "other.env": "TAG=other\n"}),
    "several --env-file": ((*DEFAULT, "--env-file", "one.env", "--env-file", "two.env"), {"compose.yaml": "services: {a: {image: 'a:${TAG}-${ONE}-${TWO}'}}\n", "one.env": "TAG=one\nONE=1\n", "two.env": "TAG=two\nTWO=${ONE}2\n"}),
    "--project-directory": (("-f", "deploy/compose.yaml", "--project-directory", "."), {"deploy/compose.yaml": "services: {a: {build: ., volumes: ['./v:/v'], env_file: a.env, environment: {T: '${T:-none}'}}}\n", "a.env": "A=1\n", "deploy/.env": "T=deploy\n", ".env": "T=root\n"}),
    "paths start at the first file": (("-f", "deploy/a.yaml", "-f", "other/b.yaml"), {"deploy/a.yaml": "services: {a: {build: ., volumes: ['./v:/v']}}\n", "other/b.yaml": "services: {a: {volumes: ['./w:/w'], env_file: a.env}, b: {build: ./b}}\n", "deploy/a.env": "A=deploy\n", "other/a.env": "A=other\n", "deploy/.env": "T=1\n"}),
    ".env beside the first file": (("-f", "deploy/a.yaml"), {"deploy/a.yaml": "services: {a: {image: 'a:${T:-none}', environment: [T]}}\n", "deploy/.env": "T=deploy\n"}),
    "three files": (("-f", "compose.yaml", "-f", "two.yaml", "-f", "three.yaml"), {"compose.yaml": "services: {a: {image: a, environment: {A: 1, B: 1, C: 1}, ports: ['1:1'], volumes: ['./a:/x', './b:/y']}}\n", "two.yaml": "services: {a: {environment: {B: 2, C: !reset null}, ports: !reset [], volumes: ['./c:/x']}}\n", "three.yaml": "services: {a: {environment: [C=3], ports: ['3:3'], volumes: ['./d:/y']}}\n"}),
    "several documents": (DEFAULT, {"compose.yaml": "services: {a: {image: a, environment: {A: 1}}}\n---\nservices: {a: {environment: {B: 2}}, b: {image: b}}\n"}),
    "!reset in a second document": (DEFAULT, {"compose.yaml": "services: {a: {image: a, environment: {A: 1, B: 1}, ports: ['1:1']}}\n---\nservices: {a: {environment: {B: !reset null}, ports: !override ['2:2']}}\n"}),
    "a service is reset": (("-f", "compose.yaml", "-f", "two.yaml"), {"compose.yaml": "services: {a: {image: a}, b: {image: b}}\n", "two.yaml": "services: {b: !reset null, c: {image: c}}\n"}),
    "a service is overridden": (("-f", "compose.yaml", "-f", "two.yaml"), {"compose.yaml": "services: {a: {image: a, environment: {A: 1}, ports: ['1:1']}}\n", "two.yaml": "services: {a: !override {image: b}}\n"}),
    "services named as attributes": (("-f", "compose.yaml", "-f", "two.yaml"), {"compose.yaml": "services: {test: {image: a, environment: {A: 1}}, command: {image: b, environment: {A: 1}}, volumes: {image: c, ports: ['1:1']}, labels: {image: d, environment: [A=1]}}\n", "two.yaml": "services: {test: {environment: {B: 2}}, command: {environment: {B: 2}}, volumes: {ports: ['2:2']}, labels: {environment: [B=2]}}\n"}),
    "extends across files, then an overlay": (("-f", "compose.yaml", "-f", "two.yaml"), {"compose.yaml": "services: {base: {image: a, environment: {A: 1}}, child: {extends: base, environment: {B: 1}}}\n", "two.yaml": "services: {base: {environment: {A: 2}}, child: {environment: {B: 2}}}\n"}),
    "extends in the second file": (("-f", "compose.yaml", "-f", "two.yaml"), {"compose.yaml": "services: {a: {image: a, environment: {A: a, X: a}}}\n", "two.yaml": "services: {a: {extends: {file: sub/base.yaml, service: b}, environment: {Y: two}}}\n", "sub/base.yaml": "services: {b: {image: base, environment: {X: base, Z: base}, volumes: ['./b:/b']}}\n"}),
    "a chain over three files": (DEFAULT, {"compose.yaml": "services: {a: {extends: {file: x/one.yaml, service: one}}}\n", "x/one.yaml": "services: {one: {extends: {file: y/two.yaml, service: two}, volumes: ['./1:/1']}}\n", "x/y/two.yaml": "services: {two: {image: two, build: {context: .., dockerfile: y/D}, volumes: ['./2:/2'], env_file: two.env}}\n", "x/y/two.env": "TWO=2\n"}),
    "extends with anchors": (DEFAULT, {"compose.yaml": "x-e: &e {E: 1}\nservices: {a: {image: a, environment: {<<: *e, A: 1}}, b: {extends: {service: a}, environment: {<<: *e, E: 2}}}\n"}),
    "the base's .env is the project's": (DEFAULT, {"compose.yaml": "services: {a: {extends: {file: sub/b.yaml, service: b}}}\n", "sub/b.yaml": "services: {b: {image: 'b:${T:-none}', environment: [T, U]}}\n", "sub/.env": "T=sub\nU=sub\n", ".env": "T=root\n"}),
    "merge keys of whole services": (DEFAULT, {"compose.yaml": "x-base: &base\n  image: base\n  environment: &env\n    A: 1\n    B: 1\n  volumes: [./a:/a]\nservices:\n  a:\n    <<: *base\n  b:\n    <<: *base\n    environment:\n      <<: *env\n      B: 2\n    volumes: [./b:/b]\n"}),
    "names of projects": (DEFAULT, {"compose.yaml": "name: my-${T:-x}\nservices: {a: {image: a, environment: {P: '${COMPOSE_PROJECT_NAME}'}}}\n"}),
    "the project's name of .env": (DEFAULT, {"compose.yaml": "name: shown\nservices: {a: {image: a, environment: {P: '${COMPOSE_PROJECT_NAME:-no}'}}}\n", ".env": "COMPOSE_PROJECT_NAME=given\n"}),
    "the project's name of its folder": (("-f", "Deploy.d/compose.yaml"), {"Deploy.d/compose.yaml": "services: {a: {image: a, environment: {P: '${COMPOSE_PROJECT_NAME:-no}'}}}\n"}),
    "extensions everywhere": (DEFAULT, {"compose.yaml": "x-top: {a: '${HOST}'}\nservices: {a: {image: a, x-in: [1], environment: {A: 1}, build: {context: ., x-y: z}}}\n"}),
    "env files of an overlay": (("-f", "compose.yaml", "-f", "two.yaml"), {"compose.yaml": "services: {a: {image: a, env_file: a.env, environment: {C: here}}}\n", "two.yaml": "services: {a: {env_file: [{path: b.env}, {path: no.env, required: false}]}}\n", "a.env": "A=a\nB=a\nC=a\n", "b.env": "B=b${A}\nC=b\n"}),
    "a bare name erases": (DEFAULT, {"compose.yaml": "services: {a: {image: a, env_file: a.env, environment: [A, HOST]}}\n", "a.env": "A=a\nHOST=a\nB=b\n"}),
    "dotenv forms": (DEFAULT, {"compose.yaml": "services: {a: {image: a, environment: {A: '$A', B: '$B', C: '$C', D: '$D', E: '$E', F: '$F', G: '$G', H: '$H'}}}\n", ".env": "A='single $HOST'\nB=\"double $HOST\\n\"\nC=plain # comment\nexport D=exported\nE: yaml\nF=${A}x\nG=\"multi\nline\"\nH=pa$$word\n"}),
    "the override file of the default pair": (("-f", "compose.yaml", "-f", "compose.override.yaml"), {"compose.yaml": "services: {a: {build: ., command: [run]}}\n", "compose.override.yaml": "services: {a: {command: run --reload, volumes: ['.:/app'], environment: {DEBUG: 'true'}}}\n"}),
    "JSON": (("-f", "compose.json"), {"compose.json": '{"services": {"a": {"image": "a", "environment": {"A": 1, "B": true}, "ports": ["8080:80"]}}}'}),
}  # fmt: skip

REFUSED: dict[str, Files] = {
    **{
        f"value {value}": {"compose.yaml": f"services: {{a: {{image: a, environment: {{V: '{value}'}}}}}}\n"}
        for value in ("${", "${}", "${1X}", "${X", "${ X }", "${S.x}", "${S:0}", "${X:-a", "a${", "${X:=d}", "${X!}", "${-d}", "x ${X:-${Y} z")
    },
    "a required variable in an unused block": {"compose.yaml": "x-a: '${'\nservices: {a: {image: a}}\n"},
    "a cycle of extends": {"compose.yaml": "services: {a: {extends: b}, b: {extends: a}}\n"},
    "extends itself": {"compose.yaml": "services: {a: {extends: a}}\n"},
    "a cycle over files": {"compose.yaml": "services: {a: {extends: {file: b.yaml, service: b}}}\n", "b.yaml": "services: {b: {extends: {file: compose.yaml, service: a}}}\n"},
    "extends of nothing": {"compose.yaml": "services: {a: {extends: b}}\n"},
    "extends of no file": {"compose.yaml": "services: {a: {extends: {file: no.yaml, service: b}}}\n"},
    "extends of no service of a file": {"compose.yaml": "services: {a: {extends: {file: b.yaml, service: c}}}\n", "b.yaml": "services: {b: {image: b}}\n"},
    "a cycle of includes": {"compose.yaml": "include: [b.yaml]\nservices: {a: {image: a}}\n", "b.yaml": "include: [compose.yaml]\nservices: {b: {image: b}}\n"},
    "include of no file": {"compose.yaml": "include: [no.yaml]\nservices: {a: {image: a}}\n"},
    "a key twice": {"compose.yaml": "services: {a: {image: a, image: b}}\n"},
    "a merge key twice": {"compose.yaml": "x-a: &a {A: 1}\nx-b: &b {B: 1}\nservices: {a: {image: a, environment: {<<: *a, <<: *b}}}\n"},
    "no anchor": {"compose.yaml": "services: {a: {image: a, environment: *none}}\n"},
    "no mapping": {"compose.yaml": "- a\n"},
    "no YAML": {"compose.yaml": "services: {a: [}\n"},
}  # fmt: skip
"""Projects that the real Compose refuses, and of which the model must say so."""
