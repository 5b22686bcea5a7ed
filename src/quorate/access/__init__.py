"""Who may do what: scopes, one-time sign-in links, browser sessions, tokens for machines."""

from quorate.access.grants import (
    SESSION_IDLE,
    STEP_UP_LIFE,
    TOKEN_PREFIX,
    Credential,
    Scope,
    SessionGrant,
    SignInGrant,
    TokenGrant,
    credential_hash,
)
from quorate.access.issuing import (
    refused_link,
    require_good_link,
    session_grant,
    sign_in_grant,
    token_grant,
)
from quorate.access.record import (
    AccessEvent,
    link_issued,
    session_closed,
    session_opened,
    token_created,
    token_revoked,
)

__all__ = [
    "SESSION_IDLE",
    "STEP_UP_LIFE",
    "TOKEN_PREFIX",
    "AccessEvent",
    "Credential",
    "Scope",
    "SessionGrant",
    "SignInGrant",
    "TokenGrant",
    "credential_hash",
    "link_issued",
    "refused_link",
    "require_good_link",
    "session_closed",
    "session_grant",
    "session_opened",
    "sign_in_grant",
    "token_created",
    "token_grant",
    "token_revoked",
]
