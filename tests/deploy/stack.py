"""docker-compose.yml brought up by hand, service by service, with podman or Docker: the same options, nothing assumed.

An engine on a bare machine may know no compose file and run no health checks by itself (podman without systemd), so
both are done here as the compose file words them.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import time
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
BASES = Path(__file__).parent / "bases"
# What the files build from → what stands for it where no registry answers.
STANDINS = {
    "python:3.11-slim-bookworm": "python",
    "postgres:15": "postgres",
    "redis:7": "redis",
    "nginx:stable": "nginx",
}


def find_engine() -> str:
    """The name of an engine that works here, or "" where none does."""
    for name in ("podman", "docker"):
        if shutil.which(name) and subprocess.run([name, "info"], capture_output=True).returncode == 0:
            return name
    return ""


class Stack:
    """The services of docker-compose.yml under a name of their own, with the settings of `env` as in .env."""

    def __init__(self, engine: str, name: str, env: dict[str, str]):
        self.engine, self.name, self.env = engine, name, env
        text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
        self.file = yaml.safe_load(re.sub(r"\$\$|\$\{([^}]+)\}", self._value, text))
        self.network = f"{name}-net"

    def _value(self, found: re.Match) -> str:
        if found[0] == "$$":
            return "$"
        name, _, rest = found[1].partition(":")
        value = self.env.get(name, "")
        if not value and rest.startswith("?"):
            raise AssertionError(rest[1:])
        return value or rest.removeprefix("-")

    def call(self, *args: str, check: bool = True, **more) -> subprocess.CompletedProcess:
        done = subprocess.run([self.engine, *args], capture_output=True, **{"text": True, "timeout": 1800} | more)
        if check and done.returncode:
            raise AssertionError(f"{self.engine} {shlex.join(args)}: {done.stdout[-1500:]}{done.stderr[-3000:]}")
        return done

    # --- images ---

    def bases(self) -> None:
        """The images that the files build from: pulled, or made of the distribution where no registry answers."""
        for image, standin in STANDINS.items():
            if self.call("image", "inspect", image, check=False).returncode == 0:
                continue
            if self.call("pull", "-q", image, check=False, timeout=300).returncode == 0:
                continue
            self._debian()
            file = str(BASES / f"{standin}.Containerfile")
            self.call("build", "-q", *self._plain(), "-t", image, "-f", file, str(BASES))

    def _debian(self) -> None:
        image = "debian:bookworm-slim"
        if self.call("image", "inspect", image, check=False).returncode == 0:
            return
        work = Path("/var/tmp/guiyang-egov-debootstrap")
        command = (
            f"debootstrap --variant=minbase bookworm {work} && tar -C {work} -c . | {self.engine} import - {image}"
        )
        done = subprocess.run(["sh", "-c", command], capture_output=True, text=True)
        shutil.rmtree(work, ignore_errors=True)
        assert done.returncode == 0, f"没有基础映像，debootstrap 也没有做成：{done.stderr[-2000:]}"

    def _plain(self) -> list[str]:
        """Options of a build; DEPLOY_BUILD_OPTIONS: those of this machine (its package index and certificates)."""
        layers = ["--pull=never"] if self.engine == "podman" else []
        return [*layers, *shlex.split(os.environ.get("DEPLOY_BUILD_OPTIONS", ""))]

    def build(self) -> None:
        """The image of this checkout; DEPLOY_REUSE_IMAGE=1 keeps the one of before, to try the tests themselves."""
        if os.environ.get("DEPLOY_REUSE_IMAGE"):
            return
        self.call("build", *self._plain(), "-t", self._image(self.file["services"]["web"]), str(ROOT))

    def _image(self, service: dict) -> str:
        name = service["image"]
        return f"localhost/{name}" if "build" in service else name

    # --- containers ---

    def options(self, service: str) -> list[str]:
        """The options of `run` that say what the compose file says of a service."""
        wanted = self.file["services"][service]
        known = set(
            "image build restart environment volumes read_only tmpfs cap_drop security_opt init command".split()
        )
        known |= set("depends_on ports stop_grace_period healthcheck shm_size entrypoint profiles".split())
        assert not set(wanted) - known, f"{service}: {set(wanted) - known} is not brought up here"
        found = ["--network", self.network, "--network-alias", service]
        # An empty value is YAML's null here, where the words are filled in before the file is read.
        found += [
            f"--env={key}={'' if value is None else value}" for key, value in wanted.get("environment", {}).items()
        ]
        found += [f"--volume={self.name}-{volume}" for volume in wanted.get("volumes", [])]
        found += [f"--tmpfs={path}" for path in wanted.get("tmpfs", [])]
        found += [f"--cap-drop={name}" for name in wanted.get("cap_drop", [])]
        found += [f"--security-opt={text.replace(':true', '')}" for text in wanted.get("security_opt", [])]
        found += [f"--publish={port}" for port in wanted.get("ports", [])]
        found += ["--read-only"] if wanted.get("read_only") else []
        found += ["--init"] if wanted.get("init") else []
        found += [f"--shm-size={wanted['shm_size']}"] if "shm_size" in wanted else []
        if "entrypoint" in wanted:
            found += ["--entrypoint", json.dumps(wanted["entrypoint"]) if self.engine == "podman" else "/bin/sh"]
        return found

    def container(self, service: str) -> str:
        return f"{self.name}-{service}"

    def up(self, service: str) -> None:
        wanted = self.file["services"][service]
        restart = [f"--restart={wanted['restart']}"] if wanted["restart"] != "no" else []
        options = ["--detach", "--name", self.container(service), "--no-healthcheck", *restart, *self.options(service)]
        self.call("run", *options, self._image(wanted), *wanted.get("command", []))

    def run(self, *command: str, service: str = "manage", **more) -> subprocess.CompletedProcess:
        """`docker compose run --rm -T SERVICE COMMAND`."""
        wanted = self.file["services"][service]
        entry = wanted.get("entrypoint", [])[1:] if self.engine == "docker" else []
        args = ["run", "--rm", "--interactive", *self.options(service), self._image(wanted), *entry, *command]
        return self.call(*args, **more)

    def inside(self, service: str, *command: str, **more) -> subprocess.CompletedProcess:
        return self.call("exec", self.container(service), *command, **more)

    def is_healthy(self, service: str) -> bool:
        test = self.file["services"][service]["healthcheck"]["test"]
        command = test[1:] if test[0] == "CMD" else ["sh", "-c", test[1]]
        return self.inside(service, *command, check=False).returncode == 0

    def wait_healthy(self, service: str, seconds: float = 180) -> float:
        """Seconds until the service's own health check says so."""
        began = time.monotonic()
        while not self.is_healthy(service):
            waited = time.monotonic() - began
            if waited > seconds:
                logs = self.call("logs", self.container(service), check=False)
                raise AssertionError(
                    f"{service} is not healthy after {waited:.0f} s: {(logs.stdout + logs.stderr)[-3000:]}"
                )
            time.sleep(1)
        return time.monotonic() - began

    def stop(self, *services: str) -> None:
        for service in services:
            self.call("rm", "--force", "--time=20", self.container(service))

    def start_network(self) -> None:
        self.call("network", "create", self.network)

    def destroy(self) -> None:
        """Everything: containers, volumes, network. The images stay."""
        names = self.call("ps", "--all", "--format", "{{.Names}}").stdout.split()
        for name in names:
            if name.startswith(f"{self.name}-"):
                self.call("rm", "--force", "--volumes", "--time=5", name, check=False)
        volumes = self.call("volume", "ls", "--format", "{{.Name}}").stdout.split()
        for name in volumes:
            if name.startswith(f"{self.name}-"):
                self.call("volume", "rm", "--force", name, check=False)
        self.call("network", "rm", "--force", self.network, check=False)
