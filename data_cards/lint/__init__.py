"""What a skill's developer may want to fix in its data, found before anything is trained."""
