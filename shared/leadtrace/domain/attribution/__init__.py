"""What became of leads and deals: where a lead came from, its stages, its deals and their money."""
