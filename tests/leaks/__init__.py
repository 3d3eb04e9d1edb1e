"""The leak walk: a world in which every secret carries a mark, and some two dozen kinds of people who look everywhere."""
