"""What every process needs to run: settings, clock, logs, health, metrics, shutdown."""
