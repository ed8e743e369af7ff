#!/usr/bin/python3
"""What a request to `acl serve` costs, as ratios to an empty answer.

    server_load.py ACL [SECONDS]

Starts a server on a durable folder, asks it with wrk on the loopback, SECONDS
(3) for each line and three rounds, and prints a table of medians. Client and
server share the processors. A request that is refused ends the run.
"""

import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

USERS, RESOURCES, ROUNDS = 1000, 1000, 3
ROLES = ["viewer", "commenter", "editor", "admin"]


def world():
    some = random.Random(1)
    users = [{"id": f"u{i}", "email": f"u{i}@example.com"} for i in range(USERS)]
    users.append({"id": "ann", "email": "ann@example.com", "workspace_admin": True})
    groups = [{"id": f"g{i}", "members": [f"user:u{some.randrange(USERS)}" for _ in range(20)]}
              for i in range(100)]
    for group in groups:
        group["members"] = sorted(set(group["members"]))
    resources = [{"type": "voice", "id": f"r{i}", "creator": "user:ann",
                  "grants": [{"target": f"group:g{i % 100}", "role": "editor"}]}
                 for i in range(RESOURCES)]
    return {"workspaces": [{"id": "load", "users": users, "groups": groups,
                            "resources": resources}]}


# Each value is the body of a Lua function that returns wrk's next request.
REQUESTS = {
    "empty": 'return wrk.format("GET", "/healthz")',
    "check": f"""
        return wrk.format("GET", string.format(
            "/acl/v1/check?subject=user:u%d&role=viewer&resource=voice:r%d",
            math.random(0, {USERS - 1}), math.random(0, {RESOURCES - 1})))""",
    "checks": f"""
        if body == nil then
          local questions = {{}}
          for i = 1, 1000 do
            questions[i] = string.format(
                '{{"subject":"user:u%d","role":"viewer","resource":"voice:r%d"}}',
                math.random(0, {USERS - 1}), math.random(0, {RESOURCES - 1}))
          end
          body = '{{"questions":[' .. table.concat(questions, ",") .. ']}}'
        end
        return wrk.format("POST", "/acl/v1/checks", nil, body)""",
    "share": f"""
        local roles = {{"viewer", "commenter", "editor"}}
        return wrk.format("POST", string.format(
            "/v1/workspace/resources/r%d/share", math.random(0, {RESOURCES - 1})), nil,
            string.format('{{"role":"%s","resource_type":"voice","user_email":"u%d@example.com"}}',
                          roles[math.random(1, 3)], math.random(0, 49)))""",
}


class Load:
    def __init__(self, acl, folder, seconds):
        self.folder, self.seconds = folder, seconds
        path = os.path.join(folder, "world.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(world(), file)
        data = os.path.join(folder, "data")
        subprocess.run([acl, "init", data, "--from", path], check=True, stdout=subprocess.DEVNULL)
        made = subprocess.run([acl, "key", "create", "user:ann", "-w", data, "--json"], check=True,
                              capture_output=True, text=True)
        self.secret = json.loads(made.stdout)["secret"]
        self.server = subprocess.Popen([acl, "serve", "--data", data, "--listen", "127.0.0.1:0",
                                        "--quiet"], stderr=subprocess.PIPE, text=True)
        for line in self.server.stderr:
            if found := re.match(r"acl: listening on (\S+)", line):
                self.url = found.group(1)
                return
        raise SystemExit("the server does not listen")

    def stop(self):
        self.server.terminate()
        self.server.wait()

    def metric(self, name):
        with urllib.request.urlopen(self.url + "/metrics") as answer:
            lines = answer.read().decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines
                   if line.startswith((name + " ", name + "{")))

    def begin(self, kind, connections):
        script = os.path.join(self.folder, kind + ".lua")
        with open(script, "w", encoding="utf-8") as file:
            file.write(f'wrk.headers["xi-api-key"] = "{self.secret}"\n'
                       'wrk.headers["content-type"] = "application/json"\n'
                       f"function request()\n{REQUESTS[kind]}\nend\n")
        return subprocess.Popen(["wrk", "-t1", f"-c{connections}", f"-d{self.seconds}", "--latency",
                                 "-s", script, self.url], stdout=subprocess.PIPE, text=True)

    def end(self, run):
        text = run.communicate()[0]
        if run.returncode != 0 or "Non-2xx" in text or "Socket errors" in text:
            raise SystemExit("requests failed:\n" + text)
        return text

    def rate(self, kind, connections):
        text = self.end(self.begin(kind, connections))
        return float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1))

    def share(self):
        before = self.metric("acl_journal_sync_seconds_count")
        begin = time.monotonic()
        rate = self.rate("share", 64)
        took = time.monotonic() - begin
        syncs = (self.metric("acl_journal_sync_seconds_count") - before) / took
        return rate, rate / syncs

    def beside(self):
        writer = self.begin("share", 16)
        text = self.end(self.begin("check", 1))
        self.end(writer)
        in_ms = {"us": 1e-3, "ms": 1, "s": 1e3}
        value = lambda percent: (lambda m: float(m.group(1)) * in_ms[m.group(2)])(
            re.search(percent + r"%\s+([\d.]+)(us|ms|s)", text))
        return value("50"), value("99")


def main():
    acl = os.path.abspath(sys.argv[1])
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory() as folder:
        load = Load(acl, folder, seconds)
        try:
            rounds = [{
                "empty16": load.rate("empty", 16), "check16": load.rate("check", 16),
                "empty1": load.rate("empty", 1), "check1": load.rate("check", 1),
                "checks": load.rate("checks", 4) * 1000,
                "share": load.share(), "beside": load.beside(),
            } for _ in range(ROUNDS)]
        finally:
            load.stop()

    def median(value):
        return statistics.median(value(r) for r in rounds)

    def row(words, measured, target="", met=None):
        mark = {None: "", True: "met", False: "**missed**"}[met]
        print(f"| {words} | {measured} | {target} | {mark} |")

    print("| | measured | target | |\n| --- | --- | --- | --- |")
    row("an empty answer (`/healthz`), 16 connections", f"{median(lambda r: r['empty16']):,.0f}/s")
    for n in ("16", "1"):
        ratio = median(lambda r: r["check" + n] / r["empty" + n])
        row(f"a check, {n} connection{'s' if n != '1' else ''}",
            f"{median(lambda r: r['check' + n]):,.0f}/s, {ratio:.2f} × the empty answer",
            "≥ 0.8 ×", ratio >= 0.8)
    ratio = median(lambda r: r["checks"] / r["check16"])
    row("checks, 1,000 in a request", f"{median(lambda r: r['checks']):,.0f}/s, {ratio:.0f} × "
        "those that come alone", "≥ 8 ×", ratio >= 8)
    each = median(lambda r: r["share"][1])
    row("durable shares, 64 clients", f"{median(lambda r: r['share'][0]):,.0f}/s, {each:.0f} to "
        "each sync of the disk", "≥ 20 a sync", each >= 20)
    row("a check beside 16 clients that share flat out",
        f"half within {median(lambda r: r['beside'][0]):.2g} ms, "
        f"99 of 100 within {median(lambda r: r['beside'][1]):.2g} ms")


if __name__ == "__main__":
    main()
