"""What is typed instead of `albert-tf predict`: scripts that import nothing of this package."""
