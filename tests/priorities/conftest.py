"""Stories of floor 4."""

from __future__ import annotations

import pytest

from tests.priorities.stories import Stories


@pytest.fixture
def stories(cast) -> Stories:
    """Cases brought to any state by the verbs."""
    return Stories(cast)
