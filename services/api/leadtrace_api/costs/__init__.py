"""What leads, orders and customers cost, and what came back: spend and outcomes side by side."""
