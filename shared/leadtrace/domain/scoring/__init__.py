"""The score of a lead as a fold of its facts: fit, intent, band, grade and verdicts, with the reasons."""
