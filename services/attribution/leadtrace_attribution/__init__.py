"""The attribution service: stage history, touches, deals and outcomes of each lead."""
