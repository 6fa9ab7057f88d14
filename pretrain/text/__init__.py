"""Words from files, packages and skills, as Arrow rows of word numbers."""
