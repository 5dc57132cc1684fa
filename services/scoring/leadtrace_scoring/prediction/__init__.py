"""How models come about: leads and their outcomes become rows, a child process learns, the store decides."""
