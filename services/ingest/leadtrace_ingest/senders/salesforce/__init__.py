"""Salesforce: Outbound Messages as it sends them, change and platform events as a relay passes them on."""
