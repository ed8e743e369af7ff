"""What OpenAPI can't say about a request, for schemathesis.

Requests that fit the document have to be accepted. Where two of their parts exclude each other,
one is left out, and a refusal has to be for what is in the workspace, not for the form.
"""

import schemathesis

# Faults, in the header `acl-fault`, that may occur although the form is right:
# the workspace has a different ladder or type table (a batch may have set it),
# or a limit.
OF_THE_STATE = {"ROLE_UNKNOWN", "TYPE_UNKNOWN", "LIMIT"}
# The same for a world, whose references must be to things in it, and whose
# things must be unique.
OF_THE_WORLD = OF_THE_STATE | {
    "USER_NOT_FOUND", "SERVICE_ACCOUNT_NOT_FOUND", "GROUP_NOT_FOUND", "KEY_NOT_FOUND", "ALREADY_EXISTS",
    "EMAIL_TAKEN", "GROUP_CYCLE", "CREATOR_LOWERED", "DUPLICATE_GRANT"}
ACCEPTED = {200, 401, 403, 404, 409}


@schemathesis.hook
def before_call(context, case, kwargs):
    if not is_positive(case):
        return
    query, headers, body = case.query or {}, case.headers or {}, case.body
    # A page token cannot be made up.
    query.pop("page_token", None)
    # `at` names one revision; the header asks for a revision or a later one.
    if "at" in query:
        headers.pop("acl-min-revision", None)
    # A header and a field that must have the same value.
    if isinstance(body, dict) and case.operation.path == "/acl/v1/changes":
        for header, field in (("acl-reason", "reason"), ("idempotency-key", "request_id")):
            if body.get(field) is not None:
                headers.pop(header, None)
        # Likewise for the workspace.
        if body.get("workspace") is not None:
            body["workspace"] = "studio"


def is_positive(case):
    """Whether every part of the request fits the document."""
    return case.meta is not None and all(
        part.mode.is_positive for part in (case.meta.generation, *case.meta.components.values()))


@schemathesis.check
def requests_that_fit_are_accepted(context, response, case):
    if not is_positive(case) or response.status_code in ACCEPTED:
        return
    fault = response.headers.get("acl-fault", [""])[0]
    if response.status_code == 400:
        faults = response.json()["detail"].get("faults")
        if faults is None and fault in OF_THE_STATE:
            return
        # Everything stored about a key or an account must fit into 4 KiB.
        if "` is too long: shorten it, as JSON, by at least " in response.text:
            return
        if faults and {one["fault"] for one in faults} <= OF_THE_WORLD:
            return
    raise AssertionError(f"the document allows what is refused: {response.status_code} {response.text}")
