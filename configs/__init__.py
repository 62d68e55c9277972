"""Model sizes (`models/*.json`) and training recipes (`recipes/*.json`), as data."""
