"""From the intake log to the topics: map, claim, bind, store, publish."""
