"""What brought the sale: won deals and their money by channel, by several models side by side."""
