"""Every operation of docs/server.md by the official Python client.

SERVER, ANN, BOB: where the server is, and two secrets.
"""

import asyncio
import contextlib
import os
import unittest

import httpx
from elevenlabs import DefaultSharingGroupConfig
from elevenlabs.client import AsyncElevenLabs, ElevenLabs
from elevenlabs.core.api_error import ApiError
from elevenlabs.errors.unprocessable_entity_error import UnprocessableEntityError

SERVER, ANN, BOB = (os.environ[name] for name in ("SERVER", "ANN", "BOB"))
VOICE = {"resource_type": "voice"}
ROLES = ("viewer", "commenter", "editor", "admin")
TARGETS = (
    ({"user_email": "bob@example.com"}, "bob"),
    ({"user_email": "robot@example.com"}, "robot"),
    ({"user_email": "cy"}, "cy"),
    ({"group_id": "ops"}, "ops"),
    ({"group_id": "default"}, "default"),
    ({"workspace_api_key_id": "robot-key"}, "robot"),
)


def client(secret):
    return ElevenLabs(api_key=secret, base_url=SERVER)


def whole(model):
    """The model, once it is sure that what it declares came: the client itself does not look."""
    for one in model.values() if isinstance(model, dict) else model if isinstance(model, list) else [model]:
        type(one).model_validate(one.model_dump(by_alias=True))
    return model


def roles_of(resource):
    return {role: ids for role, ids in resource.role_to_group_ids.items() if ids}


class ClientTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.ann = client(ANN)
        self.resources = self.ann.workspace.resources

    def roles(self, id="narrator"):
        return roles_of(whole(self.resources.get(id, **VOICE)))

    @contextlib.contextmanager
    def refused(self, status, code, error_class=ApiError):
        with self.assertRaises(ApiError) as caught:
            yield
        error = caught.exception
        self.assertIs(type(error), error_class)
        self.assertEqual(error.status_code, status)
        self.assertEqual(error.headers["content-type"], "application/json")
        self.assertTrue(error.headers["x-request-id"])
        if status == 422:
            self.assertEqual({fault["type"] for fault in error.body["detail"]}, {code})
        else:
            self.assertEqual(error.body["detail"]["code"], code)

    def test_each_target_gets_and_loses_each_role(self):
        for target, id in TARGETS:
            for role in ROLES:
                with self.subTest(target=target, role=role):
                    self.assertEqual(
                        self.resources.share("narrator", role=role, **VOICE, **target), {"status": "ok"})
                    expected = {"admin": ["ann"]}
                    expected[role] = sorted([*expected.get(role, []), id])
                    self.assertEqual(self.roles(), expected)
            for _ in range(2):
                self.assertEqual(self.resources.unshare("narrator", **VOICE, **target), {"status": "ok"})
                self.assertEqual(self.roles(), {"admin": ["ann"]})

    def test_a_resource_is_shown(self):
        shown = whole(self.resources.get("narrator", **VOICE))
        self.assertEqual(
            (shown.resource_id, shown.resource_name, shown.resource_type, shown.creator_user_id),
            ("narrator", "Narrator", "voice", "ann"))
        self.assertEqual(
            # Other tests create service accounts.
            [(one.type, one.id, one.name) for one in shown.share_options if not one.id.startswith("sa_")],
            [("group", "ops", "Operations"), ("key", "robot", "Robot"),
             ("user", "bob", "bob@example.com"), ("user", "cy", "cy@example.com")])

    def test_answers_name_their_revision(self):
        answer = self.resources.with_raw_response.share(
            "narrator", role="viewer", **VOICE, group_id="default")
        revision = answer.headers["acl-revision"]
        later = httpx.get(f"{SERVER}/acl/v1/role", params={"subject": "user:bob", "resource": "voice:narrator"},
                          headers={"xi-api-key": ANN, "acl-min-revision": revision})
        self.assertEqual((later.status_code, later.json()["role"]), (200, "viewer"))
        self.resources.unshare("narrator", **VOICE, group_id="default")

    def test_refusals_have_their_class_status_and_code(self):
        to = {"role": "viewer", **VOICE}
        bobs = client(BOB).workspace.resources
        for status, code, call in (
            (400, "invalid_parameters", lambda: self.resources.share("narrator", **to)),
            (400, "invalid_parameters",
             lambda: self.resources.share("narrator", **to, user_email="x@y.z", group_id="ops")),
            (400, "invalid_parameters",
             lambda: self.resources.share("narrator", **to, user_email="bob\u200b@example.com")),
            (404, "user_not_found", lambda: self.resources.share("narrator", **to, user_email="x@y.z")),
            (404, "group_not_found", lambda: self.resources.share("narrator", **to, group_id="none")),
            (404, "api_key_not_found",
             lambda: self.resources.share("narrator", **to, workspace_api_key_id="none")),
            (403, "insufficient_permissions",
             lambda: self.resources.share("narrator", **to, user_email="ann@example.com")),
            (403, "insufficient_permissions",
             lambda: self.resources.unshare("narrator", **VOICE, user_email="ann@example.com")),
            (404, "resource_not_found", lambda: bobs.share("none", **to, group_id="ops")),
            (404, "resource_not_found", lambda: bobs.get("none", **VOICE)),
            (404, "resource_not_found", lambda: self.resources.get("narrator", resource_type="project")),
            (401, "invalid_api_key", lambda: client("sk_none").workspace.members.list()),
            (404, "api_key_not_found", lambda: self.ann.service_accounts.api_keys.disable("robot", "none")),
            (404, "user_not_found", lambda: self.ann.service_accounts.api_keys.disable("none", "robot-key")),
        ):
            with self.subTest(code=code), self.refused(status, code):
                call()
        for code, call in (
            ("enum", lambda: self.resources.share("narrator", **{**to, "role": "king"}, group_id="ops")),
            ("enum", lambda: self.resources.share("narrator", role="viewer", resource_type="vice", group_id="ops")),
            ("enum", lambda: self.resources.get("narrator", resource_type="vice")),
            ("string_type", lambda: self.resources.share("narrator", **to, group_id=7)),
            ("missing", lambda: self.resources.share("narrator", **{**to, "role": None}, group_id="ops")),
        ):
            with self.subTest(code=code), self.refused(422, code, UnprocessableEntityError):
                call()
        self.assertEqual(self.roles(), {"admin": ["ann"]})

    def test_members_are_listed_locked_and_seated(self):
        members = self.ann.workspace.members
        self.assertEqual(
            [(one.user_id, one.email, one.first_name, one.is_owner, one.is_locked) for one in whole(members.list())],
            [("ann", "ann@example.com", "Ann", True, False), ("bob", "bob@example.com", "Bob", False, False),
             ("cy", "cy@example.com", None, False, False)])
        members.update(email="cy@example.com", is_locked=True)
        members.update(email="cy@example.com", workspace_seat_type="workspace_lite_member")
        cy = whole(members.list())[2]
        self.assertEqual((cy.is_locked, cy.seat_type), (True, "workspace_lite_member"))
        members.update(email="cy@example.com", is_locked=False, workspace_seat_type="workspace_member")
        with self.refused(403, "insufficient_permissions"):
            client(BOB).workspace.members.update(email="cy@example.com", is_locked=True)
        self.assertFalse(members.list()[2].is_locked)

    def test_groups_are_listed_found_joined_and_left(self):
        groups = self.ann.workspace.groups
        self.assertEqual(whole(groups.list())["ops"].members, ["cy"])
        groups.members.add("ops", email="bob@example.com")
        found = whole(groups.search(name="Operations"))
        self.assertEqual([(one.id, one.members_emails) for one in found],
                         [("ops", ["bob@example.com", "cy@example.com"])])
        groups.members.remove("ops", email="bob@example.com")
        self.assertEqual(groups.list()["ops"].members, ["cy"])
        self.assertEqual(groups.search(name="None"), [])
        with self.refused(403, "insufficient_permissions"):
            client(BOB).workspace.groups.members.add("ops", email="bob@example.com")

    def test_service_accounts_and_their_keys_live_and_end(self):
        accounts = self.ann.service_accounts
        made = whole(accounts.create(
            name="Renderer",
            default_sharing_groups=[DefaultSharingGroupConfig(group_id="ops", permission_level="viewer")]))
        id = made.service_account_user_id
        shown = {one.service_account_user_id: one for one in whole(accounts.list()).service_accounts}[id]
        self.assertEqual([one.group.id for one in shown.default_sharing_groups], ["ops"])
        key = whole(accounts.api_keys.create(
            id, name="night", permissions="all", character_limit=7, expires_at_unix=4102444800))
        renderer = client(key.xi_api_key).workspace
        self.assertEqual(len(renderer.members.list()), 3)
        self.resources.share("narrator", role="admin", **VOICE, workspace_api_key_id=key.key_id)
        renderer.resources.share("narrator", role="editor", **VOICE, user_email="bob@example.com")
        self.assertEqual(self.roles(), {"admin": sorted(["ann", id]), "editor": ["bob"]})

        def only_key():
            [one] = whole(accounts.api_keys.list(id)).api_keys
            return one

        before = only_key()
        self.assertEqual(
            (before.key_id, before.name, before.character_limit, before.expires_at_unix, before.is_disabled),
            (key.key_id, "night", 7, 4102444800, False))
        self.assertNotEqual(before.hashed_xi_api_key, key.xi_api_key)
        for off in (lambda: accounts.api_keys.disable(id, key.key_id),
                    lambda: accounts.api_keys.update(id, key.key_id, is_enabled=False)):
            self.assertEqual(off(), {"status": "ok"})
            self.assertEqual(off(), {"status": "ok"})
            # Nothing else has changed, and no caller gets in.
            self.assertEqual(only_key(), before.model_copy(update={"is_disabled": True}))
            with self.refused(401, "invalid_api_key"):
                renderer.members.list()
            accounts.api_keys.update(id, key.key_id, is_enabled=True)
            self.assertEqual(only_key(), before)
            self.assertEqual(len(renderer.members.list()), 3)
        accounts.api_keys.update(id, key.key_id, name="day", character_limit="no_update")
        self.assertEqual(only_key(), before.model_copy(update={"name": "day"}))
        accounts.api_keys.delete(id, key.key_id)
        with self.refused(401, "invalid_api_key"):
            renderer.members.list()
        self.assertEqual(accounts.api_keys.list(id).api_keys, [])
        self.resources.unshare("narrator", **VOICE, user_email=id)
        self.resources.unshare("narrator", **VOICE, user_email="bob@example.com")


class AsyncClientTest(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.ann = AsyncElevenLabs(api_key=ANN, base_url=SERVER)
        self.resources = self.ann.workspace.resources

    async def roles(self):
        return roles_of(whole(await self.resources.get("song", **VOICE)))

    async def test_each_target_gets_and_loses_each_role(self):
        for target, id in TARGETS:
            for role in ROLES:
                with self.subTest(target=target, role=role):
                    await self.resources.share("song", role=role, **VOICE, **target)
                    self.assertEqual(await self.roles(), {role: [id]})
            await self.resources.unshare("song", **VOICE, **target)
            self.assertEqual(await self.roles(), {})

    async def test_calls_at_once_are_all_kept(self):
        share = self.resources.share
        await asyncio.gather(*(share("song", role="editor", **VOICE, **target) for target, _ in TARGETS))
        self.assertEqual(await self.roles(), {"editor": sorted({id for _, id in TARGETS})})
        await asyncio.gather(*(self.resources.unshare("song", **VOICE, **target) for target, _ in TARGETS))
        self.assertEqual(await self.roles(), {})

    async def test_refusals_have_their_class_status_and_code(self):
        with self.assertRaises(ApiError) as caught:
            await self.resources.share("song", role="viewer", **VOICE, user_email="x@y.z")
        self.assertEqual(caught.exception.body["detail"]["code"], "user_not_found")
        with self.assertRaises(UnprocessableEntityError):
            await self.resources.share("song", role="king", **VOICE, group_id="ops")

    async def test_the_directory_is_read_and_changed(self):
        self.assertEqual([one.user_id for one in whole(await self.ann.workspace.members.list())], ["ann", "bob", "cy"])
        groups = self.ann.workspace.groups
        await groups.members.add("ops", email="bob@example.com")
        self.assertEqual(whole(await groups.list())["ops"].members, ["bob", "cy"])
        await groups.members.remove("ops", email="bob@example.com")
        accounts = self.ann.service_accounts
        id = (await accounts.create(name="Night")).service_account_user_id
        key = await accounts.api_keys.create(id, name="k", permissions=["text_to_speech"])
        await accounts.api_keys.disable(id, key.key_id)
        [shown] = whole(await accounts.api_keys.list(id)).api_keys
        self.assertTrue(shown.is_disabled)
        self.assertEqual(shown.permissions, ["text_to_speech"])
        await accounts.api_keys.delete(id, key.key_id)


if __name__ == "__main__":
    unittest.main()
