"""Which commands of scripts, makefiles, workflows and documents make a file or folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from dotmac_lint.model.makers import Maker, makers
from dotmac_lint.workspace import Workspace


def found(tmp_path: Path, file: str, text: str, path: str) -> list[Maker]:
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text(text)
    return list(makers(Workspace(tmp_path), (file,), path))


@pytest.mark.parametrize(
    ("text", "path", "what", "fit"),
    [
        ("cat > site.conf <<EOF\nroot /srv\nEOF\n", "site.conf", "file", "whole"),
        ("echo x | sudo tee -a conf/site.conf > /dev/null\n", "conf/site.conf", "file", "whole"),
        ("[ -f keys.json ] || touch keys.json && chmod 600 keys.json\n", "keys.json", "empty file", "whole"),
        ("openssl req -x509 -keyout tls/a.key -out tls/a.pem\n", "tls/a.pem", "file", "whole"),
        ("openssl req -x509 -keyout tls/a.key -out tls/a.pem\n", "tls/a.key", "file", "whole"),
        ("wget -qO conf/rules.yml https://ports.example/r\n", "conf/rules.yml", "download", "whole"),
        ("curl --output=conf/rules.yml https://ports.example/r\n", "conf/rules.yml", "download", "whole"),
        ("wget https://ports.example/rules.yml\n", "rules.yml", "download", "whole"),
        ("wget -P conf/ https://ports.example/rules.yml\n", "conf/rules.yml", "download", "whole"),
        ("cp samples/rules.yml conf/\n", "conf/rules.yml", "file", "whole"),
        ("install -m 644 samples/rules.yml conf/rules.yml\n", "conf/rules.yml", "file", "whole"),
        ("dd if=/dev/urandom of=conf/salt.bin count=1\n", "conf/salt.bin", "file", "whole"),
        ("ssh-keygen -t ed25519 -N '' -f keys/id_harbour\n", "keys/id_harbour", "file", "whole"),
        ("docker cp harbour:/etc/rules.yml conf/rules.yml\n", "conf/rules.yml", "file", "whole"),
        ('sh -c "sort names > conf/names.txt"\n', "conf/names.txt", "file", "whole"),
        ('FILE=conf/live.env\nmv fresh.env "$FILE"\n', "conf/live.env", "file", "whole"),
        ("cd conf && touch live.env\n", "conf/live.env", "empty file", "whole"),
        ('touch "$DATA/conf/live.env"\n', "deploy/conf/live.env", "empty file", "end"),
        ('cat names > "$ROOT/conf/live.env"\n', "conf/live.env", "file", "whole"),
        ("touch /srv/harbour/conf/live.env\n", "conf/live.env", "empty file", "deeper"),
        ('touch "$STAGE-conf/live.env"\n', "trial-conf/live.env", "empty file", "end"),
        ("touch /etc/live.env\n", "conf/live.env", "empty file", "name"),
        ("touch other/live.env\n", "conf/live.env", "empty file", "name"),
        ("mkdir -p data/{logs,cache}\n", "data/cache", "folder", "whole"),
        ("create_dir ./rules 700\n", "rules", "folder", "whole"),
        ("tar -xzf site.tgz -C site\n", "site", "content", "whole"),
        ("git clone https://ports.example/harbour/charts.git\n", "charts", "clone", "whole"),
        ("git clone https://ports.example/harbour/charts.git sea\n", "sea", "clone", "whole"),
    ],
)
def test_a_command_makes_it(tmp_path: Path, text: str, path: str, what: str, fit: str) -> None:
    got = [(maker.what, maker.fit) for maker in found(tmp_path, "setup.sh", text, path)]
    assert (what, fit) in got


@pytest.mark.parametrize(
    "text",
    [
        "cat conf/live.env\n",
        "cp conf/live.env /srv/backup/\n",
        "runner -> conf/live.env\n",
        "grep -o name conf/live.env\n",
        "echo to be written: conf/live.env\n",
        "docker compose --env-file conf/live.env up > /dev/null\n",
        "test -f conf/live.env 2>&1\n",
    ],
)
def test_a_command_only_reads_it(tmp_path: Path, text: str) -> None:
    assert [
        maker for maker in found(tmp_path, "setup.sh", text, "conf/live.env") if maker.fit != "name"
    ] == []


@pytest.mark.parametrize(
    ("file", "text", "kind"),
    [
        ("Makefile", "OUT = conf\nenv:\n\tcp sample.env $(OUT)/live.env\n", "make"),
        (
            ".github/workflows/ship.yml",
            "jobs:\n  a:\n    steps:\n      - run: echo A=1 > conf/live.env\n",
            "workflow",
        ),
        ("README.md", "First:\n\n```sh\nnano conf/live.env\n```\n", "document"),
        ("README.md", "First:\n\n    cp sample.env \\\n      conf/live.env\n", "document"),
        ("package.json", '{"scripts": {"env": "cp sample.env conf/live.env"}}', "manifest"),
        ("compose.yaml", "services:\n  # touch conf/live.env\n  web: {}\n", "comment"),
    ],
)
def test_files_with_commands(tmp_path: Path, file: str, text: str, kind: str) -> None:
    got = found(tmp_path, file, text, "conf/live.env")
    assert (file, kind, "whole") in [(maker.path, maker.kind, maker.fit) for maker in got if maker.makes_file]


def test_what_lies_beside_the_script(tmp_path: Path) -> None:
    assert [
        maker.fit for maker in found(tmp_path, "edge/setup.sh", "touch acme.json\n", "edge/acme.json")
    ] == ["whole"]
    assert [maker.fit for maker in found(tmp_path, "edge/setup.sh", "touch acme.json\n", "acme.json")] == [
        "whole"
    ]
    assert [
        maker.fit for maker in found(tmp_path, "edge/setup.sh", "touch acme.json\n", "core/acme.json")
    ] == ["end"]


def test_many_names_in_a_large_script_are_not_looked_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dotmac_lint.model.makers.MAX_BYTES_OF_ALL", 1_000_000)
    lines = "".join(f'X{n}="$ROOT/{n}"\ntouch "$X{n}/file-{n}.env"\n' for n in range(5_000))
    (tmp_path / "setup.sh").write_text(lines)
    workspace = Workspace(tmp_path)
    told = [list(makers(workspace, ("setup.sh",), f"conf/file-{n}.env")) != [] for n in range(1_000)]
    assert told[0]
    assert not told[-1]
