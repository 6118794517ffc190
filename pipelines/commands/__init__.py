"""The `loupe` command, a module a command; each imports what it needs when it is called."""
