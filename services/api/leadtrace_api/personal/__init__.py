"""Personal fields: masked for everybody but keys of scope `read:pii`, and every look at them is recorded."""
