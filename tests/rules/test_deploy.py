"""What an operator lays down beside the application: units, nginx, image, and the steps that use them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from survey.config import IN_FILES, from_environment
from survey.readings.condition.outgoing import away_from_here
from survey.running.outgoing import drop_in
from survey.running.web_server import SETTINGS
from tests.support.servers import PROJECT

FOLDER = PROJECT / "survey" / "running" / "deploy"
UNITS = sorted((FOLDER / "systemd").glob("*.service"))
SANDBOX = {
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "ProtectKernelTunables": "yes",
    "ProtectKernelModules": "yes",
    "ProtectControlGroups": "yes",
    "RestrictNamespaces": "yes",
    "RestrictSUIDSGID": "yes",
    "LockPersonality": "yes",
    "SystemCallArchitectures": "native",
    "UMask": "0077",
}
MOST_EXPOSED = 25
"""Of systemd's own hundred: what listens on a socket and reads files comes to some twenty."""


def directives(unit):
    """Every ``Name=value`` of a unit, the last of each name, and the lists of those said twice."""
    found = {}
    for line in unit.read_text("utf-8").splitlines():
        name, said, value = line.partition("=")
        if said and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def environment():
    lines = (FOLDER / "systemd" / "environment").read_text("utf-8").splitlines()
    return dict(line.lstrip("#").split("=", 1) for line in lines if re.match(r"#?[A-Z_]+=", line))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_service_may_write_its_instance_and_its_backups_and_nothing_else(unit):
    said = directives(unit)

    assert {name: said[name][-1] for name in SANDBOX} == SANDBOX
    assert said["Restart"] == ["on-failure"]
    assert said["StartLimitIntervalSec"] == ["0"]
    assert said["User"] == ["survey"]
    assert said["StateDirectory"] == ["survey"]
    assert said["ReadWritePaths"] == ["-/srv/survey-backups"]
    assert environment()["INSTANCE"] == "/var/lib/survey"
    assert environment()["BACKUP_FOLDER"] == "/srv/survey-backups"


def test_both_services_stand_in_the_same_sandbox():
    own = {"Description", "WorkingDirectory", "ExecStart", "EnvironmentFile", "Environment"}
    own |= {"RuntimeDirectory", "RuntimeDirectoryMode"}
    first, second = ({n: v for n, v in directives(u).items() if n not in own} for u in UNITS)

    assert first == second


def test_nginx_asks_at_the_sockets_that_the_units_make_and_its_group_alone_may_open():
    said = directives(FOLDER / "systemd" / "survey@.service")
    upstream = (FOLDER / "nginx" / "survey-upstream.conf").read_text("utf-8")

    assert said["Environment"] == ["SOCKET=/run/survey-%i/web.sock"]
    assert (said["RuntimeDirectory"], said["RuntimeDirectoryMode"]) == (["survey-%i"], ["0750"])
    for number in ("8000", "8001"):
        assert f"server unix:/run/survey-{number}/web.sock max_fails=0" in upstream
    assert "usermod --append --groups survey www-data" in (FOLDER / "README.md").read_text("utf-8")


def test_the_wall_beside_the_services_lets_them_speak_with_this_machine_alone():
    wall = [
        line
        for line in (FOLDER / "systemd" / "addresses.conf").read_text("utf-8").splitlines()
        if not line.startswith("#")
    ]

    assert wall == list(drop_in([], resolvers=()))
    told = (FOLDER / "README.md").read_text("utf-8")
    assert "outgoing --systemd > /etc/systemd/system/survey@.service.d/addresses.conf" in told


def test_a_secret_may_lie_in_a_file_in_place_of_the_environment(tmp_path):
    for name, word in (("SECRET_KEY", "key-" + "6" * 40), ("MAIL_URL", "smtps://m.example")):
        (tmp_path / name).write_text(f"{word}\n")
    named = {f"{one}_FILE": str(tmp_path / one) for one in ("SECRET_KEY", "MAIL_URL")}
    said = {"INSTANCE": str(tmp_path / "instance"), "MAIL_URL": "", **named}

    config = from_environment(said)

    assert (config.secret_key, config.mail_url) == ("key-" + "6" * 40, "smtps://m.example")
    assert from_environment(said | {"SECRET_KEY": "another"}).secret_key == "another"
    known = (PROJECT / "README.md").read_text("utf-8")
    assert all(f"`{one}_FILE`" in known for one in IN_FILES)


def test_what_stands_beside_the_services_where_the_standard_goes_first_is_enough_to_start(tmp_path):
    said = directives(FOLDER / "systemd" / "strict.conf")
    held = dict(one.split(":") for one in said["LoadCredentialEncrypted"])
    for name in held:
        (tmp_path / name).write_text(name)
    given = dict(one.replace("%d", str(tmp_path)).split("=", 1) for one in said["Environment"])
    strictly = {"STRICT": "1", "INSTANCE": str(tmp_path / "instance")}

    config = from_environment(strictly | given | {"CREDENTIALS_DIRECTORY": str(tmp_path)})

    assert (config.secret_key, config.signing_file) == ("secret-key", tmp_path / "signing.p12")
    told = (FOLDER / "README.md").read_text("utf-8")
    for name, sealed in held.items():
        assert f"systemd-creds encrypt --name={name} " in told
        assert f"LoadCredentialEncrypted={name}:{sealed}" in told


def test_a_service_is_given_longer_to_stop_than_the_server_takes():
    for unit in UNITS:
        assert int(directives(unit)["TimeoutStopSec"][0]) > 20 + int(SETTINGS["graceful_timeout"])


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_finds_no_fault_with_a_service_and_little_exposed(unit, tmp_path):
    """Asked of systemd itself, where its tools are."""
    there = directives(unit)["ExecStart"][0].split()[0]
    assert there.endswith("/.venv/bin/flask")
    if (tool := shutil.which("systemd-analyze")) is None:
        return
    name = unit.name.replace("@.", "@8000.")
    (beside := tmp_path / f"{name}.d").mkdir()
    shutil.copy(FOLDER / "systemd" / "strict.conf", beside)
    text = unit.read_text("utf-8").replace(there, "/bin/true").replace("/opt/survey/%i", "/")
    (tmp_path / name).write_text(text.replace("/opt/survey/work", "/"))

    verified = subprocess.run(
        [tool, "verify", "--man=no", str(tmp_path / name)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (verified.returncode, [li for li in verified.stderr.splitlines() if name in li]) == (
        0,
        [],
    )
    exposed = subprocess.run(
        [tool, "security", "--offline=yes", f"--threshold={MOST_EXPOSED}", "--no-pager", str(tmp_path / name)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert exposed.returncode == 0, exposed.stdout[-600:] + exposed.stderr


def test_every_setting_of_the_template_is_one_the_application_reads_and_readme_tells():
    known = (PROJECT / "README.md").read_text("utf-8")

    assert len(environment()) > 10
    for name in environment():
        assert f"`{name}`" in known or name == "DEMO", name


def test_the_template_makes_a_secure_installation(tmp_path):
    said = environment() | {"INSTANCE": str(tmp_path)}

    config = from_environment(
        {n: said[n] for n in ("INSTANCE", "BASE_URL", "TRUSTED_HOSTS", "PROXIES")}
    )

    assert (config.secure_cookies, config.proxies) == (True, 1)
    assert config.base_url.removeprefix("https://") in config.trusted_hosts
    assert config.second_factor == {"officer", "administrator"}


def test_nginx_believes_nothing_a_client_says_of_itself():
    conf = (FOLDER / "nginx" / "survey.conf").read_text("utf-8")
    sent = dict(re.findall(r"proxy_set_header (\S+) (\S+);", conf))

    assert sent["X-Forwarded-For"] == "$remote_addr"
    assert sent["X-Forwarded-Proto"] == "$scheme"
    assert sent["X-Forwarded-Host"] == sent["Host"] == "$host"
    assert {sent[name] for name in ("Forwarded", "X-Real-IP", "X-Forwarded-Prefix")} == {'""'}
    assert "proxy_add_x_forwarded_for" not in conf
    assert "TLSv1.2 TLSv1.3" in conf


def test_nginx_keeps_no_answer():
    conf = (FOLDER / "nginx" / "survey.conf").read_text("utf-8")

    assert not re.search(r"(?:proxy|fastcgi|uwsgi|scgi)_(?:cache|store)", conf)


def test_nginx_offers_suites_with_forward_secrecy_alone():
    conf = (FOLDER / "nginx" / "survey.conf").read_text("utf-8")
    (offered,) = re.findall(r"ssl_ciphers (\S+);", conf)

    assert all(one.startswith("ECDHE-") for one in offered.split(":"))
    assert all("GCM" in one or "CHACHA20" in one for one in offered.split(":"))


def test_another_system_that_asks_in_the_open_is_refused_and_not_led_on():
    conf = (FOLDER / "nginx" / "survey.conf").read_text("utf-8")
    in_the_open = conf.partition("    listen 80;")[2].partition("listen 443")[0]

    assert re.search(r"location /api/v1/ \{\s+return 403;\s+\}\s+location / \{", in_the_open)


def test_nginx_lets_through_what_the_site_takes():
    conf = (FOLDER / "nginx" / "survey.conf").read_text("utf-8")
    most = int(re.search(r"client_max_body_size (\d+)m;", conf)[1]) * 1024**2

    assert most > from_environment({"INSTANCE": "/tmp"}).most_upload_bytes  # noqa: S108


def test_the_image_is_pinned_by_hashes_runs_as_nobody_and_holds_no_instance():
    said = (FOLDER / "compose" / "Dockerfile").read_text("utf-8")
    said_of = (FOLDER / "compose" / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    ignored = [line for line in said_of if not line.startswith("#")]

    assert "--require-hashes" in said
    assert ":latest" not in said
    assert said.index("USER survey") < said.index("ENTRYPOINT")
    copied = re.findall(r"^COPY (?!--from)(\S+)", said, re.MULTILINE)
    assert {f"!{name}" for name in copied} == {one for one in ignored if one.startswith("!")}
    assert ignored[0] == "*"
    # Password and key of an installation lie there; the last line that names a place is heeded.
    assert ignored.index("survey/running/deploy") > ignored.index("!survey")
    for name in copied:
        assert (PROJECT / name).exists()


def test_in_the_compose_file_only_nginx_is_reached_and_everything_comes_back():
    made = yaml.safe_load((FOLDER / "compose" / "compose.yaml").read_text("utf-8"))
    services = made["services"]

    assert not [name for name, one in services.items() if "ports" in one or "networks" in one]
    # In the machine's own network it sees from where people come, by IPv6 too.
    hosted = {name: one["network_mode"] for name, one in services.items() if "network_mode" in one}
    assert hosted == {"nginx": "host"}
    for name, one in services.items():
        assert one["restart"] == "unless-stopped", name
        assert one["logging"] == {"driver": "journald"}, name
        assert "no-new-privileges:true" in one["security_opt"], name
        assert ":" in one.get("image", "") or one["image"] == "survey", name
    for name in ("web", "work"):
        assert services[name]["read_only"]
        assert services[name]["cap_drop"] == ["ALL"]
    named = {place.split(":")[0] for one in services.values() for place in one.get("volumes", [])}
    assert {name for name in named if "/" not in name} == set(made["volumes"])
    for name in named - set(made["volumes"]) - {"./tls"}:
        assert (FOLDER / "compose" / name).exists(), name
    # One builds what both run: built for each, the first would be left without a name.
    assert [name for name, one in services.items() if "build" in one] == ["web"]
    assert (FOLDER / "compose" / services["web"]["build"]["context"]).resolve() == PROJECT


def test_nginx_finds_the_site_again_whichever_container_is_started_anew():
    """The network of another container would go with that container; what they share is a folder."""
    services = yaml.safe_load((FOLDER / "compose" / "compose.yaml").read_text("utf-8"))["services"]
    image = (FOLDER / "compose" / "Dockerfile").read_text("utf-8")
    (place,) = re.findall(r"^    SOCKET=(\S+) ", image, re.MULTILINE)

    assert f"socket:{Path(place).parent}" in services["web"]["volumes"]
    assert f"socket:{Path(place).parent}:ro" in services["nginx"]["volumes"]
    assert f"install -d -o survey -g survey {Path(place).parent}\n" in image
    upstream = (FOLDER / "compose" / "upstream.conf").read_text("utf-8")
    assert f"server unix:{place} max_fails=0;" in upstream


def test_the_database_is_called_well_once_others_reach_it():
    """The image's first start makes the database with a server that answers at its socket alone."""
    services = yaml.safe_load((FOLDER / "compose" / "compose.yaml").read_text("utf-8"))["services"]

    assert "--host=127.0.0.1" in services["database"]["healthcheck"]["test"]


def test_the_line_to_the_database_is_a_socket_and_the_settings_find_no_fault_with_it(tmp_path):
    """Without encryption, a line between two containers would be complained of by ``doctor``."""
    services = yaml.safe_load((FOLDER / "compose" / "compose.yaml").read_text("utf-8"))["services"]
    assert "postgresql:/run/postgresql" in services["database"]["volumes"]
    for name in ("web", "work"):
        assert "postgresql:/run/postgresql:ro" in services[name]["volumes"], name
        said = services[name]["environment"] | {"INSTANCE": str(tmp_path), "ENCRYPTED_ONLY": "1"}
        said = {key: one.replace("${DATABASE_PASSWORD:?}", "f00d") for key, one in said.items()}

        config = from_environment(said)

        assert config.database_url == config.queue_url == said["DATABASE_URL"]
        assert [str(one) for one in away_from_here(config, said)] == []


def test_the_steps_name_files_that_are_there_and_are_as_many_as_they_say():
    steps = (FOLDER / "README.md").read_text("utf-8")
    numbers = [int(number) for number in re.findall(r"^(\d+)\. ", steps, re.MULTILINE)]

    assert numbers == [*range(1, len(numbers) + 1)]
    assert f"共 {len(numbers)} 步" in steps
    places = re.findall(r"/opt/survey/8000/(survey/\S+?)[\s`]", steps)
    assert len(places) >= 4
    for place in places:
        assert [*PROJECT.glob(place)], place


def test_the_waiting_page_needs_nothing_else():
    page = (FOLDER / "nginx" / "away.html").read_text("utf-8")

    assert 'lang="zh-CN"' in page
    assert not re.search(r"(src|href)=", page)
    assert Path(FOLDER / "nginx" / "survey.conf").read_text("utf-8").count("/away.html") == 2
