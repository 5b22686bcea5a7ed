"""The arena: agents answer on one snapshot, doubt is counted, a quorum decides or nobody does."""

from quorate.arena.consensus import Consensus, reach_consensus
from quorate.arena.deciding import decide, deliberate
from quorate.arena.panel import NO_PANEL, Hearing
from quorate.arena.policy import ArenaPolicy
from quorate.arena.record import RecordedRun, RunEvent, RunHeader, RunRow, RunStatus, read_run, why
from quorate.arena.request import RunRequest, asked_profiles, checked_request
from quorate.arena.scene import Scene, scene_of
from quorate.arena.shadow import Shadow, draw_shadows
from quorate.arena.voting import AgentReply, cast_votes

__all__ = [
    "NO_PANEL",
    "AgentReply",
    "ArenaPolicy",
    "Consensus",
    "Hearing",
    "RecordedRun",
    "RunEvent",
    "RunHeader",
    "RunRequest",
    "RunRow",
    "RunStatus",
    "Scene",
    "Shadow",
    "asked_profiles",
    "cast_votes",
    "checked_request",
    "decide",
    "deliberate",
    "draw_shadows",
    "reach_consensus",
    "read_run",
    "scene_of",
    "why",
]
