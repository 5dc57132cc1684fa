"""Files that an operator imports: deliveries that bring their own mapping, whoever their sender is."""
