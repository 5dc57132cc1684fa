"""In whose hands a lead is: double entry of custody, offers and their clocks, as pure functions."""
