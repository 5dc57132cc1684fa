"""What would change if other definitions judged: leads by both, lead by lead, summed up."""
