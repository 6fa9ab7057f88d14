"""What the readers share: rows, fields, inline annotations, templates, expansion, splits."""
