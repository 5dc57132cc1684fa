"""`leadtrace import`: reads a file row by row, says at once what is wrong with each, and posts the others."""
