"""Pure statistics: bootstrap, tests, power, multiplicity."""
