// Tests every operation of docs/server.md with the official client, and with
// raw requests where the client refuses to send one. SERVER is the server's
// address, ANN and BOB are two secrets, and PROMTOOL is Prometheus's checker of
// metrics.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import net from "node:net";
import test from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { ElevenLabsClient } from "@elevenlabs/elevenlabs-js";

const { SERVER, ANN, BOB, PROMTOOL } = process.env;
const client = (apiKey) => new ElevenLabsClient({ apiKey, baseUrl: SERVER, maxRetries: 0 });
const ann = client(ANN);
const bob = client(BOB);
const resources = ann.workspace.resources;
const voice = { resourceType: "voice" };

const roles = async (id = "narrator") => (await resources.get(id, voice)).roleToGroupIds;
const refused = (call, statusCode, code) =>
  assert.rejects(call, (error) => {
    assert.equal(error.statusCode, statusCode);
    if (code) assert.equal(error.body.detail.code, code);
    return true;
  });
const raw = async (path, options = {}) => {
  const response = await fetch(SERVER + path, {
    ...options,
    headers: { "xi-api-key": ANN, "content-type": "application/json", ...options.headers },
  });
  return { status: response.status, headers: response.headers, body: await response.text() };
};
const share = (body, id = "narrator", options = {}) =>
  raw(`/v1/workspace/resources/${id}/share`, { method: "POST", body, ...options });

test("a resource is shared with each kind of target, and unshared", async () => {
  for (const [target, id] of [
    [{ userEmail: "bob@example.com" }, "bob"],
    [{ groupId: "ops" }, "ops"],
    [{ groupId: "default" }, "default"],
    [{ workspaceApiKeyId: "robot-key" }, "robot"],
  ]) {
    for (const role of ["viewer", "commenter", "editor", "admin"]) {
      assert.deepEqual(await resources.share("narrator", { role, ...voice, ...target }), { status: "ok" });
      assert.ok((await roles())[role].includes(id));
    }
    await resources.unshare("narrator", { ...voice, ...target });
    await resources.unshare("narrator", { ...voice, ...target });
    assert.ok(!Object.values(await roles()).flat().includes(id));
  }
});

test("a resource is shown", async () => {
  const shown = await resources.get("narrator", voice);
  assert.equal(shown.resourceId, "narrator");
  assert.equal(shown.resourceName, "Narrator");
  assert.equal(shown.creatorUserId, "ann");
  assert.deepEqual(shown.roleToGroupIds, { admin: ["ann"], editor: [], commenter: [], viewer: [] });
  assert.deepEqual(
    shown.shareOptions.map(({ type, id }) => `${type}:${id}`),
    ["group:ops", "key:robot", "user:bob", "user:cy"],
  );
});

test("what the API hands out is a target", async () => {
  for (const option of (await resources.get("narrator", voice)).shareOptions) {
    const target =
      option.type === "user" ? { userEmail: option.name }
      : option.type === "group" ? { groupId: option.id }
      : { workspaceApiKeyId: option.id };
    await resources.share("narrator", { role: "viewer", ...voice, ...target });
  }
  const now = await resources.get("narrator", voice);
  assert.deepEqual(now.shareOptions, []);
  assert.deepEqual(now.roleToGroupIds.viewer, ["bob", "cy", "ops", "robot"]);
});

test("an id is one segment, whatever it holds", async () => {
  await resources.share("a/b c?", { role: "viewer", ...voice, userEmail: "bob@example.com" });
  assert.deepEqual((await roles("a/b c?")).viewer, ["bob"]);
});

test("refusals are those of the contract", async () => {
  const to = { role: "viewer", ...voice };
  const bobs = bob.workspace.resources;
  await refused(resources.share("narrator", to), 400, "invalid_parameters");
  await refused(resources.share("narrator", { ...to, userEmail: "x@y.z", groupId: "ops" }), 400, "invalid_parameters");
  await refused(resources.share("narrator", { ...to, userEmail: "x@y.z" }), 404, "user_not_found");
  await refused(resources.share("narrator", { ...to, groupId: "none" }), 404, "group_not_found");
  await refused(resources.share("narrator", { ...to, workspaceApiKeyId: "none" }), 404, "api_key_not_found");
  await refused(resources.share("narrator", { ...to, userEmail: "ann@example.com" }), 403, "insufficient_permissions");
  await refused(resources.unshare("narrator", { ...voice, userEmail: "ann@example.com" }), 403, "insufficient_permissions");
  await refused(bobs.share("narrator", { ...to, userEmail: "cy@example.com" }), 403, "insufficient_permissions");
  await refused(bobs.share("film", { role: "viewer", resourceType: "project", groupId: "ops" }), 404, "resource_not_found");
  await refused(bobs.share("none", { ...to, groupId: "ops" }), 404, "resource_not_found");
  await refused(client("sk_none").workspace.members.list(), 401, "invalid_api_key");
  await refused(resources.share("narrator", { role: "king", ...voice, groupId: "ops" }, {}).catch((error) => {
    // The client's own schema may refuse it before it is sent.
    if (error.statusCode === undefined) throw Object.assign(error, { statusCode: 422, body: {} });
    throw error;
  }), 422);
});

test("members are listed, locked and seated", async () => {
  const members = await ann.workspace.members.list();
  assert.deepEqual(members.map((member) => member.userId), ["ann", "bob", "cy"]);
  await ann.workspace.members.update({ email: "cy@example.com", isLocked: true });
  await ann.workspace.members.update({ email: "cy@example.com", workspaceSeatType: "workspace_lite_member" });
  const cy = (await ann.workspace.members.list())[2];
  assert.equal(cy.isLocked, true);
  assert.equal(cy.seatType, "workspace_lite_member");
  await ann.workspace.members.update({ email: "cy@example.com", isLocked: false });
  await refused(bob.workspace.members.update({ email: "cy@example.com", isLocked: true }), 403, "insufficient_permissions");
});

test("groups are listed, found, joined and left", async () => {
  assert.deepEqual((await ann.workspace.groups.list()).ops.members, ["cy"]);
  await ann.workspace.groups.members.add("ops", { email: "bob@example.com" });
  assert.deepEqual((await ann.workspace.groups.search({ name: "Operations" }))[0].membersEmails, [
    "bob@example.com",
    "cy@example.com",
  ]);
  await ann.workspace.groups.members.remove("ops", { email: "bob@example.com" });
  assert.deepEqual((await ann.workspace.groups.list()).ops.members, ["cy"]);
  assert.deepEqual(await ann.workspace.groups.search({ name: "None" }), []);
});

test("service accounts and their keys live and end", async () => {
  const made = await ann.serviceAccounts.create({
    name: "Renderer",
    defaultSharingGroups: [{ groupId: "ops", permissionLevel: "viewer" }],
  });
  const id = made.serviceAccountUserId;
  const { xiApiKey, keyId } = await ann.serviceAccounts.apiKeys.create(id, { name: "night", permissions: "all" });
  const renderer = client(xiApiKey).workspace;
  assert.equal((await renderer.members.list()).length, 3);
  await resources.share("narrator", { role: "admin", ...voice, workspaceApiKeyId: keyId });
  await renderer.resources.share("narrator", { role: "editor", ...voice, userEmail: "bob@example.com" });
  const [key] = (await ann.serviceAccounts.apiKeys.list(id)).apiKeys;
  assert.equal(key.keyId, keyId);
  assert.equal(key.name, "night");
  assert.notEqual(key.hashedXiApiKey, xiApiKey);
  const listed = (await ann.serviceAccounts.list()).serviceAccounts;
  assert.deepEqual(listed.map((account) => account.name).sort(), ["Renderer", "Robot"]);
  await ann.serviceAccounts.apiKeys.update(id, keyId, { isEnabled: false, name: "off" });
  await refused(renderer.members.list(), 401, "invalid_api_key");
  await ann.serviceAccounts.apiKeys.update(id, keyId, { isEnabled: true });
  assert.equal((await renderer.members.list()).length, 3);
  await ann.serviceAccounts.apiKeys.delete(id, keyId);
  await refused(renderer.members.list(), 401, "invalid_api_key");
  assert.deepEqual((await ann.serviceAccounts.apiKeys.list(id)).apiKeys, []);
});

test("what the client won't send is refused by its form", async () => {
  const good = '"role":"viewer","resource_type":"voice"';
  for (const body of [
    "", "{", "[]", "null", '"x"', `{${good},"group_id":"ops"}x`, `{${good},"role":"admin","group_id":"ops"}`,
    '{"role":"king","resource_type":"voice","group_id":"ops"}',
    '{"role":"viewer","resource_type":"vice","group_id":"ops"}',
    '{"role":null,"resource_type":"voice","group_id":"ops"}',
    `{${good},"group_id":7}`, "[".repeat(100000), Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]),
  ]) {
    const { status, headers, body: text } = await share(body);
    assert.equal(status, 422, `${body}`.slice(0, 60));
    assert.equal(headers.get("content-type"), "application/json");
    assert.ok(headers.get("x-request-id"));
    assert.ok(JSON.parse(text).detail.length > 0);
  }
  assert.equal((await share(`{${good},"group_id":"ops"}`, "narrator", { headers: { "content-type": "text/plain" } })).status, 422);
  assert.equal((await share(`{${good}}`)).status, 400);
  assert.equal((await share(`{${good},"group_id":""}`)).status, 400);
  assert.equal((await share(`{${good},"group_id":"ops","user_email":null,"else":1}`)).status, 200);
});

test("what is too long is refused", async () => {
  assert.equal((await share("x".repeat(2 << 20))).status, 413);
  const answer = await new Promise((resolve) => {
    const { hostname, port } = new URL(SERVER);
    const socket = net.connect(port, hostname);
    let text = "";
    socket.on("data", (data) => (text += data));
    socket.on("error", () => {});
    socket.on("close", () => resolve(text));
    socket.write("GET /healthz HTTP/1.1\r\nhost: x\r\n");
    const more = setInterval(() => socket.write(`x: ${"y".repeat(4096)}\r\n`), 1);
    socket.on("close", () => clearInterval(more));
  });
  assert.match(answer, /^HTTP\/1.1 431 /);
});

test("unknown routes and methods say so", async () => {
  assert.deepEqual(await raw("/v1/nothing").then(({ status, body }) => [status, body]), [404, '{"detail":"Not Found"}']);
  assert.equal((await raw("/v1/workspace/members", { method: "DELETE" })).status, 405);
});

test("a share is seen by whoever presents its revision", async () => {
  const { headers } = await share('{"role":"viewer","resource_type":"voice","group_id":"default"}');
  const { status, body } = await raw("/acl/v1/role?subject=user:bob&resource=voice:narrator", {
    headers: { "acl-min-revision": headers.get("acl-revision") },
  });
  assert.equal(status, 200);
  assert.equal(JSON.parse(body).token, headers.get("acl-revision"));
});

test("the document is OpenAPI, and describes what there is", async () => {
  const { body } = await raw("/openapi.yaml");
  const validator = new Validator();
  const result = await validator.validate(body);
  assert.ok(result.valid, JSON.stringify(result.errors));
  for (const [path, operations] of Object.entries(validator.specification.paths)) {
    for (const method of Object.keys(operations)) {
      // A request without a key must find the route, but gets no further.
      const { status } = await fetch(SERVER + path.replaceAll(/\{\w+\}/g, "x"), { method: method.toUpperCase() });
      assert.ok(![404, 405].includes(status), `${method} ${path}: ${status}`);
    }
  }
});

test("the metrics are as Prometheus wants them", async () => {
  const { body } = await raw("/metrics");
  for (const name of ["acl_http_requests_total", "acl_journal_sync_seconds_count", "acl_revision"]) {
    assert.match(body, new RegExp(`^${name}[{ ]`, "m"));
  }
  const check = (input) => spawnSync(PROMTOOL, ["check", "metrics"], { input, encoding: "utf8" });
  const found = check(body);
  assert.equal(found.status, 0, `${found.error ?? ""}${found.stdout}${found.stderr}`);
  assert.equal(found.stdout + found.stderr, "");
  assert.notEqual(check("# TYPE a counter\na 1\n").status, 0);
});
