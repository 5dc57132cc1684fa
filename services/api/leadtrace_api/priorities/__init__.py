"""The work list for sales: open leads in the order in which to call them, and why."""
