"""What a person or a script reads of a run; it computes nothing."""
