"""Runs systems on skills, scores, tests and reports; holds the command line."""
