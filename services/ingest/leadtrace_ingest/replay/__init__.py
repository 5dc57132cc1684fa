"""Has stored deliveries done again, as after a change of a mapping: nothing is counted twice."""
