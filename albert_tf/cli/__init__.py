"""The `albert-tf` command: one file for each subcommand."""
