"""Keys over personal data: master keys wrap data keys, data keys seal; whoever destroys a data key erases."""
