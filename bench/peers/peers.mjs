// Compares acl with other engines on a generated world: casbin, CASL, Cedar
// (WebAssembly).
//
//   node peers.mjs world.json > results.json
//
// write_world_json writes world.json. Every engine is asked whether the subject
// has at least a role. Each answer is compared with acl's before anything is
// timed, and a wrong one ends the process. The times are for "at least viewer",
// in CPU time of the process: medians of five rounds.
import { readFileSync } from "node:fs";
import { createMongoAbility, subject } from "@casl/ability";
import cedar from "@cedar-policy/cedar-wasm/nodejs";
import { newEnforcer, newModelFromString } from "casbin";

const ROUNDS = 5;
const VIEWER = 1;
const EDITOR = 3;
const world = JSON.parse(readFileSync(process.argv[2], "utf8"));

// A map, written by hand: the best that JavaScript allows.
function mapPeer() {
  const rows = world.grants.map((grants) => new Map(grants));
  const groups = world.groups_of.map((list) => list.map((g) => `group:${g}`));
  return (user, resource, role) => {
    const row = rows[resource];
    const holds = (target) => (row.get(target) ?? 0) >= role;
    return holds("default") || holds(`user:${user}`) || groups[user].some(holds);
  };
}

// RBAC with groups. Each grant is a policy, and the resource is compared first.
async function casbinPeer() {
  const enforcer = await newEnforcer(newModelFromString(`
[request_definition]
r = sub, obj, role
[policy_definition]
p = sub, obj, role
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.obj == p.obj && p.role >= r.role && (p.sub == "default" || g(r.sub, p.sub))
`));
  await enforcer.addPolicies(world.grants.flatMap((grants, resource) =>
    grants.map(([target, role]) => [target, `res:${resource}`, `${role}`])));
  await enforcer.addGroupingPolicies(world.groups_of.flatMap((groups, user) =>
    groups.map((group) => [`user:${user}`, `group:${group}`])));
  return (user, resource, role) =>
    enforcer.enforceSync(`user:${user}`, `res:${resource}`, `${role}`);
}

// An ability for each user, created on first use, with a rule for each grant
// that reaches the user.
function caslPeer() {
  const rulesOf = new Map();
  world.grants.forEach((grants, id) => {
    for (const [target, role] of grants) {
      const rules = rulesOf.get(target) ?? rulesOf.set(target, []).get(target);
      for (let action = 1; action <= role; ++action) {
        rules.push({ action: `${action}`, subject: "Resource", conditions: { id } });
      }
    }
  });
  const abilities = new Map();
  const abilityOf = (user) => {
    if (!abilities.has(user)) {
      const targets = ["default", `user:${user}`, ...world.groups_of[user].map((g) => `group:${g}`)];
      abilities.set(user, createMongoAbility(targets.flatMap((t) => rulesOf.get(t) ?? [])));
    }
    return abilities.get(user);
  };
  return (user, id, role) => abilityOf(user).can(`${role}`, subject("Resource", { id }));
}

// Four policies, parsed in advance. A resource lists the targets that hold each
// role; each call gets only the entities it is about.
function cedarPeer() {
  const holders = [1, 2, 3, 4].map((role) => `resource.role${role}`);
  const policies = [1, 2, 3, 4].map((role) => {
    const held = holders.slice(role - 1).map((list) => `principal in ${list}`).join(" || ");
    return `permit(principal, action == Action::"${role}", resource) when { ${held} };`;
  }).join("\n");
  const parsed = cedar.preparsePolicySet("roles", { staticPolicies: policies });
  if (parsed.type !== "success") throw new Error(JSON.stringify(parsed));

  const uid = (target) => {
    const [type, id] = target === "default" ? ["Group", "default"] : target.split(":");
    return { type: type === "user" ? "User" : "Group", id };
  };
  const users = world.groups_of.map((groups, user) => ({
    uid: uid(`user:${user}`), attrs: {},
    parents: [uid("default"), ...groups.map((group) => uid(`group:${group}`))],
  }));
  const resources = world.grants.map((grants, resource) => {
    const attrs = { role1: [], role2: [], role3: [], role4: [] };
    for (const [target, role] of grants) attrs[`role${role}`].push({ __entity: uid(target) });
    return { uid: { type: "Resource", id: `${resource}` }, attrs, parents: [] };
  });
  return (user, resource, role) => {
    const answer = cedar.statefulIsAuthorized({
      principal: users[user].uid, action: { type: "Action", id: `${role}` },
      resource: resources[resource].uid, context: {},
      preparsedPolicySetId: "roles", entities: [users[user], resources[resource]],
    });
    if (answer.type !== "success" || answer.response.diagnostics.errors.length) {
      throw new Error(JSON.stringify(answer));
    }
    return answer.response.decision === "allow";
  };
}

function check(name, peer, queries) {
  for (const [user, resource, held] of queries) {
    for (const role of [VIEWER, EDITOR]) {
      if (peer(user, resource, role) !== held >= role) {
        console.error(`bench: ${name} and acl differ on user ${user}, resource ${resource}, ` +
          `role ${role}; acl says ${held}`);
        process.exit(1);
      }
    }
  }
}

// The median time of a question in nanoseconds.
function time(peer, queries) {
  const rounds = [];
  for (let round = 0; round < ROUNDS; ++round) {
    const begin = process.cpuUsage();
    for (const [user, resource] of queries) peer(user, resource, VIEWER);
    const { user, system } = process.cpuUsage(begin);
    rounds.push((user + system) * 1000 / queries.length);
  }
  return rounds.sort((a, b) => a - b)[ROUNDS >> 1];
}

// The number of questions: slow engines get fewer.
const peers = [
  ["peer_js_map", mapPeer, 4096],
  ["peer_cedar", cedarPeer, 1024],
  ["peer_casl", caslPeer, 4096],
  ["peer_casbin", casbinPeer, 64],
];
const benchmarks = [];
for (const [name, make, count] of peers) {
  const peer = await make();
  const queries = world.queries.slice(0, count);
  check(name, peer, queries);
  benchmarks.push({
    name: `${name}/${world.name}_median`, run_name: `${name}/${world.name}`,
    run_type: "aggregate", aggregate_name: "median", repetitions: ROUNDS,
    cpu_time: time(peer, queries), time_unit: "ns", questions: count,
  });
}
console.log(JSON.stringify({
  context: { node: process.version, cedar: cedar.getCedarVersion() }, benchmarks,
}, null, 1));
