"""Any CRM by a mapping file alone: expressions say where things stand, rules say what they tell."""
