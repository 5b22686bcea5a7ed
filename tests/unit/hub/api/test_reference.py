from quorate.hub.api.reference import as_markdown, reference_of

DESCRIPTION = {
    "paths": {
        "/api/admin/arena/run": {
            "post": {
                "summary": "Start a run",
                "description": "Start a run | and\nanswer.",
                "security": [{"session": []}, {"token": ["run"]}],
                "parameters": [
                    {"name": "dryRun", "in": "query"},
                    {"name": "Idempotency-Key", "in": "header"},
                ],
                "requestBody": {
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/NewRun"}}
                    }
                },
                "responses": {
                    "202": {
                        "content": {
                            "application/json": {
                                "schema": {"$ref": "#/components/schemas/Accepted"}
                            }
                        }
                    },
                    "default": {},
                },
            }
        },
        "/api/admin/health": {
            "get": {"summary": "Runs?", "security": [], "responses": {"200": {"content": {}}}}
        },
        "/api/debate/sessions/{run_id}": {
            "get": {
                "security": [{"token": ["read"]}],
                "parameters": [{"name": "run_id", "in": "path"}],
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {
                                "schema": {
                                    "anyOf": [
                                        {"$ref": "#/components/schemas/Session"},
                                        {"$ref": "#/components/schemas/SparseList"},
                                    ]
                                }
                            }
                        }
                    }
                },
            }
        },
    }
}


def test_operations_stand_in_parts_by_the_first_word_of_their_address():
    parts = reference_of(DESCRIPTION)
    assert [part.name for part in parts] == ["arena", "debate", "health"]
    (run,), (session,), (health,) = (part.operations for part in parts)
    assert (run.method, run.scope, run.takes, run.gives) == ("POST", "run", "NewRun", "Accepted")
    assert run.parameters == ("?dryRun", "Idempotency-Key")
    assert (session.parameters, session.gives) == ((), "Session")
    assert (health.scope, health.takes, health.gives) == ("", "", "")


def test_a_table_tells_each_operation_in_a_line():
    lines = as_markdown(DESCRIPTION).splitlines()
    assert lines[0] == "### arena"
    assert (
        "| `POST /api/admin/arena/run`<br>`?dryRun` `Idempotency-Key` | run | "
        "Start a run \\| and answer. | `NewRun` | `Accepted` |"
    ) in lines
    assert "| `GET /api/admin/health` | anybody |  |  |  |" in lines
