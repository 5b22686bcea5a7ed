"""Story: why a decision was taken and what came of it, from the journal alone."""

from quorate.cycle.story.headline import headline
from quorate.cycle.story.shown import story_json
from quorate.cycle.story.story import Story, StoryRows, read_story
from quorate.cycle.story.telling import Chapter, Detail, chapters_of

__all__ = [
    "Chapter",
    "Detail",
    "Story",
    "StoryRows",
    "chapters_of",
    "headline",
    "read_story",
    "story_json",
]
